"""Anomalies in any series of values in time, one value after the other, at one fixed setting.

What is expected is a level that adapts, the shape of the week where one is evident, and as much of the last
deviation as usually lasts. Three things may then be rare: a single value, a stretch that is off on one side,
and a stretch that varies more or less than usual. Each is held against the far end of its own past, so that
scores of different series compare.
"""

from math import exp, isfinite, log
from typing import Final

import msgspec

from holdfast.radar.rhythm.season import Season
from holdfast.radar.rhythm.tail import FAR_NATS, Tail

WIDTH_FROM_GAPS: Final = 40
"""Gaps whose median is taken for the width of a bucket."""
WIDTH_FIRST_MS: Final = 300_000
MEMORY_BUCKETS: Final = 600
"""How far back level and scale look."""
STRETCH_BUCKETS: Final = 48
"""How long a stretch is that may be off as a whole."""
SPREAD_BUCKETS: Final = 48
CLIP: Final = 6.0
"""What lies further out, in mean deviations, is learnt as if it lay here."""
LASTING_MAX: Final = 0.98
SETTLING: Final = 50
"""Buckets without a claim after a season has become evident, for all is measured anew."""
SHIFT_AT: Final = 2.5
"""A stretch that is off by so many mean deviations, and stays so, is a new level."""
SHIFT_GAIN: Final = 0.1
RESOLUTION: Final = 1e-3
"""Differences below this share of the level are no differences."""
TINY: Final = 1e-9
RAISE_NATS: Final = 0.5
"""After each anomaly the next one has to be rarer by so much: what is frequent is no anomaly."""
RAISE_BUCKETS: Final = 600
"""How slowly that is forgotten."""
FLAT: Final = 0.02
"""Added before a logarithm is taken of a spread that may be nothing."""


class SeriesSettings(msgspec.Struct, frozen=True, kw_only=True):
    """``surprise``: how rare, in nats, an anomaly has to be. ``warm_up`` and ``hold`` are buckets: nothing is
    claimed before so many were seen, and nothing again within so many of the last claim.
    """

    surprise: float = 6.75
    warm_up: int = 150
    hold: int = 50


class Reading(msgspec.Struct, frozen=True):
    """What a Detector makes of one value.

    ``expected``, and the bounds ``low`` and ``high`` beyond which a single value is an anomaly. ``score``:
    0 (usual) to 1, above 0.5 as rare as an anomaly has to be; scores of different series compare. ``anomaly``
    is true once for each: at its first value. ``manner``: ``value``, ``level`` or ``spread``: what is rare
    about it, or empty.
    """

    at: int
    value: float
    expected: float
    low: float
    high: float
    score: float
    anomaly: bool
    manner: str = ""


class Detector:
    """Feed it a series in the order of time; buckets may have any width and values any unit.

    The width is inferred from the gaps. Memory is constant, every value costs a few microseconds.
    """

    __slots__ = (
        "_alarm",
        "_gaps",
        "_last",
        "_lasting",
        "_level",
        "_noise",
        "_off",
        "_one",
        "_power",
        "_raised",
        "_run",
        "_season",
        "_seen",
        "_settings",
        "_shaped",
        "_spread",
        "_spreads",
        "_stretch",
        "_stretches",
        "_usual",
        "width_ms",
    )

    def __init__(self, settings: SeriesSettings | None = None) -> None:
        self._settings = settings or SeriesSettings()
        self._seen = 0
        self._last = 0
        self._gaps: list[int] = []
        self.width_ms = WIDTH_FIRST_MS
        self._season = Season()
        self._shaped = False
        self._level = 0.0
        self._off = 0.0
        self._noise = self._usual = TINY
        self._power, self._lasting = TINY, 0.0
        self._stretch, self._spread, self._run = 0.0, 1.0, 0
        self._one, self._stretches, self._spreads = Tail(), Tail(), Tail()
        self._alarm = -self._settings.hold
        self._raised = 0.0

    def feed(self, at_ms: int, value: float) -> Reading:
        """Judge a value by all that came before it, then learn from it. ``at_ms``: since the epoch.

        Raises ValueError for a value that is not a finite number.
        """
        if not isfinite(value):
            raise ValueError(f"a series consists of finite numbers, not {value}")
        self._seen += 1
        if self._seen == 1:
            return self._begin(at_ms, value)
        if len(self._gaps) < WIDTH_FROM_GAPS:
            self._learn_width(at_ms - self._last)
        self._last = at_ms
        usual = self._level + self._season.turn_to(at_ms, self.width_ms)
        carried = min(max(self._lasting / self._power, 0.0), LASTING_MAX) * self._off
        expected = usual + carried
        reach = self._noise * self._season.rough * self._one.mark
        reach *= exp(min(self._one.decay * max(self._settings.surprise - FAR_NATS, 0.0), 50.0))
        rare, manner = self._weigh(value - usual, value - expected)
        self._learn_shape(value)
        return Reading(
            at_ms,
            value,
            expected,
            expected - reach,
            expected + reach,
            rare / (rare + self._settings.surprise),
            self._is_news(rare),
            manner,
        )

    def _begin(self, at_ms: int, value: float) -> Reading:
        self._last = at_ms
        self._level = value
        self._noise = self._usual = abs(value) / 20 + TINY
        return Reading(at_ms, value, value, value, value, 0.0, False)  # noqa: FBT003 - no anomaly

    def _learn_width(self, gap_ms: int) -> None:
        self._gaps.append(max(gap_ms, 1))
        self.width_ms = sorted(self._gaps)[len(self._gaps) // 2]

    def _weigh(self, off: float, news: float) -> tuple[float, str]:
        """How rare, in nats, and in what manner; learns scale and what lasts on the way."""
        gain = max(1.0 / self._seen, 1.0 / MEMORY_BUCKETS)
        rough = self._season.rough
        amount = abs(news) / (self._noise * rough)
        rare, manner = self._one.surprise(amount), "value"
        bound = CLIP * self._usual * rough
        off = min(max(off, -bound), bound)
        self._power = max(self._power + gain * (off * off - self._power), TINY * TINY)
        self._lasting += gain * (off * self._off - self._lasting)
        amount = min(amount, CLIP)
        self._spread += (amount - self._spread) / SPREAD_BUCKETS
        self._noise += gain * (amount - 1.0) * self._noise
        self._usual += gain * (abs(off) - self._usual)
        self._follow(off, off / rough, gain)
        stretch = self._stretches.surprise(abs(self._stretch) / self._usual)
        if stretch > rare:
            rare, manner = stretch, "level"
        spread = self._spreads.surprise(abs(log(self._spread + FLAT)))
        if spread > rare:
            rare, manner = spread, "spread"
        return rare, (manner if rare >= self._settings.surprise else "")

    def _follow(self, off: float, even: float, gain: float) -> None:
        """``even``: how far off, where all hours scattered alike."""
        floor = RESOLUTION * abs(self._level) + TINY
        self._noise = max(self._noise, floor)
        self._usual = max(self._usual, floor)
        self._stretch += (even - self._stretch) / STRETCH_BUCKETS
        stays = off * self._off > 0 and abs(self._stretch) > SHIFT_AT * self._usual
        self._run = self._run + 1 if stays else 0
        self._level += (gain if self._run < 2 * STRETCH_BUCKETS else SHIFT_GAIN) * off
        self._off = off

    def _learn_shape(self, value: float) -> None:
        self._season.learn(
            value - self._level,
            bound=CLIP * self._usual,
            usual=self._usual,
            width_ms=self.width_ms,
            seen=self._seen,
        )
        if self._season.evident and not self._shaped:
            self._shaped = True
            self._forget_the_shapeless()

    def _forget_the_shapeless(self) -> None:
        """What was far off while no season was known is no measure for what is far off with one."""
        self._stretches = Tail()
        self._usual *= self._season.gained
        self._stretch = 0.0
        self._alarm = max(self._alarm, self._seen - self._settings.hold + SETTLING)

    def _is_news(self, rare: float) -> bool:
        self._raised -= self._raised / RAISE_BUCKETS
        if rare < self._settings.surprise + self._raised or self._seen <= self._settings.warm_up:
            return False
        if self._seen - self._alarm <= self._settings.hold:
            return False
        self._alarm = self._seen
        self._raised += RAISE_NATS
        return True
