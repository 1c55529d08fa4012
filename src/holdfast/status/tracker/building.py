"""From counts of reports to what the public may see of them. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from holdfast.radar import Cause, Verdict
from holdfast.radar.reports import (
    BUCKET_MS,
    BUCKETS_OF_DAY,
    SURFACE_WORDS,
    SYMPTOM_WORDS,
    Counted,
    Day,
    Level,
    Past,
    Reading,
    bucket_of,
    level_of,
    summed,
    usual_at,
)
from holdfast.status.building import ChannelFace, worst
from holdfast.status.snapshot import State
from holdfast.status.tracker.places import Atlas, Place
from holdfast.status.tracker.snapshot import Part, Slot, Spot, Tracked, Tracker, Way
from holdfast.status.tracker.words import conclude

CITIES_MAX: Final = 10
COUNTRIES_MAX: Final = 10
SPOTS_MAX: Final = 300

_OUR_OWN: Final = frozenset({Cause.ACCOUNT, Cause.TOKEN, Cause.SUBSCRIPTION, Cause.UPLINK, Cause.HUB})


class Gathered(msgspec.Struct, frozen=True, kw_only=True):
    """What was read for one look; ``labels`` are what people call the platforms that can be reported."""

    past: Past
    day: Day
    verdicts: Sequence[Verdict]
    faces: Sequence[ChannelFace]
    labels: Mapping[str, str]


def build_tracker(gathered: Gathered, atlas: Atlas, *, business: str, hub_url: str, now: int) -> Tracker:
    tracked = [_tracked(platform, gathered, atlas, now) for platform in gathered.labels]
    order = {"problem": 0, "perhaps": 1, "connection": 2, "usual": 3}
    tracked.sort(key=lambda each: (order[each.concluded.kind], -each.recent, -each.total))
    return Tracker(
        business=business,
        written_at=now,
        hub_url=hub_url,
        platforms=tuple(tracked),
        symptoms=tuple((symptom.value, words) for symptom, words in SYMPTOM_WORDS.items()),
        ways=_ways(gathered),
    )


def _tracked(platform: str, gathered: Gathered, atlas: Atlas, now: int) -> Tracked:
    counts = gathered.past.buckets.get(platform, {})
    began = gathered.past.began if gathered.past.began is not None else now
    level = level_of(platform, gathered.past, gathered.day, now)
    state, ours_alone = _ours(platform, gathered)
    slots = _slots(counts, began, now)
    peak = max(slots, key=lambda slot: slot.count)
    label = gathered.labels[platform]
    concluded = conclude(
        label,
        recent=round(level.recent),
        usual=level.usual,
        high=level.high,
        region=_region(level, atlas),
        is_narrow=level.reading is Reading.NARROW,
        ours=state,
        ours_alone=ours_alone,
    )
    mine = {name: _of(platform, getattr(gathered.day, name)) for name in ("symptoms", "surfaces", "places")}
    places = {Place(*each.key): each.count for each in mine["places"]}
    return Tracked(
        platform=platform,
        label=label,
        concluded=concluded,
        state=state,
        recent=round(level.recent),
        usual=level.usual,
        high=level.high,
        total=sum(slot.count for slot in slots),
        hidden=sum(each.count for each in _of(platform, gathered.day.hidden)),
        peak_at=peak.at,
        peak_count=peak.count,
        slots=slots,
        symptoms=_parts(
            summed(mine["symptoms"], 0), {each.value: words for each, words in SYMPTOM_WORDS.items()}
        ),
        surfaces=_parts(
            summed(mine["surfaces"], 0), {each.value: words for each, words in SURFACE_WORDS.items()}
        ),
        cities=_leading({place: count for place, count in places.items() if place.city}, atlas)[:CITIES_MAX],
        countries=_leading(_by_country(places), atlas)[:COUNTRIES_MAX],
        spots=_spots(places, atlas),
    )


def _of(platform: str, counts: Sequence[Counted]) -> list[Counted]:
    return [each for each in counts if each.platform == platform]


def _ours(platform: str, gathered: Gathered) -> tuple[State, bool]:
    """The best of our channels on a platform, as one that works shows that the platform does; and whether what
    fails there fails for a reason of our own.
    """
    channels = [face.id for face in gathered.faces if face.platform == platform]
    verdicts = [[each for each in gathered.verdicts if each.channel == channel] for channel in channels]
    states = [(worst(of_channel)[0], of_channel) for of_channel in verdicts]
    known = [each for each in states if each[0] is not State.UNKNOWN]
    if not known:
        return State.UNKNOWN, False
    order = (State.UP, State.RECOVERING, State.SUSPECTED, State.PARTIAL, State.DOWN)
    state, of_channel = min(known, key=lambda each: order.index(each[0]))
    causes = {each.cause for each in of_channel if each.cause is not Cause.NONE}
    return state, bool(causes) and causes <= _OUR_OWN


def _region(level: Level, atlas: Atlas) -> str:
    return atlas.label(Place(level.country)) if level.reading is Reading.REGIONAL else ""


def _slots(counts: Mapping[int, int], began: int, now: int) -> tuple[Slot, ...]:
    last = bucket_of(now)
    times = [last - step * BUCKET_MS for step in reversed(range(BUCKETS_OF_DAY))]
    return tuple(Slot(at, counts.get(at, 0), usual_at(counts, at, began)) for at in times)


def _parts(counts: Mapping[str, int], words: Mapping[str, str]) -> tuple[Part, ...]:
    named = [Part(id=each, label=words.get(each, each), count=count) for each, count in counts.items()]
    return tuple(sorted((part for part in named if part.count > 0), key=lambda part: (-part.count, part.id)))


def _by_country(places: Mapping[Place, int]) -> dict[Place, int]:
    found: dict[Place, int] = {}
    for place, count in places.items():
        if place.country:
            found[Place(place.country)] = found.get(Place(place.country), 0) + count
    return found


def _leading(places: Mapping[Place, int], atlas: Atlas) -> tuple[Part, ...]:
    parts = [
        Part(id=place.country, label=atlas.label(place), count=count)
        for place, count in places.items()
        if count > 0
    ]
    return tuple(sorted(parts, key=lambda part: (-part.count, part.label)))


def _spots(places: Mapping[Place, int], atlas: Atlas) -> tuple[Spot, ...]:
    known = [
        (place, count) for place, count in places.items() if place.country in atlas.countries and count > 0
    ]
    largest = sorted(known, key=lambda each: (-each[1], each[0].country, each[0].city))[:SPOTS_MAX]
    return tuple(_spot(place, count, atlas) for place, count in largest)


def _spot(place: Place, count: int, atlas: Atlas) -> Spot:
    latitude, longitude = atlas.position(place)
    return Spot(
        country=place.country,
        city=place.city,
        label=atlas.label(place),
        latitude=latitude,
        longitude=longitude,
        count=count,
    )


def _ways(gathered: Gathered) -> tuple[Way, ...]:
    """Channels with an address that work as far as anyone knows; our own chat works while the hub does."""
    return tuple(
        Way(
            face.platform,
            gathered.labels.get(face.platform, "Web chat"),
            face.public_address,
            face.public_link,
        )
        for face in gathered.faces
        if (face.public_address or face.public_link) and _works(face, gathered.verdicts)
    )


def _works(face: ChannelFace, verdicts: Sequence[Verdict]) -> bool:
    state, _ = worst([verdict for verdict in verdicts if verdict.channel == face.id])
    return state is State.UP or (face.platform == "direct" and state is State.UNKNOWN)
