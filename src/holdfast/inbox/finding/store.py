"""Every statement of the search; each is bounded by a limit or by ids."""

from collections.abc import Mapping, Sequence
from typing import Final

from holdfast.inbox.finding.model import Asked
from holdfast.storage import Row, Tx

NAMES_MAX: Final = 2

_MATCHING: Final = """
SELECT rowid AS place FROM find_words
WHERE find_words MATCHES :asked AND rowid < :before AND rowid >= :since
ORDER BY rowid DESC LIMIT :limit
"""
_ANY: Final = """
SELECT place FROM find_entry WHERE place < :before AND place >= :since ORDER BY place DESC LIMIT :limit
"""
_FOUND: Final = """
SELECT entry.place, entry.subject_id, note.id AS note_id, conversation.id AS conversation_id, conversation.status,
    contact.id AS contact_id, contact.name AS contact_name, message.direction, message.channel,
    COALESCE(message.attachments, '[]') AS attachments, COALESCE(message.text, note.text) AS text,
    COALESCE(message.author, note.author) AS author, COALESCE(message.at, note.at) AS at
FROM find_entry entry
LEFT JOIN message ON message.id = entry.subject_id AND message.unsent_at IS NULL
LEFT JOIN internal_note note ON note.id = entry.subject_id AND note.removed_at IS NULL
JOIN conversation ON conversation.id = COALESCE(message.conversation_id, note.conversation_id)
JOIN contact ON contact.id = conversation.contact_id
WHERE entry.place IN :places {filters}
ORDER BY entry.place DESC
"""
_BY: Final = "AND COALESCE(message.author, note.author) = :author"
_ON_CHANNELS: Final = "AND message.channel IN :channels"
_LABELLED: Final = """AND conversation.id IN
    (SELECT conversation_id FROM conversation_label WHERE label_id = :label)"""
_OF_AGENT: Final = "AND conversation.assignee_id = :assignee"
_OF_NOBODY: Final = "AND conversation.assignee_id IS NULL AND :nobody = 1"
_OF_TEAM: Final = "AND conversation.team_id = :team"
_OF_STATUS: Final = "AND conversation.status = :status"
_WAITING: Final = (
    "AND conversation.waiting_since IS NOT NULL AND conversation.status = 'open' AND :waiting = 1"
)
_MESSAGES: Final = "AND message.id IS NOT NULL AND :messages = 1"
_FILTERS: Final = {
    "author": _BY,
    "channels": _ON_CHANNELS,
    "label": _LABELLED,
    "assignee": _OF_AGENT,
    "nobody": _OF_NOBODY,
    "team": _OF_TEAM,
    "status": _OF_STATUS,
    "waiting": _WAITING,
    "messages": _MESSAGES,
}
_CONVERSATIONS: Final = """
SELECT DISTINCT COALESCE(message.conversation_id, note.conversation_id) AS conversation_id FROM find_entry entry
LEFT JOIN message ON message.id = entry.subject_id AND message.unsent_at IS NULL
LEFT JOIN internal_note note ON note.id = entry.subject_id AND note.removed_at IS NULL
WHERE entry.place IN :places
"""
_LABELS: Final = """
SELECT id, name FROM label WHERE (id = :name OR LOWER(name) = :lower) AND removed_at IS NULL ORDER BY name LIMIT :limit
"""
_TEAMS: Final = """
SELECT id, name FROM team WHERE (id = :name OR LOWER(name) = :lower) AND removed_at IS NULL ORDER BY name LIMIT :limit
"""
_AGENTS: Final = """
SELECT id, name FROM agent
WHERE id = :name OR LOWER(name) = :lower OR email = :lower OR LOWER(name) LIKE :first ESCAPE '!'
ORDER BY removed_at IS NOT NULL, name LIMIT :limit
"""


async def places(tx: Tx, asked: Asked, *, before: int, since: int, limit: int) -> list[int]:
    """Places of texts that hold what is asked for, the newest first; filters of conversations are not looked at."""
    words = asked.in_index
    if words.words or words.beginnings:
        rows = await tx.all(_MATCHING, asked=words, before=before, since=since, limit=limit)
    else:
        rows = await tx.all(_ANY, before=before, since=since, limit=limit)
    return [int(row["place"]) for row in rows]


async def texts(tx: Tx, places: Sequence[int], filters: Mapping[str, object]) -> list[Row]:
    """The messages and notes at these places that pass the filters, the newest first."""
    if not places:
        return []
    sql = _FOUND.format(filters=" ".join(_FILTERS[name] for name in filters))
    return await tx.all(sql, places=list(places), **filters)


async def conversations_at(tx: Tx, places: Sequence[int]) -> list[str]:
    """Conversations in which the texts at these places stand."""
    rows = await tx.all(_CONVERSATIONS, places=list(places)) if places else []
    return [str(row["conversation_id"]) for row in rows if row["conversation_id"]]


async def labels_called(tx: Tx, name: str) -> list[tuple[str, str]]:
    return await _called(tx, _LABELS, name)


async def teams_called(tx: Tx, name: str) -> list[tuple[str, str]]:
    return await _called(tx, _TEAMS, name)


async def agents_called(tx: Tx, name: str) -> list[tuple[str, str]]:
    """Agents of this name, address or first name; those who are still here first."""
    lower = name.lower()
    escaped = lower.replace("!", "!!").replace("%", "!%").replace("_", "!_")
    rows = await tx.all(_AGENTS, name=name, lower=lower, first=f"{escaped} %", limit=NAMES_MAX)
    return [(str(row["id"]), str(row["name"])) for row in rows]


async def _called(tx: Tx, sql: str, name: str) -> list[tuple[str, str]]:
    rows = await tx.all(sql, name=name, lower=name.lower(), limit=NAMES_MAX)
    return [(str(row["id"]), str(row["name"])) for row in rows]
