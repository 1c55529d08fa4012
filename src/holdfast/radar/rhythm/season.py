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


class Season:
    """168 hours of the week above 24 of the day, learnt online and used only once it helps.

    ``width_ms``: how long a bucket is. Its values are deviations from the level, of either sign.
    """

    __slots__ = ("_day", "_day_seen", "_plain", "_shaped", "_week", "_week_seen", "cell", "evident", "part")

    def __init__(self) -> None:
        self._day = [0.0] * HOURS_OF_DAY
        self._day_seen = [0] * HOURS_OF_DAY
        self._week = [0.0] * HOURS_OF_WEEK
        self._week_seen = [0] * HOURS_OF_WEEK
        self._plain = self._shaped = 0.0
        self.cell = 0
        self.part = 0.0
        self.evident = False

    def turn_to(self, at_ms: int) -> float:
        """What the hour of this moment adds to the level; 0 while no season is evident."""
        self.cell = at_ms // HOUR_MS % HOURS_OF_WEEK
        self.part = self._day[self.cell % HOURS_OF_DAY] + self._week[self.cell]
        return self.part if self.evident else 0.0

    def learn(self, apart: float, *, bound: float, width_ms: int, seen: int) -> None:
        """Take in how far the value was from the level at the hour last turned to; beyond ``bound`` damped."""
        error = apart - self.part
        clipped = min(max(error, -bound), bound)
        self._compare(abs(apart), abs(error), 2.0 * bound, 1.0 / seen)
        self.evident = self._shaped < EVIDENT_BELOW * self._plain and seen * width_ms > EVIDENT_AFTER_MS
        per_hour = HOUR_MS / width_ms if width_ms < HOUR_MS else 1.0
        hour = self.cell % HOURS_OF_DAY
        self._day_seen[hour] += 1
        self._week_seen[self.cell] += 1
        floor = GAIN_MIN / per_hour
        self._day[hour] += max(1.0 / (self._day_seen[hour] + per_hour), floor) * clipped
        gain = max(1.0 / (self._week_seen[self.cell] + WEEK_PRIOR * per_hour), floor)
        self._week[self.cell] += WEEK_SHARE * gain * clipped

    def _compare(self, plain: float, shaped: float, bound: float, gain: float) -> None:
        gain = max(gain, ERROR_GAIN_MIN)
        self._plain += gain * (min(plain, bound) - self._plain)
        self._shaped += gain * (min(shaped, bound) - self._shaped)
