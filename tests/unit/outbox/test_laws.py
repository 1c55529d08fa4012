"""What always holds of the road out's pure decisions, whatever happens in whatever order."""

import asyncio
from dataclasses import dataclass, field
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from holdfast.channels.contract import Limits, Throttle
from holdfast.outbox.breaker import Breaker, BreakerRules, BreakerState, after_failure, after_success
from holdfast.outbox.candidates import window_closes_at
from holdfast.outbox.doubt.notes import Notes
from holdfast.outbox.doubt.policy import (
    LOOKS_TO_PROVE_ABSENCE,
    Standing,
    Step,
    absent_from,
    next_look,
    next_step,
    proves_absence,
)
from holdfast.outbox.model import DeliveryState
from holdfast.outbox.pacing import BURST_SECONDS, Pace
from holdfast.outbox.shown_state import Part, shown_state

NOW = 1_790_000_000_000
DAY_MS = 86_400_000
RULES = BreakerRules(failures_to_open=3, probe_ms_min=2_000, probe_ms_max=30_000)
times = st.integers(0, 7 * DAY_MS)


# --- breaker: open is whoever failed often enough since the last success ----------------------------


@dataclass(frozen=True)
class Blow:
    after_ms: int
    success: bool
    at_once: bool
    wait_ms: int | None


blows = st.builds(
    Blow,
    after_ms=st.integers(1, 60_000),
    success=st.booleans(),
    at_once=st.booleans(),
    wait_ms=st.none() | st.integers(0, 600_000),
)


@given(st.lists(blows, max_size=30))
def test_a_breaker_is_open_exactly_while_enough_failed_since_the_last_success(story: list[Blow]) -> None:
    breaker, now = Breaker("x"), NOW
    failures, opened_at = 0, None
    for blow in story:
        now += blow.after_ms
        if blow.success:
            breaker = after_success(breaker)
            failures, opened_at = 0, None
        else:
            breaker = after_failure(breaker, RULES, now, "no", wait_ms=blow.wait_ms, at_once=blow.at_once)
            failures += 1
            if opened_at is None and (blow.at_once or failures >= RULES.failures_to_open):
                opened_at = now
        assert (breaker.state is BreakerState.OPEN) == (opened_at is not None)
        assert (breaker.failures, breaker.opened_at) == (failures, opened_at)
        assert breaker.lets_through(now) == (opened_at is None)


@given(st.lists(blows.filter(lambda blow: not blow.success), min_size=3, max_size=30))
def test_an_open_breaker_always_lets_one_through_again_and_never_before_it_was_asked_to(
    story: list[Blow],
) -> None:
    breaker, now = Breaker("x"), NOW
    for blow in story:
        now += blow.after_ms
        breaker = after_failure(breaker, RULES, now, "no", wait_ms=blow.wait_ms, at_once=blow.at_once)
        if breaker.state is BreakerState.CLOSED:
            continue
        asked = blow.wait_ms or 0
        wait = (breaker.probe_at or 0) - now
        assert max(RULES.probe_ms_min, asked) <= wait <= max(RULES.probe_ms_max, asked)
        assert breaker.lets_through(now + wait)
        assert not breaker.lets_through(now + wait - 1)


# --- windows ----------------------------------------------------------------------------------------


@given(st.none() | st.integers(1, DAY_MS), st.none() | st.integers(1, 7 * DAY_MS), st.none() | times)
def test_a_person_may_answer_at_least_as_long_as_a_machine(
    reply: int | None, human: int | None, last_in_at: int | None
) -> None:
    limits = Limits(text_max=1, reply_window_ms=reply, human_window_ms=human)
    machine = window_closes_at(limits, last_in_at, human=False)
    person = window_closes_at(limits, last_in_at, human=True)
    if reply is None:
        assert machine is person is None
    elif not last_in_at:
        assert machine == person == 0
    else:
        assert machine == last_in_at + reply
        assert person is not None
        assert person >= machine


@given(st.integers(1, DAY_MS), st.none() | st.integers(1, 7 * DAY_MS), st.lists(times, min_size=2))
def test_whoever_writes_again_never_closes_a_window(reply: int, human: int | None, wrote: list[int]) -> None:
    limits = Limits(text_max=1, reply_window_ms=reply, human_window_ms=human)
    for person in (True, False):
        closes = [window_closes_at(limits, at, human=person) or 0 for at in sorted(wrote)]
        assert closes == sorted(closes)


# --- pacing -----------------------------------------------------------------------------------------


@dataclass
class TollClock:
    """Jumps over every sleep; notes nothing else."""

    seconds: float = 1_000.0
    begun: list[float] = field(default_factory=list)

    def now_ms(self) -> int:
        return round(self.seconds * 1000)

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds


moves = st.one_of(
    st.just("turn"),
    st.just("turn now"),
    st.floats(0, 3),
    st.builds(Throttle, used=st.floats(0, 1.2), wait_ms=st.integers(0, 5_000)),
)


async def _pace(clock: TollClock, pace: Pace, story: list[object]) -> list[tuple[float, float]]:
    """Lives through a story; the pauses that were asked for, as (from, until) in seconds."""
    pauses = []
    for move in story:
        if move == "turn":
            await pace.turn()
            clock.begun.append(clock.seconds)
        elif move == "turn now":
            if pace.turn_now():
                clock.begun.append(clock.seconds)
        elif isinstance(move, Throttle):
            pace.heed(move)
            pauses.append((clock.seconds, clock.seconds + move.wait_ms / 1000))
        elif isinstance(move, float):
            clock.seconds += move
    return pauses


@given(st.lists(moves, max_size=60), st.sampled_from([0.5, 1.0, 10.0, 80.0]))
def test_no_stretch_of_time_has_more_turns_than_the_limit_and_one_burst(
    story: list[object], rate: float
) -> None:
    clock = TollClock()
    asyncio.run(_pace(clock, Pace(clock, rate), story))
    for first, since in enumerate(clock.begun):
        for last, until in enumerate(clock.begun[first:], first):
            assert last - first + 1 <= rate * (until - since + BURST_SECONDS) + 1 + 1e-6


@given(st.lists(moves, max_size=60))
def test_nothing_goes_while_the_platform_asked_for_a_pause(story: list[object]) -> None:
    clock = TollClock()
    pauses = asyncio.run(_pace(clock, Pace(clock, 10), story))
    for since, until in pauses:
        assert not [at for at in clock.begun if since < at < until - 0.002]


class SharedClock(TollClock):
    """Many sleep on it at once; it is moved by hand."""

    async def sleep(self, seconds: float) -> None:
        until = self.seconds + seconds
        while self.seconds < until:  # noqa: ASYNC110 - whoever moves the clock tells nobody
            await asyncio.sleep(0)


async def test_a_pause_holds_those_who_wait_for_their_turn_already() -> None:
    """Lanes wait for their turns when the first one's answer says: stop for ten seconds."""
    clock = SharedClock()
    pace = Pace(clock, 1)

    async def lane() -> None:
        await pace.turn()
        clock.begun.append(clock.seconds)

    await pace.turn()
    waiting = [asyncio.create_task(lane()) for _ in range(4)]
    await asyncio.sleep(0)
    until = clock.seconds + 10
    pace.pause(10_000)
    while not all(task.done() for task in waiting):
        clock.seconds += 0.25
        await asyncio.sleep(0)
    assert len(clock.begun) == len(waiting)
    assert min(clock.begun) >= until
    assert max(clock.begun) - min(clock.begun) >= len(waiting) - 1 - BURST_SECONDS, "and then one by one"


# --- what a message shows ---------------------------------------------------------------------------

states = st.sampled_from([state.value for state in DeliveryState])


@given(st.lists(states, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_what_is_shown_does_not_depend_on_the_order_of_the_parts(parts: list[str], random: object) -> None:
    mixed = [*parts]
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert shown_state([Part(each) for each in parts])[0] == shown_state([Part(each) for each in mixed])[0]


@given(
    st.lists(states.filter(lambda state: state != "superseded"), min_size=1, max_size=5), st.integers(1, 3)
)
def test_what_went_another_way_hides_nothing_of_what_is_left(parts: list[str], moved: int) -> None:
    before, _ = shown_state([Part(each) for each in parts])
    after, _ = shown_state([Part("superseded")] * moved + [Part(each) for each in parts])
    assert after == ("rerouted" if before in {"waiting", "sending"} else before)


# --- doubts -----------------------------------------------------------------------------------------

standings = st.builds(
    Standing,
    waited_ms=st.integers(0, 30 * DAY_MS),
    policy=st.sampled_from(["ask", "resend", "never"]),
    resend_after_ms=times,
    holds_ms=times,
    aside=st.booleans(),
)


@given(standings)
def test_nothing_is_repeated_against_its_channels_policy(standing: Standing) -> None:
    step = next_step(standing)
    if step is Step.SEND_AGAIN:
        assert standing.policy == "resend"
        assert standing.waited_ms >= standing.resend_after_ms


@given(standings, st.integers(0, DAY_MS))
def test_time_alone_never_takes_back_a_step(standing: Standing, more_ms: int) -> None:
    """A doubt that was given up or sent again is not waited for when one looks later."""
    later = Standing(
        waited_ms=standing.waited_ms + more_ms,
        policy=standing.policy,
        resend_after_ms=standing.resend_after_ms,
        holds_ms=standing.holds_ms,
        aside=standing.aside,
    )
    assert next_step(standing) is Step.WAIT or next_step(later) is not Step.WAIT


@given(
    times,
    st.integers(0, DAY_MS),
    st.integers(0, DAY_MS),
    st.integers(0, 9),
    times,
)
def test_absence_is_proven_by_two_looks_after_the_last_moment_at_which_it_could_take_effect(
    ended_at: int, evidence_ms: int, late_ms: int, looks: int, asked_at: int
) -> None:
    counts_from = absent_from(ended_at, over=False, evidence_ms=evidence_ms, late_ms=late_ms)
    assert counts_from >= ended_at + max(evidence_ms, late_ms)
    assert (
        absent_from(ended_at, over=True, evidence_ms=evidence_ms, late_ms=late_ms) >= ended_at + evidence_ms
    )
    if proves_absence(Notes(absent=looks, absent_from=counts_from), asked_at):
        assert looks + 1 >= LOOKS_TO_PROVE_ABSENCE
        assert asked_at >= counts_from


@given(times, st.integers(0, 30 * DAY_MS), st.integers(1, DAY_MS), st.lists(st.integers(0, 30 * DAY_MS)))
def test_the_next_look_is_to_come_and_no_deadline_is_slept_through(
    now: int, waited_ms: int, recheck_ms: int, deadlines: list[int]
) -> None:
    at = next_look(now, waited_ms, recheck_ms, *deadlines)
    assert at > now
    assert all(at <= each for each in deadlines if each > now)


@given(st.lists(st.integers(0, 30 * DAY_MS), min_size=2), st.integers(1, DAY_MS))
def test_looks_become_no_rarer_than_the_doubt_is_old(waits: list[int], recheck_ms: int) -> None:
    apart = [next_look(NOW, waited, recheck_ms) - NOW for waited in sorted(waits)]
    assert all(before <= after for before, after in pairwise(apart))
    assert all(each <= max(recheck_ms, waited) for each, waited in zip(apart, sorted(waits), strict=True))
