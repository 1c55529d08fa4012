"""The shape of a usual week: what the hour of day and the hour of week add to the level of a series."""

from typing import Final

HOUR_MS: Final = 3_600_000
HOURS_OF_DAY: Final = 24
HOURS_OF_WEEK: Final = 168
GAIN_MIN: Final = 0.1
"""Weight of the newest day or week, once many are known."""
WEEK_PRIOR: Final = 3.0
"""An hour of the week counts half as much as its hour of the day after three weeks."""
WEEK_SHARE: Final = 0.5
EVIDENT_BELOW: Final = 0.7
"""A season is evident when the errors with it are below this share of the errors without."""
EVIDENT_AFTER_MS: Final = 48 * HOUR_MS
ERROR_GAIN_MIN: Final = 0.002
ROUGH_PRIOR: Final = 3.0
"""Days' worth of belief that all hours scatter alike."""
ROUGH_MIN: Final = 0.2


class Season:
    """168 hours of the week above 24 of the day, learnt online and used only once it helps.

    ``part``: what the hour last turned to adds to the level. ``rough``: how much its values scatter, 1 where
    as much as all.
    """

    __slots__ = (
        "_cell",
        "_day",
        "_day_seen",
        "_hour",
        "_plain",
        "_rough",
        "_shaped",
        "_week",
        "_week_seen",
        "evident",
        "part",
        "rough",
    )

    def __init__(self) -> None:
        self._day = [0.0] * HOURS_OF_DAY
        self._day_seen = [0] * HOURS_OF_DAY
        self._week = [0.0] * HOURS_OF_WEEK
        self._week_seen = [0] * HOURS_OF_WEEK
        self._rough = [1.0] * HOURS_OF_DAY
        self._plain = self._shaped = 0.0
        self._cell = self._hour = 0
        self.part = 0.0
        self.rough = 1.0
        self.evident = False

    def turn_to(self, at_ms: int, width_ms: int) -> float:
        """What this moment's hour adds to the level; 0 while no season is evident.

        Buckets shorter than an hour lie on the line between the middles of two hours.
        """
        self._cell = cell = at_ms // HOUR_MS % HOURS_OF_WEEK
        self._hour = hour = cell % HOURS_OF_DAY
        self.part = self._day[hour] + self._week[cell]
        if width_ms < HOUR_MS:
            self._lean(at_ms, cell)
        self.rough = self._rough[hour] if self.evident else 1.0
        return self.part if self.evident else 0.0

    def _lean(self, at_ms: int, cell: int) -> None:
        """Towards the hour whose middle is next."""
        aside = at_ms % HOUR_MS / HOUR_MS - 0.5
        other = (cell + (1 if aside > 0 else -1)) % HOURS_OF_WEEK
        beside = self._day[other % HOURS_OF_DAY] + self._week[other]
        self.part += abs(aside) * (beside - self.part)

    def learn(self, apart: float, *, bound: float, usual: float, width_ms: int, seen: int) -> None:
        """Take in how far the value was from the level at the hour last turned to; beyond ``bound`` damped.

        ``usual``: how far values are from what is expected, in the mean. ``width_ms``: of a bucket.
        """
        error = apart - self.part
        clipped = min(max(error, -bound), bound)
        self._compare(abs(apart), abs(error), 2.0 * bound, 1.0 / seen)
        self.evident = self._shaped < EVIDENT_BELOW * self._plain and seen * width_ms > EVIDENT_AFTER_MS
        per_hour = HOUR_MS / width_ms if width_ms < HOUR_MS else 1.0
        cell, hour = self._cell, self._hour
        self._day_seen[hour] = visits = self._day_seen[hour] + 1
        self._week_seen[cell] += 1
        floor = GAIN_MIN / per_hour
        self._day[hour] += max(1.0 / (visits + per_hour), floor) * clipped
        self._week[cell] += (
            WEEK_SHARE * max(1.0 / (self._week_seen[cell] + WEEK_PRIOR * per_hour), floor) * clipped
        )
        if self.evident:
            gain = max(1.0 / (visits + ROUGH_PRIOR * per_hour), floor)
            rough = self._rough[hour]
            self._rough[hour] = max(rough + gain * (abs(clipped) / usual - rough), ROUGH_MIN)

    @property
    def gained(self) -> float:
        """The errors with the season as a share of those without."""
        return self._shaped / self._plain if self._plain > 0 else 1.0

    def _compare(self, plain: float, shaped: float, bound: float, gain: float) -> None:
        gain = max(gain, ERROR_GAIN_MIN)
        self._plain += gain * (min(plain, bound) - self._plain)
        self._shaped += gain * (min(shaped, bound) - self._shaped)
