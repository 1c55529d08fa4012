"""Every statement about the weekly summary."""

from typing import Final

import msgspec

from holdfast.figures.weekly.model import Choice, Summary, Waiting
from holdfast.storage import Row, Tx

_IS_MADE: Final = "SELECT 1 AS found FROM weekly_summary WHERE week = :week"
_MAKE: Final = """
INSERT INTO weekly_summary (week, made_at, body) VALUES (:week, :now, :body) ON CONFLICT (week) DO NOTHING
"""
_ADD_LETTERS: Final = """
INSERT INTO weekly_letter (week, agent_id, address, made_at, due_at)
SELECT CAST(:week AS BIGINT), a.id, a.email, CAST(:now AS BIGINT), CAST(:now AS BIGINT)
FROM agent a LEFT JOIN weekly_choice c ON c.agent_id = a.id
WHERE a.removed_at IS NULL AND COALESCE(c.wanted, CASE WHEN a.role = 'owner' THEN 1 ELSE 0 END) = 1
"""
_FORGET_LETTERS: Final = "DELETE FROM weekly_letter WHERE week < :before"
_FORGET_SUMMARIES: Final = "DELETE FROM weekly_summary WHERE week < :before"
_DUE: Final = """
SELECT l.week, l.agent_id, l.address, l.made_at, l.attempts, s.body
FROM weekly_letter l JOIN weekly_summary s ON s.week = l.week JOIN agent a ON a.id = l.agent_id
WHERE l.settled_at IS NULL AND l.due_at <= :now AND a.removed_at IS NULL ORDER BY l.due_at LIMIT 1
"""
_CLAIM: Final = """
UPDATE weekly_letter SET attempts = attempts + 1, due_at = :until
WHERE week = :week AND agent_id = :agent_id AND settled_at IS NULL AND due_at <= :now
"""
_SETTLE: Final = """
UPDATE weekly_letter SET settled_at = :settled_at, due_at = :due_at, outcome = :outcome, problem = :problem
WHERE week = :week AND agent_id = :agent_id AND settled_at IS NULL
"""
_WITHDRAW: Final = """
UPDATE weekly_letter SET settled_at = :now, outcome = 'withdrawn'
WHERE agent_id = :agent_id AND settled_at IS NULL AND week >= 0
"""
_CHOOSE: Final = """
INSERT INTO weekly_choice (agent_id, wanted, at) VALUES (:agent_id, :wanted, :now)
ON CONFLICT (agent_id) DO UPDATE SET wanted = excluded.wanted, at = excluded.at
"""
_PERSON: Final = """
SELECT COALESCE(c.wanted, CASE WHEN a.role = 'owner' THEN 1 ELSE 0 END) AS wanted
FROM agent a LEFT JOIN weekly_choice c ON c.agent_id = a.id WHERE a.id = :agent_id AND a.removed_at IS NULL
"""
_LAST: Final = """
SELECT outcome, problem, made_at, settled_at FROM weekly_letter
WHERE week = (SELECT MAX(week) FROM weekly_summary) AND agent_id = :agent_id
"""
_OF_WEEK: Final = """
SELECT outcome, COUNT(*) AS number FROM weekly_letter WHERE week = :week GROUP BY outcome
"""


async def is_made(tx: Tx, week: int) -> bool:
    return await tx.one(_IS_MADE, week=week) is not None


async def make(tx: Tx, summary: Summary, now: int) -> bool:
    """Take the week; whether nobody had taken it."""
    body = msgspec.json.encode(summary).decode()
    return await tx.run(_MAKE, week=summary.since, now=now, body=body) == 1


async def add_letters(tx: Tx, week: int, now: int) -> int:
    return await tx.run(_ADD_LETTERS, week=week, now=now)


async def forget(tx: Tx, before: int) -> None:
    await tx.run(_FORGET_LETTERS, before=before)
    await tx.run(_FORGET_SUMMARIES, before=before)


async def due(tx: Tx, now: int) -> Waiting | None:
    row = await tx.one(_DUE, now=now)
    return _waiting(row) if row else None


async def claim(tx: Tx, letter: Waiting, *, now: int, until: int) -> bool:
    """Take a letter until a time; whether nobody else was quicker."""
    return await tx.run(_CLAIM, week=letter.week, agent_id=letter.agent_id, now=now, until=until) == 1


async def settle(tx: Tx, letter: Waiting, *, at: int | None, due_at: int, outcome: str, problem: str) -> None:
    await tx.run(
        _SETTLE,
        week=letter.week,
        agent_id=letter.agent_id,
        settled_at=at,
        due_at=due_at,
        outcome=outcome,
        problem=problem,
    )


async def choose(tx: Tx, agent_id: str, *, wanted: bool, now: int) -> None:
    await tx.run(_CHOOSE, agent_id=agent_id, wanted=int(wanted), now=now)
    if not wanted:
        await tx.run(_WITHDRAW, agent_id=agent_id, now=now)


async def choice(tx: Tx, agent_id: str) -> Choice | None:
    """None where there is no such person."""
    person = await tx.one(_PERSON, agent_id=agent_id)
    if person is None:
        return None
    last = await tx.one(_LAST, agent_id=agent_id)
    if last is None:
        return Choice(wanted=bool(person["wanted"]))
    return Choice(
        wanted=bool(person["wanted"]),
        outcome=last["outcome"],
        at=last["settled_at"] or last["made_at"],
        problem=last["problem"],
    )


async def letters_of(tx: Tx, week: int) -> dict[str, int]:
    """How many by outcome; those on their way stand under the empty one."""
    return {row["outcome"]: int(row["number"]) for row in await tx.all(_OF_WEEK, week=week)}


def _waiting(row: Row) -> Waiting:
    return Waiting(
        week=row["week"],
        agent_id=row["agent_id"],
        address=row["address"],
        made_at=row["made_at"],
        attempts=row["attempts"],
        summary=msgspec.json.decode(row["body"], type=Summary),
    )
