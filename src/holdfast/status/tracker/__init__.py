"""The public tracker of reports: the pages, and the file that they are made of.

Only what the page's own process needs is named here; the hub's side is ``holdfast.status.tracker.publisher``.
"""

from holdfast.status.tracker.pages import TrackerPages
from holdfast.status.tracker.snapshot import (
    TRACKER_BYTES_MAX,
    Tracker,
    decode_tracker,
    encode_tracker,
    tracker_path,
)

__all__ = [
    "TRACKER_BYTES_MAX",
    "Tracker",
    "TrackerPages",
    "decode_tracker",
    "encode_tracker",
    "tracker_path",
]
