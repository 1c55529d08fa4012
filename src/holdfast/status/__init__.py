"""What the public is told: a snapshot the hub writes, and the pages made of it.

Only what the page's own process needs is named here, so that it starts fast and does not carry the hub
with it. The hub's side is ``holdfast.status.publisher``.
"""

from holdfast.status.heartbeat import Heartbeat
from holdfast.status.pages import Page, StatusPages
from holdfast.status.shelf import Answer, Shelf
from holdfast.status.snapshot import (
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

__all__ = [
    "Answer",
    "Component",
    "Heartbeat",
    "IncidentUpdate",
    "Page",
    "PublicIncident",
    "Shelf",
    "Snapshot",
    "State",
    "StatusPages",
    "UptimeDay",
    "decode_snapshot",
    "encode_snapshot",
    "snapshot_path",
]
