"""How much time counts, and when a length of it is over."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from holdfast.posts.hours import Hours, Span, SpecialDay, open_at
from holdfast.targets.clock import EVER, counted, over_at, stops
from holdfast.targets.model import Still

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
WORKING = (Span("09:00", "12:00"), Span("13:00", "18:00"))
SHOP = Hours(
    zone="Europe/Amsterdam",
    week=(*((WORKING,) * 5), (), ()),
    special=(SpecialDay("2026-12-25", (), "Christmas"),),
)


def at(text: str) -> int:
    """A time by the shop's clocks."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Amsterdam")).timestamp() * 1000)


def test_without_hours_and_stops_time_is_time() -> None:
    assert over_at(1_000, 5_000, ()) == 6_000
    assert counted(1_000, 6_000, ()) == 5_000


def test_outside_opening_hours_it_stands_still_over_a_break_a_night_a_weekend_and_a_closed_day() -> None:
    assert over_at(at("2026-12-01T11:30"), HOUR, (), SHOP) == at("2026-12-01T13:30")
    assert over_at(at("2026-12-01T17:30"), HOUR, (), SHOP) == at("2026-12-02T09:30")
    assert over_at(at("2026-12-04T17:30"), HOUR, (), SHOP) == at("2026-12-07T09:30")
    assert over_at(at("2026-12-24T17:30"), HOUR, (), SHOP) == at("2026-12-28T09:30")


def test_what_comes_in_the_night_begins_to_count_in_the_morning() -> None:
    assert counted(at("2026-12-01T22:00"), at("2026-12-02T09:20"), (), SHOP) == 20 * MINUTE


def test_the_hour_that_the_clocks_skip_is_no_hour() -> None:
    all_day = Hours(zone="Europe/Amsterdam", week=((Span("00:00", "24:00"),),) * 7)
    begin = int(datetime(2027, 3, 28, 0, 30, tzinfo=UTC).timestamp() * 1000)
    assert over_at(begin, HOUR, (), all_day) == begin + HOUR


def test_a_stop_whose_end_nobody_knows_leaves_no_end() -> None:
    outage = Still(at("2026-12-01T10:00"), None, "outage")
    assert over_at(at("2026-12-01T09:30"), HOUR, (outage,), SHOP) is None
    assert over_at(at("2026-12-01T09:30"), HOUR // 2, (outage,), SHOP) == at("2026-12-01T10:00")
    assert counted(at("2026-12-01T09:30"), at("2026-12-03T09:30"), (outage,), SHOP) == HOUR // 2


def test_stops_that_overlap_stop_once() -> None:
    stills = (Still(10, 30, "snoozed"), Still(20, 40, "outage"), Still(40, 50, "outage"))
    assert counted(0, 100, stills) == 60
    assert over_at(0, 15, stills) == 55


def test_what_stops_it_from_now_on_is_told_with_its_reason() -> None:
    found = stops(
        at("2026-12-01T11:30"),
        at("2026-12-01T12:30"),
        at("2026-12-02T09:30"),
        (Still(at("2026-12-01T14:00"), at("2026-12-01T15:00"), "snoozed"),),
        SHOP,
    )
    assert [(each.since, each.until, each.why) for each in found] == [
        (at("2026-12-01T12:00"), at("2026-12-01T13:00"), "closed"),
        (at("2026-12-01T14:00"), at("2026-12-01T15:00"), "snoozed"),
        (at("2026-12-01T18:00"), at("2026-12-02T09:00"), "closed"),
    ]


STILLS = st.lists(
    st.builds(
        lambda since, length: Still(since, since + length, "snoozed"),
        st.integers(at("2026-11-20T00:00"), at("2027-01-10T00:00")),
        st.integers(0, 3 * DAY),
    ),
    max_size=6,
)
MOMENTS = st.integers(at("2026-11-20T00:00"), at("2027-01-10T00:00"))


@given(MOMENTS, st.integers(1, 40 * HOUR), STILLS, st.sampled_from([None, SHOP]))
def test_when_it_is_over_exactly_so_much_has_counted_and_the_moment_counts(
    since: int, length: int, stills: list[Still], hours: Hours | None
) -> None:
    over = over_at(since, length, stills, hours)
    assert over is not None
    assert counted(since, over, stills, hours) == length
    assert counted(since, over - 1, stills, hours) == length - 1
    last = over - 1
    assert not any(each.since <= last < (each.until or EVER) for each in stills)
    assert hours is None or open_at(hours, last).is_open


@given(MOMENTS, MOMENTS, MOMENTS, STILLS, st.sampled_from([None, SHOP]))
def test_time_adds_up_and_never_runs_faster_than_the_world(
    one: int, two: int, three: int, stills: list[Still], hours: Hours | None
) -> None:
    first, second, third = sorted((one, two, three))
    whole = counted(first, third, stills, hours)
    assert whole == counted(first, second, stills, hours) + counted(second, third, stills, hours)
    assert 0 <= whole <= third - first


@given(MOMENTS, st.integers(1, 40 * HOUR), STILLS, st.sampled_from([None, SHOP]))
def test_another_stop_never_makes_it_due_sooner(
    since: int, length: int, stills: list[Still], hours: Hours | None
) -> None:
    dues = [over_at(since, length, stills[:many], hours) for many in range(len(stills) + 1)]
    assert dues == sorted(dues, key=lambda each: EVER if each is None else each)


@given(MOMENTS, st.integers(1, 40 * HOUR), STILLS, st.sampled_from([None, SHOP]))
def test_what_is_left_is_what_lies_between_now_and_then_without_the_stops(
    since: int, length: int, stills: list[Still], hours: Hours | None
) -> None:
    over = over_at(since, length, stills, hours)
    assert over is not None
    ahead = stops(since, since, over, stills, hours)
    assert counted(since, over, ahead) == length
