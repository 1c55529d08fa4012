"""The kinds of things that strike a run, each at its time (s)."""

from dataclasses import dataclass
from typing import Literal

from .stumbles import Stumble


@dataclass(frozen=True, kw_only=True)
class Misfortune:
    """A fault of a platform, from ``at`` seconds for ``seconds``."""

    at: float
    seconds: float
    platform: str
    kind: str
    capability: str = "all"
    account: str | None = None
    rate: float = 1.0
    delay_ms: int = 0


@dataclass(frozen=True, kw_only=True)
class Kill:
    """The hub dies at a time, or soon after the next thing of a kind that it does then, and is away for a while.

    ``after`` is ``send`` (a call that writes leaves), ``webhook`` (one arrives), ``answer`` (one
    is answered) or ``commit``. ``turns``: how many turns of its loop it still has, when it is that and not
    ``delay`` (s) that decides: between any two of its steps. ``power``: its machine loses power, and what
    was not synced is lost.
    """

    at: float
    after: str
    delay: float
    away_seconds: float
    again_after: float | None = None
    """It dies once more so many seconds after it was begun again, most likely while it comes up."""
    turns: int = 0
    power: bool = False
    node: int = 0
    """Of two nodes, the one that is meant: 0 has the web face."""


@dataclass(frozen=True, kw_only=True)
class Stall:
    """A node stands still: stopped, swapped out, or its machine paused. Its leases run out; it knows nothing of it."""

    at: float
    after: str
    turns: int
    seconds: float
    node: int = 0


@dataclass(frozen=True, kw_only=True)
class ClockJump:
    """The clock of the hub's machine is wrong by so many seconds from then on, until it is set right."""

    at: float
    off_seconds: float
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Poison:
    """A webhook that bears the platform's signature and that nobody can read, or that makes no sense."""

    at: float
    platform: str
    body: str


@dataclass(frozen=True, kw_only=True)
class StoreTrouble:
    """full: commits are refused; away: reads as well; stalled: commits take until the trouble ends."""

    at: float
    seconds: float
    spool: bool
    kind: Literal["full", "away", "stalled"]


Blow = Misfortune | Kill | StoreTrouble | Stall | ClockJump | Poison | Stumble
