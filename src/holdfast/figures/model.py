"""Records of what the work comes to. Times are ms since the epoch, lengths of time ms."""

from typing import Final, Literal

import msgspec

DAY_MS: Final = 86_400_000
SPAN_DAYS_MAX: Final = 800
"""How much time one question may be about."""
STEPS_MAX: Final = 1_000
"""How many points one series may have."""

Unit = Literal["hour", "day", "week"]
By = Literal["agent", "channel", "label", "team"]


class FiguresRefusedError(ValueError):
    """The question cannot be answered so; the sentence says why."""


class Span(msgspec.Struct, frozen=True):
    """From the beginning up to the end, which is not part of it."""

    since: int
    until: int

    def before(self) -> "Span":
        """As much time, right before it."""
        return Span(self.since - (self.until - self.since), self.since)


class Times(msgspec.Struct, frozen=True):
    """How many, and after how long half and nine in ten of them were done, right within one in a hundred; null
    where there were none.
    """

    count: int = 0
    median_ms: int | None = None
    ninety_ms: int | None = None


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """``received`` from people, ``sent`` by people, ``automatic`` by machines."""

    received: int = 0
    sent: int = 0
    automatic: int = 0
    first_reply: Times = Times()
    reply: Times = Times()
    resolution: Times = Times()


class Point(msgspec.Struct, frozen=True):
    """One hour, day or week in the business's time zone; ``at`` is its beginning."""

    at: int
    received: int
    sent: int
    automatic: int


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """``before``: the same for as much time right before. ``counted_until``: what came later is not in it yet."""

    since: int
    until: int
    zone: str
    unit: Unit
    counted_until: int
    totals: Totals
    before: Totals
    points: tuple[Point, ...]


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """The work of one agent, channel, label or team; ``key`` is its id, empty for nobody's. Messages are not known
    by label.
    """

    key: str
    name: str
    received: int | None
    sent: int | None
    automatic: int | None
    first_reply: Times
    reply: Times
    resolution: Times


class Breakdown(msgspec.Struct, frozen=True, kw_only=True):
    since: int
    until: int
    by: By
    parts: tuple[Part, ...]


class Busy(msgspec.Struct, frozen=True, kw_only=True):
    """Messages that people wrote, by day of the week (Monday first) and hour, in the business's time zone."""

    since: int
    until: int
    zone: str
    hours: tuple[tuple[int, ...], ...]


class LeadsCost(msgspec.Struct, frozen=True, kw_only=True):
    """Leads that an incident put at risk, of one currency ("" where they have no value): how many, and what they are
    worth in its smallest unit.
    """

    currency: str
    at_risk: int
    saved: int
    lost: int
    open: int
    value_at_risk: int
    value_saved: int
    value_lost: int
    value_open: int


class OutageCost(msgspec.Struct, frozen=True, kw_only=True):
    """Conversations that an incident put at risk: ``saved`` heard from us in spite of it, ``lost`` did not until a
    day after it, ``open`` may still. ``at_risk`` is their sum. ``leads`` are those among them that were open then.
    """

    incident_id: str
    title: str
    onset_at: int
    ended_at: int | None
    lasted_ms: int
    at_risk: int
    saved: int
    lost: int
    open: int
    messages_lost: int
    leads: tuple[LeadsCost, ...] = ()
