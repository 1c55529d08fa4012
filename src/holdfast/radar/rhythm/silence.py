"""Silence: so few arrivals for so long that chance does not explain it.

Of every gap between now and one of the newest arrivals it is asked how likely so few would be. Each arrival
of a year begins such a gap, so a gap rarer than one in (arrivals of a year) comes about once a year.
"""

from collections.abc import Sequence
from math import inf, log
from typing import Final

import msgspec

from holdfast.radar.rhythm.baseline import HOUR_MS, Baseline
from holdfast.radar.rhythm.counts import few_nats

HOURS_OF_YEAR: Final = 8_766
ARRIVALS_KEPT: Final = 64
GAPS_LOOKED_AT: Final = 12
"""Back to the newest arrival, to the second newest and so on."""
GAPS_ALIKE: Final = ((0, 2), (2, 4), (4, 6), (6, GAPS_LOOKED_AT))
"""Gaps with no fewer arrivals in them than the first number go back no further than the second says."""
PACE_MS: Final = 3 * HOUR_MS
"""So far before a gap the day's own pace is taken from."""
HOURLY_SHARE: Final = 0.2
"""Of the scatter: what an hour does not share with the hours before it."""
SILENT_BELOW: Final = 0.125
"""Silence is at most an eighth of what is usual: less on a holiday is a quiet day."""
LOOKS_PER_ARRIVAL: Final = 1.0
"""Gaps back to the second, third … newest arrival mostly tell the same as the first: in simulated years fewer
are claimed than one look at each arrival would allow."""
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
    first; what lies before ``listening_since`` was perhaps missed by ourselves. Who was never heard, though
    messages of the past are known, is not accused.
    """
    if not arrivals or baseline.hours < KNOWN_HOURS_MIN or baseline.level <= 0:
        return None
    earliest = max(listening_since, now - WINDOW_MS_MAX)
    allowed = nats_allowed(baseline, false_alarms_per_year)
    wanted = _usual_wanted(baseline, allowed)
    newest = _looking_back(baseline, arrivals, GAPS_LOOKED_AT, now, earliest)
    if not any(usual >= wanted and seen <= usual * SILENT_BELOW for seen, (_, usual) in enumerate(newest)):
        return None
    back = _looking_back(baseline, arrivals, ARRIVALS_KEPT, now, earliest)
    return _rarest_gap(baseline, back, allowed)


def next_worth_a_look(
    baseline: Baseline,
    arrivals: Sequence[int],
    *,
    now: int,
    listening_since: int,
    false_alarms_per_year: float,
) -> int:
    """The moment from which on look_for_silence may find something, were nothing more to come; not told beyond
    the hour.

    A gap with none or one in it needs as much as is wanted, a longer one an eighth for each of its arrivals.
    """
    next_hour = (now // HOUR_MS + 1) * HOUR_MS
    rate = baseline.least_rate(now) / HOUR_MS
    if not arrivals or baseline.hours < KNOWN_HOURS_MIN or rate <= 0:
        return next_hour
    wanted = _usual_wanted(baseline, nats_allowed(baseline, false_alarms_per_year))
    earliest = max(listening_since, now - WINDOW_MS_MAX)
    usual, end, missing = 0.0, now, inf
    for seen, number in GAPS_ALIKE:
        begin = max(arrivals[-number] if len(arrivals) >= number else 0, earliest)
        if begin < end:
            usual, end = usual + expected_least(baseline, begin, end), begin
        missing = min(missing, max(wanted, seen / SILENT_BELOW) - usual)
    return min(now + max(int(missing / rate), 0), next_hour)


def _usual_wanted(baseline: Baseline, allowed: float) -> float:
    """So many have to be missing: nothing is rarer by chance than the usual number itself, in nats."""
    return (allowed - CONFIRM_STRENGTH + SUSPECT_STRENGTH) * baseline.clump


def _rarest_gap(baseline: Baseline, back: Sequence[tuple[int, float]], allowed: float) -> Silence | None:
    found: Silence | None = None
    for seen, (begin, usual) in enumerate(back[:GAPS_LOOKED_AT]):
        if seen > usual * SILENT_BELOW:
            continue
        rare = _rarity(baseline, seen, usual, back[seen:])
        strength = round(rare - allowed + CONFIRM_STRENGTH, 2)
        if strength >= SUSPECT_STRENGTH and (found is None or strength > found.strength):
            found = Silence(since=begin, seen=seen, usual=usual, strength=strength)
    return found


def _looking_back(
    baseline: Baseline, arrivals: Sequence[int], limit: int, now: int, earliest: int
) -> list[tuple[int, float]]:
    """For the newest arrival, the second newest and so on, ``limit`` at most: (its time, how many come usually
    from then to now). The last of all is ``earliest``, where no arrivals were left out.
    """
    back: list[tuple[int, float]] = []
    usual, end = 0.0, now
    for at in reversed(arrivals[-limit:]):
        begin = max(at, earliest)
        usual += expected_least(baseline, begin, end)
        end = min(begin, end)
        back.append((begin, usual))
        if at <= earliest:
            return back
    if len(arrivals) < limit:
        back.append((earliest, usual + expected_least(baseline, earliest, end)))
    return back


def _rarity(baseline: Baseline, seen: int, usual: float, before: Sequence[tuple[int, float]]) -> float:
    """How rare so few are, at the pace of the hours before them.

    A holiday's pace shows before the gap, and on a usual day the rate is better known than the week alone
    tells: part of the scatter is the day's, and of that the arrivals before the gap are evidence.
    """
    begin = before[0][0]
    scatter, clump = baseline.scatter(begin), baseline.clump
    count, oldest = 0, usual
    for at, so_far in before[1:]:
        if at < begin - PACE_MS:
            break
        count, oldest = count + 1, so_far
    firm = 1.0 / scatter
    pace = (firm + count / clump) / (firm + (oldest - usual) / clump)
    left = HOURLY_SHARE * scatter + 1.0 / (firm + count / clump)
    return few_nats(seen, usual * min(pace, 1.0), scatter=min(left, scatter), clump=clump)


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
