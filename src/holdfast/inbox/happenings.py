"""Events with what they speak of, loaded in one go, so that a reader needs no second question."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from holdfast.inbox.conversations import Windows, conversations_by_id
from holdfast.inbox.messages import messages_by_id
from holdfast.storage import Event, Tx, read_events

CONVERSATION_CHANGED: Final = "conversation.changed"


class Happening(msgspec.Struct, frozen=True):
    """One numbered change as clients see it; ``body`` holds the present state of what changed."""

    seq: int
    at: int
    kind: str
    conversation_id: str | None
    body: dict[str, Any]


async def happenings_after(tx: Tx, cursor: int, limit: int, windows: Windows) -> list[Happening]:
    return await with_subjects(tx, await read_events(tx, cursor, limit), windows)


async def with_subjects(tx: Tx, events: Sequence[Event], windows: Windows) -> list[Happening]:
    """Add each message and conversation, as it is now, to the events about it."""
    messages = await messages_by_id(tx, list({id_ for event in events if (id_ := message_of(event))}))
    conversations = await conversations_by_id(
        tx,
        [
            event.conversation_id
            for event in events
            if event.kind == CONVERSATION_CHANGED and event.conversation_id
        ],
        windows,
    )
    return [
        Happening(
            event.seq, event.at, event.kind, event.conversation_id, _body(event, messages, conversations)
        )
        for event in events
    ]


def message_of(event: Event) -> str:
    """The message that an event is about, or nothing."""
    found = event.body.get("message_id", "") if event.kind.startswith("message.") else ""
    return found if isinstance(found, str) else ""


def _body(event: Event, messages: dict[str, Any], conversations: dict[str, Any]) -> dict[str, Any]:
    body = dict(event.body)
    if (message := messages.get(message_of(event))) is not None:
        body["message"] = message
    if event.kind == CONVERSATION_CHANGED and event.conversation_id in conversations:
        body["conversation"] = conversations[event.conversation_id]
    return body
