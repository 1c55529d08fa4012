# ruff: noqa: S311 - seeded chance makes stories, not secrets
from collections.abc import Iterable, Sequence
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.channels.contract import Capability, ErrorClass
from holdfast.radar import Cause, Kind, Observation, Result, State, Verdict, watch
from holdfast.radar.evidence import EVIDENCE_MS, ChannelFacts, Context
from holdfast.radar.method import Method

START = 1_790_000_000_000
CHANNEL = "instagram:shop"
INSTAGRAM = Context(platform="instagram", place="Instagram", silence_ms=15_000, started_at=START - 60_000)


def send(at: int, result: Result = Result.OK, error: str = "platform", latency_ms: int = 100) -> Observation:
    return Observation(
        channel=CHANNEL,
        capability=Capability.SEND,
        kind=Kind.SEND,
        at=at,
        result=result,
        error_class=error if result is Result.FAIL else "",
        detail="(#2) Service temporarily unavailable" if result is Result.FAIL else "",
        latency_ms=latency_ms,
    )


def probe(
    at: int, capability: Capability = Capability.SIGN_IN, result: Result = Result.OK, error: str = "network"
) -> Observation:
    return Observation(
        channel=CHANNEL,
        capability=capability,
        kind=Kind.PROBE,
        at=at,
        result=result,
        error_class=error if result is Result.FAIL else "",
        detail="connection refused" if result is Result.FAIL else "",
    )


def webhook(
    at: int, kind: Kind = Kind.ARRIVAL, detail: str = "", latency_ms: int | None = 200
) -> Observation:
    return Observation(
        channel=CHANNEL,
        capability=Capability.RECEIVE,
        kind=kind,
        at=at,
        detail=detail,
        latency_ms=latency_ms,
    )


ABRUPT = Method(burst_ms=0)
"""Chance alone has to be refuted: signs that come together count as if they came apart."""


class Watch:
    """Judges after every observation, as the radar does."""

    def __init__(
        self,
        capability: Capability = Capability.SEND,
        context: Context = INSTAGRAM,
        method: Method = ABRUPT,
    ) -> None:
        self.capability = capability
        self.context = context
        self.watch = watch.Watch(method)
        facts = ChannelFacts(platform=context.platform, failure_domain="meta", silence_ms=context.silence_ms)
        self.watch.know({CHANNEL: facts}, context.started_at)
        self.states: list[State] = []

    @property
    def verdict(self) -> Verdict:
        return self.watch.verdict(CHANNEL, self.capability)

    def see(self, observations: Iterable[Observation]) -> State:
        for observation in observations:
            self.watch.see(observation)
            self.look(observation.at)
        return self.verdict.state

    def tell(self, observations: Iterable[Observation]) -> None:
        """Several at once, before anything is judged."""
        for observation in observations:
            self.watch.see(observation)

    def look(self, now: int) -> State:
        self.watch.pass_time(now)
        self.watch.judge(now, lambda *_: self.context, everything=True)
        if not self.states or self.states[-1] is not self.verdict.state:
            self.states.append(self.verdict.state)
        return self.verdict.state


def sends(outcomes: Sequence[bool], start: int = START, every_ms: int = 1000) -> list[Observation]:
    results = (Result.OK if good else Result.FAIL for good in outcomes)
    return [send(start + number * every_ms, result) for number, result in enumerate(results)]


# --- opening ----------------------------------------------------------------------------------------


def test_nothing_is_known_before_there_is_evidence() -> None:
    assert Watch().look(START) is State.UNKNOWN


def test_success_is_up() -> None:
    watch = Watch()
    assert watch.see(sends([True])) is State.UP
    assert watch.verdict.evidence == ("The newest messages were accepted.",)


@pytest.mark.parametrize("before", [0, 1, 30])
def test_one_failure_opens_nothing_two_are_suspected_three_confirm(before: int) -> None:
    watch = Watch()
    watch.see(sends([True] * before))
    assert watch.see([send(START + 60_000, Result.FAIL)]) in (State.UP, State.UNKNOWN)
    assert watch.see([send(START + 61_000, Result.FAIL)]) is State.SUSPECTED
    assert watch.see([send(START + 62_000, Result.FAIL)]) is State.DOWN
    assert watch.verdict.since == START + 60_000
    assert watch.verdict.share == 1.0
    assert watch.verdict.confidence > 0.9
    assert "failed: (#2) Service temporarily unavailable" in watch.verdict.evidence[0]


@pytest.mark.parametrize("seed", range(5))
def test_two_percent_of_failures_never_open_anything(seed: int) -> None:
    random = Random(seed)
    watch = Watch()
    watch.see(sends([random.random() >= 0.02 for _ in range(600)]))
    assert set(watch.states) <= {State.UP, State.SUSPECTED, State.UNKNOWN}


def test_a_failure_after_every_fifty_successes_does_not_even_raise_suspicion() -> None:
    watch = Watch()
    watch.see(sends(([True] * 49 + [False]) * 8))
    assert watch.states == [State.UP]


@pytest.mark.parametrize("seed", range(8))
def test_a_share_of_thirty_percent_is_told_as_partial_within_ninety_sends(seed: int) -> None:
    random = Random(seed)
    watch = Watch()
    watch.see(sends([True] * 20))
    found = 0
    for number in range(90):
        watch.see([send(START + (30 + number) * 1000, Result.FAIL if random.random() < 0.3 else Result.OK)])
        if watch.verdict.state in (State.PARTIAL, State.DOWN):
            found = number
            break
    assert found
    assert 0 < watch.verdict.share <= 1


def test_a_share_of_a_half_is_partial() -> None:
    watch = Watch()
    watch.see(sends([True] * 5 + [False, True] * 10))
    assert watch.verdict.state is State.PARTIAL
    assert 0.4 <= watch.verdict.share <= 0.6


@pytest.mark.parametrize("error", ["window", "recipient", "opted_out", "message"])
def test_what_concerns_one_message_or_person_is_no_failure_of_the_platform(error: str) -> None:
    watch = Watch()
    watch.see([send(START + n * 1000, Result.FAIL, error) for n in range(20)])
    assert watch.states == [State.UNKNOWN]


def test_slow_answers_are_told_but_are_not_down() -> None:
    watch = Watch()
    watch.see([send(START + n * 10_000, latency_ms=10_000) for n in range(4)])
    assert watch.verdict.state is State.PARTIAL
    assert "took longer than 5 seconds" in watch.verdict.evidence[0]


# --- probes as evidence about sending ---------------------------------------------------------------


def test_a_platform_seen_by_probes_alone_is_judged_after_three() -> None:
    watch = Watch()
    watch.see([probe(START + n * 5000, result=Result.FAIL) for n in range(3)])
    assert watch.verdict.state is State.DOWN
    assert watch.verdict.cause is Cause.PLATFORM


def test_a_sign_in_that_fails_alone_says_nothing_about_sending() -> None:
    watch = Watch()
    for n in range(6):
        at = START + n * 5000
        watch.tell([probe(at, result=Result.FAIL, error="platform"), probe(at, Capability.HISTORY)])
        watch.look(at)
    assert State.DOWN not in watch.states


def test_sends_that_succeed_refute_probes_that_fail() -> None:
    watch = Watch()
    for n in range(10):
        watch.see([probe(START + n * 5000, result=Result.FAIL), send(START + n * 5000 + 1000)])
    assert set(watch.states) <= {State.UNKNOWN, State.UP}


def test_probes_that_succeed_do_not_excuse_sends_that_fail() -> None:
    watch = Watch()
    for n in range(4):
        watch.see([probe(START + n * 5000), send(START + n * 5000 + 1000, Result.FAIL)])
    assert watch.verdict.state is State.DOWN


# --- recovery ---------------------------------------------------------------------------------------


def down(watch: Watch, failures: int = 30) -> int:
    watch.see(sends([False] * failures))
    assert watch.verdict.state is State.DOWN
    return START + failures * 1000


def test_silence_never_recovers() -> None:
    watch = Watch()
    now = down(watch)
    for minutes in (1, 20, 600, 100_000):
        assert watch.look(now + minutes * 60_000) is State.DOWN


def test_probes_alone_do_not_prove_that_sending_works_again() -> None:
    watch = Watch()
    watch.see([probe(START - 1)])
    now = down(watch)
    watch.see([probe(now + n * 5000) for n in range(50)])
    assert watch.verdict.state is State.DOWN


def test_two_sends_prove_the_return() -> None:
    watch = Watch()
    now = down(watch)
    assert watch.see([send(now + 1000)]) is State.DOWN
    assert watch.see([send(now + 2000)]) is State.RECOVERING
    assert watch.verdict.evidence == ("2 sends were accepted since the last failure.",)
    assert watch.look(now + 3000) is State.UP
    assert watch.verdict.cause is Cause.NONE


def test_what_let_some_through_needs_more_proof_than_what_let_none() -> None:
    watch = Watch()
    watch.see([*sends([False, True] * 2), *sends([False] * 4, START + 4000)])
    assert watch.see(sends([True] * 3, START + 10_000)) in (State.DOWN, State.PARTIAL)
    watch.see(sends([True] * 8, START + 20_000))
    assert watch.look(START + 40_000) is State.UP


def test_what_lets_one_in_ten_through_has_not_come_back_with_each_of_them() -> None:
    watch = Watch()
    watch.see(sends(([False] * 9 + [True]) * 6))
    assert State.RECOVERING not in watch.states
    assert watch.see(sends([True] * 4, START + 60_000)) is State.UP


def test_old_failures_do_not_count_again_after_the_return() -> None:
    watch = Watch()
    now = down(watch)
    watch.see([send(now + 1000), send(now + 2000)])
    watch.look(now + 3000)
    watch.see([send(now + 4000, Result.FAIL)])
    assert watch.verdict.state is State.UP


def test_a_relapse_while_recovering_is_down_again() -> None:
    watch = Watch()
    now = down(watch)
    assert watch.see([send(now + 1000), send(now + 2000)]) is State.RECOVERING
    assert watch.see([send(now + 3000, Result.FAIL), send(now + 4000, Result.FAIL)]) is State.DOWN
    assert watch.verdict.since == START


def test_one_send_and_then_probes_complete_the_proof() -> None:
    watch = Watch()
    now = down(watch)
    assert watch.see([send(now + 1000)]) is State.DOWN
    assert watch.see([probe(now + 10_000 + n * 5000) for n in range(8)]) is State.UP


def test_where_probes_failed_too_their_return_is_weaker_proof() -> None:
    watch = Watch()
    watch.see([probe(START + n * 5000, result=Result.FAIL) for n in range(3)])
    back = START + 20_000
    assert watch.see([probe(back + n * 5000) for n in range(3)]) is State.DOWN
    assert watch.see([probe(back + 20_000 + n * 5000) for n in range(5)]) is State.UP


def test_a_send_and_probes_that_failed_together_come_back_by_a_few_probes() -> None:
    watch = Watch()
    watch.see([probe(START - 4000), send(START, Result.FAIL)])
    watch.see([probe(START + n * 4000, result=Result.FAIL) for n in (1, 2)])
    assert watch.verdict.state is State.DOWN
    assert watch.see([probe(START + 12_000 + n * 4000) for n in range(3)]) is State.DOWN
    assert watch.see([probe(START + 24_000 + n * 4000) for n in range(4)]) is State.UP


def test_probes_of_which_one_in_ten_gets_through_prove_nothing() -> None:
    watch = Watch()
    watch.see([send(START, Result.FAIL)])
    results = ([Result.FAIL] * 9 + [Result.OK]) * 6
    watch.see([probe(START + (n + 1) * 4000, result=result) for n, result in enumerate(results)])
    assert not {State.RECOVERING, State.UP} & set(watch.states)


def test_a_share_needs_a_longer_run_of_successes() -> None:
    watch = Watch()
    watch.see(sends([False, True, False, True] * 4))
    start = START + 60_000
    assert watch.see(sends([True] * 2, start)) is State.PARTIAL
    assert watch.see(sends([True] * 12, start + 10_000)) is State.UP


def test_a_clock_that_jumps_ahead_or_back_decides_nothing() -> None:
    watch = Watch()
    now = down(watch)
    assert watch.look(now + 365 * 86_400_000) is State.DOWN
    earlier = now - 7 * 86_400_000
    assert watch.look(earlier) is State.DOWN
    assert watch.see([send(earlier + 1000), send(earlier + 2000)]) is State.RECOVERING
    assert watch.look(earlier + 3000) is State.UP


@given(
    st.lists(st.tuples(st.sampled_from(["ok", "bad", "probe_ok", "probe_bad", "quiet"]), st.integers(0, 60))),
    st.sampled_from([Capability.SEND, Capability.SIGN_IN]),
)
def test_up_is_never_reached_from_failure_without_a_success(
    story: list[tuple[str, int]], capability: Capability
) -> None:
    """Whatever happens, in whatever rhythm: up after failure means a success since the last failure."""
    watch, now, newest = Watch(capability), START, ""
    for what, seconds in story:
        now += seconds * 1000 + 1
        newest = newest if what == "quiet" else what
        before = watch.verdict.state
        happened = {
            "ok": [send(now)],
            "bad": [send(now, Result.FAIL)],
            "probe_ok": [probe(now)],
            "probe_bad": [probe(now, result=Result.FAIL)],
            "quiet": [],
        }[what]
        watch.see(happened)
        after = watch.look(now)
        if before in (State.DOWN, State.PARTIAL, State.RECOVERING) and after is State.UP:
            assert newest in ("ok", "probe_ok")
        assert not (before in (State.DOWN, State.PARTIAL) and after in (State.UNKNOWN, State.SUSPECTED))


# --- receiving --------------------------------------------------------------------------------------


def test_three_missing_subscription_probes_are_down_by_subscription() -> None:
    watch = Watch(Capability.RECEIVE)
    watch.see(
        [
            probe(START + n * 5000, Capability.RECEIVE, Result.FAIL, ErrorClass.SUBSCRIPTION.value)
            for n in range(3)
        ]
    )
    assert watch.verdict.state is State.DOWN
    assert watch.verdict.cause is Cause.SUBSCRIPTION
    back = [probe(START + 20_000 + n * 5000, Capability.RECEIVE) for n in range(4)]
    assert watch.see(back) is State.UP


def test_a_subscription_that_cannot_be_looked_at_says_nothing() -> None:
    watch = Watch(Capability.RECEIVE)
    watch.see([probe(START + n * 5000, Capability.RECEIVE, Result.FAIL, "network") for n in range(9)])
    assert watch.states == [State.UNKNOWN]


def test_mail_that_cannot_be_fetched_does_not_arrive() -> None:
    watch = Watch(Capability.RECEIVE, Context(platform="email", place="email"))
    watch.see([probe(START + n * 5000, Capability.RECEIVE, Result.FAIL, "network") for n in range(3)])
    assert watch.verdict.state is State.DOWN


def test_two_messages_found_in_the_history_show_silent_webhooks() -> None:
    watch = Watch(Capability.RECEIVE)
    assert watch.see([webhook(START), webhook(START + 60_000, Kind.GAP, "m1")]) is State.SUSPECTED
    assert watch.see([webhook(START + 60_000, Kind.GAP, "m2")]) is State.DOWN
    assert "no webhook brought us" in watch.verdict.evidence[0]


def test_three_echoes_that_do_not_come_show_silent_webhooks_though_the_subscription_stands() -> None:
    watch = Watch(Capability.RECEIVE)
    for n in range(3):
        at = START + n * 2000
        watch.see([webhook(at, Kind.ECHO_EXPECTED, f"m{n}", None), probe(at, Capability.RECEIVE)])
    watch.look(START + 14_000)
    watch.look(START + 19_000)
    assert watch.states == [State.UNKNOWN, State.UP, State.DOWN]
    assert "3 sent messages not confirmed" in watch.verdict.evidence[0]
    watch.see([probe(START + 20_000 + n * 5000, Capability.RECEIVE) for n in range(20)])
    assert watch.verdict.state is State.DOWN
    assert watch.see([webhook(START + 130_000 + n * 1000) for n in range(4)]) is State.UP


def test_echoes_that_come_even_before_the_answer_are_no_failure() -> None:
    watch = Watch(Capability.RECEIVE)
    for n in range(5):
        at = START + n * 1000
        watch.see(
            [webhook(at, Kind.ECHO_SEEN, f"m{n}", None), webhook(at, Kind.ECHO_EXPECTED, f"m{n}", None)]
        )
    assert watch.look(START + 60_000) is State.UP


def test_late_messages_are_told_as_late() -> None:
    watch = Watch(Capability.RECEIVE)
    watch.see([webhook(START + 60_000 + n, latency_ms=45_000) for n in range(3)])
    assert watch.verdict.state is State.PARTIAL
    assert watch.verdict.score.manner == "late"


def test_echoes_that_come_late_are_late_and_not_lost() -> None:
    watch = Watch(Capability.RECEIVE)
    for n in range(12):
        at = START + n * 10_000
        watch.see([webhook(at, Kind.ECHO_EXPECTED, f"m{n}", None)])
        if n >= 4:
            watch.see([webhook(at, Kind.ECHO_SEEN, f"m{n - 4}", None)])
    assert watch.verdict.state is State.PARTIAL
    assert watch.verdict.score.manner == "late"


def test_echoes_missed_before_the_return_are_not_held_against_it() -> None:
    watch = Watch(Capability.RECEIVE)
    for n in range(6):
        watch.see([webhook(START + n * 4000, Kind.ECHO_EXPECTED, f"m{n}", None)])
    assert watch.look(START + 25_000) is State.DOWN
    assert watch.see([webhook(START + 26_000 + n * 1000) for n in range(4)]) is State.UP
    assert watch.look(START + 60_000) is State.UP


def test_messages_found_after_the_return_are_not_held_against_it() -> None:
    watch = Watch(Capability.RECEIVE)
    watch.see([webhook(START), webhook(START + 20_000), webhook(START + 20_500)])
    watch.tell([webhook(START + 24_000, Kind.GAP, f"m{n}", 12_000) for n in range(3)])
    assert watch.look(START + 24_000) is State.UP
    assert watch.verdict.since == START
    watch.tell([webhook(START + 40_000, Kind.GAP, f"n{n}", 12_000) for n in range(3)])
    assert watch.look(START + 40_000) is State.DOWN
    assert watch.verdict.since == START + 28_000


def test_the_flood_after_our_own_absence_is_not_held_against_the_platform() -> None:
    started = msgspec.structs.replace(INSTAGRAM, started_at=START)
    watch = Watch(Capability.RECEIVE, started)
    watch.see([webhook(START + n, latency_ms=3_600_000) for n in range(30)])
    watch.see([webhook(START + 100, Kind.GAP, "m", 7_200_000) for _ in range(5)])
    assert watch.states == [State.UNKNOWN]


def test_old_observations_say_nothing() -> None:
    watch = Watch()
    watch.see(sends([False] * 2))
    assert watch.look(START + EVIDENCE_MS + 10_000) is State.UNKNOWN
