"""The ledger: what became of every message that an incident touched, counted from the rows themselves.

``lost`` is what the other columns cannot account for; it is computed, never assumed to be nought.
"""

from collections.abc import Sequence
from typing import Any, Final

from holdfast.storage import Row, Tx

ENTRIES_MAX: Final = 500

_INCIDENT: Final = "SELECT * FROM incident WHERE id = :id"
_ARRIVED: Final = """
SELECT COUNT(*) AS received, COALESCE(SUM(late), 0) AS received_late,
    COUNT(*) FILTER (WHERE source = 'history') AS read_back
FROM message WHERE direction = 'in' AND (:incident_id = '' OR channel IN (
    SELECT channel FROM incident_component WHERE incident_id = :incident_id))
    AND stored_at >= :since AND stored_at <= :until
"""
_UNREADABLE: Final = """
SELECT COUNT(*) AS count FROM unread_envelope
WHERE (:incident_id = '' OR channel IN (SELECT channel FROM incident_component
    WHERE incident_id = :incident_id)) AND at >= :since AND at <= :until
"""
_AUTO: Final = """
SELECT COUNT(*) AS count FROM playbook_step s JOIN incident i ON i.id = s.incident_id
WHERE s.step = 'auto_reply' AND s.outcome LIKE 'msg_%' AND (:incident_id = '' OR s.incident_id = :incident_id
    OR i.merged_into = :incident_id)
    AND s.at >= :since AND s.at <= :until
"""
_OF_INCIDENT: Final = """
SELECT d.message_id, COUNT(*) FILTER (WHERE d.state = 'superseded' OR (o.automatic = 1 AND d.channel NOT IN (
        SELECT channel FROM incident_component WHERE incident_id = :incident_id))) AS superseded,
    COUNT(*) FILTER (WHERE EXISTS (SELECT 1 FROM attempt a
        WHERE a.delivery_id = d.id AND a.outcome = 'InDoubt')) AS doubted
FROM delivery d JOIN message o ON o.id = d.message_id WHERE d.incident_id IN (SELECT CAST(:incident_id AS TEXT)
    UNION ALL SELECT id FROM incident WHERE merged_into = :incident_id AND merged_into <> '') GROUP BY d.message_id
"""
"""An automatic answer that left on a channel which works did not wait for the incident: it went another way."""
_SINCE: Final = """
SELECT d.message_id, COUNT(*) FILTER (WHERE d.state = 'superseded') AS superseded,
    COUNT(*) FILTER (WHERE EXISTS (SELECT 1 FROM attempt a
        WHERE a.delivery_id = d.id AND a.outcome = 'InDoubt')) AS doubted
FROM message o JOIN delivery d ON d.message_id = o.id
WHERE o.direction = 'out' AND o.stored_at >= :since AND o.stored_at <= :until GROUP BY d.message_id
"""
_FIRST_SINCE: Final = """
SELECT d.message_id, COUNT(*) FILTER (WHERE d.state = 'superseded') AS superseded
FROM (SELECT id FROM message WHERE direction = 'out' AND stored_at >= :since AND stored_at <= :until
    ORDER BY stored_at, id LIMIT :limit) AS o
JOIN delivery d ON d.message_id = o.id GROUP BY d.message_id
"""
_COUNTED: Final = """
SELECT m.state, CASE WHEN t.superseded > 0 THEN 1 ELSE 0 END AS superseded, COUNT(*) AS count,
    COUNT(*) FILTER (WHERE t.doubted > 0) AS doubted
FROM ({touched}) t JOIN message m ON m.id = t.message_id
GROUP BY m.state, CASE WHEN t.superseded > 0 THEN 1 ELSE 0 END
"""
_ENTRIES: Final = """
SELECT m.id AS message_id, m.conversation_id, c.name AS contact_name, m.state, m.state_reason, m.channel, m.at,
    t.superseded
FROM ({touched}) t JOIN message m ON m.id = t.message_id
    JOIN conversation v ON v.id = m.conversation_id JOIN contact c ON c.id = v.contact_id
ORDER BY m.at, m.id LIMIT :limit
"""
_PAGE: Final = """
SELECT m.id AS message_id, m.conversation_id, c.name AS contact_name, m.state, m.state_reason, m.channel, m.at,
    SUBSTR(m.text, 1, 200) AS excerpt, t.superseded
FROM ({touched}) t JOIN message m ON m.id = t.message_id
    JOIN conversation v ON v.id = m.conversation_id JOIN contact c ON c.id = v.contact_id
WHERE (m.at > :at OR (m.at = :at AND m.id > :id)) AND m.state IN :states
    AND CASE WHEN t.superseded > 0 THEN 1 ELSE 0 END IN :ways
ORDER BY m.at, m.id LIMIT :limit
"""
_DONE: Final = ("sent", "delivered", "read")
_OUTCOMES: Final = {
    "waiting": "waiting",
    "sending": "waiting",
    "held": "waiting",
    "rerouted": "waiting",
    "in_doubt": "in_doubt",
    "failed": "failed",
    "expired": "expired",
    "cancelled": "cancelled",
}
OUTCOMES: Final = ("sent", "rerouted", *dict.fromkeys(_OUTCOMES.values()))


async def incident_ledger(tx: Tx, incident_id: str) -> dict[str, Any]:
    """The account of one incident; raises LookupError where there is none."""
    incident = await tx.one(_INCIDENT, id=incident_id)
    if incident is None:
        raise LookupError(f"there is no incident {incident_id}")
    until = incident["closed_at"] or 1 << 60
    return await _ledger(tx, incident_id=incident_id, since=incident["onset_at"], until=until)


async def ledger_page(
    tx: Tx, incident_id: str, outcome: str, after: tuple[int, str], limit: int
) -> list[dict[str, Any]]:
    """Messages that an incident touched, the oldest first, from a place (time in ms, id) on: those with one outcome,
    or all. Each with the beginning of its words, and the state that it shows.
    """
    at, identifier = after
    rows = await tx.all(
        _PAGE.format(touched=_OF_INCIDENT),
        incident_id=incident_id,
        states=_states_of(outcome),
        ways={"rerouted": [1], "sent": [0]}.get(outcome, [0, 1]),
        at=at,
        id=identifier,
        limit=limit,
    )
    return [
        {**_entry(row, outcome_of(row)), "state": row["state"], "excerpt": row["excerpt"]} for row in rows
    ]


async def ledger_since(tx: Tx, since_ms: int) -> dict[str, Any]:
    """The account of everything since a time, over all channels."""
    return await _ledger(tx, incident_id="", since=since_ms, until=1 << 60)


async def _ledger(tx: Tx, *, incident_id: str, since: int, until: int) -> dict[str, Any]:
    arrived = await _one(tx, _ARRIVED, incident_id=incident_id, since=since, until=until)
    unreadable = await _one(tx, _UNREADABLE, incident_id=incident_id, since=since, until=until)
    auto = await _one(tx, _AUTO, incident_id=incident_id, since=since, until=until)
    counted, entries = await _touched(tx, incident_id, since, until)
    counts = {name: _of(counted, name) for name in ("waiting", "in_doubt", "failed", "expired", "cancelled")}
    held, rerouted, sent = _of(counted), _of(counted, "rerouted"), _of(counted, "sent")
    return {
        "since": since,
        "received": arrived["received"],
        "received_late": arrived["received_late"],
        "read_back": arrived["read_back"],
        "stored": arrived["received"],
        "answered_automatically": auto["count"],
        "held": held,
        "sent_after_hold": sent,
        "rerouted": rerouted,
        **counts,
        "resolved_in_doubt": sum(row["doubted"] for row in counted if row["state"] in _DONE),
        "lost": held - rerouted - sent - sum(counts.values()),
        "unreadable": unreadable["count"],
        "entries": [_entry(row, outcome_of(row)) for row in entries],
    }


async def _touched(tx: Tx, incident_id: str, since: int, until: int) -> tuple[list[Row], list[Row]]:
    """(counts by state and whether it went another way, the first messages): touched by the incident or,
    without one, stored in the time.
    """
    touched = _OF_INCIDENT if incident_id else _SINCE
    which: dict[str, object] = (
        {"incident_id": incident_id} if incident_id else {"since": since, "until": until}
    )
    counted = await tx.all(_COUNTED.format(touched=touched), **which)
    first = _OF_INCIDENT if incident_id else _FIRST_SINCE
    return counted, await tx.all(_ENTRIES.format(touched=first), **which, limit=ENTRIES_MAX)


def _of(counted: Sequence[Row], outcome: str = "") -> int:
    return sum(row["count"] for row in counted if outcome in ("", outcome_of(row)))


def outcome_of(row: Row) -> str:
    """One word for what became of a message: sent, rerouted, waiting, in_doubt, failed, expired, cancelled."""
    if row["state"] in _DONE:
        return "rerouted" if row["superseded"] else "sent"
    return _OUTCOMES.get(row["state"], "unaccounted")


def _states_of(outcome: str) -> list[str]:
    """Of messages, all of them without an outcome."""
    if outcome in {"sent", "rerouted"}:
        return list(_DONE)
    chosen = [state for state, named in _OUTCOMES.items() if outcome in ("", named)]
    return chosen if outcome else [*_DONE, *chosen]


def _entry(row: Row, outcome: str) -> dict[str, Any]:
    return {
        "message_id": row["message_id"],
        "conversation_id": row["conversation_id"],
        "contact_name": row["contact_name"],
        "direction": "out",
        "outcome": outcome,
        "reason": row["state_reason"],
        "channel": row["channel"],
        "at": row["at"],
    }


async def _one(tx: Tx, sql: str, **values: object) -> Row:
    row = await tx.one(sql, **values)
    if row is None:
        raise RuntimeError("a count answered no row")
    return row
