"""A visitor who was just here is known without a look into the store, for a while."""

from typing import Any

from holdfast.portal.model import Visitor
from holdfast.portal.visitors import KNOWN_SECONDS, VISITORS_MAX, KnownVisitors

KEY = ("direct:web", "hash")
ANN = Visitor("vis_1", "direct:web", "Ann")


class HandClock:
    def __init__(self) -> None:
        self.seconds = 100.0

    def monotonic(self) -> float:
        return self.seconds

    def now_ms(self) -> int:
        return int(self.seconds * 1000)

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds


def test_who_was_found_is_known_for_a_while_counted_from_the_first_look() -> None:
    clock: Any = HandClock()
    known = KnownVisitors(clock)
    assert known.get(KEY) is None
    known.note(KEY, ANN)
    clock.seconds += KNOWN_SECONDS - 1
    assert known.get(KEY) == ANN
    known.note(KEY, ANN)
    clock.seconds += 2
    assert known.get(KEY) is None


def test_of_very_many_the_first_is_forgotten() -> None:
    known = KnownVisitors(HandClock())
    for number in range(VISITORS_MAX + 1):
        known.note(("direct:web", f"{number}"), ANN)
    assert known.get(("direct:web", "0")) is None
    assert known.get(("direct:web", f"{VISITORS_MAX}")) == ANN
