"""Every statement with which the inbox reads; all of them bounded."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from holdfast.storage import Row, Tx

UNREADABLE_MAX: Final = 500
REFUSED_MAX: Final = 500
COUNTED_MAX: Final = 2_000
"""Waiting conversations beyond these are not counted: more is told as "2000+"."""
DELIVERIES_MAX: Final = 4_000
"""Deliveries shown with one page of messages; a message has one to a handful."""

_CONVERSATIONS: Final = """
SELECT conversation.*, contact.name AS contact_name
FROM conversation JOIN contact ON contact.id = conversation.contact_id
WHERE (conversation.last_at, conversation.id) < (:at, :id)
    AND contact.merged_into IS NULL
    {filters}
ORDER BY conversation.last_at DESC, conversation.id DESC LIMIT :limit
"""
_WAITING: Final = """
SELECT conversation.*, contact.name AS contact_name
FROM conversation JOIN contact ON contact.id = conversation.contact_id
WHERE conversation.answer_by IS NOT NULL
    AND (conversation.answer_by, conversation.id) > (:at, :id)
    AND contact.merged_into IS NULL
    {filters}
ORDER BY conversation.answer_by, conversation.id LIMIT :limit
"""
_DUE: Final = """
SELECT conversation.*, contact.name AS contact_name
FROM conversation JOIN contact ON contact.id = conversation.contact_id
WHERE conversation.due_at <= :due_until
    AND (conversation.due_at, conversation.id) > (:at, :id)
    AND contact.merged_into IS NULL
    {filters}
ORDER BY conversation.due_at, conversation.id LIMIT :limit
"""
_OPEN_TIMERS: Final = """
SELECT target_timer.*, target.name AS target FROM target_timer JOIN target ON target.id = target_timer.target_id
WHERE target_timer.conversation_id IN :ids AND target_timer.ended_at IS NULL
"""
_OF_STATUS: Final = "AND conversation.status = :status"
_FOUND: Final = " AND conversation.id IN :found"
_OF_AGENT: Final = "AND conversation.assignee_id = :assignee"
_OF_NOBODY: Final = "AND conversation.assignee_id IS NULL AND :nobody = 1"
_OF_TEAM: Final = "AND conversation.team_id = :team"
_HEARD_ON: Final = "AND conversation.last_channel = :channel_heard"
_LABELLED: Final = """AND conversation.id IN
    (SELECT conversation_id FROM conversation_label WHERE label_id = :label)"""
_MENTIONING: Final = """AND conversation.id IN
    (SELECT conversation_id FROM mention WHERE agent_id = :mentioned AND seen_at IS NULL)"""
_ANSWERED: Final = "AND conversation.answer_by IS NULL AND :answered = 1"
_FILTERS: Final = {
    "status": _OF_STATUS,
    "found": _FOUND,
    "assignee": _OF_AGENT,
    "nobody": _OF_NOBODY,
    "team": _OF_TEAM,
    "channel_heard": _HEARD_ON,
    "label": _LABELLED,
    "mentioned": _MENTIONING,
    "answered": _ANSWERED,
}
_COUNT_OPEN: Final = """
SELECT
    COUNT(*) AS waiting,
    COUNT(CASE WHEN assignee_id = :agent THEN 1 END) AS mine,
    COUNT(CASE WHEN assignee_id IS NULL THEN 1 END) AS unassigned
FROM (SELECT assignee_id FROM conversation WHERE answer_by IS NOT NULL ORDER BY answer_by LIMIT :limit) AS waiting
"""
_COUNT_DUE: Final = """
SELECT COUNT(*) AS due_soon, COUNT(CASE WHEN due_at <= :now THEN 1 END) AS overdue
FROM (SELECT due_at FROM conversation WHERE due_at <= :soon ORDER BY due_at LIMIT :limit) AS due
"""
_COUNT_MENTIONS: Final = """
SELECT COUNT(DISTINCT conversation_id) AS count FROM mention WHERE agent_id = :agent AND seen_at IS NULL
"""
_OF_CONTACTS: Final = "SELECT id FROM conversation WHERE contact_id IN :contact_ids"
_CONVERSATIONS_BY_ID: Final = """
SELECT conversation.*, contact.name AS contact_name
FROM conversation JOIN contact ON contact.id = conversation.contact_id
WHERE conversation.id IN :ids
"""
_OUTGOING_COUNTS: Final = """
SELECT conversation_id, state, COUNT(*) AS count FROM message
WHERE conversation_id IN :ids AND direction = 'out'
    AND state IN ('waiting', 'sending', 'held', 'rerouted', 'in_doubt')
GROUP BY conversation_id, state
"""
_THREAD: Final = """
SELECT * FROM message
WHERE conversation_id = :conversation_id AND (at, id) < (:at, :id)
ORDER BY at DESC, id DESC LIMIT :limit
"""
_THREAD_AFTER: Final = """
SELECT * FROM message
WHERE conversation_id = :conversation_id AND (at, id) > (:at, :id)
ORDER BY at, id LIMIT :limit
"""
_NEWEST: Final = """
SELECT * FROM message
WHERE (stored_at, id) < (:at, :id) AND stored_at >= :since {filters}
ORDER BY stored_at DESC, id DESC LIMIT :limit
"""
_ON_CHANNEL: Final = "AND channel = :channel"
_IN_DIRECTION: Final = "AND direction = :direction"
_MESSAGES_BY_ID: Final = "SELECT * FROM message WHERE id IN :ids"
_DELIVERIES: Final = """
SELECT * FROM delivery WHERE message_id IN :ids ORDER BY created_at, part, id LIMIT :limit
"""
_REACTIONS: Final = """
SELECT message_id, by, emoji, at, '' AS author, '' AS state, '' AS reason FROM reaction
WHERE message_id IN :ids AND emoji <> ''
UNION ALL SELECT message_id, 'wish', emoji, at, author, state, reason FROM outgoing_reaction WHERE message_id IN :ids
ORDER BY at, by
"""
_AGENT_NAMES: Final = "SELECT id, name FROM agent WHERE id IN :ids"
_CONTACT_NAMES: Final = """
SELECT conversation.id AS conversation_id, contact.name FROM conversation
JOIN contact ON contact.id = conversation.contact_id WHERE conversation.id IN :ids
"""
_ATTEMPTS: Final = """
SELECT attempt.* FROM attempt JOIN delivery ON delivery.id = attempt.delivery_id
WHERE delivery.message_id = :message_id
ORDER BY attempt.started_at DESC, attempt.delivery_id DESC, attempt.number DESC LIMIT :limit
"""
_CONTACTS: Final = """
SELECT contact.*, conversation.id AS conversation_id FROM contact
LEFT JOIN conversation ON conversation.contact_id = contact.id
WHERE (contact.created_at, contact.id) < (:at, :id)
    AND contact.merged_into IS NULL {filters}
ORDER BY contact.created_at DESC, contact.id DESC LIMIT :limit
"""
_CONTACT_FOUND: Final = "AND contact.id IN :found"
_CONTACTS_BY_ID: Final = """
SELECT contact.*, conversation.id AS conversation_id FROM contact
LEFT JOIN conversation ON conversation.contact_id = contact.id
WHERE contact.id IN :ids AND contact.merged_into IS NULL
"""
_ADDRESSES: Final = "SELECT * FROM address WHERE contact_id IN :ids ORDER BY created_at, id"
_CONVERSATION_OF_ADDRESS: Final = """
SELECT conversation.id FROM address JOIN conversation ON conversation.contact_id = address.contact_id
WHERE address.channel = :channel AND address.value = :value
"""
_UNREADABLE: Final = "SELECT * FROM unread_envelope WHERE seq < :before ORDER BY seq DESC LIMIT :limit"
_REFUSED: Final = "SELECT * FROM refused_request ORDER BY hour DESC, channel, reason LIMIT :limit"
_COUNT_REFUSED: Final = """
INSERT INTO refused_request (channel, reason, hour, count) VALUES (:channel, :reason, :hour, :count)
ON CONFLICT (channel, reason, hour) DO UPDATE SET count = refused_request.count + excluded.count
"""
_OPEN_DELIVERIES: Final = """
SELECT channel, state, COUNT(*) AS count FROM delivery
WHERE state IN ('queued', 'held', 'sending', 'in_doubt') GROUP BY channel, state
"""
_BREAKERS: Final = "SELECT * FROM breaker"
_NOTE_CALL: Final = """
INSERT INTO channel_call (channel, genuine_at, forged_at, asked_at, misasked_at)
VALUES (:channel, :genuine_at, :forged_at, :asked_at, :misasked_at)
ON CONFLICT (channel) DO UPDATE SET
    genuine_at = CASE WHEN excluded.genuine_at > 0 THEN excluded.genuine_at ELSE channel_call.genuine_at END,
    forged_at = CASE WHEN excluded.forged_at > 0 THEN excluded.forged_at ELSE channel_call.forged_at END,
    asked_at = CASE WHEN excluded.asked_at > 0 THEN excluded.asked_at ELSE channel_call.asked_at END,
    misasked_at = CASE WHEN excluded.misasked_at > 0 THEN excluded.misasked_at ELSE channel_call.misasked_at END
"""
_CALLS_OF: Final = (
    "SELECT genuine_at, forged_at, asked_at, misasked_at FROM channel_call WHERE channel = :channel"
)
_POSITION: Final = "SELECT value FROM reader_cursor WHERE name = :name"
_PROBE: Final = """
INSERT INTO reader_cursor (name, value) VALUES (:name, :value)
ON CONFLICT (name) DO UPDATE SET value = excluded.value
"""
_LAST_ID: Final = "~"
"""Sorts after every identifier."""


async def conversations(
    tx: Tx, filters: Mapping[str, object], *, at: int, identifier: str, limit: int
) -> list[Row]:
    """The latest first. ``filters`` are by their names in ``_FILTERS``."""
    sql = _CONVERSATIONS.format(filters=_clauses(filters))
    return await tx.all(sql, at=at, id=identifier or _LAST_ID, limit=limit, **filters)


async def waiting_conversations(
    tx: Tx, filters: Mapping[str, object], *, at: int, identifier: str, limit: int
) -> list[Row]:
    """Where somebody waits, the most urgent first."""
    sql = _WAITING.format(filters=_clauses(filters))
    return await tx.all(sql, at=at, id=identifier, limit=limit, **filters)


async def due_conversations(
    tx: Tx, filters: Mapping[str, object], *, due_until: int, at: int, identifier: str, limit: int
) -> list[Row]:
    """What was promised up to a time, the soonest first."""
    sql = _DUE.format(filters=_clauses(filters))
    return await tx.all(sql, due_until=due_until, at=at, id=identifier, limit=limit, **filters)


async def open_timers(tx: Tx, ids: Iterable[str]) -> list[Row]:
    return await _by_ids(tx, _OPEN_TIMERS, ids)


def _clauses(filters: Mapping[str, object]) -> str:
    return " ".join(_FILTERS[name] for name in filters)


async def open_counts(tx: Tx, agent_id: str, *, now: int, soon: int) -> dict[str, int]:
    """Conversations in which somebody waits: all, the agent's, nobody's; those that mention the agent; those in which
    something is overdue, or due by ``soon``.

    Counted up to COUNTED_MAX.
    """
    row = dict(await tx.one(_COUNT_OPEN, agent=agent_id, limit=COUNTED_MAX) or {})
    mentions = dict(await tx.one(_COUNT_MENTIONS, agent=agent_id) or {})
    due = dict(await tx.one(_COUNT_DUE, now=now, soon=soon, limit=COUNTED_MAX) or {})
    return {**row, **due, "mentions": mentions["count"]}


async def conversations_of(tx: Tx, contact_ids: Sequence[str]) -> list[str]:
    return [str(row["id"]) for row in await tx.all(_OF_CONTACTS, contact_ids=list(contact_ids))]


async def conversations_by_id(tx: Tx, ids: Iterable[str]) -> list[Row]:
    return await _by_ids(tx, _CONVERSATIONS_BY_ID, ids)


async def outgoing_counts(tx: Tx, ids: Iterable[str]) -> list[Row]:
    return await _by_ids(tx, _OUTGOING_COUNTS, ids)


async def thread(tx: Tx, *, conversation_id: str, at: int, identifier: str, limit: int) -> list[Row]:
    return await tx.all(
        _THREAD, conversation_id=conversation_id, at=at, id=identifier or _LAST_ID, limit=limit
    )


async def thread_after(tx: Tx, *, conversation_id: str, at: int, identifier: str, limit: int) -> list[Row]:
    """Messages that follow a place, the oldest first."""
    return await tx.all(_THREAD_AFTER, conversation_id=conversation_id, at=at, id=identifier, limit=limit)


async def newest_messages(
    tx: Tx, *, channel: str, direction: str, since: int, at: int, identifier: str, limit: int
) -> list[Row]:
    wanted = {"channel": (_ON_CHANNEL, channel), "direction": (_IN_DIRECTION, direction)}
    chosen = {name: pair for name, pair in wanted.items() if pair[1]}
    sql = _NEWEST.format(filters=" ".join(clause for clause, _ in chosen.values()))
    values = {name: value for name, (_, value) in chosen.items()}
    return await tx.all(sql, since=since, at=at, id=identifier or _LAST_ID, limit=limit, **values)


async def messages_by_id(tx: Tx, ids: Iterable[str]) -> list[Row]:
    return await _by_ids(tx, _MESSAGES_BY_ID, ids)


async def deliveries(tx: Tx, message_ids: Iterable[str]) -> list[Row]:
    return await _by_ids(tx, _DELIVERIES, message_ids, limit=DELIVERIES_MAX)


async def reactions(tx: Tx, message_ids: Iterable[str]) -> list[Row]:
    """Those that are known; and, ``by`` wish, what the business wants its own to be."""
    return await _by_ids(tx, _REACTIONS, message_ids)


async def agent_names(tx: Tx, ids: Iterable[str]) -> dict[str, str]:
    return {str(row["id"]): str(row["name"]) for row in await _by_ids(tx, _AGENT_NAMES, ids)}


async def contact_names(tx: Tx, conversation_ids: Iterable[str]) -> dict[str, str]:
    """The contact's name by conversation."""
    rows = await _by_ids(tx, _CONTACT_NAMES, conversation_ids)
    return {str(row["conversation_id"]): str(row["name"]) for row in rows}


async def attempts(tx: Tx, message_id: str, limit: int) -> list[Row]:
    return await tx.all(_ATTEMPTS, message_id=message_id, limit=limit)


async def contacts(tx: Tx, *, found: Sequence[str] | None, at: int, identifier: str, limit: int) -> list[Row]:
    """The newest first; with ``found`` only those."""
    values = {} if found is None else {"found": list(found)}
    sql = _CONTACTS.format(filters="" if found is None else _CONTACT_FOUND)
    return await tx.all(sql, at=at, id=identifier or _LAST_ID, limit=limit, **values)


async def contacts_by_id(tx: Tx, ids: Iterable[str]) -> list[Row]:
    return await _by_ids(tx, _CONTACTS_BY_ID, ids)


async def addresses(tx: Tx, contact_ids: Iterable[str]) -> list[Row]:
    return await _by_ids(tx, _ADDRESSES, contact_ids)


async def conversation_of_address(tx: Tx, *, channel: str, value: str) -> str | None:
    row = await tx.one(_CONVERSATION_OF_ADDRESS, channel=channel, value=value)
    return str(row["id"]) if row else None


async def unreadable(tx: Tx, *, before: int, limit: int) -> list[Row]:
    return await tx.all(_UNREADABLE, before=before, limit=min(limit, UNREADABLE_MAX))


async def refused(tx: Tx) -> list[Row]:
    return await tx.all(_REFUSED, limit=REFUSED_MAX)


async def count_refused(tx: Tx, rows: Sequence[dict[str, object]]) -> None:
    await tx.many(_COUNT_REFUSED, rows)


async def open_deliveries(tx: Tx) -> list[Row]:
    return await tx.all(_OPEN_DELIVERIES)


async def breakers(tx: Tx) -> list[Row]:
    return await tx.all(_BREAKERS)


async def reader_position(tx: Tx, name: str) -> int:
    row = await tx.one(_POSITION, name=name)
    return int(row["value"]) if row else 0


async def write_probe(tx: Tx, name: str, value: int) -> None:
    await tx.run(_PROBE, name=name, value=value)


async def _by_ids(tx: Tx, sql: str, ids: Iterable[str], **values: Any) -> list[Row]:
    """Run a statement over a set of ids; none where the set is empty."""
    wanted = sorted(set(ids))
    return await tx.all(sql, ids=wanted, **values) if wanted else []


async def note_call(
    tx: Tx, *, channel: str, genuine_at: int, forged_at: int, asked_at: int, misasked_at: int
) -> None:
    times = {
        "genuine_at": genuine_at,
        "forged_at": forged_at,
        "asked_at": asked_at,
        "misasked_at": misasked_at,
    }
    await tx.run(_NOTE_CALL, channel=channel, **times)


async def calls_of(tx: Tx, channel: str) -> Row | None:
    return await tx.one(_CALLS_OF, channel=channel)
