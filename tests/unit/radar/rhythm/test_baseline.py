import msgspec
import pytest

from holdfast.radar.rhythm import Baseline, learnt_from
from holdfast.radar.rhythm.baseline import HOUR_MS

from .week import MONDAY, after, counts, known, share


def test_the_shape_of_the_week_is_learnt() -> None:
    baseline = known(1000)
    for day, hour in ((1, 14), (2, 10), (6, 14)):
        usual = 1000 * share(day * 24 + hour)
        assert baseline.rate(after(6, day, hour)) == pytest.approx(usual, rel=0.3)
    assert baseline.rate(after(6, 2, 3)) < 5
    assert baseline.mean_rate() * 24 == pytest.approx(830, rel=0.2)


def test_little_known_hours_are_held_near_their_day_and_are_uncertain() -> None:
    young, old = known(200, weeks=1), known(200, weeks=8)
    assert young.scatter(after(8, 2, 14)) > old.scatter(after(8, 2, 14))


def test_an_outage_is_not_learnt_as_usual() -> None:
    baseline = known(1000)
    before = baseline.rate(after(6, 1, 14))
    for hour in range(9, 17):
        baseline.learn(after(6, 1, hour), 0)
    assert baseline.rate(after(7, 1, 14)) > 0.9 * before


def test_a_flood_is_not_learnt_as_usual() -> None:
    baseline = known(1000)
    before = baseline.rate(after(6, 1, 14))
    baseline.learn(after(6, 1, 14), before * 30)
    assert baseline.rate(after(7, 1, 14)) < 1.5 * before


def test_growth_is_followed() -> None:
    baseline = known(200)
    for week in range(8):
        for at, count in counts(200 * 1.15 ** (week + 1), 1, seed=week):
            baseline.learn(at + week * 168 * HOUR_MS, count)
    assert baseline.rate(after(0, 1, 14)) == pytest.approx(600 * share(38), rel=0.35)


def test_a_change_that_stays_becomes_usual() -> None:
    baseline = known(1000)
    for at, count in counts(150, 8, seed=9):
        baseline.learn(at, count)
    assert baseline.rate(after(8, 1, 14)) == pytest.approx(150 * share(38), rel=0.6)


def test_arrivals_that_come_in_clumps_are_known_to() -> None:
    single, clumped = Baseline(), Baseline()
    for hour in range(200):
        single.learn(MONDAY + hour * HOUR_MS, 60, slices=[5, 4, 6, 5, 3, 7, 5, 5, 4, 6, 5, 5])
        clumped.learn(MONDAY + hour * HOUR_MS, 60, slices=[0, 0, 20, 0, 0, 0, 0, 20, 0, 0, 20, 0])
    assert single.clump == 1.0
    assert clumped.clump > 8


def test_a_row_of_json_keeps_it_whole_and_small() -> None:
    baseline = known(1000)
    row = msgspec.json.encode(baseline)
    assert len(row) < 20_000
    assert msgspec.json.decode(row, type=Baseline) == baseline


def test_hours_without_messages_of_the_past_are_empty_hours() -> None:
    baseline = learnt_from([(MONDAY, 10), (MONDAY + 5 * HOUR_MS, 4)], until_ms=MONDAY + 24 * HOUR_MS)
    assert baseline.hours == 24
    assert learnt_from([], until_ms=MONDAY).hours == 0
