"""What everything stands on: time, identifiers and logging, all passed in; small files that are synced."""

from holdfast.kernel.clock import Clock, SystemClock
from holdfast.kernel.ids import IdSource
from holdfast.kernel.log import Log, configure_logging, get_log
from holdfast.kernel.synced_file import make_synced, replace_synced

__all__ = [
    "Clock",
    "IdSource",
    "Log",
    "SystemClock",
    "configure_logging",
    "get_log",
    "make_synced",
    "replace_synced",
]
