"""What the public is told: a snapshot the hub writes, and the pages made of it.

Only what the page's own process needs is named here, so that it starts fast and does not carry the hub
with it. The hub's side is ``holdfast.status.publisher``.
"""

from holdfast.status.heartbeat import Heartbeat
from holdfast.status.pages import Page, StatusPages, make_page
from holdfast.status.shelf import Answer, Shelf, refusal
from holdfast.status.snapshot import (
    SNAPSHOT_BYTES_MAX,
    Component,
    IncidentUpdate,
    PublicIncident,
    Snapshot,
    State,
    UptimeDay,
    decode_snapshot,
    encode_snapshot,
    snapshot_path,
)
from holdfast.status.watching import FileSource, PageSource, Render, Watched, WatchedFile, refresh

__all__ = [
    "SNAPSHOT_BYTES_MAX",
    "Answer",
    "Component",
    "FileSource",
    "Heartbeat",
    "IncidentUpdate",
    "Page",
    "PageSource",
    "PublicIncident",
    "Render",
    "Shelf",
    "Snapshot",
    "State",
    "StatusPages",
    "UptimeDay",
    "Watched",
    "WatchedFile",
    "decode_snapshot",
    "encode_snapshot",
    "make_page",
    "refresh",
    "refusal",
    "snapshot_path",
]
