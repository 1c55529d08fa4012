"""How often silence is claimed wrongly, and how soon it is noticed: `python -m bench.rhythm.silence [DAYS]`.

Simulated years: an invented shop, open from 8 to 21, half as much at weekends, every hour's rate scattered by a
gamma, four holidays a year at 30 %. The gaps are looked at just before each arrival, when they are longest.
"""

import sys
from math import pi, sin
from random import Random

import msgspec

from bench.rhythm.__main__ import say
from holdfast.radar.rhythm import Baseline, look_for_silence
from holdfast.radar.rhythm.baseline import HOUR_MS, SLICES
from holdfast.radar.rhythm.silence import ARRIVALS_KEPT, CONFIRM_STRENGTH

WEEK_MS = 168 * HOUR_MS
BEGIN = 1_790_000_000_000 // WEEK_MS * WEEK_MS
SCATTER = 0.05
HOLIDAY_EACH_DAYS = 91
HOLIDAY = 0.3
LONGEST_SECONDS = 600_000
SHOPS = ((50, 1), (1000, 1), (1000, 3), (3000, 1))
"""(arrivals a day, how many come together)"""


class Alarms(msgspec.Struct):
    suspected: int = 0
    confirmed: int = 0
    strongest: float = 0.0

    def see(self, strength: float) -> None:
        """0 where nothing is claimed; what is claimed without a break is one claim."""
        self.suspected += strength > 0 and self.strongest == 0
        self.confirmed += strength >= CONFIRM_STRENGTH > self.strongest
        self.strongest = max(self.strongest, strength) if strength else 0.0


def main() -> None:
    days = int(sys.argv[1]) if len(sys.argv) > 1 else 365
    say(
        "| arrivals a day | suspected wrongly | confirmed wrongly | silence suspected after, on weekdays from 9 to 17 |"
    )
    say("|---|---|---|---|")
    for a_day, clump in SHOPS:
        alarms, baseline = live(a_day, clump, days, Random(a_day + clump))  # noqa: S311 - invented people
        delays = sorted(delay_minutes(baseline, day * 24 + hour) for day in range(5) for hour in range(9, 17))
        together = f", {clump} at once" if clump > 1 else ""
        say(
            f"| {a_day:,}{together} | {alarms.suspected * 365 / days:.1f} a year"
            f" | {alarms.confirmed * 365 / days:.1f} a year"
            f" | {delays[0]:.0f} to {delays[-1]:.0f} min, half within {delays[len(delays) // 2]:.0f} |"
        )


def share(hour: int) -> float:
    of_day = hour % 24
    busy = max(0.02, sin((of_day - 7) / 15 * pi)) if 7 <= of_day <= 22 else 0.02
    return busy * (0.5 if hour // 24 >= 5 else 1.0)


MEAN_SHARE = sum(share(hour) for hour in range(168)) / 168


def live(a_day: int, clump: int, days: int, random: Random) -> tuple[Alarms, Baseline]:
    alarms, baseline, recent = Alarms(), Baseline(), [BEGIN]
    for hour in range(days * 24):
        begin = BEGIN + hour * HOUR_MS
        holiday = HOLIDAY if hour // 24 % HOLIDAY_EACH_DAYS == HOLIDAY_EACH_DAYS // 2 else 1.0
        rate = a_day / 24 * share(hour % 168) / MEAN_SHARE * holiday
        times = _arrivals(begin, rate * random.gammavariate(1 / SCATTER, SCATTER), clump, random)
        for at in times:
            alarms.see(look(baseline, recent, at))
            recent = [*recent[-ARRIVALS_KEPT:], at]
        slices = [0] * SLICES
        for at in times:
            slices[min((at - begin) * SLICES // HOUR_MS, SLICES - 1)] += 1
        baseline.learn(begin, len(times), slices=slices)
    return alarms, baseline


def _arrivals(begin: int, rate: float, clump: int, random: Random) -> list[int]:
    times: list[int] = []
    at = begin + random.expovariate(1) * HOUR_MS * clump / max(rate, 1e-9)
    while at < begin + HOUR_MS:
        times.extend(int(at + n * random.random() * 60_000) for n in range(clump))
        at += random.expovariate(1) * HOUR_MS * clump / rate
    return sorted(times)


def look(baseline: Baseline, recent: list[int], now: int) -> float:
    found = look_for_silence(baseline, recent, now=now, listening_since=BEGIN, false_alarms_per_year=1.0)
    return found.strength if found else 0.0


def delay_minutes(baseline: Baseline, hour: int) -> float:
    """After evenly spaced arrivals at the usual rate that end with the beginning of an hour of the week."""
    fell = BEGIN + 60 * WEEK_MS + hour * HOUR_MS
    step = HOUR_MS / baseline.rate(fell)
    recent = [int(fell - step * n) for n in range(ARRIVALS_KEPT, -1, -1)]
    short, long = 0, LONGEST_SECONDS
    while long - short > 5:
        middle = (short + long) // 2
        if look(baseline, recent, fell + middle * 1000):
            long = middle
        else:
            short = middle
    return long / 60


if __name__ == "__main__":
    main()
