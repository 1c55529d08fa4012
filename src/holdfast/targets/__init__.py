"""Within which time people are to be answered, and how that stands: clocks that stand still when they should."""

from holdfast.targets.joining import TargetJoining
from holdfast.targets.keeper import TargetKeeper
from holdfast.targets.model import TARGETS_CHANGED, Target
from holdfast.targets.targets import Targets

__all__ = [
    "TARGETS_CHANGED",
    "Target",
    "TargetJoining",
    "TargetKeeper",
    "Targets",
]
