"""What alarms are worth against labelled windows: the standard profile of NAB, and plain precision and recall.

NAB's rule, as published: the first alarm inside a window earns up to 1, the earlier the more; a window without
one costs 1; each alarm outside costs up to 0.11, less shortly after a window. The first 15 % of a series, at most
750 values, are not judged. 100 is perfect, 0 is what an empty list of alarms gets.
"""

from collections.abc import Iterable, Sequence
from math import exp
from typing import Final

import msgspec

from bench.rhythm.corpus import Series

FALSE_ALARM_COST: Final = 0.11
UNJUDGED_SHARE: Final = 0.15
UNJUDGED_MAX: Final = 750
FAR_BEHIND: Final = 3.0


class Tally(msgspec.Struct):
    """Alarms outside of windows are ``false``; ``true`` alarms may lie several in one window."""

    points: float = 0.0
    windows: int = 0
    hit: int = 0
    false: int = 0
    true: int = 0

    def add(self, other: "Tally") -> None:
        for name in self.__struct_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def nab(self) -> float:
        return 50 * (self.points + self.windows) / self.windows

    @property
    def recall(self) -> float:
        return self.hit / self.windows

    @property
    def precision(self) -> float:
        """Of the alarms; those in a window that was already hit count for neither side."""
        return self.hit / max(self.hit + self.false, 1)

    @property
    def f1(self) -> float:
        return 2 * self.precision * self.recall / max(self.precision + self.recall, 1e-9)


def tally(series: Series, alarms: Iterable[int]) -> Tally:
    begin = min(int(UNJUDGED_SHARE * len(series.values)), UNJUDGED_MAX)
    judged = [n for n in alarms if n >= begin]
    found = Tally(windows=len(series.windows))
    for first, last in series.windows:
        inside = [n for n in judged if first <= n <= last]
        found.hit += bool(inside)
        found.true += len(inside)
        found.points += (
            _worth((inside[0] - first) / max(last - first, 1) - 1) / _worth(-1.0) if inside else -1.0
        )
    for n in judged:
        if not any(first <= n <= last for first, last in series.windows):
            found.false += 1
            found.points += FALSE_ALARM_COST * _behind(n, series.windows)
    return found


def _behind(n: int, windows: Sequence[tuple[int, int]]) -> float:
    before = [window for window in windows if window[1] < n]
    if not before:
        return -1.0
    first, last = before[-1]
    return _worth((n - last) / max(last - first, 1))


def _worth(place: float) -> float:
    """-1 is the beginning of a window, 0 its end."""
    return 2 / (1 + exp(5 * place)) - 1 if place < FAR_BEHIND else -1.0
