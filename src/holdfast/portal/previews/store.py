"""Messages that name a page: every statement."""

from collections.abc import Collection
from typing import Final

from holdfast.storage import Row, Tx

_AMONG_MEMBERS: Final = """
SELECT l.seq, m.id, m.text FROM direct_log l JOIN direct_message m ON m.id = l.subject
WHERE l.seq > :after AND l.seq <= :upto AND l.kind = 'message' AND m.text LIKE '%://%'
    AND m.kind = 'text' AND m.preview = '' AND m.unsent_at IS NULL AND m.only_for IS NULL
    AND NOT EXISTS (SELECT 1 FROM direct_participant p WHERE p.thread_id = m.thread_id AND p.state = 'request')
ORDER BY l.seq LIMIT :limit
"""
_WITH_THE_BUSINESS: Final = """
SELECT id, text, stored_at FROM message
WHERE channel IN :channels AND stored_at > :since AND text LIKE '%://%' AND unsent_at IS NULL
ORDER BY stored_at LIMIT :limit
"""
_SET_PREVIEW: Final = "UPDATE direct_message SET preview = :preview WHERE id = :id"
_MESSAGE: Final = "SELECT * FROM message WHERE id = :id"
_SET_DETAILS: Final = "UPDATE message SET details = :details WHERE id = :id"


async def among_members(tx: Tx, after: int, upto: int, limit: int) -> list[Row]:
    """Messages in the part of the log after one number up to another. What strangers ask with is left alone, and what
    only its author sees.
    """
    return await tx.all(_AMONG_MEMBERS, after=after, upto=upto, limit=limit)


async def with_the_business(tx: Tx, channels: Collection[str], since: int, limit: int) -> list[Row]:
    """Messages that were stored after a time (ms)."""
    return await tx.all(_WITH_THE_BUSINESS, channels=list(channels), since=since, limit=limit)


async def set_preview(tx: Tx, message_id: str, preview: str) -> None:
    await tx.run(_SET_PREVIEW, id=message_id, preview=preview)


async def message(tx: Tx, message_id: str) -> Row | None:
    return await tx.one(_MESSAGE, id=message_id)


async def set_details(tx: Tx, message_id: str, details: str) -> None:
    await tx.run(_SET_DETAILS, id=message_id, details=details)
