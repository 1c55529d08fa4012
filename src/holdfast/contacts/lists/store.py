"""Every statement of the list of people."""

from collections.abc import Mapping
from typing import Final

from holdfast.storage import Row, Tx

_PEOPLE: Final = """
SELECT conversation.id, conversation.contact_id, conversation.last_at, conversation.last_in_at,
    conversation.last_channel
FROM conversation
WHERE (conversation.last_at, conversation.id) < (:at, :id) {filters}
ORDER BY conversation.last_at DESC, conversation.id DESC LIMIT :limit
"""
_FOUND: Final = "AND conversation.contact_id IN :found"
_ON_CHANNEL: Final = """AND EXISTS (SELECT 1 FROM address
    WHERE address.contact_id = conversation.contact_id AND address.channel = :channel)"""
_LABELLED: Final = """AND conversation.id IN
    (SELECT conversation_id FROM conversation_label WHERE label_id = :label)"""
_IN_STAGE: Final = """AND conversation.contact_id IN
    (SELECT contact_id FROM lead WHERE stage_id = :stage)"""
_FILTERS: Final = {"found": _FOUND, "channel": _ON_CHANNEL, "label": _LABELLED, "stage": _IN_STAGE}
_LAST_ID: Final = "~"


async def people(tx: Tx, filters: Mapping[str, object], *, at: int, identifier: str, limit: int) -> list[Row]:
    """Who was heard of last is first. ``filters`` are by their names in ``_FILTERS``."""
    sql = _PEOPLE.format(filters=" ".join(_FILTERS[name] for name in filters))
    return await tx.all(sql, at=at, id=identifier or _LAST_ID, limit=limit, **filters)
