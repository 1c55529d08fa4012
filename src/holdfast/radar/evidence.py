"""What the observations of a channel say about its capabilities: signs, good or bad, strong or weak."""

from collections import OrderedDict
from collections.abc import Iterator
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
ECHOES_HELD_MAX: Final = 5_000
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
HINT_KINDS: Final = frozenset({Kind.REPORT, Kind.BUTTON, Kind.ALERT, Kind.RHYTHM})
"""What others say, and what our counts say: no sign of one call."""


class Sign(msgspec.Struct, frozen=True, kw_only=True):
    """One observation as it bears on a capability. ``strong``: the capability itself was exercised.

    ``stands_ms``: the time for which it stands, where that may be more than the time since the sign before
    it. ``waited_ms``: how long it was waited for before it was called bad. ``count``: how many alike it
    stands for, 0 where it is a single one.
    ``key`` names what may yet turn out otherwise; ``replaces`` names what has.
    """

    at: int
    good: bool
    strong: bool = True
    weight: float = 1.0
    error_class: str = ""
    kind: Kind = Kind.PROBE
    detail: str = ""
    region: str = ""
    stands_ms: int = 0
    waited_ms: int = 0
    count: float = 0
    key: str = ""
    replaces: str = ""
    conversation: str = ""

    @property
    def soft(self) -> bool:
        """It works, but too slowly: never enough to call it down."""
        return self.error_class in (SLOW, LATE)


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What is known around a channel. ``place`` is its name inside a sentence.

    ``silence_ms``: how long an echo may take, None where none is expected. ``started_at``: when this hub
    began to listen; what was written before may be late through our own fault. ``sibling_good_at``: the
    newest success of the same capability on another channel of the platform that is up, ``sibling_well_since``:
    since when that one is up.
    ``controls_answer_since``: when unrelated addresses began to answer after a time without.
    ``everything_unreachable``: channels of all failure domains, at least two, fail to connect.
    ``one_conversation``: all that fails belongs to one, and others are known to get through.
    ``feed`` is the sentence of the platform's own status page, or empty.
    """

    platform: str = ""
    place: str = "the platform"
    silence_ms: int | None = None
    started_at: int = 0
    controls_answer: bool | None = None
    controls_answer_since: int = 0
    everything_unreachable: bool = False
    sibling_good_at: int = 0
    sibling_well_since: int = 0
    feed: str = ""
    one_conversation: bool = False
    cause_before: Cause = Cause.NONE


class ChannelFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What has to be known of a channel to judge it; see Context for ``silence_ms``."""

    platform: str
    failure_domain: str
    silence_ms: int | None = None


Found = Iterator[tuple[Capability, Sign]]
Held = OrderedDict[str, int]
"""When by name; the oldest goes first, and unlike a plain dict's it is found at once however many went before."""


class Reader:
    """Turns the observations of one channel into signs, in the order in which they come."""

    def __init__(self, facts: ChannelFacts, started_at: int = 0) -> None:
        self.facts = facts
        self.started_at = started_at
        self._polled = facts.platform in POLLED_PLATFORMS
        self._awaited: Held = OrderedDict()
        self._seen: Held = OrderedDict()
        self._missing: Held = OrderedDict()
        self._alone: list[Observation] = []
        self._works_at = -1

    # --- observation by observation ---------------------------------------------------------------

    def read(self, seen: Observation) -> Found:
        """The signs that an observation gives at once."""
        if seen.kind is Kind.SEND:
            if counts(seen):
                yield Capability.SEND, sign_of(seen, strong=True)
        elif seen.kind is Kind.PROBE:
            yield from self._from_probe(seen)
        elif seen.kind is Kind.ECHO_EXPECTED:
            self.expect(seen.detail, seen.at)
        elif seen.kind in (Kind.ARRIVAL, Kind.ECHO_SEEN, Kind.GAP):
            yield from self._from_webhook(seen)
        elif seen.kind is Kind.ROUND_TRIP:
            yield from self._from_round_trip(seen)

    def due(self, now: int) -> Found:
        """The signs that time alone gives: echoes that should have come, and sign-ins that failed alone."""
        yield from self._release()
        silence = self.facts.silence_ms
        while silence is not None and self._awaited:
            echo, sent_at = next(iter(self._awaited.items()))
            if sent_at + silence > now:
                return
            del self._awaited[echo]
            _hold(self._missing, echo, sent_at)
            yield Capability.RECEIVE, _missing(echo, sent_at, silence)

    def next_due(self) -> int | None:
        """When time alone will say something next."""
        if self._alone:
            return self._alone[0].at
        if self._awaited and self.facts.silence_ms is not None:
            return next(iter(self._awaited.values())) + self.facts.silence_ms
        return None

    # --- probes -----------------------------------------------------------------------------------

    def _from_probe(self, seen: Observation) -> Found:
        if self._alone and self._alone[0].at != seen.at:
            yield from self._release()
        if not counts(seen):
            return
        if seen.capability is Capability.SIGN_IN:
            yield Capability.SIGN_IN, sign_of(seen, strong=True)
            yield from self._from_sign_in(seen)
        elif seen.capability is Capability.SEND:
            yield Capability.SEND, sign_of(seen, strong=False)
        elif seen.capability is Capability.HISTORY:
            self._note_works(seen)
            if seen.error_class != ErrorClass.THROTTLED:  # reading history is rationed in ordinary life
                yield Capability.HISTORY, sign_of(seen, strong=True)
        elif seen.capability is Capability.RECEIVE:
            self._note_works(seen)
            if self._polled or seen.result is Result.OK or seen.error_class == ErrorClass.SUBSCRIPTION:
                yield Capability.RECEIVE, sign_of(seen, strong=self._polled)

    def _from_sign_in(self, seen: Observation) -> Found:
        """Signing in, as weak evidence about sending: only where sending could not work either.

        The results of one probe carry the same time. A sign-in that fails alone, while the same probe reads
        the history, is a fault of signing in and not of the whole platform. A slow sign-in says nothing of sends.
        """
        sign = sign_of(seen, strong=False)
        if sign.soft:
            return
        if sign.good or seen.error_class in SHARED_BY_SENDING:
            yield Capability.SEND, sign
        elif self._works_at != seen.at:
            self._alone.append(seen)

    def _note_works(self, seen: Observation) -> None:
        if seen.result is Result.OK:
            self._works_at = seen.at
            self._alone = [held for held in self._alone if held.at != seen.at]

    def _release(self) -> Found:
        alone, self._alone = self._alone, []
        for held in alone:
            yield Capability.SEND, sign_of(held, strong=False)

    # --- webhooks ---------------------------------------------------------------------------------

    def expect(self, echo: str, at: int) -> None:
        """A message was sent at a time, and its echo should follow."""
        known = echo in self._seen or echo in self._missing
        if self.facts.silence_ms is not None and not known and at >= self.started_at:
            _hold(self._awaited, echo, at)

    def works_plainly(self, at: int) -> bool:
        """Take note that the platform answers; False, and nothing done, where that has to do with a failure."""
        if self._alone:
            return False
        self._works_at = at
        return True

    def hear_soon(self, echo: str, at: int) -> bool:
        """Take note of an echo that came in time; False, and nothing done, for any other."""
        sent_at = self._awaited.get(echo)
        if sent_at is None or at - sent_at >= LATE_MS or sent_at < self.started_at:
            return False
        del self._awaited[echo]
        seen = self._seen
        seen[echo] = at  # as _hold does it, without its call: this is done for every echo
        if len(seen) > ECHOES_HELD_MAX:
            seen.popitem(last=False)
        return True

    def _from_webhook(self, seen: Observation) -> Found:
        aged, replaces = seen, ""
        if seen.kind is Kind.ECHO_SEEN and seen.detail:
            sent_at = self._awaited.pop(seen.detail, None)
            late_at = self._missing.pop(seen.detail, None)
            replaces = seen.detail if late_at is not None else ""
            _hold(self._seen, seen.detail, seen.at)
            aged = _with_age(seen, sent_at if sent_at is not None else late_at)
        if not self._written_before_start(aged):
            yield Capability.RECEIVE, _arrival(aged, replaces)

    def _from_round_trip(self, seen: Observation) -> Found:
        """A message between our own accounts: sending of the one, receiving of the other."""
        if seen.capability is Capability.SEND:
            if counts(seen):
                yield Capability.SEND, sign_of(seen, strong=True)
        elif not self._written_before_start(seen):
            came = seen.result is Result.OK or seen.error_class == LATE
            missed = self._missing.pop(seen.detail, None) if came else None
            if not came and seen.detail:
                _hold(self._missing, seen.detail, seen.at)
            yield Capability.RECEIVE, _of_round_trip(seen, seen.detail if missed is not None else "")

    def _written_before_start(self, seen: Observation) -> bool:
        return seen.latency_ms is not None and seen.at - seen.latency_ms < self.started_at


def counts(seen: Observation) -> bool:
    return seen.result is not Result.UNKNOWN and seen.error_class not in NO_FAULT_OF_THE_CHANNEL


def sign_of(seen: Observation, *, strong: bool) -> Sign:
    latency = seen.latency_ms or 0
    slow = seen.result is Result.OK and latency >= SLOW_MS
    return Sign(
        at=seen.at,
        good=seen.result is Result.OK and not slow,
        strong=strong,
        error_class=SLOW if slow else seen.error_class,
        kind=seen.kind,
        detail=seen.detail or ("the answer took very long" if slow else ""),
        region=seen.region,
        conversation=seen.conversation,
        stands_ms=latency if slow or seen.error_class == SLOW else 0,
    )


def _arrival(seen: Observation, replaces: str) -> Sign:
    if seen.kind is Kind.GAP:  # a failure of the moment of writing, like an echo that is missing
        written_at = seen.at - (seen.latency_ms or 0)
        return Sign(at=written_at, good=False, weight=GAP_WEIGHT, kind=Kind.GAP, region=seen.region)
    age = seen.latency_ms or 0
    late = age >= LATE_MS
    return Sign(
        at=seen.at - age if late else seen.at,  # what comes late was held up when it was written
        good=not late,
        error_class=LATE if late else "",
        kind=seen.kind,
        region=seen.region,
        waited_ms=age if late else 0,
        replaces=replaces,
    )


def _of_round_trip(seen: Observation, replaces: str) -> Sign:
    """One that is missing or late is a failure of the moment at which it was sent."""
    good, waited = seen.result is Result.OK, seen.latency_ms or 0
    return Sign(
        at=seen.at if good else seen.at - waited,
        good=good,
        kind=seen.kind,
        error_class=seen.error_class,
        waited_ms=0 if good else waited,
        key="" if good else seen.detail,
        replaces=replaces,
    )


def _missing(echo: str, sent_at: int, silence_ms: int) -> Sign:
    """A failure of the moment of sending, though it is found out later: what was sent before webhooks came
    back must not be held against them afterwards.
    """
    return Sign(at=sent_at, good=False, kind=Kind.ECHO_EXPECTED, key=echo, waited_ms=silence_ms)


def _with_age(seen: Observation, sent_at: int | None) -> Observation:
    if seen.latency_ms is None and sent_at is not None:
        return msgspec.structs.replace(seen, latency_ms=max(seen.at - sent_at, 0))
    return seen


def _hold(held: Held, name: str, at: int) -> None:
    held[name] = at
    if len(held) > ECHOES_HELD_MAX:
        held.popitem(last=False)
