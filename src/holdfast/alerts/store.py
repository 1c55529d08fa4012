"""Every statement of this unit."""

from typing import Final

from holdfast.alerts.choosing import Alert
from holdfast.storage import Row, Tx

DUE_AT_ONCE: Final = 50

_ADD: Final = """
INSERT INTO team_alert (name, target, incident_id, kind, title, text, made_at, state, next_at)
VALUES (:name, :target, :incident_id, :kind, :title, :text, :at, :state, :at) ON CONFLICT DO NOTHING
"""
_DUE: Final = """
SELECT * FROM team_alert WHERE state IN ('queued', 'sending') AND next_at <= :now
ORDER BY next_at, made_at LIMIT :limit
"""
_CLAIM: Final = """
UPDATE team_alert SET state = 'sending', attempts = attempts + 1, next_at = :until
WHERE name = :name AND target = :target AND state IN ('queued', 'sending') AND next_at <= :now
"""
_SETTLE: Final = """
UPDATE team_alert SET state = :state, problem = :problem, next_at = :next_at
WHERE name = :name AND target = :target AND state = 'sending'
"""


async def add_alert(tx: Tx, alert: Alert, target: str, at: int) -> None:
    """Once for a name and target, however often it is added."""
    await tx.run(
        _ADD,
        name=alert.name,
        target=target,
        incident_id=alert.incident_id,
        kind=alert.kind,
        title=alert.title,
        text=alert.text,
        at=at,
        state="known" if alert.known else "queued",
    )


async def due_alerts(tx: Tx, now: int) -> list[Row]:
    """What is to be sent, and what was being sent when whoever sent it was lost."""
    return await tx.all(_DUE, now=now, limit=DUE_AT_ONCE)


async def claim_alert(tx: Tx, row: Row, *, now: int, until: int) -> bool:
    """Whether it is ours to send until that time."""
    return await tx.run(_CLAIM, name=row["name"], target=row["target"], now=now, until=until) == 1


async def settle_alert(tx: Tx, row: Row, state: str, *, problem: str, next_at: int) -> None:
    await tx.run(
        _SETTLE, name=row["name"], target=row["target"], state=state, problem=problem, next_at=next_at
    )
