"""Seats for those who wait for news, shared out so that nobody takes them all."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

SEATS_MAX: Final = 2_000
SEATS_OF_ADDRESS_MAX: Final = 1_000
"""Large, as a whole town may come from one address."""
SEATS_OF_VISITOR_MAX: Final = 6
"""One for each open tab."""


class WaitingRoom:
    def __init__(
        self,
        *,
        seats: int = SEATS_MAX,
        of_address: int = SEATS_OF_ADDRESS_MAX,
        of_visitor: int = SEATS_OF_VISITOR_MAX,
    ) -> None:
        self._seats = seats
        self._of_address = of_address
        self._of_visitor = of_visitor
        self._taken = 0
        self._addresses: Counter[str] = Counter()
        self._visitors: Counter[str] = Counter()

    @contextmanager
    def seat(self, visitor: str, address: str) -> Iterator[bool]:
        """Whether there is a seat, for as long as the block lasts."""
        if not self._is_free(visitor, address):
            yield False
            return
        self._taken += 1
        self._addresses[address] += 1
        self._visitors[visitor] += 1
        try:
            yield True
        finally:
            self._taken -= 1
            _leave(self._addresses, address)
            _leave(self._visitors, visitor)

    def _is_free(self, visitor: str, address: str) -> bool:
        return (
            self._taken < self._seats
            and self._addresses[address] < self._of_address
            and self._visitors[visitor] < self._of_visitor
        )


def _leave(taken: Counter[str], who: str) -> None:
    taken[who] -= 1
    if not taken[who]:
        del taken[who]
