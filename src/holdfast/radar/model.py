"""What the radar speaks of: observations, verdicts, incidents. Times are milliseconds since the epoch."""

from enum import StrEnum
from typing import Any, Final

import msgspec

from holdfast.channels.contract import Capability

DETAIL_CHARACTERS_MAX: Final = 200
SLOW: Final = "slow"
"""An answer that came, but so late that people notice. Beside the error classes of the channel contract."""
LATE: Final = "late"
"""A message that arrived long after it was written."""
HUB: Final = "hub"
"""A failure of our own hub, where the one who observes it can tell."""


class Kind(StrEnum):
    """Where a piece of evidence comes from."""

    SEND = "send"
    ARRIVAL = "arrival"
    ECHO_EXPECTED = "echo_expected"
    ECHO_SEEN = "echo_seen"
    PROBE = "probe"
    GAP = "gap"
    FEED = "feed"
    CONTROL = "control"
    REPORT = "report"
    BUTTON = "button"
    ALERT = "alert"
    RHYTHM = "rhythm"
    ROUND_TRIP = "round_trip"


class Result(StrEnum):
    OK = "ok"
    FAIL = "fail"
    UNKNOWN = "unknown"


class State(StrEnum):
    UP = "up"
    SUSPECTED = "suspected"
    PARTIAL = "partial"
    DOWN = "down"
    RECOVERING = "recovering"
    UNKNOWN = "unknown"


CONFIRMED: Final = frozenset({State.PARTIAL, State.DOWN})
FAILING: Final = CONFIRMED | {State.RECOVERING}


class Cause(StrEnum):
    NONE = ""
    PLATFORM = "platform"
    ACCOUNT = "account"
    TOKEN = "token"  # noqa: S105 - the name of a cause
    SUBSCRIPTION = "subscription"
    UPLINK = "uplink"
    HUB = "hub"
    CONVERSATION = "conversation"


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of evidence about a channel.

    ``error_class`` is one of the contract's ErrorClass values, or ``slow``, ``late``, ``hub``.
    ``detail``: for echo_expected and echo_seen the platform's id of the message, for the arrival of a round
    trip its id, for control its address, else a short sentence. ``latency_ms``: of sends and probes the time to
    the answer; of arrivals and gaps how old the message was by the platform's own time; of the arrival of a
    round trip the time since it was sent. ``channel`` of a feed is ``feed:<platform>``, of a control
    ``control``; both have no capability. ``region``: the ISO 3166 country it speaks of, or empty. Of a report
    ``detail`` is the symptom, of the agents' button what they wrote. ``strength``: how strongly it speaks, as
    a log-likelihood ratio in nats, or 0 where it weighs what its kind weighs; the rhythm's alone carry one, and
    in ``latency_ms`` how long the silence has lasted. ``conversation`` of a send is an opaque name of the
    conversation that it belongs to, of the agents' button a name of the agent, or empty.
    """

    channel: str
    kind: Kind
    at: int
    capability: Capability | None = None
    result: Result = Result.OK
    error_class: str = ""
    detail: str = ""
    latency_ms: int | None = None
    region: str = ""
    strength: float = 0.0
    conversation: str = ""


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """What a verdict remembers beside itself, so that neither a restart nor a clock jump decides anything.

    ``onset``: the first failure of the present trouble. ``whole``: probes failed as well, so that probes
    may prove the return. ``settled_at``: evidence up to here has been dealt with. ``good_at``: the newest
    success of the capability itself. ``manner``: slow, late or throttled, where all failures are of that one
    kind. ``relapses``: how often a return was begun in vain. ``learnt``: what is ordinary, as counts of signs
    and of failures, of the capability itself and of weaker ones; ``learnt_classes``: of the failures, by their
    class. ``region``: where alone it fails, or empty.
    """

    onset: int | None = None
    whole: bool = False
    settled_at: int = 0
    good_at: int = 0
    manner: str = ""
    relapses: int = 0
    region: str = ""
    learnt: tuple[float, ...] = ()
    learnt_classes: tuple[dict[str, float], ...] = ()


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What the radar concludes about one capability of one channel; ``since`` of a failure is its onset."""

    channel: str
    capability: Capability
    state: State = State.UNKNOWN
    cause: Cause = Cause.NONE
    confidence: float = 0.0
    share: float = 0.0
    since: int = 0
    evidence: tuple[str, ...] = ()
    score: Score = Score()

    def body(self) -> dict[str, Any]:
        """As the HTTP interface and the event log show it."""
        return {
            "capability": self.capability.value,
            "state": self.state.value,
            "cause": self.cause.value,
            "confidence": self.confidence,
            "share": self.share,
            "since": self.since,
            "evidence": list(self.evidence),
        }


class IncidentState(StrEnum):
    OPEN = "open"
    RECOVERING = "recovering"
    CLOSED = "closed"


class UpdateKind(StrEnum):
    OPENED = "opened"
    NOTE = "note"
    STEP = "step"
    RECOVERING = "recovering"
    CLOSED = "closed"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"


class IncidentUpdate(msgspec.Struct, frozen=True, kw_only=True):
    """A line of an incident's story; ``public`` lines are shown to visitors."""

    id: str
    at: int
    kind: UpdateKind
    text: str
    public: bool = True


class Component(msgspec.Struct, frozen=True, kw_only=True):
    """One channel's part in an incident, with a course of its own.

    ``domain`` is the channel's failure domain, ``place`` what people call the channel. ``cause_since``: when
    the present cause was first held to be it. ``relapses``: how often it failed again after it was over.
    ``placed_by``: the person who put it into this incident.
    """

    channel: str
    domain: str = ""
    place: str = ""
    capabilities: tuple[Capability, ...]
    cause: Cause
    cause_since: int
    title: str
    state: IncidentState
    onset_at: int
    joined_at: int
    recovered_at: int | None = None
    closed_at: int | None = None
    relapses: int = 0
    evidence: tuple[str, ...] = ()
    placed_by: str = ""


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """A failure that people are told about; the channels that it takes down are its components.

    ``channel`` is the one that failed first. ``capabilities`` are those of all components, ``evidence`` and
    ``cause`` those of the leading one. ``titled_by``, ``kept_by`` (open) and ``closed_by`` name the person
    whose decision stands. ``revision`` counts its changes.
    """

    id: str
    channel: str
    capabilities: tuple[Capability, ...]
    cause: Cause
    title: str
    state: IncidentState
    onset_at: int
    opened_at: int
    recovered_at: int | None = None
    closed_at: int | None = None
    evidence: tuple[str, ...] = ()
    components: tuple[Component, ...] = ()
    titled_by: str = ""
    kept_by: str = ""
    closed_by: str = ""
    merged_into: str = ""
    summary: str = ""
    will_change: str = ""
    revision: int = 0
    updates: tuple[IncidentUpdate, ...] = ()

    def body(self) -> dict[str, Any]:
        """As the HTTP interface and the event log show it, without the ledger."""
        body: dict[str, Any] = msgspec.to_builtins(self)
        return body
