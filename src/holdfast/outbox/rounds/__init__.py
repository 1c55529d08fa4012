"""Rounds of the dispatcher: what many lanes have to settle and to begin, in one transaction for all of them."""

from holdfast.outbox.rounds.begin import Begin
from holdfast.outbox.rounds.model import Ask, GoOn, Returned, Step, Wait, Work
from holdfast.outbox.rounds.rounds import Rounds

__all__ = ["Ask", "Begin", "GoOn", "Returned", "Rounds", "Step", "Wait", "Work"]
