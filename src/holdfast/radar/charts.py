"""Sequential tests of failing shares: Bernoulli CUSUM charts whose thresholds follow from the false alarms allowed.

A chart gathers how much likelier the calls are when a share ``ill`` of them fails than when things are as usual,
and never falls below nothing. What it asks for is reckoned exactly: the chance that one ordinary failure is
followed by as many others before the chart is back at nothing, times the ordinary failures of a year.
"""

from collections.abc import Iterator
from functools import lru_cache
from math import ceil, exp, log
from typing import Final

from holdfast.radar.entries import Entry
from holdfast.radar.habit import Habit
from holdfast.radar.method import ALMOST, CONFIRM_AT, SCORE_OVER

ILL_WHOLE: Final = 0.9
"""Nearly everything fails: soonest confirmed, soonest refuted."""
ILL_PART: Final = 0.3
"""Something fails: patient with successes in between."""
ILL_ALIKE: Final = 0.5
"""Failures of one class, or of one country."""
PARTS: Final = 6.0
"""The false alarms allowed are shared: each chart may cause so small a part of them."""
PARTS_PATIENT: Final = 2.0
"""The patient chart may cause more of them: it has the least to go by."""
PARTS_ALIKE: Final = 12.0
ALIKE_MAX: Final = 12
"""Charts of classes and countries beside each other."""

SIGNS_A_YEAR_MIN: Final = 32_000.0
"""No channel is judged on fewer: one that has hardly been seen may become busy."""
FAILURES_MIN: Final = 1.6
"""One failure alone confirms nothing, however clean a channel is."""
FAILURES_MAX: Final = 12.0
GRID: Final = 0.1
"""Shares and numbers are rounded up by a tenth at most, so that few thresholds have to be reckoned."""
MASS_LEFT: Final = 1e-3
"""Chances smaller than this part of what is looked for are left out."""
HALVINGS: Final = 16


class Chart:
    """``needs``: the nats that confirm. ``score``: the nats it has, on the scale of all scores. ``since``: the failure
    with which it left nothing.
    """

    __slots__ = ("bad_step", "good_step", "nats", "needs", "score", "since", "top")

    def __init__(self, ill: float, ordinary: float, signs_a_year: float, allowed: float) -> None:
        up, down, self.needs = thresholds(
            ill, _step_up(ordinary), _step_up(max(signs_a_year, SIGNS_A_YEAR_MIN)), allowed
        )
        self.bad_step, self.good_step = up, -down
        self.top = self.needs * (1 + SCORE_OVER / CONFIRM_AT)
        self.nats = self.score = 0.0
        self.since: int | None = None

    def step(self, at: int, weight: float, *, good: bool) -> None:
        step = self.good_step if good else self.bad_step
        self.nats = min(max(self.nats + step * weight, 0.0), self.top)
        self.score = CONFIRM_AT * self.nats / self.needs
        if self.nats <= 0:
            self.since = None
        elif self.since is None:
            self.since = at

    def clear(self) -> None:
        self.nats, self.score, self.since = 0.0, 0.0, None


class Charts:
    """The charts of one kind of calls: all together, and those that fail alike by class or country."""

    __slots__ = ("_alike", "_allowed", "_habit", "_regions_at", "part", "whole")

    def __init__(self, habit: Habit, allowed: float) -> None:
        self._habit, self._allowed = habit, allowed
        self.begin()

    def begin(self) -> None:
        """At nothing, with what is ordinary now."""
        share, signs = self._habit.share(), self._habit.a_year()
        self.whole = Chart(ILL_WHOLE, share, signs, self._allowed / PARTS)
        self.part = Chart(ILL_PART, share, signs, self._allowed / PARTS_PATIENT)
        self._alike: dict[tuple[str, str], Chart] = {}
        self._regions_at: dict[str, int] = {}

    def clear(self) -> None:
        """At nothing again, with what was ordinary before."""
        self.whole.clear()
        self.part.clear()
        self._alike.clear()
        self._regions_at.clear()

    def step(self, entry: Entry, apart_ms: float) -> None:
        sign = entry.sign
        for chart in (self.whole, self.part):
            chart.step(sign.at, entry.weight, good=sign.good)
        if not sign.good:
            self._meet("class", sign.error_class, self._habit.share_of(sign.error_class))
            if sign.region and sign.strong:
                self._meet("region", sign.region, self._habit.share())
        for (by, name), chart in list(self._alike.items()):
            weight = self._weight_alike(by, name, entry, apart_ms)
            if weight:
                chart.step(sign.at, weight, good=sign.good)
            if chart.nats <= 0:
                del self._alike[by, name]

    def _meet(self, by: str, name: str, ordinary: float) -> None:
        if (by, name) not in self._alike and len(self._alike) < ALIKE_MAX:
            allowed = self._allowed / PARTS_ALIKE
            self._alike[by, name] = Chart(ILL_ALIKE, ordinary, self._habit.a_year(), allowed)

    def _weight_alike(self, by: str, name: str, entry: Entry, apart_ms: float) -> float:
        """A class knows its own failures and every success, a country only its own calls."""
        sign = entry.sign
        if by == "class":
            return entry.weight if sign.good or sign.error_class == name else 0.0
        if sign.region != name:
            return 0.0
        before, self._regions_at[name] = self._regions_at.get(name), sign.at
        if before is None or not apart_ms:
            return entry.weight
        return min(1.0, max(sign.at - before, 0) / apart_ms)

    def leading(self) -> Chart:
        """The chart that says most."""
        found = self.part if self.part.score > self.whole.score else self.whole
        for chart in self._alike.values():
            if chart.score > found.score:
                found = chart
        return found


# --- thresholds -------------------------------------------------------------------------------------


def _step_up(value: float) -> float:
    return exp(ceil(log(value) / GRID - ALMOST) * GRID)


@lru_cache(maxsize=4096)
def thresholds(
    ill: float, ordinary: float, signs_a_year: float, allowed: float
) -> tuple[float, float, float]:
    """(nats that a failure adds, nats that a success takes, nats that confirm)."""
    ordinary = min(ordinary, ill / 2)
    up, down = log(ill / ordinary), log((1 - ordinary) / (1 - ill))
    chance_allowed = allowed / (signs_a_year * ordinary)
    low, high = up * FAILURES_MIN, up * FAILURES_MAX
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if _reaches_oftener(ordinary, up, down, middle, chance_allowed):
            low = middle
        else:
            high = middle
    return up, down, high


def excursion_chance(ordinary: float, up: float, down: float, needs: float, looked_for: float) -> float:
    """The chance that a chart which one failure has lifted reaches ``needs`` before it is back at nothing; what
    is a thousand times less likely than ``looked_for`` is left out.
    """
    return next(
        reached for reached, left in _excursion(ordinary, up, down, needs) if left <= looked_for * MASS_LEFT
    )


def _reaches_oftener(ordinary: float, up: float, down: float, needs: float, allowed: float) -> bool:
    """Whether that chance is greater than what is allowed; no further reckoned than needed for the answer."""
    for reached, left in _excursion(ordinary, up, down, needs):
        if reached > allowed:
            return True
        if reached + left <= allowed:
            break
    return False


def _excursion(ordinary: float, up: float, down: float, needs: float) -> Iterator[tuple[float, float]]:
    """Sign by sign: (the chance of having reached ``needs``, that of being between it and nothing)."""
    reached, here = 0.0, {1: 1.0}
    signs = 1
    while here:
        yield reached, sum(here.values())
        following: dict[int, float] = {}
        signs += 1
        for failures, mass in here.items():
            if (failures + 1) * up - (signs - failures - 1) * down >= needs:
                reached += mass * ordinary
            else:
                following[failures + 1] = following.get(failures + 1, 0.0) + mass * ordinary
            if failures * up - (signs - failures) * down > 0:
                following[failures] = following.get(failures, 0.0) + mass * (1 - ordinary)
        here = following
    yield reached, 0.0
