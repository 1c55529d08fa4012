"""Weeks of invented arrivals."""

from math import pi, sin
from random import Random

from holdfast.radar.rhythm import Baseline
from holdfast.radar.rhythm.baseline import HOUR_MS

MONDAY = 1_789_948_800_000
"""2026-09-21, midnight in UTC."""
WEEK_HOURS = 168


def share(hour: int) -> float:
    """Of the day's arrivals, in an hour of the week: open from 8 to 21, half as much at weekends."""
    of_day = hour % 24
    busy = sin(pi * (of_day - 7) / 15) if 8 <= of_day <= 21 else 0.03
    return busy * (0.5 if hour // 24 >= 5 else 1.0) / 9.5


def counts(a_day: float, weeks: int, seed: int = 1) -> list[tuple[int, float]]:
    random = Random(seed)  # noqa: S311 - invented people
    hours = []
    for hour in range(weeks * WEEK_HOURS):
        mean = a_day * share(hour % WEEK_HOURS) * random.gammavariate(20, 1 / 20)
        hours.append((MONDAY + hour * HOUR_MS, max(round(random.gauss(mean, mean**0.5)), 0)))
    return hours


def known(a_day: float, weeks: int = 6) -> Baseline:
    baseline = Baseline()
    for at, count in counts(a_day, weeks):
        baseline.learn(at, count)
    return baseline


def after(weeks: int, day: int, hour: int) -> int:
    return MONDAY + ((weeks * 7 + day) * 24 + hour) * HOUR_MS
