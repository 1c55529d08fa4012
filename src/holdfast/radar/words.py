"""The evidence in sentences that a shop owner understands."""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from holdfast.channels.contract import Capability, ErrorClass
from holdfast.countries import country_name
from holdfast.radar.evidence import EVIDENCE_MS, LATE_MS, SLOW_MS, Context, Sign
from holdfast.radar.model import CONFIRMED, DETAIL_CHARACTERS_MAX, LATE, SLOW, Cause, Kind, State, Verdict

COUNTED_MAX: Final = 20
"""Sentences count so many of the newest signs, so that they do not change for ever while all is well."""
_MINUTES: Final = EVIDENCE_MS // 60_000

_WELL_STRONG: Final = {
    Capability.SEND: "The newest messages were accepted.",
    Capability.RECEIVE: "Messages arrive.",
    Capability.HISTORY: "Past messages can be read.",
    Capability.SIGN_IN: "Signing in works.",
}
_GO_THROUGH: Final = {
    Capability.SEND: "Our own messages go through.",
    Capability.RECEIVE: "Messages still arrive here.",
    Capability.HISTORY: "We can still read past messages.",
    Capability.SIGN_IN: "Our own sign-in works.",
}
_WELL_WEAK: Final = {
    Capability.SEND: f"Signing in works. Nothing was sent in the last {_MINUTES} minutes.",
    Capability.RECEIVE: f"We are subscribed. No message arrived in the last {_MINUTES} minutes.",
}
_WORK_COUNTED: Final = {
    Capability.SEND: ("send was accepted", "sends were accepted"),
    Capability.RECEIVE: ("message arrived", "messages arrived"),
    Capability.HISTORY: ("reading of past messages worked", "readings of past messages worked"),
    Capability.SIGN_IN: ("sign-in worked", "sign-ins worked"),
}


_IS_WRONG: Final = "that something is wrong."
_MONITOR_SAYS: Final = "Another monitor raised an alert."


class Beside(msgspec.Struct, frozen=True, kw_only=True):
    """What else is known: whether the capability itself worked lately, and what others say."""

    proven: bool = False
    hints: tuple[Sign, ...] = ()


NOTHING_ELSE: Final = Beside()


def evidence_sentences(
    verdict: Verdict, signs: Sequence[Sign], context: Context, beside: Beside = NOTHING_ELSE
) -> tuple[str, ...]:
    """What the verdict rests on; empty where there is nothing new to say."""
    if verdict.state is State.UNKNOWN:
        return ("There is no proof yet that it works, and none that it does not.",)
    if verdict.state is State.UP:
        return (*_of_health(verdict.capability, beside), *_of_others(verdict, beside))
    if verdict.state is State.SUSPECTED:
        return (*_of_trouble(verdict, signs, context), *_of_others(verdict, beside))
    if not signs and not (beside.hints and verdict.state in CONFIRMED):
        return ()
    if verdict.state is State.RECOVERING:
        return _of_return(verdict.capability, signs)
    return (*_of_trouble(verdict, signs, context), *_of_others(verdict, beside))


def for_visitors(evidence: Sequence[str]) -> tuple[str, ...]:
    """Without the words of agents and other monitors, which were not written for the public."""
    return tuple(each for each in evidence if _IS_WRONG not in each and _MONITOR_SAYS not in each)


def _of_others(verdict: Verdict, beside: Beside) -> Iterable[str]:
    for sign in beside.hints:
        said = _ended(sign.detail) if sign.detail else ""
        if sign.kind is Kind.REPORT:
            yield "People report that it fails for them."
        elif sign.kind is Kind.BUTTON:
            yield f"{_agents_say(sign.count)} {_IS_WRONG} {said}".rstrip()
        elif sign.kind is Kind.ALERT:
            yield f"{_MONITOR_SAYS} {said}".rstrip()
        elif said:
            yield said
    if beside.hints and beside.proven and verdict.state in (State.UP, State.SUSPECTED):
        yield _GO_THROUGH[verdict.capability]


def _agents_say(count: float) -> str:
    return "An agent says" if count <= 1 else f"{count:.0f} agents say"


def _of_health(capability: Capability, beside: Beside) -> tuple[str, ...]:
    if beside.proven:
        return (_WELL_STRONG[capability],)
    return (_WELL_WEAK.get(capability, _WELL_STRONG[capability]),)


def _of_return(capability: Capability, signs: Sequence[Sign]) -> tuple[str, ...]:
    last_bad = max((sign.at for sign in signs if not sign.good), default=0)
    run = [sign for sign in signs if sign.good and sign.at > last_bad]
    strong = sum(sign.strong for sign in run)
    one, many = _WORK_COUNTED[capability]
    sentences = [f"{strong} {one if strong == 1 else many} since the last failure."] if strong else []
    if len(run) > strong:
        sentences.append("Our own checks succeed again.")
    return tuple(sentences)


def _of_trouble(verdict: Verdict, signs: Sequence[Sign], context: Context) -> Iterable[str]:
    onset = verdict.score.onset or 0
    since = [sign for sign in signs if sign.at >= onset]
    yield from _of_calls([s for s in since if s.kind is Kind.SEND], ("send", "sends"))
    if verdict.capability is Capability.SEND:
        trips = [s for s in since if s.kind is Kind.ROUND_TRIP]
        yield from _of_calls(trips, ("message between our own accounts", "messages between our own accounts"))
    yield from _of_probes(verdict.capability, [s for s in since if s.kind is Kind.PROBE], context)
    if verdict.capability is Capability.RECEIVE:
        yield from _of_webhooks(since, context)
    if verdict.score.region:
        yield f"Only what concerns {country_name(verdict.score.region)} fails; elsewhere it works."
    if verdict.cause is Cause.CONVERSATION:
        yield "Only one conversation fails."
    if verdict.state in CONFIRMED:
        yield from _of_surroundings(verdict.cause, context)


def _of_calls(signs: Sequence[Sign], words: tuple[str, str]) -> Iterable[str]:
    newest = signs[-COUNTED_MAX:]
    hard = [sign for sign in newest if not sign.good and not sign.soft]
    slow = [sign for sign in newest if sign.error_class == SLOW]
    one, many = words
    if hard:
        alone = len(newest) == 1
        counted = (
            f"The last {one} failed" if alone else f"{len(hard)} of the last {len(newest)} {many} failed"
        )
        reason = _reason(hard[-1])
        yield _ended(f"{counted}: {reason}" if reason else counted)
    if slow:
        counted = f"The last {one}" if len(newest) == 1 else f"{len(slow)} of the last {len(newest)} {many}"
        yield f"{counted} took longer than {SLOW_MS // 1000} seconds."


def _reason(sign: Sign) -> str:
    """Of a failed connection only what happened: hosts, ports and names of errors help no reader, and
    visitors read along.
    """
    return sign.detail.split(": ")[0] if sign.error_class == ErrorClass.NETWORK else sign.detail


def _of_probes(capability: Capability, signs: Sequence[Sign], context: Context) -> Iterable[str]:
    failed = [sign for sign in signs if not sign.good]
    if capability is Capability.RECEIVE and failed:
        yield _ended(f"{context.place} has stopped announcing new messages to us: {failed[-1].detail}")
    elif failed:
        yield from _of_calls(signs, ("check", "checks"))


def _of_webhooks(signs: Sequence[Sign], context: Context) -> Iterable[str]:
    gaps = sum(sign.kind is Kind.GAP for sign in signs)
    silent = sum(sign.kind is Kind.ECHO_EXPECTED for sign in signs)
    late = sum(sign.error_class == LATE for sign in signs)
    trips = [s for s in signs if s.kind is Kind.ROUND_TRIP and not s.good and s.error_class != LATE]
    if gaps:
        yield f"{_count(gaps, 'message')} in {context.place}'s own record that no webhook brought us."
    if silent:
        seconds = (context.silence_ms or 0) // 1000
        yield f"{_count(silent, 'sent message')} not confirmed by a webhook within {seconds} seconds."
    if trips:
        yield f"{_count(len(trips), 'message')} from another account of ours did not arrive."
    if late:
        yield f"{_count(late, 'message')} arrived more than {LATE_MS // 1000} seconds late."


def _of_surroundings(cause: Cause, context: Context) -> Iterable[str]:
    if cause is Cause.UPLINK:
        yield f"Addresses that have nothing to do with {context.place} do not answer either."
    elif cause is Cause.ACCOUNT and context.sibling_good_at:
        yield "Another of our accounts on the same platform may still work: it had success since."
    elif cause is Cause.PLATFORM and context.controls_answer:
        yield "Our own connection works: unrelated addresses answer."
    if context.feed:
        yield context.feed


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _ended(sentence: str) -> str:
    text = " ".join(sentence.split()).rstrip(": ")[:DETAIL_CHARACTERS_MAX]
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."
