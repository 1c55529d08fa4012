"""What usually arrives: a level, the shape of the week and how much it scatters, learnt an hour at a time.

Rates are arrivals per hour. The hour of the week is held near the hour of the day, and that near the level,
for as long as little is known of them; and what is not known widens the scatter, so that nobody is accused
by a guess. Odd hours enter damped, so that an outage or a flood is not learnt as usual, but a change that
stays is.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Final

import msgspec

from holdfast.radar.rhythm.counts import few_nats, many_nats, quantile

HOUR_MS: Final = 3_600_000
HOURS_OF_DAY: Final = 24
HOURS_OF_WEEK: Final = 168
LEVEL_MEMORY_HOURS: Final = 336
DAY_MEMORY_VISITS: Final = 28
WEEK_MEMORY_VISITS: Final = 12
DAY_PRIOR: Final = 0.5
"""How many arrivals' worth of belief holds an hour of the day at the level."""
WEEK_PRIOR: Final = 3.0
"""And an hour of the week at its hour of the day."""
SCATTER_PRIOR: Final = 0.15
SCATTER_PRIOR_HOURS: Final = 24.0
SCATTER_MEMORY_HOURS: Final = 672
SCATTER_MIN: Final = 0.01
ERROR_MAX: Final = 9.0
"""A squared error counts for no more than so many times what was expected of it."""
CLUMP_PRIOR: Final = 50.0
CLUMP_MAX: Final = 20.0
ODD_NATS: Final = 7.0
ODD_TRUST: Final = 0.1
ODD_STAYS_HOURS: Final = 48
"""So many odd hours in a row are a new normal."""
ODD_KNOWN_HOURS: Final = 72
"""Before so many hours nothing is odd."""
SLICES: Final = 12
"""Five minutes each: from them is learnt whether arrivals come in clumps."""
PAST_TRUST: Final = 0.5
"""Messages of the past were counted, not webhooks: they tell the shape better than the level."""


class Baseline(msgspec.Struct, kw_only=True, dict=True):
    """The usual arrivals of one channel: 168 cells and a few numbers, which fit one row of JSON.

    Sums are weighted by how much an hour tells; ``..._usual`` are what was expected over the same hours.
    ``mean``: arrivals per hour over the whole week, reckoned when an hour is learnt.
    """

    total: float = 0.0
    total_usual: float = 0.0
    day: list[float] = msgspec.field(default_factory=lambda: [0.0] * HOURS_OF_DAY)
    day_usual: list[float] = msgspec.field(default_factory=lambda: [0.0] * HOURS_OF_DAY)
    week: list[float] = msgspec.field(default_factory=lambda: [0.0] * HOURS_OF_WEEK)
    week_usual: list[float] = msgspec.field(default_factory=lambda: [0.0] * HOURS_OF_WEEK)
    errors: float = SCATTER_PRIOR * SCATTER_PRIOR_HOURS
    error_hours: float = SCATTER_PRIOR_HOURS
    slice_errors: float = CLUMP_PRIOR
    slice_usual: float = CLUMP_PRIOR
    mean: float = 0.0
    hours: int = 0
    odd_run: int = 0

    # --- what is usual ----------------------------------------------------------------------------

    @property
    def level(self) -> float:
        """Arrivals per hour, before the shape of the week."""
        return self.total / self.total_usual if self.total_usual > 0 else 0.0

    @property
    def clump(self) -> float:
        """How many arrivals come together, 1 where each comes by itself."""
        return min(max(self.slice_errors / self.slice_usual, 1.0), CLUMP_MAX)

    def rate(self, at_ms: int) -> float:
        """Arrivals per hour that are usual at this hour of the week."""
        cell = at_ms // HOUR_MS % HOURS_OF_WEEK
        return self.level * self._of_day(cell) * self._of_week(cell)

    def mean_rate(self) -> float:
        """Arrivals per hour, over the whole week."""
        return self.mean or self.level * self._mean_shape()

    def least_rate(self, at_ms: int) -> float:
        """The smallest of this hour's rate and its neighbours': clocks are put forward and back, shops open
        late.
        """
        cell = at_ms // HOUR_MS % HOURS_OF_WEEK
        found = self._least.get(cell)
        if found is None:
            found = min(self.rate(at_ms + shift * HOUR_MS) for shift in (-1, 0, 1))
            self._least[cell] = found
        return found

    @cached_property
    def _least(self) -> dict[int, float]:
        """By the hour of the week, until something is learnt; no part of what is remembered."""
        return {}

    def scatter(self, at_ms: int) -> float:
        """How uncertain the rate at this hour is, as the square of its relative error."""
        cell = at_ms // HOUR_MS % HOURS_OF_WEEK
        unknown = 1.0 / (DAY_PRIOR + self.day_usual[cell % HOURS_OF_DAY])
        unknown += 1.0 / (WEEK_PRIOR + self.week_usual[cell]) / (1.0 + WEEK_PRIOR)
        return max(self.errors / self.error_hours, SCATTER_MIN) + unknown

    def _of_day(self, cell: int) -> float:
        hour = cell % HOURS_OF_DAY
        return (self.day[hour] + DAY_PRIOR) / (self.day_usual[hour] + DAY_PRIOR)

    def _mean_shape(self) -> float:
        return sum(self._of_day(cell) * self._of_week(cell) for cell in range(HOURS_OF_WEEK)) / HOURS_OF_WEEK

    def _of_week(self, cell: int) -> float:
        return (self.week[cell] + WEEK_PRIOR) / (self.week_usual[cell] + WEEK_PRIOR)

    # --- learning ---------------------------------------------------------------------------------

    def learn(self, at_ms: int, count: float, *, slices: Sequence[int] = (), trust: float = 1.0) -> None:
        """Take in how many arrived in the hour that began at ``at_ms``; ``slices``: in each five minutes of it.

        ``trust``: 1 for an hour that was watched, less for hearsay.
        """
        usual = self.rate(at_ms) if self.hours else float(count)
        odd = self._is_odd(at_ms, count, usual)
        self.odd_run = self.odd_run + 1 if odd else 0
        stays = self.odd_run > ODD_STAYS_HOURS
        if odd and not stays:
            trust *= ODD_TRUST
            count = min(count, quantile(ODD_NATS, usual, scatter=self.scatter(at_ms), clump=self.clump)[1])
        else:
            self._learn_scatter(count, usual, trust)
            self._learn_clumps(slices, usual)
        self._learn_rate(at_ms, count, usual, trust)
        self.mean = self.level * self._mean_shape()
        self.hours += 1
        self._least.clear()

    def _is_odd(self, at_ms: int, count: float, usual: float) -> bool:
        if self.hours < ODD_KNOWN_HOURS:
            return False
        scatter, clump = self.scatter(at_ms), self.clump
        few = few_nats(count, usual, scatter=scatter, clump=clump)
        return max(few, many_nats(count, usual, scatter=scatter, clump=clump)) > ODD_NATS

    def _learn_scatter(self, count: float, usual: float, trust: float) -> None:
        if usual <= 0:
            return
        expected = self.clump * usual + usual * usual * self.errors / self.error_hours
        error = min((count - usual) ** 2, ERROR_MAX * expected) - self.clump * usual
        telling = trust * (usual / (self.clump + usual)) ** 2
        kept = 1.0 - telling / SCATTER_MEMORY_HOURS
        self.errors = max(self.errors * kept + telling * error / (usual * usual), 0.0)
        self.error_hours = self.error_hours * kept + telling

    def _learn_clumps(self, slices: Sequence[int], usual: float) -> None:
        """Against the hour's own mean, so that a busier hour than usual is not taken for clumps."""
        if not slices or usual <= 0:
            return
        mean = sum(slices) / len(slices)
        kept = 1.0 - 1.0 / SCATTER_MEMORY_HOURS
        spread = sum((seen - mean) ** 2 for seen in slices) * len(slices) / (len(slices) - 1)
        self.slice_errors = self.slice_errors * kept + spread
        self.slice_usual = self.slice_usual * kept + sum(slices)

    def _learn_rate(self, at_ms: int, count: float, usual: float, trust: float) -> None:
        cell = at_ms // HOUR_MS % HOURS_OF_WEEK
        hour = cell % HOURS_OF_DAY
        of_day, of_week = self._of_day(cell), self._of_week(cell)
        tells = trust / (self.clump + usual * max(self.errors / self.error_hours, SCATTER_MIN))
        kept = 1.0 - trust / LEVEL_MEMORY_HOURS
        self.total = self.total * kept + tells * count
        self.total_usual = self.total_usual * kept + tells * of_day * of_week
        level = self.level
        kept = 1.0 - trust / DAY_MEMORY_VISITS
        self.day[hour] = self.day[hour] * kept + tells * count
        self.day_usual[hour] = self.day_usual[hour] * kept + tells * level * of_week
        kept = 1.0 - trust / WEEK_MEMORY_VISITS
        self.week[cell] = self.week[cell] * kept + tells * count
        self.week_usual[cell] = self.week_usual[cell] * kept + tells * level * of_day


def learnt_from(hours: Iterable[tuple[int, float]], *, until_ms: int, trust: float = PAST_TRUST) -> Baseline:
    """A baseline from counts of past hours, (beginning in ms, count) in order; hours between that are not
    named were empty, up to ``until_ms``.
    """
    baseline = Baseline()
    next_ms: int | None = None
    for at_ms, count in hours:
        while next_ms is not None and next_ms < at_ms:
            baseline.learn(next_ms, 0, trust=trust)
            next_ms += HOUR_MS
        baseline.learn(at_ms, count, trust=trust)
        next_ms = at_ms + HOUR_MS
    while next_ms is not None and next_ms + HOUR_MS <= until_ms:
        baseline.learn(next_ms, 0, trust=trust)
        next_ms += HOUR_MS
    return baseline
