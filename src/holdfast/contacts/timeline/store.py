"""Every statement that reads what happened with a person; each a page, the latest first."""

from collections.abc import Iterable, Sequence
from typing import Final

from holdfast.storage import Row, Tx

FAMILY_MAX: Final = 100
EXCERPT_CHARACTERS: Final = 280

_MERGED_INTO: Final = """
SELECT dropped_id FROM contact_merge WHERE kept_id IN :ids AND undone_at IS NULL ORDER BY at LIMIT :limit
"""
_MESSAGES: Final = """
SELECT id, at, direction, author, channel, substr(text, 1, 280) AS text, state, unsent_at, attachments FROM message
WHERE conversation_id = :conversation_id AND (at, id) < (:at, :id) ORDER BY at DESC, id DESC LIMIT :limit
"""
_NOTES: Final = """
SELECT id, at, author, substr(text, 1, 280) AS text FROM internal_note
WHERE conversation_id = :conversation_id AND removed_at IS NULL AND (at, id) < (:at, :id)
ORDER BY at DESC, id DESC LIMIT :limit
"""
_DECISIONS: Final = """
SELECT id, at, who, kind, detail FROM conversation_change
WHERE conversation_id = :conversation_id AND (at, id) < (:at, :id) ORDER BY at DESC, id DESC LIMIT :limit
"""
_CHANGES: Final = """
SELECT id, at, who, kind, detail, contact_id FROM contact_change
WHERE contact_id IN :contact_ids AND (at, id) < (:at, :id) ORDER BY at DESC, id DESC LIMIT :limit
"""
_INCIDENTS: Final = """
SELECT incident.id, incident.onset_at AS at, incident.title, incident.closed_at, incident.channel FROM incident
WHERE incident.id IN (SELECT delivery.incident_id FROM message JOIN delivery ON delivery.message_id = message.id
        WHERE message.conversation_id = :conversation_id AND delivery.incident_id IS NOT NULL)
    AND (incident.onset_at, incident.id) < (:at, :id)
ORDER BY incident.onset_at DESC, incident.id DESC LIMIT :limit
"""
_AGENTS: Final = "SELECT id, name FROM agent WHERE id IN :ids"
_LABELS: Final = "SELECT id, name FROM label WHERE id IN :ids"
_TEAMS: Final = "SELECT id, name FROM team WHERE id IN :ids"
_ADDRESSES: Final = "SELECT id, channel, value FROM address WHERE id IN :ids"
_MERGES: Final = """
SELECT contact_merge.id, contact_merge.undone_at, contact.name FROM contact_merge
JOIN contact ON contact.id = contact_merge.dropped_id WHERE contact_merge.id IN :ids
"""
_FIELDS: Final = "SELECT id, name FROM contact_field WHERE id IN :ids"
_LAST_ID: Final = "~"


async def family(tx: Tx, contact_id: str) -> list[str]:
    """The contact and those that were joined to it, through one another."""
    found, newest = [contact_id], [contact_id]
    while newest and len(found) < FAMILY_MAX:
        rows = await tx.all(_MERGED_INTO, ids=newest, limit=FAMILY_MAX)
        newest = [each for row in rows if (each := str(row["dropped_id"])) not in found]
        found += newest
    return found


async def of_conversation(
    tx: Tx, part: str, conversation_id: str, *, at: int, identifier: str, limit: int
) -> list[Row]:
    """``part``: message, note, work or incident."""
    sql = {"message": _MESSAGES, "note": _NOTES, "work": _DECISIONS, "incident": _INCIDENTS}[part]
    return await tx.all(sql, conversation_id=conversation_id, at=at, id=identifier or _LAST_ID, limit=limit)


async def changes(tx: Tx, contact_ids: Sequence[str], *, at: int, identifier: str, limit: int) -> list[Row]:
    return await tx.all(
        _CHANGES, contact_ids=list(contact_ids), at=at, id=identifier or _LAST_ID, limit=limit
    )


async def names(tx: Tx, kind: str, ids: Iterable[str]) -> dict[str, str]:
    """``kind``: agent, label, team or field."""
    sql = {"agent": _AGENTS, "label": _LABELS, "team": _TEAMS, "field": _FIELDS}[kind]
    wanted = sorted(set(ids))
    return {str(row["id"]): str(row["name"]) for row in await tx.all(sql, ids=wanted)} if wanted else {}


async def addresses(tx: Tx, ids: Iterable[str]) -> dict[str, Row]:
    wanted = sorted(set(ids))
    return {str(row["id"]): row for row in await tx.all(_ADDRESSES, ids=wanted)} if wanted else {}


async def merges(tx: Tx, ids: Iterable[str]) -> dict[str, Row]:
    wanted = sorted(set(ids))
    return {str(row["id"]): row for row in await tx.all(_MERGES, ids=wanted)} if wanted else {}
