"""From weighed signs to a verdict: sequential, with two thresholds, and recovery only by proof.

Two things may explain failures in an ordinary life: chance, which the score refutes (how much likelier the
signs are when every second call fails than when this channel is as it usually is), and a short burst, which
time refutes. What confirms has refuted both.
"""

from collections.abc import Sequence
from math import exp, log
from typing import Final

import msgspec

from holdfast.channels.contract import ErrorClass
from holdfast.radar.balance import SHARE_SIGNS, Balance
from holdfast.radar.cause import choose_cause
from holdfast.radar.entries import Entry, weights
from holdfast.radar.evidence import EVIDENCE_MS, SKEW_MS, Context, Sign
from holdfast.radar.method import (
    ALMOST,
    CHANCE_OF_FALSE_RECOVERING,
    CHANCE_OF_FALSE_UP,
    CLEAR_BELOW,
    CONFIRM_AT,
    SCORE_OVER,
    SUSPECT_AT,
    confidence,
)
from holdfast.radar.model import (
    CONFIRMED,
    FAILING,
    LATE,
    SLOW,
    Cause,
    Kind,
    Score,
    State,
    Verdict,
)
from holdfast.radar.proof import Proof
from holdfast.radar.words import Beside, evidence_sentences

DOWN_FROM_SHARE: Final = 0.8
STAYS: Final = {State.DOWN: 0.6, State.PARTIAL: 0.9}
"""What is down becomes partial only below the first; what is partial becomes down only from the other on."""
HINTS_MAX_OVER: Final = 0.1
"""What others say may just raise suspicion."""
CHANCE_OF_BEING_OVER: Final = 0.05
"""What is found out about afterwards opens nothing if successes since are as unlikely as this."""
OWN_MIN: Final = 1.0
"""Without as much evidence of our own nothing is confirmed."""

MILDER: Final = frozenset({SLOW, LATE, ErrorClass.THROTTLED.value})
"""Ways to fail that deserve other words than plain failure."""


def judge(balance: Balance, previous: Verdict, now: int, context: Context) -> Verdict:
    """The verdict that follows the previous one, given what has been weighed. Changes nothing."""
    decide = _while_failing if previous.state in FAILING else _while_well
    found = decide(balance, previous, now)
    alone = balance.conversations.alone(now, balance.method.burst_ms) is not None
    one = balance.only_conversation() or (alone and balance.onset is None)
    context = msgspec.structs.replace(context, cause_before=previous.cause, one_conversation=one)
    return _explained(found, balance, now, context)


def _explained(found: Verdict, balance: Balance, now: int, context: Context) -> Verdict:
    signs, onset = balance.signs, found.score.onset
    cause = Cause.NONE
    if found.state is State.RECOVERING:
        cause = context.cause_before
    elif found.state in CONFIRMED or found.state is State.SUSPECTED:
        cause = choose_cause([s for s in signs if onset is None or s.at >= onset], onset, context)
    score = msgspec.structs.replace(
        found.score,
        good_at=max(found.score.good_at, balance.good_at),
        manner=_manner(found, signs),
        learnt=balance.learnt(),
        learnt_classes=balance.learnt_classes(),
    )
    found = msgspec.structs.replace(found, cause=cause, score=score)
    beside = Beside(
        proven=now - balance.good_at <= EVIDENCE_MS and balance.good_at > 0,
        hints=tuple(sign for sign in balance.others.say.values() if now - sign.at <= EVIDENCE_MS),
    )
    sentences = evidence_sentences(found, signs, context, beside)
    return msgspec.structs.replace(found, evidence=sentences or found.evidence)


def _manner(found: Verdict, signs: Sequence[Sign]) -> str:
    """How it fails, where every failure is of one milder kind."""
    failures = [sign for sign in signs if not sign.good and sign.at >= (found.score.onset or 0)]
    if any(sign.error_class == LATE for sign in failures):
        failures = [sign for sign in failures if sign.kind is not Kind.ECHO_EXPECTED]  # still on its way
    classes = {sign.error_class for sign in failures}
    if found.state not in FAILING or not classes:
        return found.score.manner if found.state in FAILING else ""
    only = classes.pop() if len(classes) == 1 else ""
    return only if only in MILDER else ""


# --- while nothing is known to be wrong -------------------------------------------------------------


def _while_well(balance: Balance, previous: Verdict, now: int) -> Verdict:
    own = balance.score + balance.others.rhythm(now)
    total = own + min(balance.others.hint(now), SUSPECT_AT + HINTS_MAX_OVER)
    total = min(total, CONFIRM_AT + SCORE_OVER)
    if total >= CONFIRM_AT - ALMOST and own >= OWN_MIN and _outlasts_a_burst(balance, now):
        if _over_already(balance):
            return _up_again(balance, previous, now, since=previous.since or now)
        return _failing(balance, total, previous)
    lately = _newest_trouble(balance)
    fresh = lately is not None and now - lately < EVIDENCE_MS
    if fresh and (
        total >= SUSPECT_AT - ALMOST or (previous.state is State.SUSPECTED and total >= CLEAR_BELOW)
    ):
        return _suspected(balance, total, previous)
    alone = balance.conversations.alone(now, balance.method.burst_ms)
    if alone is not None:
        return msgspec.structs.replace(
            previous, state=State.SUSPECTED, confidence=confidence(SUSPECT_AT), share=0.0, since=alone.since
        )
    return _well(balance, total, previous, now)


def _outlasts_a_burst(balance: Balance, now: int) -> bool:
    """Whether it has gone on for longer than ordinary trouble does."""
    silent_ms = now - balance.others.silent_since if balance.others.rhythm(now) else 0
    return max(balance.lasted_ms(), silent_ms) >= balance.method.burst_ms


def _onset(balance: Balance) -> int | None:
    times = [at for at in (balance.onset, balance.others.silent_since) if at]
    return min(times, default=None)


def _newest_trouble(balance: Balance) -> int | None:
    times = [sign.at for sign in balance.others.say.values()]
    if balance.last_bad is not None:
        times.append(balance.last_bad)
    return max(times, default=None)


def _over_already(balance: Balance) -> bool:
    """Found out about afterwards, as gaps and missing echoes are, when a return has already been proven."""
    if not balance.entries:
        return False
    last_bad = balance.last_bad or 0
    bad = weights(entry for entry in balance.entries if not entry.sign.good)
    run = weights(e for e in balance.entries if e.sign.good and e.sign.strong and e.sign.at > last_bad)
    proof = Proof()
    proof.begin(bad, 0.0, again=False)
    for _ in range(int(run)):
        proof.succeed(last_bad, 1.0, strong=True)
    return proof.nats >= log(1 / CHANCE_OF_BEING_OVER)


def _believable(at: int, now: int) -> int:
    """A time that lies ahead was written by a clock that has since been set back: nothing rests on it."""
    return at if at <= now + SKEW_MS else 0


def _suspected(balance: Balance, total: float, previous: Verdict) -> Verdict:
    onset = _onset(balance)
    hinted = min((sign.at for sign in balance.others.say.values()), default=0)
    return msgspec.structs.replace(
        previous,
        state=State.SUSPECTED,
        confidence=confidence(total),
        share=0.0,
        since=onset or (previous.since if previous.state is State.SUSPECTED else hinted or previous.since),
        score=msgspec.structs.replace(previous.score, onset=onset),
    )


def _well(balance: Balance, total: float, previous: Verdict, now: int) -> Verdict:
    state = State.UP if balance.seen_good or previous.state is State.UP else State.UNKNOWN
    proven = balance.good_at > 0 and now - balance.good_at <= EVIDENCE_MS
    sure = (1 - confidence(total)) * (1.0 if proven else 0.7)
    return msgspec.structs.replace(
        previous,
        state=state,
        confidence=round(sure, 2) if state is State.UP else 0.0,
        share=0.0,
        since=previous.since if previous.state is state and previous.since else now,
        score=msgspec.structs.replace(previous.score, onset=None),
    )


def _failing(balance: Balance, total: float, previous: Verdict) -> Verdict:
    onset = _onset(balance) or previous.since
    region = balance.only_region()
    share, hard = failing_shares(balance.entries, onset)
    return msgspec.structs.replace(
        previous,
        state=State.PARTIAL if region or balance.only_conversation() else _severity(hard, previous.state),
        confidence=confidence(total),
        share=share,
        since=onset,
        score=msgspec.structs.replace(
            previous.score,
            onset=onset,
            region=region,
            whole=_probes_fail_too(balance.entries, previous),
            relapses=0,
        ),
    )


def failing_shares(entries: Sequence[Entry], onset: int) -> tuple[float, float]:
    """(share of signs that are bad, share that are bad and not merely slow) among the newest."""
    since = [entry for entry in entries if entry.sign.at >= onset]
    strong_failed = any(entry.sign.strong and not entry.sign.good for entry in since)
    telling = [entry for entry in since if entry.sign.strong or not strong_failed][-SHARE_SIGNS:]
    whole = weights(telling)
    if whole <= 0:
        return 1.0, 1.0
    bad = weights(entry for entry in telling if not entry.sign.good)
    hard = weights(entry for entry in telling if not entry.sign.good and not entry.sign.soft)
    return round(bad / whole, 2), hard / whole


def _severity(hard_share: float, before: State) -> State:
    bound = STAYS.get(before, DOWN_FROM_SHARE)
    return State.DOWN if hard_share >= bound else State.PARTIAL


def _probes_fail_too(entries: Sequence[Entry], previous: Verdict) -> bool:
    """Whether the newest probe before the newest failure had failed as well."""
    last_bad = max((entry.sign.at for entry in entries if not entry.sign.good), default=None)
    if last_bad is None:
        return previous.score.whole
    probes = [entry.sign for entry in entries if not entry.sign.strong and entry.sign.at <= last_bad]
    return bool(probes) and not probes[-1].good


# --- while something is known to be wrong -----------------------------------------------------------


def _while_failing(balance: Balance, previous: Verdict, now: int) -> Verdict:
    if not balance.entries or balance.others.rhythm(now) >= SUSPECT_AT:
        return previous
    whole = _probes_fail_too(balance.entries, previous)
    previous = msgspec.structs.replace(previous, score=msgspec.structs.replace(previous.score, whole=whole))
    recovering = previous.state is State.RECOVERING
    if recovering and balance.proves(CHANCE_OF_FALSE_UP):
        return _up_again(balance, previous, now, since=now)
    if balance.proves(CHANCE_OF_FALSE_RECOVERING) or (recovering and balance.proof.nats > 0):
        return _recovering(balance, previous)
    return _still_failing(balance, previous, now)


def _up_again(balance: Balance, previous: Verdict, now: int, *, since: int) -> Verdict:
    newest = balance.entries[-1].sign.at
    return msgspec.structs.replace(
        previous,
        state=State.UP,
        confidence=_trust(max(balance.proof.nats, log(1 / CHANCE_OF_FALSE_UP))),
        share=0.0,
        since=since,
        score=Score(
            settled_at=_believable(newest, now),
            good_at=previous.score.good_at,
        ),
    )


def _recovering(balance: Balance, previous: Verdict) -> Verdict:
    fresh = previous.state is not State.RECOVERING
    return msgspec.structs.replace(
        previous,
        state=State.RECOVERING,
        confidence=_trust(balance.proof.nats),
        since=(balance.proof.since or previous.since) if fresh else previous.since,
    )


def _trust(back: float) -> float:
    """How unlikely the successes would be if failures went on."""
    return round(1 - exp(-back), 2)


def _still_failing(balance: Balance, previous: Verdict, now: int) -> Verdict:
    """Unchanged without a new failure: what was recovering does not fall back by mere silence either.

    The run of successes at the end is no part of the share: it is what may prove that the share is over.
    """
    last_bad = balance.last_bad
    recovering = previous.state is State.RECOVERING
    if last_bad is None or (recovering and last_bad < _believable(previous.since, now)):
        return previous
    onset = previous.score.onset or 0
    share, hard = failing_shares([e for e in balance.entries if e.sign.at <= last_bad], onset)
    relapses = previous.score.relapses + recovering
    region = balance.only_region() if previous.score.region else ""
    return msgspec.structs.replace(
        previous,
        state=State.PARTIAL if region or balance.only_conversation() else _severity(hard, previous.state),
        confidence=max(confidence(balance.score), 0.5),
        share=share,
        since=previous.score.onset or previous.since,
        score=msgspec.structs.replace(previous.score, relapses=relapses, region=region),
    )
