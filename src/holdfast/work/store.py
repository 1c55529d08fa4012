"""Every statement about what a team decides."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from holdfast.conversations.texts import NOTE, Text, forget_texts, index_texts
from holdfast.storage import Row, Tx

NOTES_MAX: Final = 500
STORY_MAX: Final = 500
WAKE_AT_ONCE: Final = 200

_CONVERSATIONS: Final = """
SELECT id, status, snoozed_until, assignee_id, team_id, waiting_since FROM conversation WHERE id IN :ids
"""
_DECIDE: Final = """
UPDATE conversation SET status = :status, snoozed_until = :snoozed_until, assignee_id = :assignee_id,
    team_id = :team_id,
    answer_by = CASE WHEN :status = 'open' THEN COALESCE(answer_by, waiting_since + 86400000) END
WHERE id = :id
"""
_DUE_TO_WAKE: Final = """
SELECT id FROM conversation WHERE snoozed_until <= :now ORDER BY snoozed_until LIMIT :limit
"""
_WITHOUT_AGENT: Final = """
SELECT id, team_id, last_channel FROM conversation
WHERE id IN :ids AND assignee_id IS NULL AND answer_by IS NOT NULL ORDER BY answer_by, id
"""
_LABELS_OF: Final = """
SELECT conversation_id, label_id FROM conversation_label WHERE conversation_id IN :ids ORDER BY at, label_id
"""
_ADD_LABEL: Final = """
INSERT INTO conversation_label (conversation_id, label_id, at) VALUES (:conversation_id, :label_id, :at)
ON CONFLICT DO NOTHING
"""
_TAKE_LABEL: Final = """
DELETE FROM conversation_label WHERE conversation_id = :conversation_id AND label_id = :label_id
"""
_LABELS: Final = "SELECT * FROM label WHERE removed_at IS NULL ORDER BY name LIMIT :limit"
_LABEL_IDS: Final = "SELECT id, name FROM label WHERE id IN :ids AND removed_at IS NULL"
_LABEL_NAMED: Final = "SELECT id, removed_at FROM label WHERE name = :name"
_PUT_LABEL: Final = """
INSERT INTO label (id, name, colour, created_at) VALUES (:id, :name, :colour, :at)
ON CONFLICT (id) DO UPDATE SET name = excluded.name, colour = excluded.colour, removed_at = NULL
"""
_REMOVE_LABEL: Final = "UPDATE label SET removed_at = :at WHERE id = :id AND removed_at IS NULL"
_CHANGE: Final = """
INSERT INTO conversation_change (id, conversation_id, at, who, kind, detail)
VALUES (:id, :conversation_id, :at, :who, :kind, :detail)
"""
_STORY: Final = """
SELECT * FROM conversation_change WHERE conversation_id = :conversation_id ORDER BY at DESC, id DESC LIMIT :limit
"""
_AGENTS: Final = """
SELECT id, email, name, role, away, capacity, given_at, created_at FROM agent WHERE removed_at IS NULL
ORDER BY created_at, id
"""
_AGENT_IDS: Final = "SELECT id FROM agent WHERE id IN :ids AND removed_at IS NULL"
_AGENT_NAMES: Final = "SELECT id, name FROM agent WHERE id IN :ids"
_SET_AWAY: Final = "UPDATE agent SET away = :away WHERE id = :id"
_SET_CAPACITY: Final = "UPDATE agent SET capacity = :capacity WHERE id = :id"
_LEAVE_TEAMS: Final = "DELETE FROM team_agent WHERE agent_id = :id"
_LEAVE_CONVERSATIONS: Final = "UPDATE conversation SET assignee_id = NULL WHERE assignee_id = :id"
_GIVEN: Final = "UPDATE agent SET given_at = :at WHERE id = :id"
_LOADS: Final = """
SELECT assignee_id, COUNT(*) AS count FROM conversation
WHERE assignee_id IN :ids AND answer_by IS NOT NULL GROUP BY assignee_id
"""
_TEAMS: Final = "SELECT * FROM team WHERE removed_at IS NULL ORDER BY name, id"
_TEAM_AGENTS: Final = "SELECT team_id, agent_id FROM team_agent ORDER BY team_id, agent_id"
_PUT_TEAM: Final = """
INSERT INTO team (id, name, policy, channels, created_at) VALUES (:id, :name, :policy, :channels, :at)
ON CONFLICT (id) DO UPDATE SET name = excluded.name, policy = excluded.policy, channels = excluded.channels
"""
_EMPTY_TEAM: Final = "DELETE FROM team_agent WHERE team_id = :team_id"
_JOIN_TEAM: Final = "INSERT INTO team_agent (team_id, agent_id) VALUES (:team_id, :agent_id)"
_REMOVE_TEAM: Final = "UPDATE team SET removed_at = :at WHERE id = :id AND removed_at IS NULL"
_NOTES: Final = """
SELECT * FROM internal_note WHERE conversation_id = :conversation_id AND removed_at IS NULL
ORDER BY at DESC, id DESC LIMIT :limit
"""
_NOTE: Final = "SELECT * FROM internal_note WHERE id = :id AND removed_at IS NULL"
_INSERT_NOTE: Final = """
INSERT INTO internal_note (id, conversation_id, author, text, at) VALUES (:id, :conversation_id, :author, :text, :at)
"""
_EDIT_NOTE: Final = "UPDATE internal_note SET text = :text, edited_at = :at WHERE id = :id"
_REMOVE_NOTE: Final = "UPDATE internal_note SET removed_at = :at, text = '' WHERE id = :id"
_MENTION: Final = """
INSERT INTO mention (note_id, agent_id, conversation_id, at) VALUES (:note_id, :agent_id, :conversation_id, :at)
ON CONFLICT DO NOTHING
"""
_DROP_MENTIONS: Final = "DELETE FROM mention WHERE note_id = :note_id AND agent_id NOT IN :agents"
_MENTIONS_OF: Final = "SELECT note_id, agent_id FROM mention WHERE note_id IN :ids ORDER BY agent_id"
_SEE_MENTIONS: Final = """
UPDATE mention SET seen_at = :at
WHERE agent_id = :agent_id AND conversation_id = :conversation_id AND seen_at IS NULL
"""


async def conversations(tx: Tx, ids: Sequence[str]) -> list[Row]:
    return await tx.all(_CONVERSATIONS, ids=list(ids))


async def decide(tx: Tx, rows: Sequence[dict[str, Any]]) -> None:
    """Each row has ``id``, ``status``, ``snoozed_until``, ``assignee_id`` and ``team_id``."""
    await tx.many(_DECIDE, rows)


async def due_to_wake(tx: Tx, now: int) -> list[str]:
    return [str(row["id"]) for row in await tx.all(_DUE_TO_WAKE, now=now, limit=WAKE_AT_ONCE)]


async def without_agent(tx: Tx, ids: Sequence[str]) -> list[Row]:
    """Those of the conversations that wait and that nobody has, the most urgent first."""
    return await tx.all(_WITHOUT_AGENT, ids=list(ids))


async def labels_of(tx: Tx, ids: Iterable[str]) -> dict[str, list[str]]:
    """The ids of labels by conversation."""
    found: dict[str, list[str]] = {}
    wanted = sorted(set(ids))
    for row in await tx.all(_LABELS_OF, ids=wanted) if wanted else ():
        found.setdefault(str(row["conversation_id"]), []).append(str(row["label_id"]))
    return found


async def add_labels(tx: Tx, pairs: Iterable[tuple[str, str]], at: int) -> None:
    """(conversation, label) each."""
    await tx.many(_ADD_LABEL, [{"conversation_id": one, "label_id": label, "at": at} for one, label in pairs])


async def take_labels(tx: Tx, pairs: Iterable[tuple[str, str]]) -> None:
    await tx.many(_TAKE_LABEL, [{"conversation_id": one, "label_id": label} for one, label in pairs])


async def labels(tx: Tx, limit: int) -> list[Row]:
    return await tx.all(_LABELS, limit=limit)


async def known_labels(tx: Tx, ids: Iterable[str]) -> dict[str, str]:
    """The names of those labels that are there."""
    wanted = sorted(set(ids))
    rows = await tx.all(_LABEL_IDS, ids=wanted) if wanted else []
    return {str(row["id"]): str(row["name"]) for row in rows}


async def label_named(tx: Tx, name: str) -> Row | None:
    return await tx.one(_LABEL_NAMED, name=name)


async def put_label(tx: Tx, *, label_id: str, name: str, colour: str, at: int) -> None:
    await tx.run(_PUT_LABEL, id=label_id, name=name, colour=colour, at=at)


async def remove_label(tx: Tx, label_id: str, at: int) -> bool:
    return await tx.run(_REMOVE_LABEL, id=label_id, at=at) == 1


async def note_changes(tx: Tx, rows: Sequence[dict[str, Any]]) -> None:
    await tx.many(_CHANGE, rows)


async def story(tx: Tx, conversation_id: str) -> list[Row]:
    """The newest decisions first."""
    return await tx.all(_STORY, conversation_id=conversation_id, limit=STORY_MAX)


async def agents(tx: Tx) -> list[Row]:
    return await tx.all(_AGENTS)


async def known_agents(tx: Tx, ids: Iterable[str]) -> set[str]:
    wanted = sorted(set(ids))
    return {str(row["id"]) for row in await tx.all(_AGENT_IDS, ids=wanted)} if wanted else set()


async def agent_names(tx: Tx, ids: Iterable[str]) -> dict[str, str]:
    wanted = sorted(set(ids))
    rows = await tx.all(_AGENT_NAMES, ids=wanted) if wanted else []
    return {str(row["id"]): str(row["name"]) for row in rows}


async def set_away(tx: Tx, agent_id: str, *, away: bool) -> bool:
    return await tx.run(_SET_AWAY, id=agent_id, away=int(away)) == 1


async def set_capacity(tx: Tx, agent_id: str, capacity: int) -> bool:
    return await tx.run(_SET_CAPACITY, id=agent_id, capacity=capacity) == 1


async def leave(tx: Tx, agent_id: str) -> None:
    """An agent goes: out of all teams, and what they had has nobody."""
    await tx.run(_LEAVE_TEAMS, id=agent_id)
    await tx.run(_LEAVE_CONVERSATIONS, id=agent_id)


async def note_given(tx: Tx, agent_id: str, at: int) -> None:
    await tx.run(_GIVEN, id=agent_id, at=at)


async def loads(tx: Tx, ids: Iterable[str]) -> dict[str, int]:
    """How many open conversations wait for each of these agents."""
    wanted = sorted(set(ids))
    rows = await tx.all(_LOADS, ids=wanted) if wanted else []
    return {str(row["assignee_id"]): int(row["count"]) for row in rows}


async def teams(tx: Tx) -> list[Row]:
    return await tx.all(_TEAMS)


async def team_agents(tx: Tx) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in await tx.all(_TEAM_AGENTS):
        found.setdefault(str(row["team_id"]), []).append(str(row["agent_id"]))
    return found


async def put_team(
    tx: Tx, *, team_id: str, name: str, policy: str, channels: str, agents: Sequence[str], at: int
) -> None:
    await tx.run(_PUT_TEAM, id=team_id, name=name, policy=policy, channels=channels, at=at)
    await tx.run(_EMPTY_TEAM, team_id=team_id)
    await tx.many(_JOIN_TEAM, [{"team_id": team_id, "agent_id": each} for each in agents])


async def remove_team(tx: Tx, team_id: str, at: int) -> bool:
    return await tx.run(_REMOVE_TEAM, id=team_id, at=at) == 1


async def notes(tx: Tx, conversation_id: str) -> list[Row]:
    """The newest first."""
    return await tx.all(_NOTES, conversation_id=conversation_id, limit=NOTES_MAX)


async def get_note(tx: Tx, note_id: str) -> Row | None:
    return await tx.one(_NOTE, id=note_id)


async def insert_note(tx: Tx, *, note_id: str, conversation_id: str, author: str, text: str, at: int) -> None:
    await tx.run(_INSERT_NOTE, id=note_id, conversation_id=conversation_id, author=author, text=text, at=at)
    await index_texts(tx, [Text(id=note_id, at=at, text=text, direction=NOTE)])


async def edit_note(tx: Tx, note_id: str, text: str, at: int) -> None:
    await tx.run(_EDIT_NOTE, id=note_id, text=text, at=at)
    note = await get_note(tx, note_id)
    await forget_texts(tx, [note_id])
    if note is not None:
        await index_texts(tx, [Text(id=note_id, at=note["at"], text=text, direction=NOTE)])


async def remove_note(tx: Tx, note_id: str, at: int) -> None:
    await tx.run(_REMOVE_NOTE, id=note_id, at=at)
    await forget_texts(tx, [note_id])


async def set_mentions(tx: Tx, *, note_id: str, conversation_id: str, agents: Sequence[str], at: int) -> None:
    await tx.run(_DROP_MENTIONS, note_id=note_id, agents=list(agents))
    await tx.many(
        _MENTION,
        [
            {"note_id": note_id, "agent_id": each, "conversation_id": conversation_id, "at": at}
            for each in agents
        ],
    )


async def mentions_of(tx: Tx, note_ids: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    wanted = sorted(set(note_ids))
    for row in await tx.all(_MENTIONS_OF, ids=wanted) if wanted else ():
        found.setdefault(str(row["note_id"]), []).append(str(row["agent_id"]))
    return found


async def see_mentions(tx: Tx, *, agent_id: str, conversation_id: str, at: int) -> int:
    return await tx.run(_SEE_MENTIONS, agent_id=agent_id, conversation_id=conversation_id, at=at)
