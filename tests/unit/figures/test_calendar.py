"""Days and weeks as a place's clocks have them."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from holdfast.figures.calendar import (
    BUCKET_MS,
    checked,
    days_between,
    last_days,
    last_week,
    steps,
    weekday_and_hour,
)
from holdfast.figures.model import DAY_MS, FiguresRefusedError, Span

AMSTERDAM, KOLKATA = ZoneInfo("Europe/Amsterdam"), ZoneInfo("Asia/Kolkata")


def ms(text: str, zone: ZoneInfo = AMSTERDAM) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp() * 1000)


def test_days_follow_the_calendar_when_the_clocks_change() -> None:
    span = Span(ms("2026-10-24"), ms("2026-10-27"))
    assert list(steps(span, "day", AMSTERDAM)) == [ms("2026-10-24"), ms("2026-10-25"), ms("2026-10-26")]
    assert ms("2026-10-26") - ms("2026-10-25") == 25 * 3_600_000
    assert len(list(steps(Span(ms("2026-10-25"), ms("2026-10-26")), "hour", AMSTERDAM))) == 25
    assert len(list(steps(Span(ms("2026-03-29"), ms("2026-03-30")), "hour", AMSTERDAM))) == 23


def test_weeks_begin_on_monday_before_the_span() -> None:
    span = Span(ms("2026-11-25"), ms("2026-12-02"))
    assert list(steps(span, "week", AMSTERDAM)) == [ms("2026-11-23"), ms("2026-11-30")]


def test_a_zone_of_half_hours_has_its_own_days() -> None:
    at = ms("2026-11-25T00:00", KOLKATA)
    assert at % BUCKET_MS == 0
    assert weekday_and_hour(at, KOLKATA) == (2, 0)
    assert weekday_and_hour(at - 1, KOLKATA) == (1, 23)


def test_the_last_days_and_the_last_week_are_whole() -> None:
    now = ms("2026-11-25T10:00")
    assert last_days(now, 1, AMSTERDAM) == Span(ms("2026-11-25"), ms("2026-11-26"))
    assert last_days(now, 28, AMSTERDAM).since == ms("2026-10-29")
    assert last_week(now, AMSTERDAM) == Span(ms("2026-11-16"), ms("2026-11-23"))
    assert last_week(ms("2026-11-23"), AMSTERDAM) == Span(ms("2026-11-16"), ms("2026-11-23"))


def test_dates_are_whole_days_of_the_place() -> None:
    assert days_between("2026-10-25", "2026-10-25", AMSTERDAM) == Span(ms("2026-10-25"), ms("2026-10-26"))
    for wrong in ("2026-02-30", "9999-12-31", "0000-01-01"):
        with pytest.raises(FiguresRefusedError, match="like 2026-11-30"):
            days_between(wrong, wrong, AMSTERDAM)


@pytest.mark.parametrize(
    ("span", "unit", "why"),
    [
        (Span(5, 5), "day", "after the beginning"),
        (Span(0, 801 * DAY_MS), "day", "800 days at most"),
        (Span(0, 60 * DAY_MS), "hour", "41 days at most"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_reason(span: Span, unit: str, why: str) -> None:
    with pytest.raises(FiguresRefusedError, match=why):
        checked(span, unit)  # type: ignore[arg-type]


def test_a_span_is_widened_to_what_is_counted_together() -> None:
    assert checked(Span(1, 2)) == Span(0, BUCKET_MS)
