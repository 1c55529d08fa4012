from datetime import UTC, datetime

import pytest

from holdfast.status import Component, UptimeDay
from holdfast.status.strip import DAYS, percent_up, strip
from holdfast.status.wording import age, joined, moment, within

MINUTE = 60_000
DAY = 24 * 60 * MINUTE
NOON = int(datetime(2026, 11, 21, 12, 0, tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (-5, "less than a minute"),
        (59_999, "less than a minute"),
        (MINUTE, "1 minute"),
        (119 * MINUTE, "119 minutes"),
        (120 * MINUTE, "2 hours"),
        (47 * 60 * MINUTE, "47 hours"),
        (2 * DAY, "2 days"),
    ],
)
def test_ages(span: int, words: str) -> None:
    assert age(span) == words


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (NOON - 203 * MINUTE, "8:37 UTC"),
        (NOON - DAY, "20 Nov, 12:00 UTC"),
        (NOON - 365 * DAY, "21 Nov 2025, 12:00 UTC"),
    ],
)
def test_times_carry_the_day_only_where_it_is_not_today(at: int, words: str) -> None:
    assert moment(at, NOON).text == words


def test_names_are_joined_as_people_write_them() -> None:
    assert joined([]) == ""
    assert joined(["SMS"]) == "SMS"
    assert joined(["Instagram", "SMS", within("email", "Email")], "or") == "Instagram, SMS or email"
    assert within("direct", "Web chat") == "our web chat"


def test_the_strip_tells_unwatched_days_from_good_ones() -> None:
    days = (UptimeDay("2026-11-20", down_ms=30 * MINUTE), UptimeDay("2026-11-19", partial_ms=MINUTE))
    component = Component(id="a:b", platform="a", label="A", days=days)

    made = strip(component, watched_since=NOON - 9 * DAY, now=NOON)

    assert len(made.days) == DAYS
    assert [day.kind for day in made.days[-4:]] == ["up", "partial", "down", "up"]
    assert [day.kind for day in made.days].count("none") == 80
    assert [day.day for day in made.troubled] == ["2026-11-20", "2026-11-19"]
    assert made.description == "99.76 % working in the 10 days we have watched, failures on 2 days"


def test_a_share_is_never_rounded_up_to_all() -> None:
    watched = strip(Component(id="a:b", platform="a", label="A"), watched_since=NOON - DAY, now=NOON)
    failed = strip(
        Component(id="a:b", platform="a", label="A", days=(UptimeDay("2026-11-21", down_ms=1),)),
        watched_since=NOON - DAY,
        now=NOON,
    )

    assert watched.percent == "100 %"
    assert failed.percent == "99.99 %"
    assert percent_up([], 0) == ""
