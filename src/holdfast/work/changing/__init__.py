"""Changing and taking back what the team has sent, where the channel lets it; what it said before is kept."""

from holdfast.work.changing.changing import Changes
from holdfast.work.changing.model import Version

__all__ = ["Changes", "Version"]
