"""How reports are counted and weighed: pure functions of counts and times (ms)."""

import hashlib
from collections.abc import Mapping
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from math import log, sqrt
from statistics import median
from typing import Final

import msgspec

MINUTE_MS: Final = 60_000
BUCKET_MS: Final = 15 * MINUTE_MS
HALF_HOUR_MS: Final = 30 * MINUTE_MS
DAY_MS: Final = 24 * 60 * MINUTE_MS
BUCKETS_OF_DAY: Final = DAY_MS // BUCKET_MS

USUAL_DAYS: Final = 7
"""So many days before tell what is usual at this time of the day."""
REPORTS_UNUSUAL_MIN: Final = 5
"""Fewer reports than this in a quarter of an hour are nothing unusual anywhere."""
DEVIATIONS: Final = 4.0
DISPERSION: Final = 2.0
"""Reports come in heaps: their variance is taken to be so many times their mean."""
LIKELIHOOD_MAX: Final = 6.0
"""Nats that all reports together may say at once: people follow the news, too."""

NETWORK_FREE: Final = 20
"""Reports of one network in a bucket that are always shown: a family, an office, a café."""
NETWORK_SHARE_MAX: Final = 0.25
"""Beyond that a network may have this share of all reports of the bucket; carriers are one network for many."""
NETWORK_BITS_V4: Final = 24
NETWORK_BITS_V6: Final = 48
HASH_LETTERS: Final = 32

NETWORKS_MIN: Final = 3
"""Whatever fewer networks say, says more about them than about the platform."""

REGION_SHARE_MIN: Final = 0.8
"""Where so much of a surge comes from one country that usually has less, the trouble is there."""
REGION_USUAL_MAX: Final = 0.5


class Reading(StrEnum):
    """What the reports alone say."""

    USUAL = "usual"
    UNUSUAL = "unusual"
    REGIONAL = "regional"
    NARROW = "narrow"
    """More than usual, but from hardly more than one network."""


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """How many single reports came in the last two buckets, and from how many networks. What was gathered
    elsewhere has no network; who may count it is trusted with it.
    """

    single: int = 0
    networks: int = 0


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """Reports of the last quarter of an hour against what is usual now; ``high`` is where unusual begins."""

    recent: float
    usual: float
    high: float
    reading: Reading
    country: str = ""

    @property
    def strength(self) -> float:
        """How many deviations above what is usual; 0 where it is not."""
        return max(0.0, (self.recent - self.usual) / sqrt(self.usual * DISPERSION + 1))

    @property
    def likelihood(self) -> float:
        """How much likelier so many are in trouble than on a usual day: nats, capped, as reports come in heaps."""
        usual = max(self.usual, 1.0)
        if self.recent <= usual:
            return 0.0
        nats = (self.recent * log(self.recent / usual) - (self.recent - usual)) / DISPERSION
        return min(LIKELIHOOD_MAX, nats)


def bucket_of(at: int) -> int:
    return at - at % BUCKET_MS


def day_of(at: int) -> int:
    return at - at % DAY_MS


def half_hour_of(at: int) -> int:
    return at // HALF_HOUR_MS


def sender_of(salt: str, address: str, agent: str) -> str:
    """Tells one person from another for a day, and cannot be turned back into an address."""
    return _hash(salt, "sender", address, agent)


def network_of(salt: str, address: str) -> str:
    """The same for all addresses of a network: /24 of the old kind, /48 of the new one."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return _hash(salt, "network", address)
    return _hash(salt, "network", str(ip_network((parsed, _bits(parsed)), strict=False)))


def _bits(address: IPv4Address | IPv6Address) -> int:
    return NETWORK_BITS_V4 if address.version == 4 else NETWORK_BITS_V6  # noqa: PLR2004 - versions of IP


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:HASH_LETTERS]


def may_be_shown(of_network: int, of_all: int) -> bool:
    """Whether one more report of a network is shown, after so many in this bucket; else it is only kept."""
    return of_network < NETWORK_FREE or of_network < of_all * NETWORK_SHARE_MAX


def usual_at(counts: Mapping[int, int], bucket: int, began: int) -> float:
    """Reports that are usual in a bucket, from those around the same time on the days before.

    ``counts`` by bucket, where a missing one had none; nothing is known of the time before ``began``. The
    middle of many, so that one day of trouble does not become what is usual.
    """
    around = [
        bucket - day * DAY_MS + shift * BUCKET_MS for day in range(1, USUAL_DAYS + 1) for shift in (-1, 0, 1)
    ]
    samples = [counts.get(at, 0) for at in around if at >= began]
    return float(median(samples)) if samples else 0.0


def high_of(usual: float) -> float:
    """From how many reports in a bucket on it is unusual."""
    return max(REPORTS_UNUSUAL_MIN, usual + DEVIATIONS * sqrt(usual * DISPERSION))


def recent_of(counts: Mapping[int, int], now: int) -> float:
    """Reports of the last quarter of an hour: this bucket, and of the one before what still belongs to it."""
    bucket = bucket_of(now)
    left = 1 - (now - bucket) / BUCKET_MS
    return counts.get(bucket, 0) + counts.get(bucket - BUCKET_MS, 0) * left


def judge(
    counts: Mapping[int, int],
    began: int,
    now: int,
    *,
    countries: Mapping[str, int],
    usual_countries: Mapping[str, int],
    spread: Spread,
) -> Level:
    """What the reports of now say; ``countries`` of the last half hour, ``usual_countries`` of the week."""
    usual = usual_at(counts, bucket_of(now), began)
    recent, high = recent_of(counts, now), high_of(usual)
    reading, country = Reading.USUAL, leading(countries)
    if recent >= high:
        alone = _stands_alone(country, countries, usual_countries)
        reading = Reading.REGIONAL if alone else Reading.UNUSUAL
        if spread.networks < NETWORKS_MIN and recent - spread.single < high:
            reading = Reading.NARROW
    return Level(recent=recent, usual=usual, high=high, reading=reading, country=country)


def leading(counts: Mapping[str, int]) -> str:
    """The name with the highest count, of those that have a name; empty where there is none."""
    named = {name: count for name, count in counts.items() if name and count > 0}
    return max(sorted(named), key=lambda name: named[name], default="")


def share_of(name: str, counts: Mapping[str, int]) -> float:
    """Its share of all that have a name."""
    total = sum(count for each, count in counts.items() if each)
    return counts.get(name, 0) / total if total else 0.0


def _stands_alone(country: str, countries: Mapping[str, int], usual_countries: Mapping[str, int]) -> bool:
    known_elsewhere = sum(count for name, count in usual_countries.items() if name and name != country) > 0
    return (
        bool(country)
        and known_elsewhere
        and share_of(country, countries) >= REGION_SHARE_MIN
        and share_of(country, usual_countries) <= REGION_USUAL_MAX
    )
