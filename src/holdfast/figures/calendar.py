"""Hours, days and weeks as a place's clocks have them, with their changes. Pure."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from holdfast.figures.model import DAY_MS, SPAN_DAYS_MAX, STEPS_MAX, FiguresRefusedError, Span, Unit

BUCKET_MS: Final = 1_800_000
"""What is counted together. Clocks of all but three small places are whole half hours apart."""
HOUR_MS: Final = 3_600_000
HOURS: Final = 24
WEEKDAYS: Final = 7


def checked(span: Span, unit: Unit = "day") -> Span:
    """The span, in whole buckets; raises FiguresRefusedError where it is none, too long or too fine."""
    if span.until <= span.since:
        raise FiguresRefusedError("The end must be after the beginning.")
    if span.until - span.since > SPAN_DAYS_MAX * DAY_MS:
        raise FiguresRefusedError(f"It may be about {SPAN_DAYS_MAX} days at most.")
    if unit == "hour" and span.until - span.since > STEPS_MAX * HOUR_MS:
        raise FiguresRefusedError(f"By the hour it may be about {STEPS_MAX // HOURS} days at most.")
    return Span(span.since // BUCKET_MS * BUCKET_MS, -(-span.until // BUCKET_MS) * BUCKET_MS)


def steps(span: Span, unit: Unit, zone: ZoneInfo) -> Iterator[int]:
    """When each hour, day or week begins that the span touches, the earliest first."""
    local = datetime.fromtimestamp(span.since / 1000, UTC).astimezone(zone)
    begin = local.replace(minute=0, second=0, microsecond=0)
    if unit == "hour":
        at = _ms(begin)
        yield from range(at, span.until, HOUR_MS)
        return
    begin = begin.replace(hour=0)
    if unit == "week":
        begin -= timedelta(days=begin.weekday())
    while _ms(begin) < span.until:
        yield _ms(begin)
        # Days follow one another by the calendar, whatever the clocks do between them.
        begin = (begin + timedelta(days=1 if unit == "day" else WEEKDAYS)).replace(fold=0)


def weekday_and_hour(at: int, zone: ZoneInfo) -> tuple[int, int]:
    local = datetime.fromtimestamp(at / 1000, UTC).astimezone(zone)
    return local.weekday(), local.hour


def last_days(now: int, days: int, zone: ZoneInfo) -> Span:
    """Today and the days before it, whole days by the place's clocks."""
    today = (
        datetime.fromtimestamp(now / 1000, UTC)
        .astimezone(zone)
        .replace(hour=0, minute=0, second=0, microsecond=0)
    )
    return Span(_ms(today - timedelta(days=days - 1)), _ms(today + timedelta(days=1)))


def days_between(first: str, last: str, zone: ZoneInfo) -> Span:
    """From the beginning of one date to the end of another; raises FiguresRefusedError where one is none."""
    try:
        begin, end = (datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=zone) for text in (first, last))
        return Span(_ms(begin), _ms(end + timedelta(days=1)))
    except (ValueError, OverflowError) as error:
        raise FiguresRefusedError("A date is written like 2026-11-30, and is one that there is.") from error


def last_week(now: int, zone: ZoneInfo) -> Span:
    """The week, Monday to Sunday, that ended last."""
    today = (
        datetime.fromtimestamp(now / 1000, UTC)
        .astimezone(zone)
        .replace(hour=0, minute=0, second=0, microsecond=0)
    )
    monday = today - timedelta(days=today.weekday())
    return Span(_ms(monday - timedelta(days=WEEKDAYS)), _ms(monday))


def _ms(local: datetime) -> int:
    return int(local.timestamp() * 1000)
