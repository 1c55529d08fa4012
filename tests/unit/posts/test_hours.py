"""When the business is open, over midnight, around the clock, on days that differ, and when clocks change."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from holdfast.posts import Hours, Span, SpecialDay, open_at, opening_words, week_words
from holdfast.posts.hours import hours_problem

ZONE = "Europe/Amsterdam"
DAY = (Span("09:00", "12:30"), Span("13:30", "18:00"))
WEEK = (DAY, DAY, DAY, DAY, DAY, (Span("10:00", "16:00"),), ())
SHOP = Hours(
    zone=ZONE,
    week=WEEK,
    special=(SpecialDay("2026-12-25", note="Christmas"), SpecialDay("2026-12-20", (Span("12:00", "17:00"),))),
)
BAR = Hours(zone=ZONE, week=((Span("20:00", "02:00"),),) * 7)
ALWAYS = Hours(zone=ZONE, week=((Span("00:00", "24:00"),),) * 7)


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE)).timestamp() * 1000)


@pytest.mark.parametrize(
    ("hours", "moment", "words"),
    [
        (SHOP, "2026-12-07T08:00", "Closed, opens 9:00"),
        (SHOP, "2026-12-07T09:00", "Open until 12:30"),
        (SHOP, "2026-12-07T12:30", "Closed, opens 13:30"),
        (SHOP, "2026-12-07T17:59", "Open until 18:00"),
        (SHOP, "2026-12-07T18:00", "Closed, opens tomorrow at 9:00"),
        (SHOP, "2026-12-12T16:30", "Closed, opens Monday at 9:00"),
        (SHOP, "2026-12-20T11:00", "Closed, opens 12:00"),
        (SHOP, "2026-12-25T10:00", "Closed (Christmas), opens tomorrow at 10:00"),
        (BAR, "2026-12-07T01:59", "Open until 2:00"),
        (BAR, "2026-12-07T02:00", "Closed, opens 20:00"),
        (BAR, "2026-12-07T23:00", "Open until tomorrow at 2:00"),
        (ALWAYS, "2026-12-07T00:00", "Open around the clock"),
        (Hours(zone=ZONE, week=((),) * 7), "2026-12-07T00:00", "Closed for now"),
        (Hours(), "2026-12-07T00:00", ""),
    ],
)
def test_it_says_how_it_is(hours: Hours, moment: str, words: str) -> None:
    assert opening_words(hours, at(moment)) == words


def test_hours_are_those_of_the_wall_clock_when_clocks_change() -> None:
    sunday = Hours(zone=ZONE, week=(*((),) * 6, (Span("01:00", "05:00"),)))

    spring, autumn = at("2026-03-29T01:00"), at("2026-10-25T01:00")
    assert open_at(sunday, spring).until == spring + 3 * 3_600_000
    assert open_at(sunday, autumn).until == autumn + 5 * 3_600_000


def test_a_zone_decides_not_the_machine() -> None:
    there = Hours(zone="Pacific/Auckland", week=SHOP.week)

    assert open_at(SHOP, at("2026-12-07T10:00")).is_open
    assert not open_at(there, at("2026-12-07T10:00")).is_open
    assert open_at(there, at("2026-12-06T22:00")).is_open


def test_days_of_equal_hours_stand_together() -> None:
    assert week_words(SHOP.__class__(zone=ZONE, week=WEEK)) == [
        ("Monday to Friday", "09:00 to 12:30, 13:30 to 18:00"),
        ("Saturday", "10:00 to 16:00"),
        ("Sunday", "Closed"),
    ]


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (Hours(zone="Europe/Atlantis"), "no time zone"),
        (Hours(zone="../../etc/passwd"), "no time zone"),
        (Hours(week=(DAY,)), "seven days"),
        (Hours(week=((Span("9:00", "18:00"),), *((),) * 6)), "a time that is none"),
        (Hours(week=((Span("09:00", "13:00"), Span("12:00", "18:00")), *((),) * 6)), "overlap"),
        (Hours(special=(SpecialDay("2026-02-30"),)), "no date"),
        (Hours(special=(SpecialDay("2026-02-03"), SpecialDay("2026-02-03"))), "twice"),
        (Hours(special=(SpecialDay("2026-02-03", note="x" * 101),)), "note"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(hours: Hours, words: str) -> None:
    assert words in hours_problem(hours)


def test_good_hours_are_taken() -> None:
    assert [hours_problem(each) for each in (SHOP, BAR, ALWAYS, Hours())] == [""] * 4
