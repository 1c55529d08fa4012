"""Every statement that empties what is kept of a person."""

from collections.abc import Sequence
from typing import Final

from holdfast.storage import Row, Tx

FILES_MAX: Final = 100_000
MERGED_MAX: Final = 1_000

_COUNTS: Final = """
SELECT
    (SELECT COUNT(*) FROM message WHERE conversation_id = :id) AS messages,
    (SELECT COUNT(*) FROM message WHERE conversation_id = :id AND attachments <> '[]') AS files,
    (SELECT COUNT(*) FROM internal_note WHERE conversation_id = :id AND removed_at IS NULL) AS notes,
    (SELECT COUNT(*) FROM later_reply WHERE conversation_id = :id AND state = 'waiting') AS later,
    (SELECT COUNT(*) FROM message WHERE conversation_id = :id
        AND state IN ('waiting', 'sending', 'held', 'rerouted', 'in_doubt')) AS under_way
"""
_MEMBERS: Final = """
SELECT member.id, member.name, member.handle FROM address JOIN member ON member.id = address.value
WHERE address.contact_id = :contact_id AND address.channel LIKE 'direct:%' AND member.deleted_at IS NULL
ORDER BY member.id
"""
_WITH_FILES: Final = """
SELECT id, channel, external_id, direction FROM message
WHERE conversation_id = :id AND attachments <> '[]' ORDER BY at, id LIMIT :limit
"""
_LATER_WITH_FILES: Final = """
SELECT id FROM later_reply WHERE conversation_id = :id AND files <> '[]' ORDER BY send_at, id LIMIT :limit
"""
_TEXTS: Final = """
SELECT id FROM message WHERE conversation_id = :id UNION ALL SELECT id FROM internal_note WHERE conversation_id = :id
"""
_MERGED_INTO: Final = """
SELECT id, dropped_id FROM contact_merge WHERE kept_id IN :ids AND undone_at IS NULL ORDER BY at LIMIT :limit
"""
_OF_CONVERSATION: Final = (
    """
    DELETE FROM message_version
    WHERE message_id IN (SELECT id FROM message WHERE conversation_id = :conversation_id)
    """,
    """
    DELETE FROM outgoing_reaction
    WHERE message_id IN (SELECT id FROM message WHERE conversation_id = :conversation_id)
    """,
    """
    DELETE FROM reaction WHERE message_id IN (SELECT id FROM message WHERE conversation_id = :conversation_id)
    """,
    """
    UPDATE attempt SET detail = '' WHERE delivery_id IN (SELECT delivery.id FROM message
        JOIN delivery ON delivery.message_id = message.id WHERE message.conversation_id = :conversation_id)
    """,
    """
    UPDATE delivery SET text = '', details = '{}', reason = ''
    WHERE message_id IN (SELECT id FROM message WHERE conversation_id = :conversation_id)
    """,
    """
    UPDATE message SET text = '', attachments = '[]', details = '{}', state_reason = ''
    WHERE conversation_id = :conversation_id
    """,
    "DELETE FROM mention WHERE conversation_id = :conversation_id",
    "DELETE FROM conversation_label WHERE conversation_id = :conversation_id",
    "DELETE FROM draft WHERE conversation_id = :conversation_id",
)
_EMPTY_NOTES: Final = """
UPDATE internal_note SET text = '', removed_at = COALESCE(removed_at, :at) WHERE conversation_id = :conversation_id
"""
_EMPTY_LATER: Final = """
UPDATE later_reply SET text = '', files = '[]', state = CASE WHEN state = 'waiting' THEN 'cancelled' ELSE state END
WHERE conversation_id = :conversation_id
"""
_REST: Final = """
UPDATE conversation SET status = 'resolved', last_preview = '', unread = 0, waiting_since = NULL, answer_by = NULL,
    assignee_id = NULL, snoozed_until = NULL
WHERE id = :conversation_id
"""
_OF_CONTACTS: Final = (
    "DELETE FROM contact_word WHERE contact_id IN :ids",
    "DELETE FROM contact_value WHERE contact_id IN :ids",
    "DELETE FROM lead WHERE contact_id IN :ids",
    "DELETE FROM continue_link WHERE contact_id IN :ids",
    "UPDATE contact_change SET detail = '' WHERE contact_id IN :ids AND kind = 'contact.named'",
)
_EMPTY_ADDRESSES: Final = """
UPDATE address SET value = 'erased:' || id, name = '', proof = NULL, consent = 'opted_out', consent_at = :at
WHERE contact_id IN :ids
"""
_DROP_CLAIMS: Final = """
DELETE FROM member_address WHERE address_id IN (SELECT id FROM address WHERE contact_id IN :ids)
"""
_EMPTY_CONTACTS: Final = """
UPDATE contact SET name = '', erased_at = :at, merged_into = COALESCE(merged_into, id) WHERE id IN :ids
"""
_END_MERGES: Final = """
UPDATE contact_merge SET undone_at = :at, undone_by = :who, before = '{}' WHERE id IN :ids AND undone_at IS NULL
"""
_INSERT: Final = """
INSERT INTO erasure (id, contact_id, conversation_id, at, who, messages)
VALUES (:id, :contact_id, :conversation_id, :at, :who, :messages)
"""
_WAITING: Final = """
SELECT id, conversation_id FROM erasure WHERE spool_done_at IS NULL ORDER BY at LIMIT :limit
"""
_SPOOL_SEQS: Final = """
SELECT DISTINCT spool_seq FROM message WHERE conversation_id = :conversation_id AND spool_seq IS NOT NULL
ORDER BY spool_seq
"""
_DONE: Final = "UPDATE erasure SET spool_done_at = :at WHERE id = :id"


async def counts(tx: Tx, conversation_id: str) -> Row:
    row = await tx.one(_COUNTS, id=conversation_id)
    if row is None:
        raise RuntimeError("counting answers a row")
    return row


async def members(tx: Tx, contact_id: str) -> list[Row]:
    """Accounts on our own chat whose address is the contact's."""
    return await tx.all(_MEMBERS, contact_id=contact_id)


async def later_with_files(tx: Tx, conversation_id: str) -> list[str]:
    """Replies for later that use files of ours."""
    rows = await tx.all(_LATER_WITH_FILES, id=conversation_id, limit=FILES_MAX)
    return [str(row["id"]) for row in rows]


async def with_files(tx: Tx, conversation_id: str) -> list[Row]:
    return await tx.all(_WITH_FILES, id=conversation_id, limit=FILES_MAX)


def uses(row: Row) -> tuple[str, ...]:
    """The names under which a message may use files of ours."""
    own = f"message:{row['id']}"
    return (own, f"message:{row['channel']}:{row['external_id']}") if row["direction"] == "in" else (own,)


async def text_ids(tx: Tx, conversation_id: str) -> list[str]:
    """What the index of texts may hold of a conversation."""
    return [str(row["id"]) for row in await tx.all(_TEXTS, id=conversation_id)]


async def merged_into(tx: Tx, contact_ids: Sequence[str]) -> list[Row]:
    """The merges in force by which these contacts got others."""
    return await tx.all(_MERGED_INTO, ids=list(contact_ids), limit=MERGED_MAX)


async def empty_conversation(tx: Tx, conversation_id: str, at: int) -> None:
    """Leave of a conversation that there was one: when something was written, where, and how it ended."""
    for statement in (*_OF_CONVERSATION, _REST):
        await tx.run(statement, conversation_id=conversation_id)
    await tx.run(_EMPTY_NOTES, conversation_id=conversation_id, at=at)
    await tx.run(_EMPTY_LATER, conversation_id=conversation_id)


async def empty_contacts(tx: Tx, contact_ids: Sequence[str], at: int) -> None:
    ids = list(contact_ids)
    await tx.run(_DROP_CLAIMS, ids=ids)
    await tx.run(_EMPTY_ADDRESSES, ids=ids, at=at)
    for statement in _OF_CONTACTS:
        await tx.run(statement, ids=ids)
    await tx.run(_EMPTY_CONTACTS, ids=ids, at=at)


async def end_merges(tx: Tx, merge_ids: Sequence[str], at: int, who: str) -> None:
    if merge_ids:
        await tx.run(_END_MERGES, ids=list(merge_ids), at=at, who=who)


async def insert(
    tx: Tx, *, erasure_id: str, contact_id: str, conversation_id: str, at: int, who: str, messages: int
) -> None:
    await tx.run(
        _INSERT,
        id=erasure_id,
        contact_id=contact_id,
        conversation_id=conversation_id,
        at=at,
        who=who,
        messages=messages,
    )


async def waiting(tx: Tx, limit: int) -> list[Row]:
    """Those of whom the spool may hold something yet."""
    return await tx.all(_WAITING, limit=limit)


async def spool_seqs(tx: Tx, conversation_id: str) -> list[int]:
    return [int(row["spool_seq"]) for row in await tx.all(_SPOOL_SEQS, conversation_id=conversation_id)]


async def done(tx: Tx, erasure_id: str, at: int) -> None:
    await tx.run(_DONE, id=erasure_id, at=at)
