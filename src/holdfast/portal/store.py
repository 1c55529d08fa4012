"""Every statement of this unit."""

from collections.abc import Sequence
from typing import Any, Final

from holdfast.portal.model import CHANGES_MAX, SEEN_AT_ONCE, THREAD_ITEMS_MAX, Visitor
from holdfast.storage import Row, Tx

_PERSON: Final = """
SELECT address.id AS address_id, address.channel, conversation.id AS conversation_id, conversation.unread FROM address
LEFT JOIN conversation ON conversation.contact_id = address.contact_id
WHERE address.channel = :channel AND address.value = :value
"""
_LAST_EVENT: Final = "SELECT COALESCE(MAX(seq), 0) AS seq FROM event"
_CHANGES: Final = """
SELECT seq, kind, body FROM event
WHERE seq > :after AND conversation_id = :conversation_id
    AND kind IN ('message.received', 'message.created', 'message.changed', 'conversation.changed')
ORDER BY seq LIMIT :limit
"""
_VISIBLE: Final = """
SELECT message.*, agent.name AS agent_name FROM message
LEFT JOIN agent ON message.author = 'agent:' || agent.id
WHERE message.conversation_id = :conversation_id {chosen} AND (
    (message.direction = 'in' AND message.address_id = :address_id)
    OR EXISTS (SELECT 1 FROM delivery WHERE delivery.message_id = message.id
        AND delivery.address_id = :address_id AND delivery.state IN ('sent', 'delivered', 'read')))
ORDER BY message.at DESC, message.id DESC LIMIT :limit
"""
_UNSEEN: Final = """
SELECT external_id FROM delivery
WHERE lane = :lane AND state IN ('sent', 'delivered') AND external_id IS NOT NULL AND created_at <= :until
ORDER BY position LIMIT :limit
"""
_EVENT_AT: Final = "SELECT at FROM event WHERE seq <= :seq ORDER BY seq DESC LIMIT 1"


async def person(tx: Tx, visitor: Visitor) -> Row | None:
    """The visitor's address and conversation, once something of theirs was applied."""
    return await tx.one(_PERSON, channel=visitor.channel, value=visitor.id)


async def last_event(tx: Tx) -> int:
    row = await tx.one(_LAST_EVENT)
    return int(row["seq"]) if row else 0


async def changes(tx: Tx, conversation_id: str, after: int) -> list[Row]:
    return await tx.all(_CHANGES, conversation_id=conversation_id, after=after, limit=CHANGES_MAX)


async def visible_messages(tx: Tx, person: Row, message_ids: Sequence[str] | None = None) -> list[Row]:
    """What a visitor may see: what they wrote here and what was delivered to them here, newest first."""
    named: dict[str, Any] = {f"id{number}": each for number, each in enumerate(message_ids or ())}
    chosen = ", ".join(f":{name}" for name in named)
    sql = _VISIBLE.format(chosen="" if message_ids is None else f"AND message.id IN ({chosen})")
    return await tx.all(
        sql,
        conversation_id=person["conversation_id"],
        address_id=person["address_id"],
        limit=THREAD_ITEMS_MAX if message_ids is None else CHANGES_MAX,
        **named,
    )


async def unseen(tx: Tx, person: Row, until: int) -> list[str]:
    """External ids of what was delivered to a visitor until a time and is not known to be read."""
    lane = f"{person['channel']}|{person['address_id']}"
    rows = await tx.all(_UNSEEN, lane=lane, until=until, limit=SEEN_AT_ONCE)
    return [str(row["external_id"]) for row in rows]


async def event_at(tx: Tx, seq: int) -> int:
    row = await tx.one(_EVENT_AT, seq=seq)
    return int(row["at"]) if row else 0
