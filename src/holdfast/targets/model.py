"""Targets: within which time people are to be answered. Times are ms since the epoch, lengths of time ms."""

from typing import Final, Literal

import msgspec

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 3_600_000
DAY_MS: Final = 86_400_000
TARGETS_MAX: Final = 20
WITHIN_MS_MAX: Final = 30 * DAY_MS
NEARLY_MS_MAX: Final = HOUR_MS
NEARLY_SHARE: Final = 4
"""Nearly missed: a quarter of the time is left, an hour at most."""
TARGETS_CHANGED: Final = "targets.changed"
"""The event that tells that targets are others than before."""

Kind = Literal["first", "next", "resolve"]
Why = Literal["snoozed", "outage", "customer", "closed"]
"""Why a clock stands still: put off, no way to answer, their turn, outside opening hours."""


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """A rule: conversations of these ``channels`` (none named: all) that bear a ``label`` (an id; empty: whatever
    label) are to have a first reply, every next reply, an end ``…_within_ms``; null promises nothing. ``in_hours``:
    time counts in opening hours only.
    """

    id: str = ""
    name: str
    channels: tuple[str, ...] = ()
    label: str = ""
    first_within_ms: int | None = None
    next_within_ms: int | None = None
    resolved_within_ms: int | None = None
    in_hours: bool = False
    changed_at: int = 0

    def within(self, kind: Kind) -> int | None:
        if kind == "first":
            return self.first_within_ms
        return self.next_within_ms if kind == "next" else self.resolved_within_ms


class Still(msgspec.Struct, frozen=True):
    """Something that stops a clock; ``until`` null: nobody knows yet."""

    since: int
    until: int | None
    why: Why


class Timer(msgspec.Struct, frozen=True, kw_only=True):
    """How one clock stands. ``due_at`` is null while it stands still and nobody knows until when; ``left_ms`` is what
    is left then, below nought where it is over. ``near_at``: when it is nearly missed. ``still``: what stops it from
    now on. ``ended_at``: when what was promised was done; ``by``, by whose reply.
    """

    message_id: str
    kind: Kind
    channel: str
    started_at: int
    limit_ms: int
    in_hours: bool
    due_at: int | None
    near_at: int | None
    left_ms: int
    still: tuple[Still, ...] = ()
    ended_at: int | None = None
    by: str = ""

    @property
    def is_met(self) -> bool:
        return self.ended_at is not None and (self.due_at is None or self.ended_at <= self.due_at)


def fits(target: Target, channel: str, labels: tuple[str, ...] | list[str]) -> bool:
    return (not target.channels or channel in target.channels) and (
        not target.label or target.label in labels
    )


def nearly_ms(limit_ms: int) -> int:
    """So much is left when it is nearly missed."""
    return min(NEARLY_MS_MAX, limit_ms // NEARLY_SHARE)
