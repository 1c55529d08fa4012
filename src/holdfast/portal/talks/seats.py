"""Who is in which thread, remembered for threads in use so that a message asks the store nothing."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Final, Self

import msgspec

from holdfast.storage import Row

THREADS_MAX: Final = 20_000
"""The thread that was used longest ago is forgotten first."""
MAY_WRITE: Final = frozenset({"open", "request"})


class Seat(msgspec.Struct, frozen=True):
    """One member's place in a thread: what was said after ``since`` is theirs; ``heard``: whether anything was."""

    kind: str
    role: str
    state: str
    since: int
    heard: bool

    @classmethod
    def of(cls, row: Row) -> Self:
        return cls(row["kind"], row["role"], row["state"], row["since"], row["last_at"] > 0)

    @property
    def may_write(self) -> bool:
        return self.state in MAY_WRITE


class KnownSeats:
    """Kept true by whoever follows the log: a thread that changed is forgotten, and looked up again."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Mapping[str, Seat]] = OrderedDict()
        self.forgotten = 0
        """How many times something was forgotten."""

    def get(self, thread_id: str) -> Mapping[str, Seat] | None:
        return self._known.get(thread_id)

    def note(self, thread_id: str, seats: Mapping[str, Seat], forgotten: int) -> None:
        """``forgotten`` as it was before these were looked up: what changed meanwhile is not remembered as it was."""
        if forgotten != self.forgotten:
            return
        self._known[thread_id] = seats
        self._known.move_to_end(thread_id)
        if len(self._known) > THREADS_MAX:
            self._known.popitem(last=False)

    def forget(self, thread_ids: Iterable[str]) -> None:
        for thread_id in thread_ids:
            self.forgotten += 1
            self._known.pop(thread_id, None)
