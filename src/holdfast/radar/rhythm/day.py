"""One day in buckets, held against what is usual: people's reports, or any other counts."""

from collections.abc import Sequence
from math import log
from typing import Final

import msgspec

from holdfast.radar.rhythm.baseline import HOUR_MS, Baseline
from holdfast.radar.rhythm.counts import many_nats, quantile

UNUSUAL_COUNT_MIN: Final = 5.0
"""Fewer than this in a bucket are nothing to speak of, however few are usual."""
BAND_NATS: Final = 4.6
"""The band of the usual holds all but one in a hundred on either side."""
STRANGER_SCATTER: Final = 0.5
"""How little is known of the rate of what was never counted before."""
STRANGER_RATE: Final = 0.1
"""And the rate then taken for usual, per hour."""


class Bucket(msgspec.Struct, frozen=True, kw_only=True):
    """``low`` and ``high`` bound what is usual; ``unusual``: more than chance brings once in all days of a year."""

    at: int
    count: float
    usual: float
    low: float
    high: float
    unusual: bool


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """``unusual_since``: the beginning of the newest stretch of unusual buckets, None where the last two are
    usual again or nothing was unusual. ``peak``: the bucket with the largest count.
    """

    buckets: tuple[Bucket, ...]
    peak: Bucket
    unusual_since: int | None

    @property
    def unusual(self) -> bool:
        return self.unusual_since is not None


def judge_day(
    baseline: Baseline,
    counts: Sequence[float],
    *,
    begin_ms: int,
    bucket_ms: int,
    false_alarms_per_year: float = 1.0,
) -> Day:
    """Each bucket against the baseline. ``counts``: one for each bucket from ``begin_ms`` on, at least one.

    Raises ValueError without counts.
    """
    if not counts:
        raise ValueError("a day has at least one bucket")
    rare = log(365.25 * 24 * HOUR_MS / bucket_ms / false_alarms_per_year)
    buckets = tuple(
        _judge(baseline, begin_ms + n * bucket_ms, bucket_ms, count, rare) for n, count in enumerate(counts)
    )
    return Day(
        buckets=buckets,
        peak=max(buckets, key=lambda bucket: bucket.count),
        unusual_since=_newest_stretch(buckets),
    )


def _judge(baseline: Baseline, at: int, width_ms: int, count: float, rare: float) -> Bucket:
    rate, scatter = baseline.rate(at), baseline.scatter(at)
    if not baseline.hours:
        rate, scatter = STRANGER_RATE, STRANGER_SCATTER
    usual = max(rate, STRANGER_RATE) * width_ms / HOUR_MS
    low, high = quantile(BAND_NATS, usual, scatter=scatter, clump=baseline.clump)
    many = many_nats(count, usual, scatter=scatter, clump=baseline.clump)
    unusual = count >= UNUSUAL_COUNT_MIN and many > rare
    return Bucket(at=at, count=count, usual=usual, low=low, high=high, unusual=unusual)


def _newest_stretch(buckets: Sequence[Bucket]) -> int | None:
    """Two usual buckets end a stretch, one does not."""
    since: int | None = None
    usual_run = 0
    for bucket in buckets:
        usual_run = 0 if bucket.unusual else usual_run + 1
        if bucket.unusual and since is None:
            since = bucket.at
        if usual_run > 1:
            since = None
    return since
