"""What a team decided about two people who become one, and who are parted again."""

from holdfast.work.joining.joining import WorkJoining

__all__ = ["WorkJoining"]
