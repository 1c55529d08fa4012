"""Every statement of this unit."""

from collections.abc import Sequence
from typing import Any, Final

from holdfast.portal.model import CHANGES_MAX, SEEN_AT_ONCE, THREAD_ITEMS_MAX, Visitor
from holdfast.storage import Row, Tx

_INSERT_VISITOR: Final = """
INSERT INTO visitor (id, channel, token_hash, name, created_at, seen_at)
VALUES (:id, :channel, :token_hash, :name, :at, :at)
"""
_VISITOR: Final = "SELECT * FROM visitor WHERE token_hash = :token_hash AND channel = :channel"
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
_INSERT_LINK: Final = """
INSERT INTO continue_link (token_hash, contact_id, channel, created_at, expires_at)
VALUES (:token_hash, :contact_id, :channel, :at, :expires_at)
"""
_USE_LINK: Final = """
UPDATE continue_link SET used_at = :now
WHERE token_hash = :token_hash AND channel = :channel AND used_at IS NULL AND expires_at > :now
RETURNING contact_id
"""
_MERGED_INTO: Final = "SELECT merged_into FROM contact WHERE id = :id"


async def insert_visitor(tx: Tx, visitor: Visitor, *, token_hash: str, at: int) -> None:
    await tx.run(
        _INSERT_VISITOR,
        id=visitor.id,
        channel=visitor.channel,
        token_hash=token_hash,
        name=visitor.name,
        at=at,
    )


async def visitor(tx: Tx, channel: str, token_hash: str) -> Visitor | None:
    row = await tx.one(_VISITOR, token_hash=token_hash, channel=channel)
    return Visitor(row["id"], row["channel"], row["name"]) if row else None


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


async def insert_link(
    tx: Tx, *, token_hash: str, contact_id: str, channel: str, at: int, expires_at: int
) -> None:
    await tx.run(
        _INSERT_LINK,
        token_hash=token_hash,
        contact_id=contact_id,
        channel=channel,
        at=at,
        expires_at=expires_at,
    )


async def use_link(tx: Tx, *, token_hash: str, channel: str, now: int) -> str | None:
    """The contact of a link that was still good; it is used up now."""
    row = await tx.one(_USE_LINK, token_hash=token_hash, channel=channel, now=now)
    return str(row["contact_id"]) if row else None


async def merged_into(tx: Tx, contact_id: str) -> str | None:
    row = await tx.one(_MERGED_INTO, id=contact_id)
    return str(row["merged_into"]) if row and row["merged_into"] else None
