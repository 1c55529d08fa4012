"""Conversations as the members in them see them: every statement."""

from collections.abc import Collection
from typing import Any, Final

from holdfast.portal.talks.model import FOUND_MAX, SEARCHED_MESSAGES, UNREAD_COUNTED_MAX
from holdfast.storage import Row, Tx

UNSEEN_AT_ONCE: Final = 50

_STANDINGS: Final = """
SELECT a.id AS address_id, a.channel, a.value AS member_id, a.name, a.contact_id, v.id AS conversation_id, v.unread
FROM address a JOIN conversation v ON v.contact_id = a.contact_id
WHERE a.value = :member_id AND a.channel LIKE 'direct:%' ORDER BY a.channel
"""
_STANDINGS_IN: Final = """
SELECT a.id AS address_id, a.channel, a.value AS member_id, a.name, a.contact_id, v.id AS conversation_id, v.unread
FROM conversation v JOIN address a ON a.contact_id = v.contact_id AND a.channel LIKE 'direct:%'
WHERE v.id IN :ids ORDER BY a.id
"""
_PROVEN: Final = """
SELECT a.id FROM member_address p JOIN address a ON a.id = p.address_id
WHERE p.member_id = :member_id AND a.contact_id = :contact_id
"""
_VISIBLE: Final = """(
    (message.direction = 'in' AND message.address_id IN :addresses)
    OR (message.author = 'platform' AND message.address_id IN :addresses)
    OR EXISTS (SELECT 1 FROM delivery WHERE delivery.message_id = message.id
        AND delivery.address_id IN :addresses AND delivery.state IN ('sent', 'delivered', 'read')))
"""
_COLUMNS: Final = """
message.*, agent.name AS agent_name,
    (SELECT delivery.channel FROM delivery WHERE delivery.message_id = message.id
        AND delivery.address_id IN :addresses AND delivery.state IN ('sent', 'delivered', 'read')
        ORDER BY delivery.created_at, delivery.part LIMIT 1) AS went_by
FROM message LEFT JOIN agent ON message.author = 'agent:' || agent.id
"""
_PAGE: Final = f"""
SELECT {_COLUMNS} WHERE message.conversation_id = :conversation_id AND {_VISIBLE}
    AND (message.at < :at OR (message.at = :at AND message.id < :id))
ORDER BY message.at DESC, message.id DESC LIMIT :limit
"""
_CHOSEN: Final = f"""
SELECT {_COLUMNS} WHERE message.id IN :ids AND message.conversation_id = :conversation_id AND {_VISIBLE}
ORDER BY message.at, message.id
"""
_FIND: Final = f"""
SELECT * FROM (
    SELECT {_COLUMNS} WHERE message.conversation_id = :conversation_id AND {_VISIBLE}
    ORDER BY message.at DESC, message.id DESC LIMIT :searched
) AS latest WHERE LOWER(text) LIKE :pattern ESCAPE '\\' AND unsent_at IS NULL ORDER BY at DESC, id DESC LIMIT :limit
"""
_UNREAD: Final = f"""
SELECT COUNT(*) AS messages FROM (
    SELECT 1 FROM message WHERE message.conversation_id = :conversation_id AND message.at > :seen
        AND message.direction = 'out' AND {_VISIBLE} LIMIT :limit
) AS counted
"""
_READ_UPTO: Final = """
SELECT at FROM message WHERE conversation_id = :conversation_id AND direction = 'in'
ORDER BY at DESC, id DESC LIMIT 1 OFFSET :unread
"""
_REACTIONS: Final = """
SELECT message_id, by, emoji FROM reaction WHERE message_id IN :ids AND emoji <> '' ORDER BY message_id, at, by
"""
_BY_EXTERNAL: Final = f"""
SELECT * FROM message WHERE channel = :channel AND external_id IN :ids AND conversation_id = :conversation_id
    AND {_VISIBLE}
"""
_BY_ID: Final = (
    f"SELECT * FROM message WHERE id IN :ids AND conversation_id = :conversation_id AND {_VISIBLE}"
)
_UNSEEN: Final = """
SELECT external_id FROM delivery
WHERE lane = :lane AND state IN :states AND external_id IS NOT NULL AND created_at <= :until
ORDER BY position LIMIT :limit
"""
_OF_MEMBER: Final = """
SELECT id, channel, external_id, at FROM message WHERE external_id = :external_id AND channel IN :channels
"""
_EXTERNAL_OF: Final = """
SELECT d.external_id, d.channel FROM delivery d JOIN address a ON a.id = d.address_id
WHERE d.message_id = :id AND d.external_id IS NOT NULL AND (a.value = :member_id
        OR a.value IN (SELECT s.guest_id FROM member_alias s WHERE s.member_id = :member_id))
    AND d.state IN ('sent', 'delivered', 'read')
"""
_EVENTS: Final = """
SELECT seq, kind, conversation_id, body FROM event WHERE seq > :after AND conversation_id = :conversation_id
    AND kind IN ('message.received', 'message.created', 'message.changed', 'conversation.changed', 'contact.changed')
ORDER BY seq LIMIT :limit
"""


async def standings(tx: Tx, member_id: str) -> list[Row]:
    """Where a member writes to the business: a row for each Direct channel on which they have."""
    return await tx.all(_STANDINGS, member_id=member_id)


async def standings_in(tx: Tx, conversation_ids: Collection[str]) -> list[Row]:
    """Which members are in these conversations."""
    return await tx.all(_STANDINGS_IN, ids=list(conversation_ids))


async def proven(tx: Tx, member_id: str, contact_id: str) -> list[str]:
    """Addresses of a contact that a member has shown to be theirs."""
    rows = await tx.all(_PROVEN, member_id=member_id, contact_id=contact_id)
    return [str(row["id"]) for row in rows]


async def page(
    tx: Tx, conversation_id: str, addresses: Collection[str], *, at: int, message_id: str, limit: int
) -> list[Row]:
    """Newest first."""
    return await tx.all(
        _PAGE,
        conversation_id=conversation_id,
        addresses=list(addresses),
        at=at,
        id=message_id,
        limit=limit,
    )


async def chosen(tx: Tx, conversation_id: str, addresses: Collection[str], ids: Collection[str]) -> list[Row]:
    return await tx.all(_CHOSEN, conversation_id=conversation_id, addresses=list(addresses), ids=list(ids))


async def find(tx: Tx, conversation_id: str, addresses: Collection[str], pattern: str) -> list[Row]:
    return await tx.all(
        _FIND,
        conversation_id=conversation_id,
        addresses=list(addresses),
        pattern=pattern,
        searched=SEARCHED_MESSAGES,
        limit=FOUND_MAX,
    )


async def unread(tx: Tx, conversation_id: str, addresses: Collection[str], seen: int) -> int:
    row = await tx.one(
        _UNREAD,
        conversation_id=conversation_id,
        addresses=list(addresses),
        seen=seen,
        limit=UNREAD_COUNTED_MAX,
    )
    return int(row["messages"]) if row else 0


async def read_upto(tx: Tx, conversation_id: str, unread_here: int) -> int:
    """When the newest message was written that somebody of the business has read; 0 where none was."""
    row = await tx.one(_READ_UPTO, conversation_id=conversation_id, unread=unread_here)
    return int(row["at"]) if row else 0


async def reactions(tx: Tx, ids: Collection[str]) -> list[Row]:
    return await tx.all(_REACTIONS, ids=list(ids))


async def quoted(
    tx: Tx, conversation_id: str, addresses: Collection[str], channel: str, ids: Collection[str]
) -> list[Row]:
    """Messages by the platform's ids or by ours, as far as they are to be seen."""
    values: dict[str, Any] = {
        "conversation_id": conversation_id,
        "addresses": list(addresses),
        "ids": list(ids),
    }
    return [*await tx.all(_BY_EXTERNAL, channel=channel, **values), *await tx.all(_BY_ID, **values)]


async def unseen(tx: Tx, channel: str, address_id: str, *, until: int, states: Collection[str]) -> list[str]:
    """External ids of what was delivered to a member until a time and has not come further than the states."""
    rows = await tx.all(
        _UNSEEN, lane=f"{channel}|{address_id}", until=until, states=list(states), limit=UNSEEN_AT_ONCE
    )
    return [str(row["external_id"]) for row in rows]


async def of_member(tx: Tx, external_id: str, channels: Collection[str]) -> Row | None:
    """A message that a member wrote to the business."""
    return await tx.one(_OF_MEMBER, external_id=external_id, channels=list(channels))


async def external_of(tx: Tx, message_id: str, member_id: str) -> Row | None:
    """By which id a member's Direct channel knows a message of the business."""
    return await tx.one(_EXTERNAL_OF, id=message_id, member_id=member_id)


async def events(tx: Tx, conversation_id: str, after: int, limit: int) -> list[Row]:
    return await tx.all(_EVENTS, conversation_id=conversation_id, after=after, limit=limit)
