"""How far a hub has come: a channel, a first message, a first answer."""

from typing import Final

import msgspec

from holdfast.inbox.first_run import store
from holdfast.storage import Tx

NAME: Final = "first_run"


class FirstRun(msgspec.Struct, frozen=True, kw_only=True):
    """``over``: done or dismissed; nothing else is looked at then. ``conversation``: where the first message is."""

    over: bool
    channel: bool = False
    arrived: bool = False
    answered: bool = False
    conversation: str | None = None


async def first_run(tx: Tx, *, has_channel: bool) -> FirstRun:
    if await store.note(tx, NAME):
        return FirstRun(over=True)
    messages = await store.first_messages(tx)
    first = next((row for row in messages if row["direction"] == "in"), None)
    return FirstRun(
        over=len(messages) >= store.LOOKED_AT,
        channel=has_channel,
        arrived=first is not None,
        answered=any(row["direction"] == "out" and not row["automatic"] for row in messages),
        conversation=None if first is None else str(first["conversation_id"]),
    )


async def dismiss_first_run(tx: Tx, now: int) -> None:
    await store.put_note(tx, NAME, "dismissed", now)
