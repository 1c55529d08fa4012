"""Signs as they were weighed, and the scores of single countries."""

from collections.abc import Iterable, MutableMapping

import msgspec

from holdfast.radar.evidence import Sign


class Entry(msgspec.Struct):
    """A sign and what it weighs: less than 1 where others stand close by."""

    sign: Sign
    weight: float


class Region(msgspec.Struct):
    """The score of one country's own signs: what works elsewhere says nothing against it."""

    score: float = 0.0
    at: int = 0


def step_region(
    regions: MutableMapping[str, Region], entry: Entry, step: float, *, apart_ms: float, top: float
) -> None:
    """Weigh an entry in the score of its country, which is kept for as long as it stands above nothing."""
    sign = entry.sign
    known = regions.get(sign.region)
    if known is None:
        if sign.good:
            return
        known = regions[sign.region] = Region()
    gap = sign.at - known.at
    weight = min(1.0, gap / apart_ms) if known.at and apart_ms else entry.weight
    known.score = min(max(known.score + step * max(weight, 0.0), 0.0), top)
    known.at = sign.at
    if known.score <= 0:
        del regions[sign.region]


def weights(entries: Iterable[Entry]) -> float:
    return sum(entry.weight for entry in entries)
