"""Every statement about rules."""

from collections.abc import Sequence
from typing import Final

import msgspec

from holdfast.automation.model import Actions, Conditions, NewRule, Rule
from holdfast.storage import Row, Tx

_RULES: Final = "SELECT * FROM rule ORDER BY position, id LIMIT :limit"
_RULE: Final = "SELECT * FROM rule WHERE id = :id"
_LAST: Final = "SELECT COALESCE(MAX(position), 0) AS position FROM rule"
_INSERT: Final = """
INSERT INTO rule (id, position, name, conditions, actions, enabled, stops, changed_at, changed_by)
VALUES (:id, :position, :name, :conditions, :actions, :enabled, :stops, :at, :by)
"""
_CHANGE: Final = """
UPDATE rule SET name = :name, conditions = :conditions, actions = :actions, enabled = :enabled, stops = :stops,
    changed_at = :at, changed_by = :by
WHERE id = :id
"""
_DELETE: Final = ("DELETE FROM rule_run WHERE rule_id = :id", "DELETE FROM rule WHERE id = :id")
_PLACE: Final = "UPDATE rule SET position = :position WHERE id = :id"
_HAS_ACTED: Final = "SELECT 1 AS found FROM rule_run WHERE message_id = :message_id LIMIT 1"
_ACT: Final = """
INSERT INTO rule_run (rule_id, message_id, conversation_id, at, replied)
VALUES (:rule_id, :message_id, :conversation_id, :at, 0)
"""
_USED: Final = "UPDATE rule SET used = used + 1, used_at = :at WHERE id = :id"
_REPLIED: Final = "UPDATE rule_run SET replied = 1 WHERE rule_id = :rule_id AND message_id = :message_id"
_REPLIED_SINCE: Final = """
SELECT 1 AS found FROM rule_run
WHERE rule_id = :rule_id AND conversation_id = :conversation_id AND replied = 1 AND at > :since LIMIT 1
"""
_HEARD: Final = """
SELECT m.id, m.conversation_id, m.text, m.channel, m.at, m.stored_at, m.late, m.automatic, c.name,
    CASE WHEN EXISTS (SELECT 1 FROM message o WHERE o.conversation_id = m.conversation_id AND o.direction = 'in'
        AND (o.at < m.at OR (o.at = m.at AND o.id < m.id))) THEN 0 ELSE 1 END AS is_first
FROM message m JOIN conversation v ON v.id = m.conversation_id JOIN contact c ON c.id = v.contact_id
WHERE m.id IN :ids AND m.direction = 'in' AND m.unsent_at IS NULL ORDER BY m.at, m.id
"""
_ANSWERED: Final = """
SELECT 1 AS found FROM message
WHERE conversation_id = :conversation_id AND at > :at AND direction = 'out' AND automatic = 0 LIMIT 1
"""


async def rules(tx: Tx, limit: int) -> list[Rule]:
    """In their order."""
    return [_rule(row) for row in await tx.all(_RULES, limit=limit)]


async def rule(tx: Tx, rule_id: str) -> Rule | None:
    row = await tx.one(_RULE, id=rule_id)
    return _rule(row) if row else None


async def insert(tx: Tx, rule_id: str, wanted: NewRule, *, at: int, by: str) -> None:
    """Behind all others."""
    last = await tx.one(_LAST)
    position = int(last["position"]) + 1 if last else 1
    await tx.run(_INSERT, id=rule_id, position=position, **_columns(wanted), at=at, by=by)


async def change(tx: Tx, rule_id: str, wanted: NewRule, *, at: int, by: str) -> None:
    await tx.run(_CHANGE, id=rule_id, **_columns(wanted), at=at, by=by)


async def delete(tx: Tx, rule_id: str) -> None:
    for statement in _DELETE:
        await tx.run(statement, id=rule_id)


async def place(tx: Tx, ids: Sequence[str]) -> None:
    await tx.many(_PLACE, [{"id": each, "position": place} for place, each in enumerate(ids, 1)])


async def has_acted(tx: Tx, message_id: str) -> bool:
    """Whether rules have acted on a message."""
    return await tx.one(_HAS_ACTED, message_id=message_id) is not None


async def act(tx: Tx, rule_id: str, *, message_id: str, conversation_id: str, at: int) -> None:
    run = {"rule_id": rule_id, "message_id": message_id, "conversation_id": conversation_id, "at": at}
    await tx.run(_ACT, **run)
    await tx.run(_USED, id=rule_id, at=at)


async def replied(tx: Tx, rule_id: str, message_id: str) -> None:
    await tx.run(_REPLIED, rule_id=rule_id, message_id=message_id)


async def has_replied(tx: Tx, rule_id: str, conversation_id: str, since: int) -> bool:
    found = await tx.one(_REPLIED_SINCE, rule_id=rule_id, conversation_id=conversation_id, since=since)
    return found is not None


async def heard(tx: Tx, message_ids: Sequence[str]) -> list[Row]:
    """Messages of people, with who wrote them and whether we never heard of them before."""
    return await tx.all(_HEARD, ids=list(message_ids))


async def was_answered(tx: Tx, conversation_id: str, at: int) -> bool:
    """Whether a person of ours has answered what was written at a time."""
    return await tx.one(_ANSWERED, conversation_id=conversation_id, at=at) is not None


def _columns(wanted: NewRule) -> dict[str, object]:
    return {
        "name": wanted.name,
        "conditions": msgspec.json.encode(wanted.when).decode(),
        "actions": msgspec.json.encode(wanted.then).decode(),
        "enabled": int(wanted.enabled),
        "stops": int(wanted.stop),
    }


def _rule(row: Row) -> Rule:
    return Rule(
        id=row["id"],
        name=row["name"],
        when=msgspec.json.decode(row["conditions"], type=Conditions),
        then=msgspec.json.decode(row["actions"], type=Actions),
        enabled=bool(row["enabled"]),
        stop=bool(row["stops"]),
        position=row["position"],
        used=row["used"],
        used_at=row["used_at"],
        changed_at=row["changed_at"],
        changed_by=row["changed_by"],
    )
