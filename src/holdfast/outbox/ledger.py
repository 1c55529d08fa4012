"""The ledger: what became of every message that an incident touched, counted from the rows themselves.

``lost`` is what the other columns cannot account for; it is computed, never assumed to be nought.
"""

from typing import Any, Final

from holdfast.storage import Row, Tx

ENTRIES_MAX: Final = 500

_INCIDENT: Final = "SELECT * FROM incident WHERE id = :id"
_ARRIVED: Final = """
SELECT COUNT(*) AS received, COALESCE(SUM(late), 0) AS received_late,
    COUNT(*) FILTER (WHERE source = 'history') AS read_back
FROM message WHERE direction = 'in' AND (:channel = '' OR channel = :channel)
    AND stored_at >= :since AND stored_at <= :until
"""
_UNREADABLE: Final = """
SELECT COUNT(*) AS count FROM unread_envelope
WHERE (:channel = '' OR channel = :channel) AND at >= :since AND at <= :until
"""
_AUTO: Final = """
SELECT COUNT(*) AS count FROM playbook_step s JOIN incident i ON i.id = s.incident_id
WHERE s.step = 'auto_reply' AND s.outcome LIKE 'msg_%' AND (:incident_id = '' OR s.incident_id = :incident_id)
    AND s.at >= :since AND s.at <= :until
"""
_TOUCHED: Final = """
SELECT m.id AS message_id, m.conversation_id, c.name AS contact_name, m.state, m.state_reason, m.channel, m.at,
    COUNT(*) AS deliveries, COUNT(*) FILTER (WHERE d.state = 'superseded') AS superseded, MAX(d.attempts) AS attempts,
    COUNT(*) FILTER (WHERE EXISTS (SELECT 1 FROM attempt a
        WHERE a.delivery_id = d.id AND a.outcome = 'InDoubt')) AS doubted
FROM delivery d JOIN message m ON m.id = d.message_id
    JOIN conversation v ON v.id = m.conversation_id JOIN contact c ON c.id = v.contact_id
WHERE (:incident_id = '' AND d.created_at >= :since AND d.created_at <= :until) OR d.incident_id = :incident_id
GROUP BY m.id, c.id ORDER BY m.at
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


async def incident_ledger(tx: Tx, incident_id: str) -> dict[str, Any]:
    """The account of one incident; raises LookupError where there is none."""
    incident = await tx.one(_INCIDENT, id=incident_id)
    if incident is None:
        raise LookupError(f"there is no incident {incident_id}")
    until = incident["closed_at"] or 1 << 60
    return await _ledger(
        tx, channel=incident["channel"], incident_id=incident_id, since=incident["onset_at"], until=until
    )


async def ledger_since(tx: Tx, since_ms: int) -> dict[str, Any]:
    """The account of everything since a time, over all channels."""
    return await _ledger(tx, channel="", incident_id="", since=since_ms, until=1 << 60)


async def _ledger(tx: Tx, *, channel: str, incident_id: str, since: int, until: int) -> dict[str, Any]:
    arrived = await _one(tx, _ARRIVED, channel=channel, since=since, until=until)
    unreadable = await _one(tx, _UNREADABLE, channel=channel, since=since, until=until)
    auto = await _one(tx, _AUTO, incident_id=incident_id, since=since, until=until)
    touched = await tx.all(_TOUCHED, incident_id=incident_id, since=since, until=until)
    outcomes = [outcome_of(row) for row in touched]
    counts = {
        name: outcomes.count(name) for name in ("waiting", "in_doubt", "failed", "expired", "cancelled")
    }
    rerouted, sent = outcomes.count("rerouted"), outcomes.count("sent")
    return {
        "received": arrived["received"],
        "received_late": arrived["received_late"],
        "read_back": arrived["read_back"],
        "stored": arrived["received"],
        "answered_automatically": auto["count"],
        "held": len(touched),
        "sent_after_hold": sent,
        "rerouted": rerouted,
        **counts,
        "resolved_in_doubt": sum(1 for row in touched if row["doubted"] and row["state"] in _DONE),
        "lost": len(touched) - rerouted - sent - sum(counts.values()),
        "unreadable": unreadable["count"],
        "entries": [_entry(row, outcome) for row, outcome in zip(touched, outcomes, strict=True)][
            :ENTRIES_MAX
        ],
    }


def outcome_of(row: Row) -> str:
    """One word for what became of a message: sent, rerouted, waiting, in_doubt, failed, expired, cancelled."""
    if row["state"] in _DONE:
        return "rerouted" if row["superseded"] else "sent"
    return _OUTCOMES.get(row["state"], "unaccounted")


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
