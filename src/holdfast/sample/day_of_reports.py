"""A day of reports with the published shape of a real one, and the quiet week before it.

The shape: a peak of 12,000 reports in a quarter of an hour, three quarters of them from the app, 18 % naming the
connection to the server, Los Angeles, Chicago, Phoenix, New York and Washington in front, 1,300 from India.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from math import cos, tau
from random import Random
from typing import Final, TypeVar

from holdfast.radar.reports import BUCKET_MS, BUCKETS_OF_DAY, Batch, Cell, Surface, Symptom

T = TypeVar("T")

PEAK: Final = 12_000
FROM_INDIA: Final = 1_300
QUIET_DAYS: Final = 7
USUAL: Final = 40
"""Reports in a quarter of an hour of a quiet day, on average; by night half of them."""
BUSIEST: Final = 72
"""The bucket of the day with most people awake."""
OUTAGE: Final = (350, 3_100, 7_900, 10_600, PEAK, 11_200, 9_700)
"""The last buckets of the day: it begins within minutes, and the day ends while it lasts."""
QUIET_SHARE_OF_INDIA: Final = 0.09

_SYMPTOMS: Final = {
    Symptom.CANNOT_SEND: 27,
    Symptom.SERVER_CONNECTION: 18,
    Symptom.FEED: 16,
    Symptom.THREADS: 13,
    Symptom.SIGN_IN: 10,
    Symptom.NOT_RECEIVING: 8,
    Symptom.PROFILE: 3,
    Symptom.POSTING: 3,
    Symptom.OTHER: 2,
}
_SURFACES: Final = {Surface.APP: 75, Surface.WEB: 25}
_PLACES: Final = {
    ("US", "Los Angeles"): 140,
    ("US", "Chicago"): 112,
    ("US", "Phoenix"): 94,
    ("US", "New York"): 84,
    ("US", "Washington"): 72,
    ("US", "Houston"): 42,
    ("US", "Dallas"): 40,
    ("US", "Atlanta"): 34,
    ("US", "Miami"): 30,
    ("US", "Seattle"): 30,
    ("US", "Boston"): 28,
    ("US", "San Francisco"): 28,
    ("US", "Denver"): 22,
    ("US", "Detroit"): 18,
    ("US", ""): 70,
    ("CA", "Toronto"): 25,
    ("MX", "Mexico City"): 14,
    ("BR", "São Paulo"): 20,
    ("GB", "London"): 30,
    ("GB", "Manchester"): 9,
    ("DE", "Berlin"): 13,
    ("FR", "Paris"): 14,
    ("NL", "Amsterdam"): 9,
    ("ES", "Madrid"): 10,
    ("IT", "Milan"): 9,
    ("TR", "Istanbul"): 9,
    ("NG", "Lagos"): 6,
    ("ZA", "Johannesburg"): 5,
    ("ID", "Jakarta"): 10,
    ("PH", "Manila"): 10,
    ("JP", "Tokyo"): 7,
    ("AU", "Sydney"): 9,
    ("", ""): 50,
}
_INDIA: Final = {
    ("IN", "Mumbai"): 32,
    ("IN", "Delhi"): 28,
    ("IN", "Bengaluru"): 22,
    ("IN", "Hyderabad"): 10,
    ("IN", "Kolkata"): 8,
}


def quiet_days(first: int, platform: str, random: Random) -> Iterator[list[Batch]]:
    """What is usual, bucket by bucket, from the time (ms) of the first one."""
    for number in range(QUIET_DAYS * BUCKETS_OF_DAY):
        count = _quiet(number, random)
        yield _batches(first + number * BUCKET_MS, platform, count, _share(count, random), random)


def day_of_reports(first: int, platform: str, random: Random, *, elapsed: float = 1) -> Iterator[list[Batch]]:
    """The day itself, bucket by bucket, from the time (ms) of the first one; of the last one a share has elapsed."""
    quiet = [_quiet(number, random) for number in range(BUCKETS_OF_DAY - len(OUTAGE))]
    counts = [*quiet, *OUTAGE[:-1], round(OUTAGE[-1] * elapsed)]
    for number, (count, india) in enumerate(zip(counts, _shared_out(FROM_INDIA, counts), strict=True)):
        yield _batches(first + number * BUCKET_MS, platform, count, india, random)


def _quiet(number: int, random: Random) -> int:
    awake = 1 + 0.5 * cos((number - BUSIEST) / BUCKETS_OF_DAY * tau)
    return max(0, round(random.gauss(USUAL * awake, 5)))


def _share(count: int, random: Random) -> int:
    return sum(random.random() < QUIET_SHARE_OF_INDIA for _ in range(count))


def _shared_out(total: int, weights: Sequence[int]) -> list[int]:
    """A whole in whole parts, by weight; what rounding leaves goes to the largest remainders."""
    exact = [total * weight / sum(weights) for weight in weights]
    parts = [int(each) for each in exact]
    left = sorted(range(len(parts)), key=lambda number: parts[number] - exact[number])
    for number in left[: total - sum(parts)]:
        parts[number] += 1
    return parts


def _batches(at: int, platform: str, count: int, india: int, random: Random) -> list[Batch]:
    places = [*_drawn(_PLACES, count - india, random), *_drawn(_INDIA, india, random)]
    symptoms, surfaces = _drawn(_SYMPTOMS, count, random), _drawn(_SURFACES, count, random)
    cells = Counter(zip(places, symptoms, surfaces, strict=True))
    return [
        Batch(
            at=at,
            cell=Cell(platform=platform, symptom=symptom, surface=surface, country=country, city=city),
            count=number,
        )
        for ((country, city), symptom, surface), number in sorted(cells.items())
    ]


def _drawn(weights: dict[T, int], count: int, random: Random) -> list[T]:
    return random.choices(list(weights), list(weights.values()), k=count)
