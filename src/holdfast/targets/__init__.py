"""Within which time people are to be answered, and how that stands: clocks that stand still when they should."""

from holdfast.targets.joining import TargetJoining
from holdfast.targets.keeper import TargetKeeper
from holdfast.targets.model import TARGETS_CHANGED, Still, Target, TargetRefusedError
from holdfast.targets.targets import Targets, TimerView

__all__ = [
    "TARGETS_CHANGED",
    "Still",
    "Target",
    "TargetJoining",
    "TargetKeeper",
    "TargetRefusedError",
    "Targets",
    "TimerView",
]
