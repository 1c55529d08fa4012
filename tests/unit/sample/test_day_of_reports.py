"""The replayed day has the published shape."""

from collections import Counter
from itertools import chain
from random import Random

from holdfast.radar.reports import BUCKETS_OF_DAY, Batch, Symptom
from holdfast.sample.day_of_reports import FROM_INDIA, PEAK, day_of_reports, quiet_days

FIRST = 1_790_000_000_000 - 1_790_000_000_000 % 900_000


def seeded(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - the same day each time


def counted(batches: list[Batch], of: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for batch in batches:
        found[getattr(batch.cell, of)] += batch.count
    return found


def test_the_day_has_its_peak_its_split_and_its_places() -> None:
    buckets = list(day_of_reports(FIRST, "instagram", seeded(11)))
    totals = [sum(batch.count for batch in batches) for batches in buckets]
    batches = list(chain.from_iterable(buckets))
    total = sum(totals)
    assert (len(buckets), max(totals)) == (BUCKETS_OF_DAY, PEAK)
    assert counted(batches, "country")["IN"] == FROM_INDIA
    assert round(counted(batches, "surface")["app"] / total, 2) == 0.75
    assert round(counted(batches, "symptom")[Symptom.SERVER_CONNECTION] / total, 2) == 0.18
    cities = counted([batch for batch in batches if batch.cell.city], "city")
    assert [city for city, _ in cities.most_common(5)] == [
        *("Los Angeles", "Chicago", "Phoenix", "New York", "Washington")
    ]


def test_the_week_before_is_quiet_and_knows_day_and_night() -> None:
    totals = [sum(batch.count for batch in batches) for batches in quiet_days(FIRST, "instagram", seeded(11))]
    assert len(totals) == 7 * BUCKETS_OF_DAY
    assert 0 < min(totals) < 30
    assert 50 < max(totals) < 100


def test_the_same_seed_gives_the_same_day() -> None:
    assert list(day_of_reports(FIRST, "sms", seeded(1))) == list(day_of_reports(FIRST, "sms", seeded(1)))
