"""When the summary of a week is due. Pure."""

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from holdfast.figures.calendar import WEEKDAYS, last_week
from holdfast.figures.model import DAY_MS, Span

HOUR: Final = 8
"""On Monday morning, by the business's clocks."""
LATE_DAYS_MAX: Final = 2
"""Later than this it says nothing new any more, and is left out."""


def week_due(now: int, zone: ZoneInfo) -> Span | None:
    """The week whose summary may go out now."""
    week = last_week(now, zone)
    at = _morning(week.until, zone)
    return week if at <= now < at + LATE_DAYS_MAX * DAY_MS else None


def next_at(now: int, zone: ZoneInfo) -> int:
    """The next Monday morning."""
    monday = last_week(now, zone).until
    if now < (at := _morning(monday, zone)):
        return at
    return _morning(_ms(_local(monday, zone) + timedelta(days=WEEKDAYS)), zone)


def _morning(monday: int, zone: ZoneInfo) -> int:
    return _ms(_local(monday, zone).replace(hour=HOUR))


def _local(at: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(zone)


def _ms(local: datetime) -> int:
    return int(local.timestamp() * 1000)
