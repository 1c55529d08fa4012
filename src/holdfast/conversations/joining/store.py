"""Every statement that joins two conversations, or parts them."""

from typing import Final

from holdfast.storage import Row, Tx

_MOVE_ADDRESS: Final = "UPDATE address SET contact_id = :to WHERE id = :id"
_MOVE_ADDRESSES: Final = "UPDATE address SET contact_id = :to WHERE contact_id = :contact_id"
_MOVE_MESSAGES: Final = """
UPDATE message SET conversation_id = :to WHERE conversation_id = :conversation_id
"""
_MOVE_MESSAGES_OF_ADDRESS: Final = """
UPDATE message SET conversation_id = :to WHERE conversation_id = :conversation_id AND address_id = :address_id
"""
_MOVE_INTENTS_OF_MESSAGES: Final = """
UPDATE intent SET conversation_id = :to, contact_id = :contact_id
WHERE message_id IN (SELECT id FROM message WHERE conversation_id = :to)
"""
_MERGED: Final = "UPDATE contact SET merged_into = :to WHERE id = :id"
_JOIN_WAITING: Final = """
UPDATE conversation SET
    unread = unread + (SELECT unread FROM conversation WHERE id = :dropped),
    waiting_since = (SELECT MIN(waiting_since) FROM conversation WHERE id IN (:kept, :dropped)),
    answer_by = (SELECT MIN(answer_by) FROM conversation WHERE id IN (:kept, :dropped))
WHERE id = :kept
"""
_DROP_CONVERSATION: Final = "DELETE FROM conversation WHERE id = :id"
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


async def merge_into(tx: Tx, *, kept: Row, dropped: Row) -> None:
    """Move everything of one conversation and its contact to another; rows are conversations."""
    await tx.run(_MOVE_ADDRESSES, to=kept["contact_id"], contact_id=dropped["contact_id"])
    await tx.run(_MOVE_MESSAGES, to=kept["id"], conversation_id=dropped["id"])
    await tx.run(_MOVE_INTENTS_OF_MESSAGES, to=kept["id"], contact_id=kept["contact_id"])
    await tx.run(_MERGED, to=kept["contact_id"], id=dropped["contact_id"])
    await tx.run(_JOIN_WAITING, kept=kept["id"], dropped=dropped["id"])
    await tx.run(_DROP_CONVERSATION, id=dropped["id"])
    await tx.run(_REFRESH_CONVERSATION, id=kept["id"])


async def split_off(tx: Tx, *, address_id: str, source: Row, target: Row) -> None:
    """Move one address and what was said over it to another contact's conversation."""
    await tx.run(_MOVE_ADDRESS, to=target["contact_id"], id=address_id)
    await tx.run(
        _MOVE_MESSAGES_OF_ADDRESS, to=target["id"], conversation_id=source["id"], address_id=address_id
    )
    await tx.run(_MOVE_INTENTS_OF_MESSAGES, to=target["id"], contact_id=target["contact_id"])
    for conversation in (source, target):
        await tx.run(_REFRESH_CONVERSATION, id=conversation["id"])
