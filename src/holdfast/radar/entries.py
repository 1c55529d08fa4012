"""Signs as they were weighed."""

from collections.abc import Iterable

import msgspec

from holdfast.radar.evidence import Sign


class Entry(msgspec.Struct):
    """A sign and what it weighs: less than 1 where others stand close by."""

    sign: Sign
    weight: float


def weights(entries: Iterable[Entry]) -> float:
    return sum(entry.weight for entry in entries)
