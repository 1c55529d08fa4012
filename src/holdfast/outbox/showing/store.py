"""Statements that bring what messages show in line with their deliveries, many messages at once."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from holdfast.conversations.texts import forget_texts
from holdfast.outbox.shown_state import Part, shown_state
from holdfast.storage import NewEvent, Row, Tx, append_events

MESSAGES_AT_ONCE: Final = 500

_PARTS: Final = """
SELECT d.id, d.message_id, d.state, d.reason, d.channel, d.address_id, d.external_id, d.part, d.parts, d.created_at,
    m.conversation_id, m.channel AS shown_channel, m.address_id AS shown_address_id
FROM delivery d JOIN message m ON m.id = d.message_id
WHERE d.message_id IN :message_ids ORDER BY d.created_at, d.part, d.id
"""
_SHOW: Final = """
UPDATE message SET state = given.state, state_reason = given.reason, channel = given.channel,
    address_id = given.address_id, external_id = given.external_id
FROM GIVEN (id TEXT, state TEXT, reason TEXT, channel TEXT, address_id TEXT, external_id TEXT)
WHERE message.id = given.id
"""
_SENDING: Final = "UPDATE message SET state = 'sending', state_reason = '' WHERE id IN :message_ids"
_SENT: Final = """
UPDATE message SET state = 'sent', state_reason = '',
    external_id = (SELECT d.external_id FROM delivery d WHERE d.message_id = message.id)
WHERE id IN :message_ids
"""
_TELL: Final = """
INSERT INTO event (at, kind, conversation_id, body)
SELECT CAST(:now AS BIGINT), 'message.changed', conversation_id,
    '{"message_id":"' || id || '","state":"' || state || '"}'
FROM message WHERE id IN :message_ids ORDER BY id
"""
_STRAYS: Final = """
SELECT id, external_id FROM message
WHERE channel = :channel AND external_id IN :external_ids AND author = 'platform'
"""
_MOVE_REACTIONS: Final = "UPDATE reaction SET message_id = :message_id WHERE message_id = :stray"
_REMOVE: Final = "DELETE FROM message WHERE id = :stray"


async def absorb(tx: Tx, channel: str, owners: Mapping[str, str]) -> None:
    """Make one message again of ours and of an echo that was taken for something written in the platform's
    own app, until the answer told whose it was. ``owners``: our message by the platform's id.
    """
    for row in await tx.all(_STRAYS, channel=channel, external_ids=sorted(owners)):
        await tx.run(_MOVE_REACTIONS, message_id=owners[row["external_id"]], stray=row["id"])
        await forget_texts(tx, [row["id"]])
        await tx.run(_REMOVE, stray=row["id"])


async def show_sending(tx: Tx, message_ids: Sequence[str], now: int) -> None:
    """As ``show_all`` for messages with one delivery, which has just been marked as being sent."""
    if message_ids:
        await tx.run(_SENDING, message_ids=message_ids)
        await tx.run(_TELL, message_ids=message_ids, now=now)


async def show_sent(tx: Tx, message_ids: Sequence[str], now: int) -> None:
    """As ``show_all`` for messages with one delivery, which has just been accepted."""
    if message_ids:
        await tx.run(_SENT, message_ids=message_ids)
        await tx.run(_TELL, message_ids=message_ids, now=now)


async def show_all(tx: Tx, message_ids: Iterable[str], now: int) -> None:
    """Recompute what messages show, and say of each that it changed."""
    ids = list(dict.fromkeys(message_ids))
    for first in range(0, len(ids), MESSAGES_AT_ONCE):
        await _show(tx, ids[first : first + MESSAGES_AT_ONCE], now)


async def _show(tx: Tx, ids: Sequence[str], now: int) -> None:
    parts: dict[str, list[Row]] = {each: [] for each in ids}
    for row in await tx.all(_PARTS, message_ids=ids):
        parts[row["message_id"]].append(row)
    shown = [_shown(rows) for rows in parts.values() if rows]
    await tx.many(_SHOW, [values for values, _ in shown])
    await append_events(tx, [_changed(values, conversation, now) for values, conversation in shown])


def _shown(rows: Sequence[Row]) -> tuple[dict[str, Any], str]:
    """The columns that a message shows, and its conversation."""
    state, reason = shown_state(
        [
            Part(row["state"], row["reason"], row["channel"], number=row["part"], of=row["parts"])
            for row in rows
        ]
    )
    live = [row for row in rows if row["state"] != "superseded"]
    newest = max(live, key=_age, default=None)
    named = [row for row in live if row["external_id"] is not None]
    values = {
        "id": rows[0]["message_id"],
        "state": state,
        "reason": reason,
        "channel": newest["channel"] if newest else rows[0]["shown_channel"],
        "address_id": newest["address_id"] if newest else rows[0]["shown_address_id"],
        "external_id": min(named, key=_place)["external_id"] if named else None,
    }
    return values, str(rows[0]["conversation_id"])


def _age(row: Row) -> tuple[int, str]:
    return row["created_at"], row["id"]


def _place(row: Row) -> int:
    return int(row["part"])


def _changed(values: dict[str, Any], conversation_id: str, now: int) -> NewEvent:
    return NewEvent(
        at=now,
        kind="message.changed",
        conversation_id=conversation_id,
        body={"message_id": values["id"], "state": values["state"]},
    )
