"""An incident as the team lives through it: who cannot be reached, and how it ended."""

from holdfast.incidents.outage.closing import Closing, closings, dismiss
from holdfast.incidents.outage.reach import Reach, Unreached, Way, reach

__all__ = ["Closing", "Reach", "Unreached", "Way", "closings", "dismiss", "reach"]
