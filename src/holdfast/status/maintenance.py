"""Maintenance that was announced: when it stands where, and what it excuses. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

import msgspec

from holdfast.status.snapshot import UptimeDay

DAY_MS: Final = 86_400_000
GRACE_MS: Final = 5 * 60_000
"""So long after its end a failure that began during the work still belongs to it."""
MAINTENANCE_DAYS_MAX: Final = 30
AHEAD_DAYS_MAX: Final = 366
TITLE_CHARACTERS_MAX: Final = 200
TEXT_CHARACTERS_MAX: Final = 2_000


class Phase(StrEnum):
    SCHEDULED = "scheduled"
    ACTIVE = "in_progress"
    OVER = "completed"
    CANCELLED = "cancelled"


class Maintenance(msgspec.Struct, frozen=True, kw_only=True):
    """Announced work; ``channels`` are those it touches, none for all. Times are ms since the epoch."""

    id: str
    title: str
    text: str = ""
    channels: tuple[str, ...] = ()
    starts_at: int
    ends_at: int
    announced_at: int
    announced_by: str = ""
    cancelled_at: int | None = None

    def phase(self, now: int) -> Phase:
        if self.cancelled_at is not None:
            return Phase.CANCELLED
        if now < self.starts_at:
            return Phase.SCHEDULED
        return Phase.ACTIVE if now < self.ends_at else Phase.OVER

    def touches(self, channel: str) -> bool:
        return not self.channels or channel in self.channels

    def touches_any(self, channels: Iterable[str]) -> bool:
        return any(self.touches(channel) for channel in channels)


class Outage(msgspec.Struct, frozen=True):
    """When a channel failed; ``end`` is None while it does."""

    channel: str
    start: int
    end: int | None


def problem_of(title: str, text: str, starts_at: int, ends_at: int, now: int) -> tuple[str, str]:
    """The field that cannot be taken and a sentence, or two empty texts."""
    checks = (
        (
            0 < len(title.strip()) <= TITLE_CHARACTERS_MAX,
            "title",
            f"The title takes 1 to {TITLE_CHARACTERS_MAX} characters.",
        ),
        (
            len(text) <= TEXT_CHARACTERS_MAX,
            "text",
            f"The text takes at most {TEXT_CHARACTERS_MAX} characters.",
        ),
        (ends_at > starts_at, "ends_at", "The end must be after the start."),
        (ends_at > now, "ends_at", "The end lies in the past."),
        (
            ends_at - starts_at <= MAINTENANCE_DAYS_MAX * DAY_MS,
            "ends_at",
            f"Maintenance may take {MAINTENANCE_DAYS_MAX} days at most.",
        ),
        (
            starts_at <= now + AHEAD_DAYS_MAX * DAY_MS,
            "starts_at",
            f"Maintenance is announced at most {AHEAD_DAYS_MAX} days ahead.",
        ),
    )
    return next(((field, sentence) for is_fine, field, sentence in checks if not is_fine), ("", ""))


def change_problem(before: Maintenance, after: Maintenance, now: int) -> tuple[str, str]:
    """Why announced work cannot become this, as ``problem_of`` tells it; the field is empty where it is over."""
    phase = before.phase(now)
    if phase not in (Phase.SCHEDULED, Phase.ACTIVE):
        return "", "Only maintenance that is to come or going on can be changed."
    if phase is Phase.ACTIVE and after.starts_at != before.starts_at:
        return "starts_at", "It has begun; its beginning stays as it is."
    if phase is Phase.ACTIVE and after.channels != before.channels:
        return "channels", "It has begun; what it touches stays as it is."
    return problem_of(after.title, after.text, after.starts_at, after.ends_at, now)


def changes_told(before: Maintenance, after: Maintenance) -> str:
    """What subscribers read of a change; nothing where nothing that concerns them has changed."""
    if _what_people_see(before) == _what_people_see(after):
        return ""
    span = f"{_moment(after.starts_at)} to {_moment(after.ends_at)} UTC"
    moved = (before.starts_at, before.ends_at) != (after.starts_at, after.ends_at)
    said = f"Changed: it is now from {span}." if moved else f"Changed: {span}, as announced."
    return f"{said} {after.text or after.title}"


def _what_people_see(work: Maintenance) -> tuple[object, ...]:
    return work.title, work.text, work.channels, work.starts_at, work.ends_at


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, tz=UTC).strftime("%Y-%m-%d %H:%M")


def is_excused(channels: Sequence[str], onset_at: int, now: int, works: Iterable[Maintenance]) -> bool:
    """Whether a failure is the announced work, which the public knows of already.

    Every channel that fails must be touched by work that was going on when the failure began, and that is
    not over for longer than the grace.
    """
    going = [
        work
        for work in works
        if work.cancelled_at is None
        and work.starts_at <= onset_at < work.ends_at
        and now < work.ends_at + GRACE_MS
    ]
    return bool(channels) and all(any(work.touches(channel) for work in going) for channel in channels)


def without_maintenance(
    uptime: Mapping[str, Sequence[UptimeDay]],
    outages: Sequence[Outage],
    works: Sequence[Maintenance],
    now: int,
) -> dict[str, tuple[UptimeDay, ...]]:
    """The failing days without what fell into announced work."""
    excused: dict[tuple[str, str], int] = defaultdict(int)
    for outage in outages:
        for start, end in _joined(_overlaps(outage, works, now)):
            for day, span_ms in _by_day(start, end):
                excused[outage.channel, day] += span_ms
    return {
        channel: tuple(_lessened(day, excused[channel, day.day]) for day in days)
        for channel, days in uptime.items()
    }


def _overlaps(outage: Outage, works: Sequence[Maintenance], now: int) -> list[tuple[int, int]]:
    found = []
    for work in works:
        start = max(outage.start, work.starts_at)
        end = min(outage.end or now, work.ends_at, now)
        if work.cancelled_at is None and work.touches(outage.channel) and start < end:
            found.append((start, end))
    return sorted(found)


def _joined(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def _by_day(start: int, end: int) -> Iterable[tuple[str, int]]:
    while start < end:
        until = min(end, (start // DAY_MS + 1) * DAY_MS)
        yield datetime.fromtimestamp(start / 1000, tz=UTC).date().isoformat(), until - start
        start = until


def _lessened(day: UptimeDay, excused_ms: int) -> UptimeDay:
    down_ms = max(0, day.down_ms - excused_ms)
    left_ms = max(0, excused_ms - day.down_ms)
    return UptimeDay(day.day, down_ms, max(0, day.partial_ms - left_ms))
