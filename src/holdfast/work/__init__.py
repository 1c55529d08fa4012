"""What a team decides about conversations: who has them, how they stand, labels, notes."""

from holdfast.work.giver import Giver
from holdfast.work.model import (
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
from holdfast.work.store import move_all
from holdfast.work.team import AgentView
from holdfast.work.work import Work

__all__ = [
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
    "WorkRefusedError",
    "move_all",
]
