"""Rounds of the dispatcher: what many lanes have to settle and to begin, in one transaction for all of them."""

from holdfast.outbox.rounds.begin import Begin
from holdfast.outbox.rounds.model import Ask, GoOn, Returned, Step, Wait, Work
from holdfast.outbox.rounds.room import LANES_BEGUN, LANES_MAX, Room
from holdfast.outbox.rounds.rounds import Rounds

__all__ = [
    "LANES_BEGUN",
    "LANES_MAX",
    "Ask",
    "Begin",
    "GoOn",
    "Returned",
    "Room",
    "Rounds",
    "Step",
    "Wait",
    "Work",
]
