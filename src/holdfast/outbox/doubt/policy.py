"""What to do with a send in doubt, from what is known of it. Pure."""

from enum import StrEnum
from typing import Final

import msgspec

from holdfast.outbox.doubt.notes import Notes

LOOKS_TO_PROVE_ABSENCE: Final = 2
"""A record may show different things to two readers: one look alone proves nothing."""
NEVER_AFTER_MS: Final = 900_000
"""How long proof is awaited on a channel that is set never to repeat."""
ASKED_MS_MAX: Final = 7 * 86_400_000
"""After this time nobody is asked any more what became of a message."""
HOLDS_MS: Final = 900_000
"""How long what was written after a message in doubt waits for it, unless its channel says otherwise."""
RESEND_AFTER_MS: Final = 120_000
LATE_MS: Final = 90_000
"""How long after a lost answer a platform may still take a message, unless its channel says otherwise. The
longest work on one send that a platform's own pages speak of is Meta's fetching of media, 75 seconds."""
LOOK_APART_MS_MAX: Final = 3_600_000
"""However long a doubt lasts, it is looked at this often."""


def absent_from(ended_at: int, *, over: bool, evidence_ms: int, late_ms: int) -> int:
    """From when on (ms) a record that does not hold a message proves that it was not sent.

    A call that the platform ended in its own words has had its effect; its record may lag behind by
    ``evidence_ms``. Any other call the platform may still be at work on for ``late_ms``.
    """
    return ended_at + evidence_ms + (0 if over else late_ms)


def proves_absence(notes: Notes, asked_at: int) -> bool:
    """Whether a look begun at a time, which did not find the message either, is the proof."""
    return notes.absent + 1 >= LOOKS_TO_PROVE_ABSENCE and asked_at >= notes.absent_from


class Step(StrEnum):
    WAIT = "wait"
    SEND_AGAIN = "send_again"
    SET_ASIDE = "set_aside"
    GIVE_UP = "give_up"


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A doubt that no record settles: its channel's policy, and for how long (ms) it has lasted.

    ``aside``: what was written later goes on without it.
    """

    waited_ms: int
    policy: str = "ask"
    resend_after_ms: int = RESEND_AFTER_MS
    holds_ms: int = HOLDS_MS
    aside: bool = False


def next_step(standing: Standing) -> Step:
    match standing.policy:
        case "resend":
            return Step.SEND_AGAIN if standing.waited_ms >= standing.resend_after_ms else Step.WAIT
        case "never":
            return Step.GIVE_UP if standing.waited_ms >= NEVER_AFTER_MS else Step.WAIT
        case _:
            return _asked(standing)


def step_after_ms(standing: Standing) -> int:
    """How long a doubt lasts before its policy does something about it."""
    match standing.policy:
        case "resend":
            return standing.resend_after_ms
        case "never":
            return NEVER_AFTER_MS
        case _:
            return standing.holds_ms


def _asked(standing: Standing) -> Step:
    if standing.waited_ms >= ASKED_MS_MAX:
        return Step.GIVE_UP
    overdue = standing.waited_ms >= standing.holds_ms and not standing.aside
    return Step.SET_ASIDE if overdue else Step.WAIT


def next_look(now: int, waited_ms: int, recheck_ms: int, *deadlines: int) -> int:
    """When to look again (ms): ever more seldom, but at each deadline that is still to come."""
    usual = now + max(recheck_ms, min(waited_ms, LOOK_APART_MS_MAX))
    return min(usual, *(each for each in (*deadlines, usual) if each > now))
