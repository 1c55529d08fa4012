"""Who writes when: a shop's years, told in the order of time, the same for the same seed.

People come in a steady stream as the shop grows. Some come back: those who have come before, and the
longest-known ones most, so that the lengths of conversations have a long tail.
"""

from array import array
from collections.abc import Iterator
from random import Random
from typing import Final, NamedTuple

import msgspec

DAY_MS: Final = 86_400_000
UNDER_WAY: Final = 40
"""Talks that go on at the same time."""
TALK_MESSAGES_MAX: Final = 60
TALK_TAIL: Final = 1.4
"""The exponent of the Pareto distribution of a talk's length; smaller is longer."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """How much to invent: ``until`` is the end of the told time in ms, ``years`` its length."""

    messages: int
    contacts: int
    seed: int = 1
    years: float = 5.0
    until: int


class Said(NamedTuple):
    """One message: its number, the contact's number, whether that contact is new, who speaks, and when (ms)."""

    number: int
    contact: int
    is_new: bool
    is_incoming: bool
    at: int


class Talk:
    """Some messages back and forth, begun by the contact."""

    __slots__ = ("contact", "is_incoming", "is_new", "left")

    def __init__(self, contact: int, left: int, *, is_new: bool) -> None:
        self.contact = contact
        self.left = left
        self.is_new = is_new
        self.is_incoming = True


def said(plan: Plan) -> Iterator[Said]:
    """Every message of the plan, in the order of time; every contact writes at least once."""
    random = Random(plan.seed)  # noqa: S311 - invented people are no secret
    known = 0
    talks: list[Talk] = []
    turns = array("d", (random.random() for _ in range(4_096)))
    for number in range(plan.messages):
        at = _time_of(plan, number)
        place = int(random.random() * UNDER_WAY)
        is_behind = known * plan.messages < plan.contacts * (number + 1)
        if is_behind or place >= len(talks) or talks[place].left == 0:
            talk = _new_talk(random, known, is_new=is_behind)
            known += is_behind
            if place < len(talks):
                talks[place] = talk
            else:
                talks.append(talk)
        else:
            talk = talks[place]
        yield Said(number, talk.contact, talk.is_new, talk.is_incoming, at)
        talk.is_new = False
        talk.left -= 1
        talk.is_incoming = turns[number & 4_095] < (0.3 if talk.is_incoming else 0.8)


def _new_talk(random: Random, known: int, *, is_new: bool) -> Talk:
    length = min(TALK_MESSAGES_MAX, int(random.paretovariate(TALK_TAIL) * 2))
    contact = known if is_new else int(known * random.random() ** 2)
    return Talk(contact, length, is_new=is_new)


def _time_of(plan: Plan, number: int) -> int:
    """A shop that grows: twice the time has four times the messages."""
    length = plan.years * 365.25 * DAY_MS
    return plan.until - int(length * (1 - ((number + 1) / plan.messages) ** 0.5))
