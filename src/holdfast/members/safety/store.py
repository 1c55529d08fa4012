"""Rules, settings, complaints and the standing of members: every statement."""

from collections.abc import Mapping
from typing import Final

from holdfast.members.model import Member
from holdfast.members.safety.model import Rule
from holdfast.members.store import member_of
from holdfast.storage import Row, Tx

_RULES: Final = "SELECT * FROM safety_rule ORDER BY kind, value LIMIT :limit"
_ADD_RULE: Final = """
INSERT INTO safety_rule (id, kind, value, note, created_at, created_by)
VALUES (:id, :kind, :value, :note, :created_at, :created_by) ON CONFLICT (kind, value) DO NOTHING
"""
_DROP_RULE: Final = "DELETE FROM safety_rule WHERE id = :id RETURNING kind, value"
_SETTINGS: Final = "SELECT name, value FROM safety_setting"
_SET: Final = """
INSERT INTO safety_setting (name, value) VALUES (:name, :value)
ON CONFLICT (name) DO UPDATE SET value = excluded.value
"""

_ADD_COMPLAINT: Final = """
INSERT INTO complaint (id, at, by_id, about_id, thread_id, message_id, reason, text, quote)
VALUES (:id, :at, :by_id, :about_id, :thread_id, :message_id, :reason, :text, :quote)
"""
_COMPLAINTS_SINCE: Final = "SELECT COUNT(*) AS count FROM complaint WHERE by_id = :by_id AND at > :since"
_COMPLAINT: Final = "SELECT * FROM complaint WHERE id = :id"
_COMPLAINTS: Final = """
SELECT * FROM complaint WHERE state = :state AND (at < :at OR (at = :at AND id < :id))
ORDER BY at DESC, id DESC LIMIT :limit
"""
_OPEN_ABOUT: Final = """
SELECT about_id, COUNT(*) AS count FROM complaint WHERE about_id IN :ids AND state = 'open' GROUP BY about_id
"""
_OPEN: Final = (
    "SELECT COUNT(*) AS count FROM (SELECT id FROM complaint WHERE state = 'open' LIMIT :limit) AS found"
)
_DECIDE: Final = """
UPDATE complaint SET state = :state, decided_at = :at, decided_by = :by, decision = :decision
WHERE id = :id AND state = 'open'
"""
_DECIDE_ALL_ABOUT: Final = """
UPDATE complaint SET state = 'acted', decided_at = :at, decided_by = :by, decision = :decision
WHERE about_id = :about_id AND state = 'open'
"""

_STAND: Final = """
UPDATE member SET standing = :standing, standing_reason = :reason, standing_until = :until WHERE id = :id
"""
_WARN: Final = "UPDATE member SET warning = :text, warned_at = :at WHERE id = :id"
_END_SESSIONS: Final = "DELETE FROM member_session WHERE member_id = :id"
_MEMBERS: Final = """
SELECT * FROM member WHERE id < :before AND deleted_at IS NULL ORDER BY id DESC LIMIT :limit
"""
_STANDING: Final = """
SELECT * FROM member WHERE standing <> 'good' AND id < :before AND deleted_at IS NULL ORDER BY id DESC LIMIT :limit
"""
_EXACTLY: Final = """
SELECT * FROM member WHERE id = :word
UNION SELECT * FROM member WHERE handle = :word
UNION SELECT * FROM member WHERE email = :word
"""
_NAMED: Final = """
SELECT * FROM member WHERE name >= :beginning AND name < :after ORDER BY name, id LIMIT :limit
"""
_STANDINGS: Final = "SELECT id, standing FROM member WHERE id IN :ids"


async def rules(tx: Tx, limit: int) -> list[Rule]:
    return [rule_of(row) for row in await tx.all(_RULES, limit=limit)]


async def add_rule(tx: Tx, rule: Rule) -> bool:
    """Whether there was none of this kind and value."""
    changed = await tx.run(
        _ADD_RULE,
        id=rule.id,
        kind=rule.kind,
        value=rule.value,
        note=rule.note,
        created_at=rule.created_at,
        created_by=rule.created_by,
    )
    return changed == 1


async def drop_rule(tx: Tx, rule_id: str) -> Row | None:
    """Kind and value of the rule that there was."""
    return await tx.one(_DROP_RULE, id=rule_id)


async def settings(tx: Tx) -> dict[str, str]:
    return {row["name"]: row["value"] for row in await tx.all(_SETTINGS)}


async def set_settings(tx: Tx, values: Mapping[str, str]) -> None:
    await tx.many(_SET, [{"name": name, "value": value} for name, value in values.items()])


async def add_complaint(
    tx: Tx,
    *,
    complaint_id: str,
    at: int,
    by_id: str,
    about_id: str,
    thread_id: str,
    message_id: str,
    reason: str,
    text: str,
    quote: str,
) -> None:
    await tx.run(
        _ADD_COMPLAINT,
        id=complaint_id,
        at=at,
        by_id=by_id,
        about_id=about_id,
        thread_id=thread_id,
        message_id=message_id,
        reason=reason,
        text=text,
        quote=quote,
    )


async def complaints_since(tx: Tx, by_id: str, since: int) -> int:
    row = await tx.one(_COMPLAINTS_SINCE, by_id=by_id, since=since)
    return int(row["count"]) if row else 0


async def complaint(tx: Tx, complaint_id: str) -> Row | None:
    return await tx.one(_COMPLAINT, id=complaint_id)


async def complaints(tx: Tx, state: str, at: int, complaint_id: str, limit: int) -> list[Row]:
    """Newest first, those before a place."""
    return await tx.all(_COMPLAINTS, state=state, at=at, id=complaint_id, limit=limit)


async def open_about(tx: Tx, ids: list[str]) -> dict[str, int]:
    """How many open complaints there are about each."""
    return {row["about_id"]: row["count"] for row in await tx.all(_OPEN_ABOUT, ids=ids)}


async def count_open(tx: Tx, limit: int) -> int:
    row = await tx.one(_OPEN, limit=limit)
    return int(row["count"]) if row else 0


async def decide(tx: Tx, complaint_id: str, *, state: str, at: int, by: str, decision: str) -> bool:
    """Whether nobody had decided it before."""
    return await tx.run(_DECIDE, id=complaint_id, state=state, at=at, by=by, decision=decision) == 1


async def decide_all_about(tx: Tx, about_id: str, *, at: int, by: str, decision: str) -> None:
    await tx.run(_DECIDE_ALL_ABOUT, about_id=about_id, at=at, by=by, decision=decision)


async def stand(tx: Tx, member_id: str, *, standing: str, reason: str, until: int | None) -> None:
    await tx.run(_STAND, id=member_id, standing=standing, reason=reason, until=until)
    if standing == "banned":
        await tx.run(_END_SESSIONS, id=member_id)


async def warn(tx: Tx, member_id: str, text: str, at: int) -> None:
    await tx.run(_WARN, id=member_id, text=text, at=at)


async def members(tx: Tx, before: str, limit: int, *, only_standing: bool) -> list[Member]:
    """Newest first; those who do not stand well, or all."""
    sql = _STANDING if only_standing else _MEMBERS
    return [member_of(row) for row in await tx.all(sql, before=before or "~", limit=limit)]


async def find_members(tx: Tx, query: str, limit: int) -> list[Member]:
    """By id, handle or address exactly, or by how the name begins."""
    word = query.strip()
    exact = await tx.all(
        _EXACTLY, word=word.removeprefix("@").lower() if not word.startswith("mem_") else word
    )
    named = await tx.all(_NAMED, beginning=word, after=f"{word}\U0010ffff", limit=limit)
    rows = {row["id"]: row for row in [*exact, *named] if row["deleted_at"] is None}
    return [member_of(row) for row in rows.values()][:limit]


async def standings(tx: Tx, ids: list[str]) -> dict[str, str]:
    return {row["id"]: row["standing"] for row in await tx.all(_STANDINGS, ids=ids)}


def rule_of(row: Row) -> Rule:
    return Rule(
        id=row["id"],
        kind=row["kind"],
        value=row["value"],
        note=row["note"],
        created_at=row["created_at"],
        created_by=row["created_by"],
    )
