"""Every statement about the business's own reactions."""

from typing import Any, Final

from holdfast.storage import Row, Tx

_MESSAGE: Final = """
SELECT m.id, m.conversation_id, m.channel, m.external_id, m.unsent_at, a.value AS address, a.last_in_at, a.consent
FROM message m JOIN address a ON a.id = m.address_id WHERE m.id = :id
"""
_WISH: Final = """
INSERT INTO outgoing_reaction (message_id, channel, address, external_id, emoji, author, number, state, at, next_at,
    expires_at)
VALUES (:message_id, :channel, :address, :external_id, :emoji, :author, 1, 'queued', :at, :at, :expires_at)
ON CONFLICT (message_id) DO UPDATE SET emoji = excluded.emoji, author = excluded.author,
    number = outgoing_reaction.number + 1, state = 'queued', reason = '', attempts = 0, at = excluded.at,
    next_at = CASE WHEN outgoing_reaction.state = 'in_doubt' THEN outgoing_reaction.next_at ELSE excluded.next_at END,
    expires_at = excluded.expires_at
"""
_CHANNELS_DUE: Final = """
SELECT DISTINCT channel FROM outgoing_reaction
WHERE state IN ('queued', 'sending', 'in_doubt') AND next_at <= :now AND lease_until <= :now
"""
_NEXT: Final = """
SELECT * FROM outgoing_reaction
WHERE state IN ('queued', 'sending', 'in_doubt') AND next_at <= :now AND lease_until <= :now AND channel = :channel
ORDER BY next_at, at LIMIT 1
"""
_BEGIN: Final = """
UPDATE outgoing_reaction SET state = 'sending', attempts = attempts + 1, lease_until = :until
WHERE message_id = :message_id AND number = :number
"""
_ONE: Final = "SELECT * FROM outgoing_reaction WHERE message_id = :message_id"
_SETTLE: Final = """
UPDATE outgoing_reaction SET state = :state, reason = :reason, next_at = :next_at, lease_until = 0
WHERE message_id = :message_id
"""


async def message(tx: Tx, message_id: str) -> Row | None:
    return await tx.one(_MESSAGE, id=message_id)


async def wish(tx: Tx, **columns: Any) -> None:
    """Instead of what was wanted before; what is being sent meanwhile settles nothing of it."""
    await tx.run(_WISH, **columns)


async def channels_due(tx: Tx, now: int) -> list[str]:
    return [str(row["channel"]) for row in await tx.all(_CHANNELS_DUE, now=now)]


async def next_due(tx: Tx, channel: str, now: int) -> Row | None:
    return await tx.one(_NEXT, channel=channel, now=now)


async def begin(tx: Tx, row: Row, until: int) -> None:
    await tx.run(_BEGIN, message_id=row["message_id"], number=row["number"], until=until)


async def one(tx: Tx, message_id: str) -> Row | None:
    return await tx.one(_ONE, message_id=message_id)


async def settle(tx: Tx, message_id: str, *, state: str, reason: str, next_at: int) -> None:
    await tx.run(_SETTLE, message_id=message_id, state=state, reason=reason, next_at=next_at)
