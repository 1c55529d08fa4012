"""What everything stands on: time, identifiers and logging, all of them passed in."""

from holdfast.kernel.clock import Clock, SystemClock
from holdfast.kernel.ids import IdSource
from holdfast.kernel.log import Log, configure_logging, get_log

__all__ = ["Clock", "IdSource", "Log", "SystemClock", "configure_logging", "get_log"]
