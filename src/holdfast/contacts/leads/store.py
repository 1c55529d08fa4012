"""Every statement about leads."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from holdfast.storage import Row, Tx

_STAGES: Final = (
    "SELECT id, name, kind, position FROM lead_stage WHERE removed_at IS NULL ORDER BY position, id"
)
_PUT_STAGE: Final = """
INSERT INTO lead_stage (id, name, kind, position) VALUES (:id, :name, :kind, :position)
ON CONFLICT (id) DO UPDATE SET name = excluded.name, kind = excluded.kind, position = excluded.position,
    removed_at = NULL
"""
_REMOVE_STAGE: Final = "UPDATE lead_stage SET removed_at = :at WHERE id = :id"
_IN_STAGE: Final = "SELECT contact_id FROM lead WHERE stage_id = :stage_id LIMIT 1"
_LEADS: Final = "SELECT * FROM lead WHERE contact_id IN :ids"
_PUT_LEAD: Final = """
INSERT INTO lead (contact_id, stage_id, value, currency, since, updated_at)
VALUES (:contact_id, :stage_id, :value, :currency, :since, :updated_at)
ON CONFLICT (contact_id) DO UPDATE SET stage_id = excluded.stage_id, value = excluded.value,
    currency = excluded.currency, since = excluded.since, updated_at = excluded.updated_at
"""
_DROP_LEAD: Final = "DELETE FROM lead WHERE contact_id = :contact_id"
_SUMS: Final = """
SELECT stage_id, currency, COUNT(*) AS people, SUM(value) AS value FROM lead GROUP BY stage_id, currency
"""
_OF_STAGE: Final = """
SELECT lead.*, contact.name, conversation.id AS conversation_id, conversation.last_channel FROM lead
JOIN contact ON contact.id = lead.contact_id
LEFT JOIN conversation ON conversation.contact_id = contact.id
WHERE lead.stage_id = :stage_id AND (lead.since, lead.contact_id) < (:at, :id)
ORDER BY lead.since DESC, lead.contact_id DESC LIMIT :limit
"""
_LAST_ID: Final = "~"


async def stages(tx: Tx) -> list[Row]:
    return await tx.all(_STAGES)


async def put_stages(tx: Tx, rows: Sequence[dict[str, Any]]) -> None:
    await tx.many(_PUT_STAGE, rows)


async def remove_stage(tx: Tx, stage_id: str, at: int) -> None:
    await tx.run(_REMOVE_STAGE, id=stage_id, at=at)


async def is_used(tx: Tx, stage_id: str) -> bool:
    return await tx.one(_IN_STAGE, stage_id=stage_id) is not None


async def leads_of(tx: Tx, contact_ids: Iterable[str]) -> dict[str, Row]:
    wanted = sorted(set(contact_ids))
    rows = await tx.all(_LEADS, ids=wanted) if wanted else []
    return {str(row["contact_id"]): row for row in rows}


async def put_lead(
    tx: Tx, *, contact_id: str, stage_id: str, value: int, currency: str, since: int, updated_at: int
) -> None:
    await tx.run(
        _PUT_LEAD,
        contact_id=contact_id,
        stage_id=stage_id,
        value=value,
        currency=currency,
        since=since,
        updated_at=updated_at,
    )


async def drop_lead(tx: Tx, contact_id: str) -> bool:
    return await tx.run(_DROP_LEAD, contact_id=contact_id) == 1


async def sums(tx: Tx) -> list[Row]:
    """How many people and how much by stage and currency."""
    return await tx.all(_SUMS)


async def of_stage(tx: Tx, stage_id: str, *, at: int, identifier: str, limit: int) -> list[Row]:
    """Who came into the stage last is first."""
    return await tx.all(_OF_STAGE, stage_id=stage_id, at=at, id=identifier or _LAST_ID, limit=limit)
