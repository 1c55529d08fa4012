"""Simple published detectors, written from their descriptions. Each gives a score to every value of a series."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from math import erf, sqrt
from random import Random
from statistics import median

from bench.rhythm.corpus import Series

Rival = Callable[[Series], Iterable[float]]
TINY = 1e-9


def nothing(series: Series) -> Iterable[float]:
    """The null detector."""
    return [0.0] * len(series.values)


def chance(series: Series) -> Iterable[float]:
    random = Random(series.name)  # noqa: S311 - a detector that guesses
    return [random.random() for _ in series.values]


def windowed_gaussian(series: Series, window: int = 6400, step: int = 100) -> Iterable[float]:
    """NAB's own baseline: the tail of a normal fitted to a window that, once full, moves in steps."""
    held: deque[float] = deque()
    fresh: list[float] = []
    mean, deviation = 0.0, 1.0
    total = squares = 0.0
    for value in series.values:
        yield erf(abs(value - mean) / max(deviation, TINY) / sqrt(2)) if held else 0.0
        if len(held) < window:
            held.append(value)
            total, squares = total + value, squares + value * value
        else:
            fresh.append(value)
        if len(fresh) == step:
            gone = [held.popleft() for _ in range(step)]
            held.extend(fresh)
            total += sum(fresh) - sum(gone)
            squares += sum(v * v for v in fresh) - sum(v * v for v in gone)
            fresh.clear()
        mean = total / len(held)
        deviation = sqrt(max(squares / len(held) - mean * mean, 0.0))


def sliding_z(series: Series, window: int = 288) -> Iterable[float]:
    """Distance from the mean of the last values, in their standard deviations."""
    held: deque[float] = deque()
    total = squares = 0.0
    for value in series.values:
        n = len(held)
        mean = total / n if n else value
        deviation = sqrt(max(squares / n - mean * mean, 0.0)) if n else 0.0
        yield abs(value - mean) / (deviation + 1e-3 * abs(mean) + TINY) if n > 20 else 0.0
        held.append(value)
        total, squares = total + value, squares + value * value
        if n == window:
            gone = held.popleft()
            total, squares = total - gone, squares - gone * gone


def ewma(series: Series, weight: float = 0.05) -> Iterable[float]:
    """Distance from an exponentially weighted mean, in deviations weighted alike."""
    mean, variance = series.values[0], 0.0
    for n, value in enumerate(series.values):
        apart = value - mean
        yield abs(apart) / (sqrt(variance) + 1e-3 * abs(mean) + TINY) if n > 20 else 0.0
        mean += weight * apart
        variance = (1 - weight) * (variance + weight * apart * apart)


def hampel(series: Series, window: int = 144) -> Iterable[float]:
    """Distance from the median of the last values, in their median absolute deviations."""
    held: deque[float] = deque(maxlen=window)
    middle, spread = 0.0, 1.0
    for n, value in enumerate(series.values):
        if n % 6 == 0 and held:
            middle = median(held)
            spread = median([abs(each - middle) for each in held])
        yield abs(value - middle) / (1.4826 * spread + 1e-2 * abs(middle) + TINY) if n > 20 else 0.0
        held.append(value)


def seasonal_naive(series: Series) -> Iterable[float]:
    """Distance from the value a day before, in mean distances."""
    gaps: Sequence[int] = [b - a for a, b in zip(series.times[:200], series.times[1:201], strict=False)]
    lag = max(round(86_400_000 / max(median(gaps), 1)), 1)
    usual = 0.0
    for n, value in enumerate(series.values):
        if n < lag:
            yield 0.0
            continue
        apart = abs(value - series.values[n - lag])
        yield apart / (usual + 1e-3 * abs(value) + TINY) if n > 2 * lag else 0.0
        usual += (apart - usual) / min(n - lag + 1, 7 * lag)


RIVALS: dict[str, Rival] = {
    "nothing (null)": nothing,
    "chance": chance,
    "windowed Gaussian (NAB)": windowed_gaussian,
    "sliding z-score": sliding_z,
    "EWMA chart": ewma,
    "Hampel (median, MAD)": hampel,
    "seasonal naive, a day": seasonal_naive,
}
