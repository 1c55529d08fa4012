"""From signs to a verdict: sequential, with two thresholds, and recovery only by proof.

Failures and successes are weighed by the logarithm of how much likelier they are when every second call
fails than when one in fifty does (a capped CUSUM). Three failures in a row, and nothing less, confirm.
"""

from collections.abc import Sequence
from math import ceil, exp, log
from typing import Final

import msgspec

from holdfast.channels.contract import ErrorClass
from holdfast.radar.cause import choose_cause
from holdfast.radar.evidence import SKEW_MS, Context, Sign, read_signs
from holdfast.radar.model import (
    CONFIRMED,
    FAILING,
    LATE,
    SLOW,
    Cause,
    Kind,
    Observation,
    Score,
    State,
    Verdict,
)
from holdfast.radar.words import evidence_sentences

FAILING_SHARE_WELL: Final = 0.02
FAILING_SHARE_ILL: Final = 0.5
BAD_STEP: Final = log(FAILING_SHARE_ILL / FAILING_SHARE_WELL)
GOOD_STEP: Final = log((1 - FAILING_SHARE_ILL) / (1 - FAILING_SHARE_WELL))
SCORE_MAX: Final = 15.0
CONFIRM_AT: Final = 9.0
"""Between two failures (6.4) and three (9.7)."""
SUSPECT_AT: Final = 6.0
CLEAR_BELOW: Final = 2.0
PRIOR: Final = log(1000)
"""Trouble is expected in one of a thousand moments: what turns a score into a confidence."""

SHARE_SIGNS: Final = 12
"""The newest signs, from which the share of failures is told."""
DOWN_FROM_SHARE: Final = 0.8
PARTIAL_BELOW_SHARE: Final = 0.6
"""What is down becomes partial only below this; what is partial becomes down only above the other."""

MILDER: Final = frozenset({SLOW, LATE, ErrorClass.THROTTLED.value})
"""Ways to fail that deserve other words than plain failure."""

WEAK_PROOF: Final = 0.5
CHANCE_OF_FALSE_RECOVERING: Final = 0.1
CHANCE_OF_FALSE_UP: Final = 0.02
SHARE_FOR_PROOF_MIN: Final = 0.2
SHARE_FOR_PROOF_MAX: Final = 0.9
"""Bounds on the share from which the needed run of successes is reckoned: 2 at least, 18 at most."""


class Tally(msgspec.Struct, frozen=True):
    """The score after the signs, and the first failure since it last stood at nothing."""

    score: float = 0.0
    onset: int | None = None


def judge(history: Sequence[Observation], previous: Verdict, now: int, context: Context) -> Verdict:
    """The verdict that follows the previous one, given a channel's whole recent history."""
    signs = read_signs(previous.capability, history, now, context)
    decide = _while_failing if previous.state in FAILING else _while_well
    found = decide(signs, previous, now)
    context = msgspec.structs.replace(context, cause_before=previous.cause)
    return _explained(found, signs, context)


def _explained(found: Verdict, signs: Sequence[Sign], context: Context) -> Verdict:
    onset = found.score.onset
    cause = Cause.NONE
    if found.state is State.RECOVERING:
        cause = context.cause_before
    elif found.state in CONFIRMED or found.state is State.SUSPECTED:
        cause = choose_cause([s for s in signs if onset is None or s.at >= onset], onset, context)
    score = msgspec.structs.replace(_remember_good(found.score, signs), manner=_manner(found, signs))
    found = msgspec.structs.replace(found, cause=cause, score=score)
    sentences = evidence_sentences(found, signs, context)
    return msgspec.structs.replace(found, evidence=sentences or found.evidence)


def _remember_good(score: Score, signs: Sequence[Sign]) -> Score:
    newest = max((sign.at for sign in signs if sign.good and sign.strong), default=0)
    return msgspec.structs.replace(score, good_at=max(score.good_at, newest))


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


def _while_well(signs: Sequence[Sign], previous: Verdict, now: int) -> Verdict:
    settled_at = _believable(previous.score.settled_at, now)
    fresh = [sign for sign in signs if sign.at > settled_at]
    tally = weigh(fresh)
    if tally.score >= CONFIRM_AT:
        run = _run_of_successes(fresh)
        if _over_already(fresh, run, tally):
            return msgspec.structs.replace(_up_again(run, previous, now), since=previous.since or now)
        return _failing(fresh, tally, previous)
    if tally.score >= SUSPECT_AT or (previous.state is State.SUSPECTED and tally.score >= CLEAR_BELOW):
        return _suspected(tally, previous)
    return _well(fresh, tally, previous, now)


def _over_already(signs: Sequence[Sign], run: Sequence[Sign], tally: Tally) -> bool:
    """Found out about afterwards, as gaps and missing echoes are, when a return has already been proven."""
    share, _ = failing_shares([sign for sign in signs if sign not in run], tally.onset or 0)
    return proof_in(run, whole=False, cause=Cause.NONE) >= proof_needed(share, CHANCE_OF_FALSE_UP)


def _believable(at: int, now: int) -> int:
    """A time that lies ahead was written by a clock that has since been set back: nothing rests on it."""
    return at if at <= now + SKEW_MS else 0


def weigh(signs: Sequence[Sign]) -> Tally:
    """Strong and weak signs are summed apart: a success of the capability itself refutes failed probes,
    but a probe that succeeds says nothing against failed sends.
    """
    strong = weak = 0.0
    onset: int | None = None
    for sign in signs:
        step = BAD_STEP * sign.weight if not sign.good else GOOD_STEP
        if sign.strong:
            strong = min(max(strong + step, 0.0), SCORE_MAX)
            weak = 0.0 if sign.good else weak
        else:
            weak = min(max(weak + step, 0.0), SCORE_MAX)
        if strong + weak <= 0:
            onset = None
        elif onset is None:
            onset = sign.at
    return Tally(min(strong + weak, SCORE_MAX), onset)


def _suspected(tally: Tally, previous: Verdict) -> Verdict:
    onset = tally.onset
    return msgspec.structs.replace(
        previous,
        state=State.SUSPECTED,
        confidence=confidence(tally.score),
        share=0.0,
        since=onset or previous.since,
        score=msgspec.structs.replace(previous.score, onset=onset),
    )


def _well(signs: Sequence[Sign], tally: Tally, previous: Verdict, now: int) -> Verdict:
    seen_working = any(sign.good for sign in signs) or previous.state is State.UP
    state = State.UP if seen_working else State.UNKNOWN
    proven = any(sign.good and sign.strong for sign in signs)
    sure = (1 - confidence(tally.score)) * (1.0 if proven else 0.7)
    return msgspec.structs.replace(
        previous,
        state=state,
        confidence=round(sure, 2) if state is State.UP else 0.0,
        share=0.0,
        since=previous.since if previous.state is state and previous.since else now,
        score=msgspec.structs.replace(previous.score, onset=None),
    )


def confidence(score: float) -> float:
    """The probability of trouble after a score, given how rare trouble is."""
    return round(1 / (1 + exp(PRIOR - score)), 2)


def _failing(signs: Sequence[Sign], tally: Tally, previous: Verdict) -> Verdict:
    onset = tally.onset or previous.since
    share, hard = failing_shares(signs, onset)
    return msgspec.structs.replace(
        previous,
        state=_severity(hard, previous.state),
        confidence=confidence(tally.score),
        share=share,
        since=onset,
        score=msgspec.structs.replace(previous.score, onset=onset, whole=_probes_fail_too(signs, previous)),
    )


def failing_shares(signs: Sequence[Sign], onset: int) -> tuple[float, float]:
    """(share of signs that are bad, share that are bad and not merely slow) among the newest."""
    since = [sign for sign in signs if sign.at >= onset]
    strong_failed = any(sign.strong and not sign.good for sign in since)
    telling = [sign for sign in since if sign.strong or not strong_failed][-SHARE_SIGNS:]
    if not telling:
        return 1.0, 1.0
    bad = sum(not sign.good for sign in telling)
    hard = sum(not sign.good and not sign.soft for sign in telling)
    return round(bad / len(telling), 2), hard / len(telling)


def _severity(hard_share: float, before: State) -> State:
    bound = PARTIAL_BELOW_SHARE if before is State.DOWN else DOWN_FROM_SHARE
    return State.DOWN if hard_share >= bound else State.PARTIAL


def _probes_fail_too(signs: Sequence[Sign], previous: Verdict) -> bool:
    """Whether the newest probe before the newest failure had failed as well."""
    last_bad = _last_bad(signs)
    if last_bad is None:
        return previous.score.whole
    probes = [sign for sign in signs if not sign.strong and sign.at <= last_bad]
    return bool(probes) and not probes[-1].good


def _last_bad(signs: Sequence[Sign]) -> int | None:
    return max((sign.at for sign in signs if not sign.good), default=None)


# --- while something is known to be wrong -----------------------------------------------------------


def _while_failing(signs: Sequence[Sign], previous: Verdict, now: int) -> Verdict:
    if not signs:
        return previous
    onset = _believable(previous.score.onset or previous.since, now)
    relevant = [sign for sign in signs if sign.at >= onset]
    whole = _probes_fail_too(relevant, previous)
    previous = msgspec.structs.replace(previous, score=msgspec.structs.replace(previous.score, whole=whole))
    run = _run_of_successes(relevant)
    proof = proof_in(run, whole=whole, cause=previous.cause)
    if proof >= proof_needed(previous.share, CHANCE_OF_FALSE_UP):
        return _up_again(run, previous, now)
    if proof >= proof_needed(previous.share, CHANCE_OF_FALSE_RECOVERING):
        return _recovering(run, previous)
    return _still_failing(relevant, previous, now)


def _run_of_successes(signs: Sequence[Sign]) -> list[Sign]:
    last_bad = _last_bad(signs)
    return [sign for sign in signs if sign.good and (last_bad is None or sign.at > last_bad)]


def proof_in(run: Sequence[Sign], *, whole: bool, cause: Cause) -> float:
    """How many successes a run is worth.

    Probes count only where probes had failed too, or to complete what a real success began. A
    subscription that is back is itself the proof that was missing.
    """
    strong = sum(sign.strong for sign in run)
    if cause is Cause.SUBSCRIPTION:
        return float(len(run))
    weak = len(run) - strong if whole or strong else 0
    return strong + WEAK_PROOF * weak


def proof_needed(share: float, chance: float) -> int:
    """The run of successes that would come by less than this chance if failures went on at this share."""
    share = min(max(share, SHARE_FOR_PROOF_MIN), SHARE_FOR_PROOF_MAX)
    return ceil(round(log(chance) / log(1 - share), 6))


def _up_again(run: Sequence[Sign], previous: Verdict, now: int) -> Verdict:
    return msgspec.structs.replace(
        previous,
        state=State.UP,
        confidence=_trust(run, previous.share),
        share=0.0,
        since=now,
        score=Score(settled_at=run[-1].at, good_at=previous.score.good_at),
    )


def _recovering(run: Sequence[Sign], previous: Verdict) -> Verdict:
    fresh = previous.state is not State.RECOVERING
    return msgspec.structs.replace(
        previous,
        state=State.RECOVERING,
        confidence=_trust(run, previous.share),
        since=run[0].at if fresh else previous.since,
    )


def _trust(run: Sequence[Sign], share: float) -> float:
    """How unlikely the run would be if failures went on."""
    bounded = min(max(share, SHARE_FOR_PROOF_MIN), SHARE_FOR_PROOF_MAX)
    return round(1 - (1 - bounded) ** max(1, len(run)), 2)


def _still_failing(signs: Sequence[Sign], previous: Verdict, now: int) -> Verdict:
    """Unchanged without a new failure: what was recovering does not fall back by mere silence either.

    The run of successes at the end is no part of the share: it is what may prove that the share is over.
    """
    last_bad = _last_bad(signs)
    recovering = previous.state is State.RECOVERING
    if last_bad is None or (recovering and last_bad < _believable(previous.since, now)):
        return previous
    share, hard = failing_shares([sign for sign in signs if sign.at <= last_bad], 0)
    return msgspec.structs.replace(
        previous,
        state=_severity(hard, previous.state),
        confidence=max(confidence(weigh(signs).score), 0.5),
        share=share,
        since=previous.score.onset or previous.since,
    )
