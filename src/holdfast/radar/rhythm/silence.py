"""Silence: so few arrivals for so long that chance does not explain it.

Of every gap between now and one of the newest arrivals it is asked how likely so few would be. Each arrival
of a year begins such a gap, so a gap rarer than one in (arrivals of a year) comes about once a year.
"""

from collections.abc import Sequence
from math import log
from typing import Final

import msgspec

from holdfast.radar.rhythm.baseline import HOUR_MS, Baseline
from holdfast.radar.rhythm.counts import few_nats

HOURS_OF_YEAR: Final = 8_766
ARRIVALS_LOOKED_AT: Final = 32
SILENT_BELOW: Final = 0.125
"""Silence is at most an eighth of what is usual: less on a holiday is a quiet day."""
LOOKS_PER_ARRIVAL: Final = 3.0
"""Gaps back to the second, third … newest arrival are looked at too, but they mostly tell the same."""
WINDOW_MS_MAX: Final = 7 * 24 * HOUR_MS
SUSPECT_STRENGTH: Final = 6.0
CONFIRM_STRENGTH: Final = 9.0
"""Strengths are given on the scale on which the verdict confirms at this score."""
KNOWN_HOURS_MIN: Final = 72
"""Nobody is accused before so many hours were seen."""


class Silence(msgspec.Struct, frozen=True, kw_only=True):
    """So few since ``since``: ``seen`` arrivals where ``usual`` come usually.

    ``strength``: nats above what would be claimed wrongly as often as allowed, plus CONFIRM_STRENGTH.
    """

    since: int
    seen: int
    usual: float
    strength: float


def look_for_silence(
    baseline: Baseline,
    arrivals: Sequence[int],
    *,
    now: int,
    listening_since: int,
    false_alarms_per_year: float,
) -> Silence | None:
    """The least likely of the gaps that end now, if it is one to speak of. ``arrivals``: their times, oldest
    first; what lies before ``listening_since`` was perhaps missed by ourselves.
    """
    if baseline.hours < KNOWN_HOURS_MIN or baseline.level <= 0:
        return None
    allowed = nats_allowed(baseline, false_alarms_per_year)
    found: Silence | None = None
    usual, end = 0.0, now
    starts = list(reversed(arrivals[-ARRIVALS_LOOKED_AT:]))
    if len(starts) < ARRIVALS_LOOKED_AT:  # all there ever were
        starts.append(0)
    for seen, start in enumerate(starts):
        begin = max(start, listening_since, now - WINDOW_MS_MAX)
        if begin < end:
            usual += expected_least(baseline, begin, end)
            end = begin
        strength = _strength(baseline, seen, usual, (begin + now) // 2, allowed)
        if strength >= SUSPECT_STRENGTH and (found is None or strength > found.strength):
            found = Silence(since=begin, seen=seen, usual=usual, strength=round(strength, 2))
        if begin > start:
            break
    return found


def nats_allowed(baseline: Baseline, false_alarms_per_year: float) -> float:
    """How rare a gap has to be to come by chance no more often than allowed."""
    gaps = max(baseline.mean_rate() * HOURS_OF_YEAR / baseline.clump, 1.0)
    return log(gaps * LOOKS_PER_ARRIVAL / false_alarms_per_year)


def expected_least(baseline: Baseline, begin: int, end: int) -> float:
    """Arrivals that come at the least, usually, between two moments."""
    expected = 0.0
    while begin < end:
        until = min((begin // HOUR_MS + 1) * HOUR_MS, end)
        expected += baseline.least_rate(begin) * (until - begin) / HOUR_MS
        begin = until
    return expected


def _strength(baseline: Baseline, seen: int, usual: float, middle: int, allowed: float) -> float:
    if seen > usual * SILENT_BELOW:
        return 0.0
    rare = few_nats(seen, usual, scatter=baseline.scatter(middle), clump=baseline.clump)
    return rare - allowed + CONFIRM_STRENGTH
