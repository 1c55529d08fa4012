"""Ninety days of a channel as bars and as numbers; the state shows in the height, not only in the colour."""

import math
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from holdfast.status.snapshot import Component, UptimeDay
from holdfast.status.wording import DAY_MS, MINUTE_MS, day_text

DAYS: Final = 90
PITCH: Final = 6
BAR_WIDTH: Final = 4
STRIP_HEIGHT: Final = 32
_HEIGHTS: Final = {"up": 32, "partial": 22, "down": 12, "none": 2}


class Day(msgspec.Struct, frozen=True):
    """``kind``: up, partial, down, or none where nothing was recorded."""

    day: str
    kind: str
    down_ms: int = 0
    partial_ms: int = 0

    @property
    def text(self) -> str:
        parts = []
        if self.down_ms:
            parts.append(f"failing {minutes(self.down_ms)}")
        if self.partial_ms:
            parts.append(f"partly failing {minutes(self.partial_ms)}")
        return f"{day_text(self.day)}: {', '.join(parts)}"


class Strip(msgspec.Struct, frozen=True):
    """``paths`` maps a kind to the SVG path of all its bars; ``percent`` is empty where nothing is known."""

    days: tuple[Day, ...]
    paths: dict[str, str]
    percent: str

    @property
    def troubled(self) -> list[Day]:
        return [day for day in reversed(self.days) if day.kind in {"partial", "down"}]

    @property
    def watched_days(self) -> int:
        return sum(day.kind != "none" for day in self.days)

    @property
    def description(self) -> str:
        if not self.percent:
            return "No days recorded yet"
        span = "today" if self.watched_days == 1 else f"in the {self.watched_days} days we have watched"
        failures = len(self.troubled)
        tail = "no failures" if not failures else f"failures on {failures} day{'s' if failures > 1 else ''}"
        return f"{self.percent} working {span}, {tail}"


def strip(component: Component, *, watched_since: int, now: int) -> Strip:
    today = datetime.fromtimestamp(now / 1000, tz=UTC).date()
    first = datetime.fromtimestamp(watched_since / 1000, tz=UTC).date()
    recorded = {day.day: day for day in component.days}
    days = []
    for back in range(DAYS - 1, -1, -1):
        date = today - timedelta(days=back)
        days.append(_day(recorded.get(date.isoformat()), date.isoformat(), watched=date >= first))
    span_ms = min(now - watched_since, DAYS * DAY_MS)
    return Strip(tuple(days), _paths(days), percent_up(days, span_ms))


def percent_up(days: list[Day], span_ms: int) -> str:
    """The share of the time without a full failure, rounded down: 100 % is said only where nothing failed."""
    if span_ms <= 0:
        return ""
    down_ms = sum(day.down_ms for day in days)
    share = max(0.0, 1 - down_ms / span_ms)
    floored = math.floor(share * 10_000) / 100
    return "100 %" if not down_ms else f"{min(floored, 99.99):.2f} %"


def minutes(span_ms: int) -> str:
    return "under 1 minute" if span_ms < MINUTE_MS else f"{span_ms // MINUTE_MS} min"


def _day(recorded: UptimeDay | None, day: str, *, watched: bool) -> Day:
    if recorded is None or not (recorded.down_ms or recorded.partial_ms):
        return Day(day, "up" if watched or recorded else "none")
    kind = "down" if recorded.down_ms else "partial"
    return Day(day, kind, recorded.down_ms, recorded.partial_ms)


def _paths(days: list[Day]) -> dict[str, str]:
    paths = dict.fromkeys(_HEIGHTS, "")
    for place, day in enumerate(days):
        height = _HEIGHTS[day.kind]
        paths[day.kind] += f"M{place * PITCH} {STRIP_HEIGHT}h{BAR_WIDTH}v-{height}h-{BAR_WIDTH}z"
    return {kind: path for kind, path in paths.items() if path}
