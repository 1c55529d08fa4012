"""Every statement that looks at people who wrote lately, with their addresses."""

from collections.abc import Sequence
from typing import Final

from holdfast.storage import Row, Tx

_ACTIVE: Final = """
SELECT id, contact_id, last_at FROM conversation
WHERE (last_at, id) < (:at, :id) AND last_at >= :since AND last_in_at >= :since
ORDER BY last_at DESC, id DESC LIMIT :limit
"""
_ADDRESSES: Final = "SELECT * FROM address WHERE contact_id IN :ids ORDER BY contact_id, created_at, id"
_LAST_ID: Final = "~"


async def active(tx: Tx, *, since: int, at: int, identifier: str, limit: int) -> list[Row]:
    """People who wrote since a time, who was heard of last first."""
    return await tx.all(_ACTIVE, since=since, at=at, id=identifier or _LAST_ID, limit=limit)


async def addresses(tx: Tx, contact_ids: Sequence[str]) -> dict[str, list[Row]]:
    """By contact; whoever has none is absent."""
    found: dict[str, list[Row]] = {}
    for row in await tx.all(_ADDRESSES, ids=list(contact_ids)) if contact_ids else ():
        found.setdefault(str(row["contact_id"]), []).append(row)
    return found
