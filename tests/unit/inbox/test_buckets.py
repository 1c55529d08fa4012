"""Rate limits as a property: never more than the burst and what flowed in since."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from holdfast.inbox.access import Buckets, Rate


class Time:
    def __init__(self) -> None:
        self.seconds = 0.0

    def now_ms(self) -> int:
        return int(self.seconds * 1000)

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds


@given(st.lists(st.floats(0, 5), max_size=60))
def test_no_pattern_of_asking_gets_more_than_the_rate(pauses: list[float]) -> None:
    time: Any = Time()
    buckets = Buckets(time, Rate(burst=3, per_second=2))
    taken = 0
    for pause in pauses:
        time.seconds += pause
        taken += not buckets.take("a")
    assert taken <= 3 + 2 * time.seconds + 1e-6


def test_the_wait_it_names_is_enough() -> None:
    time: Any = Time()
    buckets = Buckets(time, Rate(burst=1, per_second=0.5))
    assert buckets.take("a") == 0
    wait = buckets.take("a")
    assert wait > 0
    time.seconds += wait
    assert buckets.take("a") == 0


def test_keys_do_not_disturb_each_other_and_are_bounded() -> None:
    time: Any = Time()
    buckets = Buckets(time, Rate(burst=1, per_second=0.001), keys_max=10)
    assert [buckets.take(str(number)) for number in range(10)] == [0.0] * 10
    assert buckets.take("0") > 0
    for number in range(100, 200):
        buckets.take(str(number))
    assert len(buckets._levels) == 10


def test_what_is_given_back_can_be_taken_again() -> None:
    buckets = Buckets(Time(), Rate(burst=1, per_second=0.001))
    assert buckets.take("a") == 0
    buckets.give_back("a")
    assert buckets.take("a") == 0
    assert buckets.take("a") > 0
