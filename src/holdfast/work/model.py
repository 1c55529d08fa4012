"""What a team decides about conversations. Times are ms since the epoch; ``""`` stands for nobody."""

from typing import Final, Literal

import msgspec

AT_ONCE_MAX: Final = 200
"""Conversations that one decision is about."""
LABELS_MAX: Final = 200
LABELS_OF_CONVERSATION_MAX: Final = 30
NAME_CHARACTERS_MAX: Final = 60
NOTE_CHARACTERS_MAX: Final = 10_000
SNOOZE_MS_MAX: Final = 366 * 86_400_000
TEAM_CHANGED: Final = "team.changed"
"""The event that tells that labels, teams, agents or canned replies are others than before."""

Status = Literal["open", "snoozed", "resolved"]
Policy = Literal["manual", "round_robin", "load"]
Colour = Literal["grey", "red", "amber", "green", "teal", "blue", "violet", "pink"]


class WorkRefusedError(ValueError):
    """It cannot be decided so; ``field`` says what does not fit, the sentence why."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


class UnknownError(LookupError):
    """There is no such conversation, label, agent, team or note; the sentence says which."""


class TakenError(ValueError):
    """Somebody else was quicker, or the name is taken."""


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What is to change; None leaves it as it is.

    ``if_assignee`` makes it fail with TakenError where the conversation has another agent by now.
    """

    status: Status | None = None
    snoozed_until: int | None = None
    assignee: str | None = None
    team: str | None = None
    add_labels: tuple[str, ...] = ()
    remove_labels: tuple[str, ...] = ()
    if_assignee: str | None = None


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a conversation stands: what ``restore`` brings back."""

    id: str
    status: Status
    snoozed_until: int | None = None
    assignee: str = ""
    team: str = ""
    labels: tuple[str, ...] = ()


class Label(msgspec.Struct, frozen=True):
    id: str
    name: str
    colour: Colour


class Team(msgspec.Struct, frozen=True):
    """``channels``: what arrives there is the team's; ``agents`` are ids."""

    id: str
    name: str
    policy: Policy
    channels: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """``mentions`` are ids of agents."""

    id: str
    conversation_id: str
    author: str
    author_name: str
    text: str
    at: int
    edited_at: int | None = None
    mentions: tuple[str, ...] = ()


class StoryLine(msgspec.Struct, frozen=True):
    """One decision about a conversation; ``who`` is an author such as ``agent:…`` and ``rule:…``."""

    id: str
    at: int
    who: str
    who_name: str
    kind: str
    detail: str
