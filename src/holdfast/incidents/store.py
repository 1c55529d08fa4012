"""Every statement of this unit."""

from typing import Any, Final

from holdfast.storage import Row, Tx

DRAFTS_MAX: Final = 100
"""How many drafts of one incident are read."""
WAITING_MAX: Final = 200

_LATELY: Final = """
SELECT 1 AS found FROM incident WHERE state <> 'closed'
UNION ALL SELECT 1 AS found FROM incident WHERE closed_at >= :since LIMIT 1
"""
_DRAFTS: Final = """
SELECT * FROM incident_draft WHERE incident_id = :incident_id ORDER BY made_at, stage LIMIT :limit
"""
_DRAFT: Final = """
SELECT * FROM incident_draft WHERE incident_id = :incident_id AND stage = :stage AND round = :round
"""
_WAITING: Final = "SELECT * FROM incident_draft WHERE state = 'draft' ORDER BY made_at LIMIT :limit"
_MAKE: Final = """
INSERT INTO incident_draft (incident_id, stage, round, text, state, made_at, publish_at)
VALUES (:incident_id, :stage, :round, :text, 'draft', :at, :publish_at) ON CONFLICT DO NOTHING
"""
_FRESHEN: Final = """
UPDATE incident_draft SET text = :text
WHERE incident_id = :incident_id AND stage = :stage AND round = :round AND state = 'draft' AND edited_by = ''
"""
_EDIT: Final = """
UPDATE incident_draft SET text = :text, edited_by = :by, publish_at = NULL
WHERE incident_id = :incident_id AND stage = :stage AND round = :round AND state = 'draft'
"""
_SETTLE: Final = """
UPDATE incident_draft SET state = :state, told_at = :at, told_by = :by
WHERE incident_id = :incident_id AND stage = :stage AND round = :round AND state = 'draft'
"""
_OPEN_OF: Final = """
SELECT incident_id FROM incident_component WHERE channel = :channel AND state <> 'closed'
ORDER BY joined_at DESC LIMIT 1
"""
_PEOPLE: Final = """
SELECT COUNT(DISTINCT contact_id) AS count FROM (
    SELECT v.contact_id FROM delivery d JOIN message m ON m.id = d.message_id
        JOIN conversation v ON v.id = m.conversation_id
        WHERE d.incident_id IN (SELECT CAST(:incident_id AS TEXT)
            UNION ALL SELECT id FROM incident WHERE merged_into = :incident_id AND merged_into <> '')
    UNION ALL
    SELECT v.contact_id FROM message m JOIN conversation v ON v.id = m.conversation_id
        WHERE m.direction = 'in' AND m.stored_at >= :since AND m.stored_at <= :until
        AND m.channel IN (SELECT channel FROM incident_component WHERE incident_id = :incident_id)
) AS touched
"""
_DOUBTS: Final = """
SELECT d.state, COUNT(*) AS count FROM delivery d
WHERE d.incident_id IN (SELECT CAST(:incident_id AS TEXT)
        UNION ALL SELECT id FROM incident WHERE merged_into = :incident_id AND merged_into <> '')
    AND EXISTS (SELECT 1 FROM attempt a WHERE a.delivery_id = d.id AND a.outcome = 'InDoubt')
GROUP BY d.state ORDER BY d.state
"""
_REPORTS: Final = """
SELECT COALESCE(SUM(shown), 0) AS count FROM report_bucket
WHERE platform IN :platforms AND at >= :since AND at <= :until
"""


async def is_quiet(tx: Tx, since: int) -> bool:
    """Whether no incident is open, and none was since then."""
    return await tx.one(_LATELY, since=since) is None


async def open_incident_of(tx: Tx, channel: str) -> str:
    """Its identifier, or nothing."""
    row = await tx.one(_OPEN_OF, channel=channel)
    return str(row["incident_id"]) if row else ""


async def drafts_of(tx: Tx, incident_id: str) -> list[Row]:
    """The oldest first."""
    return await tx.all(_DRAFTS, incident_id=incident_id, limit=DRAFTS_MAX)


async def draft(tx: Tx, incident_id: str, stage: str, round_: int) -> Row | None:
    return await tx.one(_DRAFT, incident_id=incident_id, stage=stage, round=round_)


async def waiting_drafts(tx: Tx) -> list[Row]:
    return await tx.all(_WAITING, limit=WAITING_MAX)


async def make_draft(tx: Tx, key: dict[str, Any], text: str, *, at: int, publish_at: int | None) -> None:
    await tx.run(_MAKE, **key, text=text, at=at, publish_at=publish_at)


async def freshen_draft(tx: Tx, key: dict[str, Any], text: str) -> None:
    """New facts, as long as no person has edited it."""
    await tx.run(_FRESHEN, **key, text=text)


async def edit_draft(tx: Tx, key: dict[str, Any], text: str, by: str) -> bool:
    """Whether there was a draft to edit; what a person edited goes out by a person only."""
    return await tx.run(_EDIT, **key, text=text, by=by) == 1


async def settle_draft(tx: Tx, key: dict[str, Any], state: str, *, at: int, by: str) -> bool:
    """Whether this took the draft from the table; the one who did tells what is told."""
    return await tx.run(_SETTLE, **key, state=state, at=at, by=by) == 1


async def people_touched(tx: Tx, incident_id: str, since: int, until: int) -> int:
    row = await tx.one(_PEOPLE, incident_id=incident_id, since=since, until=until)
    return int(row["count"]) if row else 0


async def doubts_of(tx: Tx, incident_id: str) -> dict[str, int]:
    """What became of the sends whose answer was lost: state of the delivery and how many."""
    return {row["state"]: row["count"] for row in await tx.all(_DOUBTS, incident_id=incident_id)}


async def reports_of(tx: Tx, platforms: list[str], since: int, until: int) -> int:
    """How many people reported trouble with these platforms."""
    row = await tx.one(_REPORTS, platforms=platforms, since=since, until=until)
    return int(row["count"]) if row else 0
