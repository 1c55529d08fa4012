"""What a visitor sees of their conversation."""

from collections.abc import Sequence

import msgspec

from holdfast.portal import store
from holdfast.portal.model import CHANGES_MAX, SHOWN_READ_AGAIN, ThreadItem, ThreadPage, Visitor
from holdfast.storage import Row, Tx
from holdfast.storage.event_log import first_event_seq


async def read_thread(tx: Tx, visitor: Visitor, after: int) -> ThreadPage:
    """What changed after a cursor; with cursor 0 the newest part of the thread, and so with one from before
    the oldest event that is kept.
    """
    position = await store.last_event(tx)
    if after < await first_event_seq(tx) - 1:
        after = 0
    person = await store.person(tx, visitor)
    if person is None or person["conversation_id"] is None:
        return ThreadPage([], position)
    conversation_id = str(person["conversation_id"])
    changes = await store.changes(tx, conversation_id, after) if after > 0 else []
    if after > 0 and not changes:
        return ThreadPage([], position, conversation_id)
    newest = await store.visible_messages(tx, person)
    read = _read_by_us(newest, person["unread"])
    if after <= 0:
        return ThreadPage(_items(newest, visitor, read, {}, position), position, conversation_id)
    if len(changes) == CHANGES_MAX:
        position = int(changes[-1]["seq"])
    changed_at = _last_changes(changes)
    if any(change["kind"] == "conversation.changed" for change in changes) and not person["unread"]:
        # Somebody read it: what the visitor wrote last is shown again, as read.
        changed_at = {**dict.fromkeys(read[:SHOWN_READ_AGAIN], position), **changed_at}
    rows = await store.visible_messages(tx, person, list(changed_at)) if changed_at else []
    return ThreadPage(_items(rows, visitor, read, changed_at, position), position, conversation_id)


def _read_by_us(newest: Sequence[Row], unread: int) -> list[str]:
    """Which of a visitor's messages an agent has read, newest first: all but the last few unread ones."""
    written = [str(row["id"]) for row in newest if row["direction"] == "in"]
    return written[unread:]


def _last_changes(changes: Sequence[Row]) -> dict[str, int]:
    """The number of the newest change by message."""
    found: dict[str, int] = {}
    for change in changes:
        message_id = msgspec.json.decode(change["body"]).get("message_id")
        if isinstance(message_id, str):
            found[message_id] = int(change["seq"])
    return found


def _items(
    rows: Sequence[Row],
    visitor: Visitor,
    read: Sequence[str],
    changed_at: dict[str, int],
    position: int,
) -> list[ThreadItem]:
    states = dict.fromkeys(read, "read")
    return [
        _item(row, visitor, states.get(row["id"], "safe"), changed_at.get(row["id"], position))
        for row in reversed(rows)
    ]


def _item(row: Row, visitor: Visitor, state_here: str, seq: int) -> ThreadItem:
    incoming = row["direction"] == "in"
    return ThreadItem(
        seq=seq,
        id=str(row["external_id"]).removeprefix(f"{visitor.id}:") if incoming else row["id"],
        direction=row["direction"],
        text="" if row["unsent_at"] else row["text"],
        at=row["at"],
        author_name=visitor.name if incoming else row["agent_name"] or "",
        state=state_here if incoming else row["state"],
    )
