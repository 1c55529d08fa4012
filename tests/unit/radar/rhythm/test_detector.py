from math import inf, nan, pi, sin
from random import Random

import pytest

from holdfast.radar.rhythm import Detector, Reading

START = 1_790_000_000_000
FIVE_MINUTES = 300_000
HOUR = 3_600_000


def readings(values: list[float], width_ms: int = FIVE_MINUTES) -> list[Reading]:
    detector = Detector()
    return [detector.feed(START + n * width_ms, value) for n, value in enumerate(values)]


def anomalies(values: list[float], width_ms: int = FIVE_MINUTES) -> list[int]:
    return [n for n, reading in enumerate(readings(values, width_ms)) if reading.anomaly]


def noise(count: int, seed: int = 7) -> list[float]:
    random = Random(seed)  # noqa: S311 - noise
    return [random.gauss(50, 3) for _ in range(count)]


def test_a_spike_and_a_hole_are_found_where_they_are() -> None:
    values = noise(2000)
    values[1000], values[1500] = 120.0, 0.0
    found = anomalies(values)
    assert 1000 in found
    assert 1500 in found


def test_plain_noise_is_seldom_accused() -> None:
    assert sum(len(anomalies(noise(4000, seed))) for seed in range(5)) <= 10


def test_a_level_that_stays_is_told_once_and_then_usual() -> None:
    found = anomalies(noise(1500) + [value + 40 for value in noise(1500, 8)])
    assert any(1500 <= n < 1515 for n in found)
    late = readings(noise(1500) + [value + 40 for value in noise(1500, 8)])[-1]
    assert late.low < 90 < late.high


def test_what_comes_every_day_is_not_an_anomaly_and_its_absence_is() -> None:
    random = Random(3)  # noqa: S311 - noise
    values = [100 + 80 * sin(2 * pi * n / 24) + random.gauss(0, 4) for n in range(24 * 40)]
    quiet = [n for n in anomalies(values, HOUR) if n > 24 * 10]
    assert len(quiet) <= 2
    day = 24 * 35
    values[day + 2 : day + 10] = [100.0] * 8
    found = anomalies(values, HOUR)
    assert any(day + 2 <= n < day + 10 for n in found)


def test_scores_lie_between_nothing_and_one_and_compare() -> None:
    values = noise(1000)
    values[700] = 500.0
    small = readings(values)
    large = readings([value * 1e6 for value in values])
    assert all(0 <= reading.score < 1 for reading in small)
    assert small[700].score == pytest.approx(large[700].score, abs=0.01)
    assert small[700].score > 0.5


@pytest.mark.parametrize("width_ms", [60_000, FIVE_MINUTES, HOUR, 24 * HOUR])
def test_the_width_is_the_usual_gap(width_ms: int) -> None:
    detector = Detector()
    for n in range(100):
        detector.feed(START + n * width_ms + (width_ms * 3 if n > 50 else 0), 1.0)
    assert detector.width_ms == width_ms


def test_a_flat_line_is_nothing_and_any_change_of_it_something() -> None:
    assert anomalies([45.0] * 1000) == []
    assert anomalies([45.0] * 500 + [46.0] + [45.0] * 100) == [500]


@pytest.mark.parametrize("value", [nan, inf, -inf])
def test_what_is_no_number_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        Detector().feed(START, value)


@pytest.mark.parametrize("seed", range(3))
def test_counts_that_fall_to_nothing_by_day_are_found_though_nights_are_as_low(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - noise
    means = [20 + 180 * max(sin(2 * pi * (n / 288 - 0.25)), 0.0) for n in range(288 * 14)]
    values = [max(random.gauss(mean, 1.5 * mean**0.5), 0.0) for mean in means]
    noon = 288 * 12 + 144
    values[noon : noon + 24] = [0.0] * 24
    assert any(noon <= n < noon + 24 for n in anomalies(values))
