"""Talks of members with one another: pairs and groups, their messages, and what changed for whom."""

from holdfast.portal.talks.applying import apply_members
from holdfast.portal.talks.model import TalkError
from holdfast.portal.talks.spooled import SOURCE

__all__ = ["SOURCE", "TalkError", "apply_members"]
