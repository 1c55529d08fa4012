"""How much is written to a shop at any moment: day and week, holidays, campaigns and growth."""

from math import exp, pi, sin
from random import Random
from typing import Final

import msgspec

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS
YEAR_MS: Final = 365 * DAY_MS
WEEKDAY_SHARES: Final = (1.0, 1.0, 1.02, 1.05, 1.1, 0.95, 0.75)
"""From Thursday on, for the epoch began on one."""
HOLIDAYS_A_YEAR: Final = 10
HOLIDAY_SHARE: Final = 0.3
CAMPAIGNS_A_YEAR: Final = 8
CAMPAIGN_PEAK: Final = 4.0
CAMPAIGN_HOURS: Final = 6.0
NIGHT_SHARE: Final = 0.08
"""What is written at the quietest hour, of what is written at the busiest."""


class Shop(msgspec.Struct, frozen=True, kw_only=True):
    """``a_day``: messages that arrive on a usual day. ``ordinary``: the share of calls that fail though all is
    well. ``bursts_a_week``: how often they do so many at once, for up to 20 s.
    """

    name: str
    a_day: float
    growth_a_year: float = 1.2
    answers: float = 0.8
    ordinary: float = 0.005
    bursts_a_week: float = 1.0
    wanderers: float = 0.001
    """The share of sends that fail for one person or text alone."""


SHOPS: Final = {
    shop.name: shop
    for shop in (
        Shop(name="quiet", a_day=5, ordinary=0.01),
        Shop(name="small", a_day=100, ordinary=0.02),
        Shop(name="shop", a_day=1_000),
        Shop(name="steady", a_day=2_500, ordinary=0.002),
        Shop(name="busy", a_day=50_000, ordinary=0.01, growth_a_year=1.5),
    )
}


class Rhythm:
    """The rate of arrivals in each hour, drawn once from a seed."""

    def __init__(self, shop: Shop, start: int, years: float, random: Random) -> None:
        self._shop = shop
        self._start = start
        days = int(years * 365)
        self._holidays = (
            {random.randrange(days) for _ in range(round(HOLIDAYS_A_YEAR * years))} if days else set()
        )
        self._campaigns = sorted(
            random.uniform(0, days) * DAY_MS for _ in range(round(CAMPAIGNS_A_YEAR * years))
        )
        self._peak_hour = random.uniform(13, 18)

    def an_hour(self, at: int, random: Random) -> float:
        """Arrivals per hour at a moment, as chance would have it on that day."""
        return self.usual(at) * random.lognormvariate(0.0, 0.12)

    def usual(self, at: int) -> float:
        """Arrivals per hour at a moment, chance apart."""
        since = at - self._start
        hour = at / HOUR_MS % 24
        day = at // DAY_MS
        wave = (1 + sin(2 * pi * (hour - self._peak_hour + 6) / 24)) / 2
        rate = self._shop.a_day / 24 * (NIGHT_SHARE + wave**2) / (NIGHT_SHARE + 0.375)
        rate *= WEEKDAY_SHARES[day % 7] * float(self._shop.growth_a_year ** (since / YEAR_MS))
        if since // DAY_MS in self._holidays:
            rate *= HOLIDAY_SHARE
        for began in self._campaigns:
            if 0 <= since - began < CAMPAIGN_HOURS * HOUR_MS:
                rate *= 1 + (CAMPAIGN_PEAK - 1) * exp(-(since - began) / HOUR_MS)
        return rate
