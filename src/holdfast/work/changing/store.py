"""Every statement about what messages of the team said before."""

from typing import Any, Final

from holdfast.storage import Row, Tx

VERSIONS_MAX: Final = 200

_MESSAGE: Final = """
SELECT m.*, (SELECT COUNT(*) FROM delivery d WHERE d.message_id = m.id AND d.channel <> m.channel
    AND d.state IN ('sent', 'delivered', 'read')) AS elsewhere
FROM message m WHERE m.id = :id
"""
_KEEP: Final = """
INSERT INTO message_version (message_id, number, change, text, by, at)
SELECT :message_id, COALESCE(MAX(number), 0) + 1, :change, :text, :by, CAST(:at AS BIGINT)
FROM message_version WHERE message_id = :message_id
"""
_VERSIONS: Final = """
SELECT change, text, by, at FROM message_version WHERE message_id = :message_id ORDER BY number LIMIT :limit
"""
_EMPTY_DELIVERIES: Final = "UPDATE delivery SET text = '' WHERE message_id = :message_id"
_RENEW_PREVIEW: Final = """
UPDATE conversation SET last_preview = :preview WHERE id = :id AND last_at = :at AND last_preview = :was
"""


async def message(tx: Tx, message_id: str) -> Row | None:
    """With how many deliveries of it went on another channel."""
    return await tx.one(_MESSAGE, id=message_id)


async def keep(tx: Tx, **columns: Any) -> None:
    await tx.run(_KEEP, **columns)


async def versions(tx: Tx, message_id: str) -> list[Row]:
    """The oldest first."""
    return await tx.all(_VERSIONS, message_id=message_id, limit=VERSIONS_MAX)


async def empty_deliveries(tx: Tx, message_id: str) -> None:
    await tx.run(_EMPTY_DELIVERIES, message_id=message_id)


async def renew_preview(tx: Tx, row: Row, was: str, preview: str) -> None:
    """In the list of conversations, where the message is the last that was said."""
    await tx.run(_RENEW_PREVIEW, id=row["conversation_id"], at=row["at"], was=was, preview=preview)
