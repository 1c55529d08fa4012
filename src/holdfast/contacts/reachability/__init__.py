"""How many people can be reached if a channel fails now, and what would raise it."""

from holdfast.contacts.reachability.counting import GAPS, ChannelReach, Reach
from holdfast.contacts.reachability.reachability import ContactReach, Reachability

__all__ = ["GAPS", "ChannelReach", "ContactReach", "Reach", "Reachability"]
