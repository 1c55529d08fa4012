"""Pure rules of the road out: breaker, retry, pacing, and what a message shows."""

import asyncio
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.channels.contract import Throttle
from holdfast.outbox.breaker import (
    Breaker,
    BreakerRules,
    BreakerState,
    after_failure,
    after_success,
    only_country_fails,
)
from holdfast.outbox.model import DeliveryState
from holdfast.outbox.pacing import Pace
from holdfast.outbox.retry import retry_wait_ms
from holdfast.outbox.shown_state import Part, shown_state

NOW = 1_790_000_000_000
RULES = BreakerRules(failures_to_open=3, probe_ms_min=2_000, probe_ms_max=30_000)
STATES = [state.value for state in DeliveryState]
PROVEN = {"sent": 1, "delivered": 2, "read": 3}
DECIMALS = 1e-6


# --- breaker ----------------------------------------------------------------------------------------


def failed(times: int, breaker: Breaker | None = None) -> Breaker:
    breaker = breaker or Breaker("instagram:shop")
    for number in range(times):
        breaker = after_failure(breaker, RULES, NOW + number, "refused")
    return breaker


def test_a_breaker_opens_at_the_third_failure_in_a_row() -> None:
    assert failed(2).state is BreakerState.CLOSED
    assert failed(2).lets_through(NOW)
    opened = failed(3)
    assert (opened.state, opened.opened_at, opened.reason) == (BreakerState.OPEN, NOW + 2, "refused")
    assert failed(2, after_success(failed(2))).state is BreakerState.CLOSED, "not in a row"


@pytest.mark.parametrize(
    ("lately", "alone"),
    [
        ("BR- US+ BR-", True),
        ("BR- US+ BR- US+ BR+", True),
        ("BR- BR- BR-", False),
        ("BR- BR- US+", False),  # nothing is known of others since it began to fail
        ("BR- US- US+ BR-", False),
        ("BR- US+ US- BR-", True),
        ("BR- US+ BR+ BR-", False),
        ("BR- +  BR-", True),
        ("", False),
    ],
)
def test_a_country_fails_alone_where_others_were_reached_since(lately: str, *, alone: bool) -> None:
    assert only_country_fails("BR", newest_first(lately, apart_ms=60_000), NOW) is alone


@pytest.mark.parametrize(
    ("lately", "alone"),
    [
        ("BR- BR- BR- US+ BR+", True),
        ("BR- BR- US- US+ BR+", False),
        ("BR- " * 11 + "US+", True),
        ("BR- " * 12 + "US+", False),  # too long ago to say anything of now
        ("BR- " * 20 + "US+ BR-", True),
    ],
)
def test_what_just_worked_elsewhere_speaks_for_a_moment(lately: str, *, alone: bool) -> None:
    assert only_country_fails("BR", newest_first(lately, apart_ms=1_000), NOW) is alone


def newest_first(lately: str, *, apart_ms: int) -> list[tuple[str, bool, int]]:
    calls = lately.split()
    return [(each[:-1], each.endswith("+"), NOW - n * apart_ms) for n, each in enumerate(calls)]


def test_an_open_breaker_lets_one_through_at_growing_intervals() -> None:
    waits = []
    breaker = failed(3)
    for _ in range(7):
        assert breaker.probe_at is not None
        at = breaker.probe_at
        assert not breaker.lets_through(at - 1)
        assert breaker.lets_through(at)
        breaker = after_failure(breaker, RULES, at, "still refused")
        assert breaker.probe_at is not None
        waits.append(breaker.probe_at - at)
    assert waits == [4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 30_000]
    assert breaker.opened_at == NOW + 2, "open since the first time"


def test_a_success_forgets_everything() -> None:
    assert after_success(failed(9)) == Breaker("instagram:shop")


def test_what_speaks_for_the_whole_channel_opens_at_once_and_waits_as_long_as_it_is_told() -> None:
    opened = after_failure(Breaker("x"), RULES, NOW, "token", at_once=True, wait_ms=60_000)
    assert (opened.state, opened.probe_at) == (BreakerState.OPEN, NOW + 60_000)
    soon = after_failure(Breaker("x"), RULES, NOW, "token", at_once=True, wait_ms=1)
    assert soon.probe_at == NOW + RULES.probe_ms_min


# --- retry ------------------------------------------------------------------------------------------


@given(st.integers(0, 1_000), st.integers(1, 10_000), st.integers(1, 1_000_000), st.integers())
def test_a_retry_waits_between_half_and_all_of_a_doubling_time_within_its_limit(
    attempts: int, minimum: int, maximum: int, seed: int
) -> None:
    wait = retry_wait_ms(attempts, minimum_ms=minimum, maximum_ms=maximum, random=Random(seed))  # noqa: S311
    ceiling = min(maximum, minimum * 2 ** min(attempts, 30))
    assert ceiling // 2 <= wait <= ceiling


# --- pacing -----------------------------------------------------------------------------------------


class TollClock:
    """A clock that jumps over every sleep and adds up how long was slept."""

    def __init__(self) -> None:
        self.seconds = 1_000.0
        self.slept = 0.0

    def now_ms(self) -> int:
        return round(self.seconds * 1000)

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        self.slept += seconds


async def turns(pace: Pace, count: int) -> None:
    for _ in range(count):
        await pace.turn()


async def test_a_burst_of_a_second_is_free_and_then_the_rate_holds() -> None:
    clock = TollClock()
    pace = Pace(clock, 10)
    await turns(pace, 10)
    assert clock.slept == pytest.approx(0, abs=0.11)
    before = clock.slept
    await turns(pace, 50)
    assert clock.slept - before == pytest.approx(5.0)


async def test_a_rest_earns_no_more_than_one_burst() -> None:
    clock = TollClock()
    pace = Pace(clock, 10)
    await turns(pace, 30)
    clock.seconds += 3_600
    before = clock.slept
    await turns(pace, 30)
    assert clock.slept - before >= 1.9


async def test_a_filling_limit_slows_down_and_a_full_one_nearly_stops() -> None:
    async def seconds_for_ten(used: float) -> float:
        clock = TollClock()
        pace = Pace(clock, 10)
        await turns(pace, 20)
        pace.heed(Throttle(used))
        before = clock.slept
        await turns(pace, 10)
        return clock.slept - before

    assert await seconds_for_ten(0.5) == pytest.approx(1.0)
    assert await seconds_for_ten(0.9) == pytest.approx(10.0)
    assert await seconds_for_ten(1.0) == pytest.approx(20.0)


async def test_a_pause_is_waited_for_and_a_shorter_one_does_not_end_it() -> None:
    clock = TollClock()
    pace = Pace(clock, 10)
    pace.pause(30_000)
    pace.pause(1_000)
    await pace.turn()
    assert clock.slept == pytest.approx(30.0, abs=0.2)
    pace.heed(Throttle(0.1, wait_ms=5_000))
    before = clock.slept
    await pace.turn()
    assert clock.slept - before == pytest.approx(5.0, abs=0.2)


async def test_a_turn_that_was_given_back_costs_nothing() -> None:
    clock = TollClock()
    pace = Pace(clock, 10)
    await turns(pace, 20)
    before = clock.slept
    for _ in range(5):
        await pace.turn()
        pace.give_back()
    assert clock.slept - before <= 0.1 + DECIMALS


async def test_concurrent_turns_share_the_rate() -> None:
    clock = TollClock()
    pace = Pace(clock, 10)
    await asyncio.gather(*(turns(pace, 10) for _ in range(6)))
    assert clock.slept >= 4.9


# --- what a message shows ---------------------------------------------------------------------------


def parts(*states: str) -> list[Part]:
    return [Part(state, reason=f"because {state}") for state in states]


@pytest.mark.parametrize(
    ("states", "shown"),
    [
        (("queued",), "waiting"),
        (("held",), "held"),
        (("sending",), "sending"),
        (("in_doubt",), "in_doubt"),
        (("sent",), "sent"),
        (("delivered",), "delivered"),
        (("read",), "read"),
        (("rejected",), "failed"),
        (("expired",), "expired"),
        (("cancelled",), "cancelled"),
        (("superseded", "queued"), "rerouted"),
        (("superseded", "sending"), "rerouted"),
        (("superseded", "held"), "held"),
        (("superseded", "sent"), "sent"),
        (("superseded",), "failed"),
        (("sent", "queued"), "waiting"),
        (("sent", "in_doubt"), "in_doubt"),
        (("read", "delivered", "sent"), "sent"),
        (("read", "delivered"), "delivered"),
        (("sent", "rejected"), "failed"),
        (("rejected", "queued"), "waiting"),
        ((), "failed"),
    ],
)
def test_what_is_shown_is_the_part_that_needs_most_attention(states: tuple[str, ...], shown: str) -> None:
    assert shown_state(parts(*states))[0] == shown


def test_the_reason_belongs_to_what_is_shown() -> None:
    assert shown_state(parts("sent", "held", "queued")) == ("held", "because held")


@given(st.lists(st.sampled_from(STATES), min_size=1, max_size=5))
def test_sent_is_shown_only_with_proof_for_every_part(states: list[str]) -> None:
    shown, _ = shown_state(parts(*states))
    live = [state for state in states if state != "superseded"]
    if shown in PROVEN:
        assert live
        assert all(PROVEN.get(state, 0) >= PROVEN[shown] for state in live)
    else:
        assert not live or any(state not in PROVEN for state in live)


@given(st.lists(st.sampled_from(STATES), min_size=1, max_size=4), st.data())
def test_more_proof_never_shows_less(states: list[str], data: Any) -> None:
    before, _ = shown_state(parts(*states))
    place = data.draw(st.integers(0, len(states) - 1))
    if states[place] not in PROVEN:
        return
    better = [*states]
    better[place] = data.draw(st.sampled_from([s for s in PROVEN if PROVEN[s] >= PROVEN[states[place]]]))
    after, _ = shown_state(parts(*better))
    assert PROVEN.get(after, 0) >= PROVEN.get(before, 0)
