"""People with an account of their own: guests and members, their devices, and whom they do not want to hear from."""

from holdfast.members.desk import MemberDesk, make_member_desk
from holdfast.members.links import continue_url
from holdfast.members.members import Members
from holdfast.members.model import (
    BUSINESS,
    Card,
    Device,
    Member,
    MemberRefusedError,
    NewSession,
    Session,
    UnknownMemberError,
)
from holdfast.members.neighbours import Neighbour, QuietNeighbour, Quote
from holdfast.members.profile import ProfileChange, SettingsChange

__all__ = [
    "BUSINESS",
    "Card",
    "Device",
    "Member",
    "MemberDesk",
    "MemberRefusedError",
    "Members",
    "Neighbour",
    "NewSession",
    "ProfileChange",
    "QuietNeighbour",
    "Quote",
    "Session",
    "SettingsChange",
    "UnknownMemberError",
    "continue_url",
    "make_member_desk",
]
