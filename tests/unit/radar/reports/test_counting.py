"""What is usual, what is not, and whose reports are shown."""

from hypothesis import given
from hypothesis import strategies as st

from holdfast.radar.reports import BUCKET_MS, BUCKETS_OF_DAY, DAY_MS, Reading, bucket_of, judge, usual_at
from holdfast.radar.reports.counting import Spread, high_of, may_be_shown, network_of, recent_of, sender_of

NOW = 1_790_000_000_000 - 1_790_000_000_000 % DAY_MS + 40 * BUCKET_MS
BEGAN = NOW - 7 * DAY_MS
WIDE = Spread(single=900, networks=400)
WORLD = {"US": 600, "IN": 300, "DE": 200}


def week(count: int) -> dict[int, int]:
    return {NOW - step * BUCKET_MS: count for step in range(1, 7 * BUCKETS_OF_DAY + 1)}


def test_what_is_usual_is_the_middle_of_the_days_before_at_this_time() -> None:
    counts = week(40)
    assert usual_at(counts, NOW, BEGAN) == 40
    for step in range(BUCKETS_OF_DAY // 2, BUCKETS_OF_DAY * 3 // 2):
        counts[NOW - step * BUCKET_MS] = 9_000
    assert usual_at(counts, NOW, BEGAN) == 40, "one day of trouble is not learnt"


def test_nothing_is_usual_where_nothing_was_seen() -> None:
    assert usual_at({}, NOW, NOW) == 0
    assert high_of(0) == 5


def test_the_last_quarter_of_an_hour_goes_over_from_one_bucket_to_the_next() -> None:
    counts = {NOW: 10, NOW - BUCKET_MS: 90}
    assert recent_of(counts, NOW) == 100
    assert recent_of(counts, NOW + BUCKET_MS // 3) == 70
    assert recent_of(counts, NOW + BUCKET_MS - 1) < 11


def test_many_more_than_usual_are_unusual_and_a_few_more_are_not() -> None:
    counts = week(40)
    for count, reading in ((60, Reading.USUAL), (900, Reading.UNUSUAL)):
        level = judge(
            {**counts, NOW: count},
            BEGAN,
            NOW + BUCKET_MS - 1,
            countries=WORLD,
            usual_countries=WORLD,
            spread=WIDE,
        )
        assert level.reading is reading
    assert level.strength > 90
    assert level.usual == 40


def test_a_surge_from_one_country_alone_is_told_from_one_of_the_world() -> None:
    counts = {**week(40), NOW: 900}
    india = {"IN": 850, "US": 40}
    there = judge(counts, BEGAN, NOW + BUCKET_MS - 1, countries=india, usual_countries=WORLD, spread=WIDE)
    assert (there.reading, there.country) == (Reading.REGIONAL, "IN")
    at_home = judge(
        counts, BEGAN, NOW + BUCKET_MS - 1, countries={"NL": 890}, usual_countries={"NL": 4_000}, spread=WIDE
    )
    assert at_home.reading is Reading.UNUSUAL, "a shop whose customers are all in one country"


def test_one_network_does_not_speak_for_all() -> None:
    assert may_be_shown(19, 19)
    assert not may_be_shown(20, 30)
    assert may_be_shown(20, 100), "a carrier's network among many"


def test_one_network_alone_makes_nothing_unusual() -> None:
    def reading(count: int, spread: Spread) -> Reading:
        counts = {NOW: count}
        return judge(
            counts, NOW, NOW + BUCKET_MS - 1, countries={}, usual_countries={}, spread=spread
        ).reading

    assert reading(20, Spread(single=20, networks=1)) is Reading.NARROW
    assert reading(20, Spread(single=20, networks=3)) is Reading.UNUSUAL
    assert reading(20, Spread(single=2, networks=1)) is Reading.UNUSUAL, "the others were gathered elsewhere"
    assert reading(4, Spread(single=4, networks=1)) is Reading.USUAL


def test_addresses_are_told_apart_by_the_day_and_networks_by_their_beginning() -> None:
    assert sender_of("a", "192.0.2.1", "x") == sender_of("a", "192.0.2.1", "x")
    assert (
        len({sender_of(salt, a, b) for salt in "ab" for a in ("192.0.2.1", "192.0.2.2") for b in "xy"}) == 8
    )
    assert network_of("a", "192.0.2.1") == network_of("a", "192.0.2.200") != network_of("a", "192.0.3.1")
    assert network_of("a", "2001:db8:1:2::1") == network_of("a", "2001:db8:1:ff::9")
    assert network_of("a", "unknown") != network_of("a", "")


@given(st.integers(0, 2**42), st.integers(0, 100_000), st.integers(0, 100_000))
def test_recent_lies_between_the_buckets_it_is_made_of(now: int, here: int, before: int) -> None:
    bucket = bucket_of(now)
    recent = recent_of({bucket: here, bucket - BUCKET_MS: before}, now)
    assert here <= recent <= here + before
