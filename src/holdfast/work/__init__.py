"""What a team decides about conversations: who has them, how they stand, labels, notes."""

from holdfast.work.giver import Giver
from holdfast.work.joining import WorkJoining
from holdfast.work.model import (
    TEAM_CHANGED,
    Decision,
    Label,
    Note,
    Standing,
    StoryLine,
    TakenError,
    Team,
    UnknownError,
    WorkRefusedError,
)
from holdfast.work.store import leave
from holdfast.work.team import AgentView, set_capacity
from holdfast.work.work import Work

__all__ = [
    "TEAM_CHANGED",
    "AgentView",
    "Decision",
    "Giver",
    "Label",
    "Note",
    "Standing",
    "StoryLine",
    "TakenError",
    "Team",
    "UnknownError",
    "Work",
    "WorkJoining",
    "WorkRefusedError",
    "leave",
    "set_capacity",
]
