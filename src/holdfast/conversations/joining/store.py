"""Every statement that joins two conversations, or parts them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from holdfast.storage import Row, Tx

LOOSE_MAX: Final = 10_000
"""Messages of no address that a merge remembers one by one; every message that a channel carries has one."""

_MOVE_ADDRESSES: Final = """
UPDATE address SET contact_id = :to WHERE id IN :ids AND contact_id = :contact_id RETURNING id
"""
_MOVE_ALL_ADDRESSES: Final = "UPDATE address SET contact_id = :to WHERE contact_id = :contact_id"
_ADDRESS_IDS: Final = "SELECT id FROM address WHERE contact_id = :contact_id ORDER BY created_at, id"
_LOOSE: Final = """
SELECT id FROM message WHERE conversation_id = :conversation_id AND address_id IS NULL LIMIT :limit
"""
_MOVE_MESSAGES: Final = "UPDATE message SET conversation_id = :to WHERE conversation_id = :conversation_id"
_MOVE_MESSAGES_OF_ADDRESSES: Final = """
UPDATE message SET conversation_id = :to WHERE conversation_id = :conversation_id AND address_id IN :address_ids
"""
_MOVE_LOOSE: Final = """
UPDATE message SET conversation_id = :to WHERE conversation_id = :conversation_id AND id IN :ids
"""
_MOVE_INTENTS_OF_MESSAGES: Final = """
UPDATE intent SET conversation_id = :to, contact_id = :contact_id
WHERE message_id IN (SELECT id FROM message WHERE conversation_id = :to)
"""
_MERGED: Final = "UPDATE contact SET merged_into = :to WHERE id = :id"
_REVIVED: Final = "UPDATE contact SET merged_into = NULL WHERE id = :id"
_MERGED_INTO: Final = "SELECT merged_into FROM contact WHERE id = :id"
_NAMES: Final = "SELECT id, name FROM contact WHERE id IN :ids"
_SET_NAME: Final = "UPDATE contact SET name = :name WHERE id = :id"
_CONVERSATION: Final = "SELECT * FROM conversation WHERE id = :id"
_CONVERSATION_OF: Final = "SELECT * FROM conversation WHERE contact_id = :contact_id"
_JOIN_WAITING: Final = """
UPDATE conversation SET
    unread = unread + (SELECT unread FROM conversation WHERE id = :dropped),
    waiting_since = (SELECT MIN(waiting_since) FROM conversation WHERE id IN (:kept, :dropped)),
    answer_by = (SELECT MIN(answer_by) FROM conversation WHERE id IN (:kept, :dropped))
WHERE id = :kept
"""
_SET_WAITING: Final = """
UPDATE conversation SET unread = :unread, waiting_since = :waiting_since,
    answer_by = CASE WHEN status = 'open' THEN CAST(:answer_by AS BIGINT) END
WHERE id = :id
"""
_HEARD_SINCE: Final = """
SELECT COUNT(*) AS messages, MIN(at) AS first_at, MAX(at) AS last_at FROM message
WHERE conversation_id = :conversation_id AND direction = 'in' AND stored_at > :since
"""
_DROP_CONVERSATION: Final = "DELETE FROM conversation WHERE id = :id"
_REVIVE_CONVERSATION: Final = """
INSERT INTO conversation (id, contact_id, status, last_at, created_at, assignee_id, team_id, snoozed_until)
VALUES (:id, :contact_id, :status, :last_at, :created_at, :assignee_id, :team_id, :snoozed_until)
"""
_REFRESH_CONVERSATION: Final = """
UPDATE conversation SET
    last_at = COALESCE((SELECT MAX(at) FROM message WHERE conversation_id = :id), created_at),
    last_in_at = (SELECT MAX(at) FROM message WHERE conversation_id = :id AND direction = 'in'),
    last_channel = (SELECT channel FROM message WHERE conversation_id = :id AND direction = 'in'
        ORDER BY at DESC LIMIT 1),
    last_preview = COALESCE((SELECT substr(text, 1, 140) FROM message WHERE conversation_id = :id
        ORDER BY at DESC, id DESC LIMIT 1), '')
WHERE id = :id
"""
_INSERT_MERGE: Final = """
INSERT INTO contact_merge (id, kept_id, dropped_id, at, who, before)
VALUES (:id, :kept_id, :dropped_id, :at, :who, :before)
"""
_MERGE: Final = "SELECT * FROM contact_merge WHERE id = :id"
_UNDONE: Final = """
UPDATE contact_merge SET undone_at = :at, undone_by = :who, before = '{}' WHERE id = :id AND undone_at IS NULL
"""
_MERGES_INTO: Final = """
SELECT id, kept_id, dropped_id, at, who FROM contact_merge
WHERE kept_id IN :ids AND undone_at IS NULL ORDER BY at DESC, id DESC LIMIT :limit
"""


async def names(tx: Tx, contact_ids: Sequence[str]) -> dict[str, str]:
    return {str(row["id"]): str(row["name"]) for row in await tx.all(_NAMES, ids=list(contact_ids))}


async def set_name(tx: Tx, contact_id: str, name: str) -> None:
    await tx.run(_SET_NAME, id=contact_id, name=name)


async def merged_into(tx: Tx, contact_id: str) -> str | None:
    row = await tx.one(_MERGED_INTO, id=contact_id)
    return str(row["merged_into"]) if row and row["merged_into"] else None


async def address_ids(tx: Tx, contact_id: str) -> list[str]:
    return [str(row["id"]) for row in await tx.all(_ADDRESS_IDS, contact_id=contact_id)]


async def loose_messages(tx: Tx, conversation_id: str) -> list[str]:
    rows = await tx.all(_LOOSE, conversation_id=conversation_id, limit=LOOSE_MAX)
    return [str(row["id"]) for row in rows]


async def conversation(tx: Tx, conversation_id: str) -> Row:
    return _there(await tx.one(_CONVERSATION, id=conversation_id))


async def conversation_of(tx: Tx, contact_id: str) -> Row:
    return _there(await tx.one(_CONVERSATION_OF, contact_id=contact_id))


def _there(row: Row | None) -> Row:
    if row is None:
        raise RuntimeError("a person who is there has a conversation")
    return row


async def move_all(tx: Tx, kept: str, kept_contact: str, dropped: str, dropped_contact: str) -> None:
    """Move everything of one conversation and its contact to another."""
    await tx.run(_MOVE_ALL_ADDRESSES, to=kept_contact, contact_id=dropped_contact)
    await tx.run(_MOVE_MESSAGES, to=kept, conversation_id=dropped)
    await tx.run(_MOVE_INTENTS_OF_MESSAGES, to=kept, contact_id=kept_contact)
    await tx.run(_MERGED, to=kept_contact, id=dropped_contact)
    await tx.run(_JOIN_WAITING, kept=kept, dropped=dropped)
    await tx.run(_DROP_CONVERSATION, id=dropped)
    await tx.run(_REFRESH_CONVERSATION, id=kept)


async def revive(tx: Tx, conversation: Mapping[str, Any]) -> None:
    """Let a contact and its conversation be there again, as they stood."""
    await tx.run(_REVIVED, id=conversation["contact_id"])
    wanted = (
        "id",
        "contact_id",
        "status",
        "last_at",
        "created_at",
        "assignee_id",
        "team_id",
        "snoozed_until",
    )
    await tx.run(_REVIVE_CONVERSATION, **{name: conversation[name] for name in wanted})


async def move_addresses(tx: Tx, ids: Sequence[str], contact_id: str, to: str) -> list[str]:
    """Give those of the addresses that are a contact's to another; which they were."""
    rows = await tx.all(_MOVE_ADDRESSES, ids=list(ids), contact_id=contact_id, to=to)
    return [str(row["id"]) for row in rows]


async def move_messages(
    tx: Tx, address_ids: Sequence[str], loose: Sequence[str], kept: str, to: str, to_contact: str
) -> None:
    """Move what was said over these addresses, and these messages, from one conversation to another."""
    await tx.run(_MOVE_MESSAGES_OF_ADDRESSES, to=to, conversation_id=kept, address_ids=list(address_ids))
    if loose:
        await tx.run(_MOVE_LOOSE, to=to, conversation_id=kept, ids=list(loose))
    await tx.run(_MOVE_INTENTS_OF_MESSAGES, to=to, contact_id=to_contact)
    for each in (kept, to):
        await tx.run(_REFRESH_CONVERSATION, id=each)


async def heard_since(tx: Tx, conversation_id: str, since: int) -> Row:
    return _there(await tx.one(_HEARD_SINCE, conversation_id=conversation_id, since=since))


async def set_waiting(tx: Tx, conversation_id: str, values: Mapping[str, Any]) -> None:
    await tx.run(_SET_WAITING, id=conversation_id, **values)


async def insert_merge(
    tx: Tx, *, merge_id: str, kept_id: str, dropped_id: str, at: int, who: str, before: str
) -> None:
    await tx.run(
        _INSERT_MERGE, id=merge_id, kept_id=kept_id, dropped_id=dropped_id, at=at, who=who, before=before
    )


async def get_merge(tx: Tx, merge_id: str) -> Row | None:
    return await tx.one(_MERGE, id=merge_id)


async def undone(tx: Tx, merge_id: str, at: int, who: str) -> bool:
    """Whether the merge was in force until now."""
    return await tx.run(_UNDONE, id=merge_id, at=at, who=who) == 1


async def merges_into(tx: Tx, contact_ids: Sequence[str], limit: int) -> list[Row]:
    """The merges in force by which these contacts got others, the latest first."""
    return await tx.all(_MERGES_INTO, ids=list(contact_ids), limit=limit)
