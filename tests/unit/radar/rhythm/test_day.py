import pytest

from holdfast.radar.rhythm import Baseline, judge_day
from holdfast.radar.rhythm.baseline import HOUR_MS

from .week import MONDAY, known

QUARTER = HOUR_MS // 4


def test_a_usual_day_is_usual_and_has_a_band() -> None:
    baseline = known(400)
    counts = [baseline.rate(MONDAY + n * QUARTER) / 4 for n in range(96)]
    day = judge_day(baseline, counts, begin_ms=MONDAY, bucket_ms=QUARTER)
    assert not day.unusual
    assert all(bucket.low <= bucket.count <= bucket.high for bucket in day.buckets)


def test_a_wave_is_unusual_from_its_beginning_until_it_is_over() -> None:
    counts = [1.0] * 40 + [60, 300, 900, 700] + [400.0] * 10
    day = judge_day(known(40), counts, begin_ms=MONDAY, bucket_ms=QUARTER)
    assert day.unusual_since == MONDAY + 40 * QUARTER
    assert day.peak.count == 900
    over = judge_day(known(40), [*counts, 1, 1, 1], begin_ms=MONDAY, bucket_ms=QUARTER)
    assert not over.unusual


def test_of_what_was_never_counted_a_handful_is_nothing_and_a_wave_is() -> None:
    few = judge_day(Baseline(), [0, 1, 0, 2, 3], begin_ms=MONDAY, bucket_ms=QUARTER)
    many = judge_day(Baseline(), [0, 1, 0, 40, 90], begin_ms=MONDAY, bucket_ms=QUARTER)
    assert not few.unusual
    assert many.unusual


def test_no_day_is_no_day() -> None:
    with pytest.raises(ValueError, match="bucket"):
        judge_day(Baseline(), [], begin_ms=MONDAY, bucket_ms=QUARTER)
