"""What the public may see of reports: written by the hub, read by the page's process. Times are ms."""

from pathlib import Path
from typing import Final

import msgspec

from holdfast.status.snapshot import SnapshotUnreadableError, State

TRACKER_BYTES_MAX: Final = 4 * 1024 * 1024


class Slot(msgspec.Struct, frozen=True):
    """A quarter of an hour: reports, and how many are usual at this time of the day."""

    at: int
    count: int
    usual: float


class Part(msgspec.Struct, frozen=True):
    """One part of a whole of reports, such as those about one symptom."""

    id: str
    label: str
    count: int


class Spot(msgspec.Struct, frozen=True, kw_only=True):
    """A place on the map, never smaller than a city; where the city is not known, the middle of a country."""

    country: str
    city: str
    label: str
    latitude: float
    longitude: float
    count: int


class Concluded(msgspec.Struct, frozen=True, kw_only=True):
    """What reports and our own evidence say together: ``kind`` is problem, perhaps, connection or usual."""

    kind: str
    title: str
    lead: str


class Tracked(msgspec.Struct, frozen=True, kw_only=True):
    """One platform over the last day. ``recent`` reports in the last quarter of an hour, ``usual`` so many;
    ``state``: how our own messages fare there. ``hidden`` reports were kept and are not in any count.
    """

    platform: str
    label: str
    concluded: Concluded
    state: State
    recent: int
    usual: float
    high: float
    total: int
    hidden: int
    peak_at: int
    peak_count: int
    slots: tuple[Slot, ...] = ()
    symptoms: tuple[Part, ...] = ()
    surfaces: tuple[Part, ...] = ()
    cities: tuple[Part, ...] = ()
    countries: tuple[Part, ...] = ()
    spots: tuple[Spot, ...] = ()


class Way(msgspec.Struct, frozen=True):
    """How the business can be reached now."""

    platform: str
    label: str
    address: str
    link: str


class Tracker(msgspec.Struct, frozen=True, kw_only=True):
    """``platforms``: the one in most trouble first. ``hub_url`` is where reports are taken.

    ``symptoms`` are what can be reported, (identifier, words).
    """

    business: str
    written_at: int
    hub_url: str
    platforms: tuple[Tracked, ...] = ()
    symptoms: tuple[tuple[str, str], ...] = ()
    ways: tuple[Way, ...] = ()


def tracker_path(data_dir: Path) -> Path:
    return data_dir / "public" / "tracker.json"


def encode_tracker(tracker: Tracker) -> bytes:
    return msgspec.json.encode(tracker)


def decode_tracker(data: bytes) -> Tracker:
    """Raises SnapshotUnreadableError."""
    if len(data) > TRACKER_BYTES_MAX:
        raise SnapshotUnreadableError("the file is larger than any hub writes")
    try:
        return msgspec.json.decode(data, type=Tracker)
    except msgspec.MsgspecError as error:
        raise SnapshotUnreadableError(str(error)) from error
