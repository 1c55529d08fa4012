"""Every statement of this unit."""

from typing import Final

from holdfast.storage import Row, Tx

CLOCKS_APART_MS: Final = 600_000
"""How far a platform's clock may be ahead of ours: what it says was written later was stored no earlier."""
ASKED: Final = "asked:"
"""Prefix of the row with which somebody asks for a step; its outcome names who."""

_TAKE_STEP: Final = """
INSERT INTO playbook_step (incident_id, step, subject, at, outcome)
VALUES (:incident_id, :step, :subject, :at, :outcome) ON CONFLICT DO NOTHING
"""
_TAKEN: Final = """
SELECT 1 AS found FROM playbook_step
WHERE incident_id = :incident_id AND step = :step AND subject = :subject
"""
_ASKED_STEPS: Final = """
SELECT step, outcome, at FROM playbook_step WHERE incident_id = :incident_id AND step LIKE 'asked:%' AND subject = ''
"""
_UNANSWERED: Final = """
SELECT DISTINCT v.id AS conversation_id, v.contact_id FROM message m
JOIN conversation v ON v.id = m.conversation_id
WHERE m.channel = :channel AND m.stored_at >= :stored_since AND m.direction = 'in' AND m.at >= :since
    AND m.automatic = 0
    AND m.state_reason = '' AND v.waiting_since IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM playbook_step s
        WHERE s.incident_id IN (SELECT CAST(:incident_id AS TEXT)
            UNION ALL SELECT id FROM incident WHERE merged_into = :incident_id AND merged_into <> '')
        AND s.step = 'auto_reply' AND s.subject = v.contact_id)
LIMIT :limit
"""
_ANSWERED: Final = """
SELECT s.subject AS contact_id, v.id AS conversation_id FROM playbook_step s
JOIN conversation v ON v.contact_id = s.subject
WHERE s.incident_id IN (SELECT CAST(:incident_id AS TEXT)
        UNION ALL SELECT id FROM incident WHERE merged_into = :incident_id AND merged_into <> '')
    AND s.step = 'auto_reply' AND s.outcome LIKE 'msg_%'
    AND EXISTS (SELECT 1 FROM message m WHERE m.conversation_id = v.id AND m.channel = :channel
        AND m.direction = 'in' AND m.at >= :since)
    AND NOT EXISTS (SELECT 1 FROM playbook_step t
        WHERE t.incident_id = :incident_id AND t.step = 'thank' AND t.subject = s.subject)
LIMIT :limit
"""
_FIRST_THROUGH: Final = """
SELECT settled_at FROM delivery WHERE incident_id = :incident_id AND channel = :channel
    AND state IN ('sent', 'delivered', 'read') AND settled_at >= :since ORDER BY settled_at LIMIT 1
"""
_OPEN: Final = """
SELECT c.incident_id AS id, c.channel, c.capabilities, c.cause, c.state, c.onset_at, c.recovered_at, c.closed_at
FROM incident_component c WHERE c.state <> 'closed' ORDER BY c.joined_at, c.channel
"""
_CLOSED_SINCE: Final = """
SELECT c.incident_id AS id, c.channel, c.capabilities, c.cause, c.state, c.onset_at, c.recovered_at, c.closed_at,
    i.closed_at AS all_closed_at
FROM incident_component c JOIN incident i ON i.id = c.incident_id
WHERE c.closed_at >= :since AND c.state = 'closed' ORDER BY c.closed_at, c.channel
"""


async def first_through(tx: Tx, incident_id: str, channel: str, since: int) -> int | None:
    """When the first message of an incident went out on the channel that had failed."""
    row = await tx.one(_FIRST_THROUGH, incident_id=incident_id, channel=channel, since=since)
    return int(row["settled_at"]) if row else None


async def take_step(tx: Tx, incident_id: str, step: str, subject: str, at: int, outcome: str) -> bool:
    """Remember a step; False where it was taken before."""
    changed = await tx.run(
        _TAKE_STEP, incident_id=incident_id, step=step, subject=subject, at=at, outcome=outcome
    )
    return changed == 1


async def step_taken(tx: Tx, incident_id: str, step: str, subject: str = "") -> bool:
    return await tx.one(_TAKEN, incident_id=incident_id, step=step, subject=subject) is not None


async def asked_steps(tx: Tx, incident_id: str) -> dict[str, tuple[str, int]]:
    """The steps that people asked for in an incident: who, and when (ms)."""
    rows = await tx.all(_ASKED_STEPS, incident_id=incident_id)
    return {row["step"].removeprefix(ASKED): (row["outcome"], row["at"]) for row in rows}


async def unanswered(tx: Tx, incident_id: str, channel: str, since: int, limit: int) -> list[Row]:
    """People who wrote on the channel since then and were not answered for this incident."""
    return await tx.all(
        _UNANSWERED,
        incident_id=incident_id,
        channel=channel,
        since=since,
        stored_since=since - CLOCKS_APART_MS,
        limit=limit,
    )


async def answered(tx: Tx, incident_id: str, channel: str, since: int, limit: int) -> list[Row]:
    """People who were answered by a machine, wrote on this channel, and were not thanked yet."""
    return await tx.all(_ANSWERED, incident_id=incident_id, channel=channel, since=since, limit=limit)


async def open_parts(tx: Tx) -> list[Row]:
    """Each channel of each incident that is not well again; ``id`` is the incident's."""
    return await tx.all(_OPEN)


async def closed_parts(tx: Tx, since: int) -> list[Row]:
    """Each channel that is well again since then; ``all_closed_at``: when its whole incident was over."""
    return await tx.all(_CLOSED_SINCE, since=since)
