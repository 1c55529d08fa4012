"""What the observations of a channel say about one capability: signs, good or bad, strong or weak."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Final

import msgspec

from holdfast.channels.contract import Capability, ErrorClass
from holdfast.radar.model import LATE, SLOW, Cause, Kind, Observation, Result

EVIDENCE_MS: Final = 10 * 60 * 1000
"""Older observations say nothing about now."""
SKEW_MS: Final = 5_000
"""Observations further in the future than this come from a clock that was wrong."""
SLOW_MS: Final = 5_000
"""An answer after this time counts as slow, even a good one."""
LATE_MS: Final = 20_000
"""A message that is older than this on arrival came late."""
GAP_WEIGHT: Final = 1.5
"""A message in the history that no webhook brought is harder to explain away than a failed call."""
POLLED_PLATFORMS: Final = frozenset({"email"})
"""Where we fetch what arrives, a fetch that fails for any reason means that nothing arrives."""

NO_FAULT_OF_THE_CHANNEL: Final = frozenset(
    {ErrorClass.WINDOW, ErrorClass.RECIPIENT, ErrorClass.OPTED_OUT, ErrorClass.MESSAGE}
)
"""Failures that speak of one message or one person only."""
SHARED_BY_SENDING: Final = frozenset(
    {ErrorClass.NETWORK, ErrorClass.TOKEN, ErrorClass.ACCOUNT, ErrorClass.PERMISSION}
)
"""Failures of signing in that sending cannot escape."""


class Sign(msgspec.Struct, frozen=True, kw_only=True):
    """One observation as it bears on a capability. ``strong``: the capability itself was exercised."""

    at: int
    good: bool
    strong: bool = True
    weight: float = 1.0
    error_class: str = ""
    kind: Kind = Kind.PROBE
    detail: str = ""

    @property
    def soft(self) -> bool:
        """It works, but too slowly: never enough to call it down."""
        return self.error_class in (SLOW, LATE)


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What is known around a channel. ``place`` is its name inside a sentence.

    ``silence_ms``: how long an echo may take, None where none is expected. ``started_at``: when this hub
    began to listen; what was written before may be late through our own fault. ``sibling_good_at``: the
    newest success of the same capability on another channel of the platform that is up.
    ``everything_unreachable``: channels of all failure domains, at least two, fail to connect.
    ``feed`` is the sentence of the platform's own status page, or empty.
    """

    platform: str = ""
    place: str = "the platform"
    silence_ms: int | None = None
    started_at: int = 0
    controls_answer: bool | None = None
    everything_unreachable: bool = False
    sibling_good_at: int = 0
    feed: str = ""
    cause_before: Cause = Cause.NONE


def read_signs(
    capability: Capability, history: Sequence[Observation], now: int, context: Context
) -> list[Sign]:
    """The signs about a capability in the whole recent history of its channel, oldest first."""
    recent = sorted((o for o in history if now - EVIDENCE_MS <= o.at <= now + SKEW_MS), key=lambda o: o.at)
    if capability is Capability.SEND:
        signs = [*_from_sends(recent), *_from_sign_in(recent)]
    elif capability is Capability.RECEIVE:
        signs = [*_from_webhooks(recent, now, context), *_from_receive_probes(recent, context)]
    else:
        signs = list(_from_probes(recent, capability))
    return sorted(signs, key=lambda sign: sign.at)


def _from_sends(recent: Iterable[Observation]) -> Iterable[Sign]:
    for seen in recent:
        if seen.kind is Kind.SEND and _counts(seen):
            yield _sign(seen, strong=True)


def _counts(seen: Observation) -> bool:
    return seen.result is not Result.UNKNOWN and seen.error_class not in NO_FAULT_OF_THE_CHANNEL


def _sign(seen: Observation, *, strong: bool) -> Sign:
    slow = seen.result is Result.OK and (seen.latency_ms or 0) >= SLOW_MS
    return Sign(
        at=seen.at,
        good=seen.result is Result.OK and not slow,
        strong=strong,
        error_class=SLOW if slow else seen.error_class,
        kind=seen.kind,
        detail=seen.detail or ("the answer took very long" if slow else ""),
    )


def _from_sign_in(recent: Iterable[Observation]) -> Iterable[Sign]:
    """Signing in, as weak evidence about sending: only where sending could not work either.

    The results of one probe carry the same time. A sign-in that fails alone, while the same probe reads
    the history, is a fault of signing in and not of the whole platform. A slow sign-in says nothing of sends.
    """
    probes = [o for o in recent if o.kind is Kind.PROBE and _counts(o)]
    for _, together in groupby(probes, key=lambda o: o.at):
        results = list(together)
        yield from (_sign(o, strong=False) for o in results if o.capability is Capability.SEND)
        others_work = any(
            o.result is Result.OK and o.capability in (Capability.HISTORY, Capability.RECEIVE)
            for o in results
        )
        for seen in results:
            slow = _sign(seen, strong=False).soft
            alone = seen.result is Result.FAIL and others_work and seen.error_class not in SHARED_BY_SENDING
            if seen.capability is Capability.SIGN_IN and not alone and not slow:
                yield _sign(seen, strong=False)


def _from_webhooks(recent: Sequence[Observation], now: int, context: Context) -> Iterable[Sign]:
    seen_echoes = {o.detail for o in recent if o.kind is Kind.ECHO_SEEN}
    sent_at = {o.detail: o.at for o in recent if o.kind is Kind.ECHO_EXPECTED}
    for seen in recent:
        if seen.kind is Kind.ECHO_EXPECTED:
            yield from _missing_echo(seen, seen_echoes, now, context)
        elif seen.kind in (Kind.ARRIVAL, Kind.ECHO_SEEN, Kind.GAP):
            aged = _with_age(seen, sent_at)
            if not _written_before_start(aged, context):
                yield _arrival(aged)


def _missing_echo(expected: Observation, seen: set[str], now: int, context: Context) -> Iterable[Sign]:
    """A failure of the moment of sending, though it is found out later: what was sent before webhooks came
    back must not be held against them afterwards.
    """
    if context.silence_ms is None or expected.detail in seen or expected.at < context.started_at:
        return
    if expected.at + context.silence_ms <= now:
        yield Sign(at=expected.at, good=False, kind=Kind.ECHO_EXPECTED)


def _with_age(seen: Observation, sent_at: Mapping[str, int]) -> Observation:
    if seen.kind is Kind.ECHO_SEEN and seen.latency_ms is None and seen.detail in sent_at:
        return msgspec.structs.replace(seen, latency_ms=max(seen.at - sent_at[seen.detail], 0))
    return seen


def _written_before_start(seen: Observation, context: Context) -> bool:
    return seen.latency_ms is not None and seen.at - seen.latency_ms < context.started_at


def _arrival(seen: Observation) -> Sign:
    if seen.kind is Kind.GAP:  # a failure of the moment of writing, like an echo that is missing
        written_at = seen.at - (seen.latency_ms or 0)
        return Sign(at=written_at, good=False, weight=GAP_WEIGHT, kind=Kind.GAP)
    late = (seen.latency_ms or 0) >= LATE_MS
    return Sign(at=seen.at, good=not late, error_class=LATE if late else "", kind=seen.kind)


def _from_receive_probes(recent: Iterable[Observation], context: Context) -> Iterable[Sign]:
    """A subscription that cannot be looked at says nothing; one that is gone does."""
    polled = context.platform in POLLED_PLATFORMS
    for seen in recent:
        if seen.kind is not Kind.PROBE or seen.capability is not Capability.RECEIVE or not _counts(seen):
            continue
        if polled or seen.result is Result.OK or seen.error_class == ErrorClass.SUBSCRIPTION:
            yield _sign(seen, strong=polled)


def _from_probes(recent: Iterable[Observation], capability: Capability) -> Iterable[Sign]:
    for seen in recent:
        if seen.kind is not Kind.PROBE or seen.capability is not capability or not _counts(seen):
            continue
        if capability is Capability.HISTORY and seen.error_class == ErrorClass.THROTTLED:
            continue  # reading history is rationed in ordinary life
        yield _sign(seen, strong=True)
