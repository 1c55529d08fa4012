"""Every statement that looks at people before they are joined, and at the merges that are in force."""

from typing import Final

from holdfast.storage import Row, Tx

MERGES_MAX: Final = 100

_COUNTS: Final = """
SELECT
    (SELECT COUNT(*) FROM message WHERE conversation_id = :id) AS messages,
    (SELECT COUNT(*) FROM internal_note WHERE conversation_id = :id AND removed_at IS NULL) AS notes,
    (SELECT COUNT(*) FROM later_reply WHERE conversation_id = :id AND state = 'waiting') AS later,
    (SELECT status FROM conversation WHERE id = :id) AS status,
    (SELECT assignee_id FROM conversation WHERE id = :id) AS assignee_id
"""
_MERGES: Final = """
SELECT contact_merge.id, contact_merge.at, contact_merge.who, contact_merge.dropped_id, contact.name
FROM contact_merge JOIN contact ON contact.id = contact_merge.dropped_id
WHERE contact_merge.kept_id = :contact_id AND contact_merge.undone_at IS NULL
ORDER BY contact_merge.at DESC, contact_merge.id DESC LIMIT :limit
"""


async def counts(tx: Tx, conversation_id: str) -> Row:
    """How much is kept of a conversation, and how it stands."""
    row = await tx.one(_COUNTS, id=conversation_id)
    if row is None:
        raise RuntimeError("counting answers a row")
    return row


async def merges(tx: Tx, contact_id: str) -> list[Row]:
    return await tx.all(_MERGES, contact_id=contact_id, limit=MERGES_MAX)
