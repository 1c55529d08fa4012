"""Every statement about targets and their clocks."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from holdfast.storage import Row, Tx
from holdfast.targets.model import TARGETS_MAX, Target

CURSOR: Final = "targets"
MESSAGES_MAX: Final = 200
"""Of one conversation, the latest ones: a talk is seldom as long."""
CHANGES_MAX: Final = 200
TELL_AT_ONCE: Final = 100
SHOWN_MAX: Final = 20

_TARGETS: Final = "SELECT * FROM target WHERE removed_at IS NULL ORDER BY place, id LIMIT :limit"
_PUT: Final = """
INSERT INTO target (id, place, name, channels, label_id, first_ms, next_ms, resolve_ms, in_hours, changed_at)
VALUES (:id, :place, :name, :channels, :label_id, :first_ms, :next_ms, :resolve_ms, :in_hours, :at)
ON CONFLICT (id) DO UPDATE SET name = excluded.name, channels = excluded.channels, label_id = excluded.label_id,
    first_ms = excluded.first_ms, next_ms = excluded.next_ms, resolve_ms = excluded.resolve_ms,
    in_hours = excluded.in_hours, changed_at = excluded.changed_at
"""
_PLACE: Final = "UPDATE target SET place = :place WHERE id = :id"
_REMOVE: Final = "UPDATE target SET removed_at = :at WHERE id = :id AND removed_at IS NULL"
_CONVERSATIONS: Final = """
SELECT id, contact_id, status, waiting_since, last_in_at, last_channel, answer_by, due_at, assignee_id, team_id
FROM conversation WHERE id IN :ids
"""
_MESSAGES: Final = """
SELECT id, direction, author, automatic, state, channel, at, stored_at, arrived_at FROM message
WHERE conversation_id = :id ORDER BY at DESC, id DESC LIMIT :limit
"""
_OUT: Final = """
SELECT d.message_id, MAX(COALESCE(a.finished_at, a.started_at)) AS at
FROM delivery d JOIN attempt a ON a.delivery_id = d.id
WHERE d.message_id IN :ids AND d.state IN ('sent', 'delivered', 'read') GROUP BY d.message_id
"""
_CHANGES: Final = """
SELECT at, who, kind, detail FROM conversation_change
WHERE conversation_id = :id AND kind IN ('snoozed', 'woken', 'resolved', 'reopened')
ORDER BY at DESC, id DESC LIMIT :limit
"""
_ADDRESSES: Final = "SELECT * FROM address WHERE contact_id IN :ids ORDER BY contact_id, created_at, id"
_OUTAGES_OPEN: Final = """
SELECT channel, capabilities, onset_at, recovered_at FROM incident_component WHERE state <> 'closed'
"""
_OUTAGES_OVER: Final = """
SELECT channel, capabilities, onset_at, COALESCE(recovered_at, closed_at) AS recovered_at FROM incident_component
WHERE closed_at >= :since ORDER BY closed_at DESC LIMIT 500
"""
_TIMERS: Final = """
SELECT * FROM target_timer WHERE conversation_id = :id AND (started_at >= :since OR ended_at IS NULL)
ORDER BY started_at, kind
"""
_PUT_TIMER: Final = """
INSERT INTO target_timer (message_id, kind, conversation_id, target_id, channel, started_at, limit_ms, in_hours, due_at,
    still, left_ms, ended_at, outcome, counted_at, agent_id, team_id, tell_at, told)
VALUES (:message_id, :kind, :conversation_id, :target_id, :channel, :started_at, :limit_ms, :in_hours, :due_at,
    :still, :left_ms, :ended_at, :outcome, :counted_at, :agent_id, :team_id, :tell_at, :told)
ON CONFLICT (message_id, kind) DO UPDATE SET conversation_id = excluded.conversation_id,
    target_id = excluded.target_id, channel = excluded.channel, started_at = excluded.started_at,
    limit_ms = excluded.limit_ms, in_hours = excluded.in_hours, due_at = excluded.due_at, still = excluded.still,
    left_ms = excluded.left_ms, ended_at = excluded.ended_at, outcome = excluded.outcome,
    counted_at = excluded.counted_at, agent_id = excluded.agent_id, team_id = excluded.team_id,
    tell_at = excluded.tell_at, told = excluded.told
"""
_DROP_TIMER: Final = "DELETE FROM target_timer WHERE message_id = :message_id AND kind = :kind"
_SET_DUE: Final = "UPDATE conversation SET due_at = :due_at, answer_by = :answer_by WHERE id = :id"
_ANY_OPEN: Final = "SELECT 1 AS found FROM target_timer WHERE ended_at IS NULL LIMIT 1"
_OPEN_AFTER: Final = """
SELECT DISTINCT conversation_id AS id FROM target_timer
WHERE ended_at IS NULL AND conversation_id > :after ORDER BY conversation_id LIMIT :limit
"""
_WAITING_AFTER: Final = """
SELECT id, answer_by FROM conversation
WHERE answer_by IS NOT NULL AND (answer_by, id) > (:at, :after) ORDER BY answer_by, id LIMIT :limit
"""
_TO_TELL: Final = """
SELECT * FROM target_timer WHERE tell_at <= :now ORDER BY tell_at LIMIT :limit
"""
_TOLD: Final = """
UPDATE target_timer SET told = :told, tell_at = :tell_at, outcome = :outcome, counted_at = :counted_at,
    agent_id = :agent_id, team_id = :team_id
WHERE message_id = :message_id AND kind = :kind
"""
_CHANGE: Final = """
INSERT INTO conversation_change (id, conversation_id, at, who, kind, detail)
VALUES (:id, :conversation_id, :at, 'hub', 'target_missed', :detail)
"""
_TARGET_NAMES: Final = "SELECT id, name FROM target WHERE id IN :ids"
_OF_CONVERSATION: Final = """
SELECT target_timer.*, target.name AS target FROM target_timer JOIN target ON target.id = target_timer.target_id
WHERE target_timer.conversation_id = :id ORDER BY target_timer.started_at DESC, target_timer.kind LIMIT :limit
"""
_MOVE_ALL: Final = "UPDATE target_timer SET conversation_id = :kept WHERE conversation_id = :dropped"
_MOVE_BACK: Final = """
UPDATE target_timer SET conversation_id = :dropped
WHERE conversation_id = :kept AND message_id IN (SELECT id FROM message WHERE conversation_id = :dropped)
"""


async def targets(tx: Tx) -> list[Target]:
    return [_target(row) for row in await tx.all(_TARGETS, limit=TARGETS_MAX)]


def _target(row: Row) -> Target:
    return Target(
        id=row["id"],
        name=row["name"],
        channels=tuple(msgspec.json.decode(row["channels"], type=list[str])),
        label=row["label_id"],
        first_within_ms=row["first_ms"],
        next_within_ms=row["next_ms"],
        resolved_within_ms=row["resolve_ms"],
        in_hours=bool(row["in_hours"]),
        changed_at=row["changed_at"],
    )


async def put(tx: Tx, target: Target, place: int) -> None:
    """``place`` is where a new one stands; one that is there keeps its own."""
    await tx.run(
        _PUT,
        id=target.id,
        place=place,
        name=target.name,
        channels=msgspec.json.encode(target.channels).decode(),
        label_id=target.label,
        first_ms=target.first_within_ms,
        next_ms=target.next_within_ms,
        resolve_ms=target.resolved_within_ms,
        in_hours=int(target.in_hours),
        at=target.changed_at,
    )


async def set_places(tx: Tx, ids: Sequence[str]) -> None:
    await tx.many(_PLACE, [{"id": each, "place": place} for place, each in enumerate(ids, start=1)])


async def remove(tx: Tx, target_id: str, at: int) -> bool:
    return await tx.run(_REMOVE, id=target_id, at=at) == 1


async def conversations(tx: Tx, ids: Sequence[str]) -> list[Row]:
    return await tx.all(_CONVERSATIONS, ids=list(ids))


async def messages(tx: Tx, conversation_id: str) -> list[Row]:
    """The latest first."""
    return await tx.all(_MESSAGES, id=conversation_id, limit=MESSAGES_MAX)


async def out_at(tx: Tx, message_ids: Sequence[str]) -> dict[str, int]:
    """When the last part of each message was handed to its platform."""
    if not message_ids:
        return {}
    return {row["message_id"]: int(row["at"]) for row in await tx.all(_OUT, ids=list(message_ids))}


async def changes(tx: Tx, conversation_id: str) -> list[Row]:
    return await tx.all(_CHANGES, id=conversation_id, limit=CHANGES_MAX)


async def addresses(tx: Tx, contact_ids: Sequence[str]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in await tx.all(_ADDRESSES, ids=list(contact_ids)) if contact_ids else ():
        found.setdefault(str(row["contact_id"]), []).append(row)
    return found


async def outages(tx: Tx, since: int) -> list[Row]:
    """Parts of incidents that are open, or were since then."""
    return [*await tx.all(_OUTAGES_OPEN), *await tx.all(_OUTAGES_OVER, since=since)]


async def timers(tx: Tx, conversation_id: str, since: int) -> list[Row]:
    return await tx.all(_TIMERS, id=conversation_id, since=since)


async def put_timers(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        await tx.many(_PUT_TIMER, rows)


async def drop_timers(tx: Tx, keys: Sequence[tuple[str, str]]) -> None:
    if keys:
        await tx.many(_DROP_TIMER, [{"message_id": message, "kind": kind} for message, kind in keys])


async def set_due(tx: Tx, conversation_id: str, due_at: int | None, answer_by: int | None) -> None:
    await tx.run(_SET_DUE, id=conversation_id, due_at=due_at, answer_by=answer_by)


async def any_open(tx: Tx) -> bool:
    return await tx.one(_ANY_OPEN) is not None


async def open_after(tx: Tx, after: str, limit: int) -> list[str]:
    """Conversations with a clock that has not ended."""
    return [str(row["id"]) for row in await tx.all(_OPEN_AFTER, after=after, limit=limit)]


async def waiting_after(tx: Tx, at: int, after: str, limit: int) -> list[Row]:
    return await tx.all(_WAITING_AFTER, at=at, after=after, limit=limit)


async def to_tell(tx: Tx, now: int) -> list[Row]:
    return await tx.all(_TO_TELL, now=now, limit=TELL_AT_ONCE)


async def told(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    await tx.many(_TOLD, rows)


async def note_missed(tx: Tx, *, change_id: str, conversation_id: str, at: int, detail: str) -> None:
    """A line in the story of the conversation."""
    await tx.run(_CHANGE, id=change_id, conversation_id=conversation_id, at=at, detail=detail)


async def names(tx: Tx, ids: Sequence[str]) -> dict[str, str]:
    return {row["id"]: row["name"] for row in await tx.all(_TARGET_NAMES, ids=list(ids))}


async def of_conversation(tx: Tx, conversation_id: str) -> list[Row]:
    """The latest first."""
    return await tx.all(_OF_CONVERSATION, id=conversation_id, limit=SHOWN_MAX)


async def move_all(tx: Tx, kept: str, dropped: str) -> None:
    await tx.run(_MOVE_ALL, kept=kept, dropped=dropped)


async def move_back(tx: Tx, kept: str, dropped: str) -> None:
    """Each clock goes with the message that started it."""
    await tx.run(_MOVE_BACK, kept=kept, dropped=dropped)
