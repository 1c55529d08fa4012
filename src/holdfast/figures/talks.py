"""How long people wait, from what was said and decided in a conversation. Pure.

A talk begins with a message of the person and is over when it is resolved, or when it has rested; the next message
begins another. Who waits does so from the first message that has no answer until a person of the team answers.
"""

from typing import Final, Literal

import msgspec

REST_MS: Final = 3 * 86_400_000
"""After so long without a word the next message begins a talk anew."""


class Talk(msgspec.Struct, frozen=True, kw_only=True):
    """How a talk stands; ``answered`` once somebody of the team has written in it."""

    began_at: int
    waiting_since: int | None
    answered: bool
    last_at: int
    channel: str


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened. ``what``: heard (the person wrote), answered (a person of the team), resolved."""

    what: Literal["heard", "answered", "resolved"]
    at: int
    channel: str = ""


class Measured(msgspec.Struct, frozen=True):
    kind: Literal["first", "reply", "resolved"]
    took_ms: int
    channel: str


def follow(talk: Talk | None, said: Said) -> tuple[Talk | None, tuple[Measured, ...]]:
    """(how the talk stands afterwards, what was measured by it)."""
    if said.what == "heard":
        return _heard(talk, said), ()
    if talk is None:
        return None, ()
    if said.what == "resolved":
        return None, (Measured("resolved", max(0, said.at - talk.began_at), talk.channel),)
    return _answered(talk, said)


def _heard(talk: Talk | None, said: Said) -> Talk:
    if talk is None or (talk.waiting_since is None and said.at - talk.last_at > REST_MS):
        return Talk(
            began_at=said.at, waiting_since=said.at, answered=False, last_at=said.at, channel=said.channel
        )
    waiting = said.at if talk.waiting_since is None else min(talk.waiting_since, said.at)
    channel = said.channel if talk.waiting_since is None else talk.channel
    return msgspec.structs.replace(
        talk, waiting_since=waiting, last_at=max(talk.last_at, said.at), channel=channel
    )


def _answered(talk: Talk, said: Said) -> tuple[Talk, tuple[Measured, ...]]:
    after = msgspec.structs.replace(
        talk, waiting_since=None, answered=True, last_at=max(talk.last_at, said.at)
    )
    if talk.waiting_since is None:
        return after, ()
    reply = Measured("reply", max(0, said.at - talk.waiting_since), talk.channel)
    if talk.answered:
        return after, (reply,)
    return after, (Measured("first", max(0, said.at - talk.began_at), talk.channel), reply)
