"""The public tracker of reports: the pages, and the file that they are made of.

Only what the page's own process needs is named here; the hub's side is ``holdfast.status.tracker.publisher``.
"""

from holdfast.status.tracker.pages import TrackerPages
from holdfast.status.tracker.snapshot import Tracker, decode_tracker, encode_tracker, tracker_path
from holdfast.status.tracker.source import TrackerSource

__all__ = [
    "Tracker",
    "TrackerPages",
    "TrackerSource",
    "decode_tracker",
    "encode_tracker",
    "tracker_path",
]
