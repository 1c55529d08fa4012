"""What is remembered of a delivery in doubt between two looks, kept in its details."""

import msgspec


class Notes(msgspec.Struct, frozen=True, omit_defaults=True):
    """``absent``: how many looks did not find it. ``absent_from`` (ms): from when on a look that does not
    find it counts as proof, because the platform can no longer take it. ``repeats``: ids under which the
    platform took it once more.
    """

    absent: int = 0
    absent_from: int = 0
    repeats: tuple[str, ...] = ()

    def text(self) -> str:
        return msgspec.json.encode(self).decode()


def read_notes(details: str) -> Notes:
    return msgspec.json.decode(details, type=Notes)


def begin_again(details: str, absent_from: int) -> Notes:
    """The notes of a new doubt: what was learnt about earlier calls stays."""
    return msgspec.structs.replace(read_notes(details), absent=0, absent_from=absent_from)
