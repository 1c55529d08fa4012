"""Who is given a conversation that nobody has. Pure."""

from collections.abc import Sequence

import msgspec


class Candidate(msgspec.Struct, frozen=True):
    """``waiting`` counts the conversations that wait for this agent, ``given_at`` is when the last one was given."""

    id: str
    waiting: int
    capacity: int
    given_at: int


def choose_agent(policy: str, candidates: Sequence[Candidate]) -> str | None:
    """Who is next by turns (``round_robin``) or has the least to do (``load``); None where nobody has room."""
    free = [each for each in candidates if each.waiting < each.capacity]
    if policy == "manual" or not free:
        return None
    if policy == "load":
        return min(free, key=lambda each: (each.waiting, each.given_at, each.id)).id
    return min(free, key=lambda each: (each.given_at, each.id)).id
