"""What the public may see: written by the hub, read by the page's process. Times are ms since the epoch."""

from enum import StrEnum
from pathlib import Path
from typing import Final

import msgspec

SNAPSHOT_BYTES_MAX: Final = 4 * 1024 * 1024


class State(StrEnum):
    UP = "up"
    SUSPECTED = "suspected"
    PARTIAL = "partial"
    DOWN = "down"
    RECOVERING = "recovering"
    MAINTENANCE = "maintenance"
    UNKNOWN = "unknown"


class UptimeDay(msgspec.Struct, frozen=True):
    """How long a channel failed on one UTC day (``2026-01-31``), wholly and in part."""

    day: str
    down_ms: int = 0
    partial_ms: int = 0


class Component(msgspec.Struct, frozen=True, kw_only=True):
    """One channel as a customer sees it.

    ``label`` is what people call it ("Instagram"), ``name`` the business's account there, ``address`` what
    a person would type to reach it and ``link`` what they would press. ``sentence`` says how it is.
    ``since`` is when the state began, 0 where that is not known. ``group`` is a heading it stands below.
    """

    id: str
    platform: str
    label: str
    name: str = ""
    address: str = ""
    link: str = ""
    state: State = State.UNKNOWN
    sentence: str = ""
    since: int = 0
    days: tuple[UptimeDay, ...] = ()
    group: str = ""


class IncidentUpdate(msgspec.Struct, frozen=True, kw_only=True):
    """``kind``: opened, note, step, recovering or closed."""

    id: str
    at: int
    kind: str
    text: str


class PublicPart(msgspec.Struct, frozen=True):
    """A channel that an incident takes down; ``state``: open, recovering or closed."""

    id: str
    label: str
    state: str


class PublicIncident(msgspec.Struct, frozen=True, kw_only=True):
    """``state``: open, recovering or closed. ``updates`` are oldest first.

    ``component`` is the channel that failed first, ``label`` what all its channels are called, ``parts`` each.
    ``joined``: the ids of incidents that go on as a part of it.
    """

    id: str
    component: str
    label: str
    joined: tuple[str, ...] = ()
    title: str
    state: str
    cause: str
    partial: bool = False
    parts: tuple[PublicPart, ...] = ()
    onset_at: int
    opened_at: int
    recovered_at: int | None = None
    closed_at: int | None = None
    updates: tuple[IncidentUpdate, ...] = ()


class PublicMaintenance(msgspec.Struct, frozen=True, kw_only=True):
    """Announced work; ``components`` are the ids of those it touches."""

    id: str
    title: str
    text: str = ""
    components: tuple[str, ...] = ()
    starts_at: int
    ends_at: int
    announced_at: int
    cancelled_at: int | None = None


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """``incidents`` are newest first; ``watched_since`` is when failures began to be counted.

    ``hub_url`` is where the public reaches the hub, for forms: the page's process itself stores nothing.
    ``subscriptions`` are the ways in which visitors may be told of changes: email, webhook.
    """

    business: str
    written_at: int
    hub_started_at: int
    watched_since: int
    components: tuple[Component, ...] = ()
    incidents: tuple[PublicIncident, ...] = ()
    chat_url: str = ""
    hub_url: str = ""
    maintenances: tuple[PublicMaintenance, ...] = ()
    subscriptions: tuple[str, ...] = ()


class SnapshotUnreadableError(Exception):
    """The file is not a snapshot that this version understands; the sentence says why."""


def snapshot_path(data_dir: Path) -> Path:
    return data_dir / "public" / "snapshot.json"


def encode_snapshot(snapshot: Snapshot) -> bytes:
    return msgspec.json.encode(snapshot)


def decode_snapshot(data: bytes) -> Snapshot:
    """Raises SnapshotUnreadableError."""
    if len(data) > SNAPSHOT_BYTES_MAX:
        raise SnapshotUnreadableError("the snapshot is larger than any hub writes")
    try:
        return msgspec.json.decode(data, type=Snapshot)
    except msgspec.MsgspecError as error:
        raise SnapshotUnreadableError(str(error)) from error
