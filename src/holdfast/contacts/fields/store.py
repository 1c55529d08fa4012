"""Every statement about the fields of contacts."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from holdfast.storage import Row, Tx

_FIELDS: Final = "SELECT * FROM contact_field WHERE removed_at IS NULL ORDER BY position, id"
_FIELD_NAMED: Final = "SELECT id, kind, removed_at FROM contact_field WHERE name = :name"
_PUT_FIELD: Final = """
INSERT INTO contact_field (id, name, kind, choices, position, created_at)
VALUES (:id, :name, :kind, :choices, :position, :at)
ON CONFLICT (id) DO UPDATE SET name = excluded.name, kind = excluded.kind, choices = excluded.choices,
    position = excluded.position, removed_at = NULL
"""
_REMOVE_FIELD: Final = "UPDATE contact_field SET removed_at = :at WHERE id = :id AND removed_at IS NULL"
_DROP_VALUES_OF_FIELD: Final = "DELETE FROM contact_value WHERE field_id = :id"
_VALUES: Final = """
SELECT contact_id, field_id, value FROM contact_value WHERE contact_id IN :ids ORDER BY contact_id, field_id
"""
_PUT_VALUE: Final = """
INSERT INTO contact_value (contact_id, field_id, value, at) VALUES (:contact_id, :field_id, :value, :at)
ON CONFLICT (contact_id, field_id) DO UPDATE SET value = excluded.value, at = excluded.at
"""
_DROP_VALUE: Final = "DELETE FROM contact_value WHERE contact_id = :contact_id AND field_id = :field_id"
_USED: Final = "SELECT contact_id FROM contact_value WHERE field_id = :id AND value NOT IN :values LIMIT 1"


async def fields(tx: Tx) -> list[Row]:
    return await tx.all(_FIELDS)


async def field_named(tx: Tx, name: str) -> Row | None:
    return await tx.one(_FIELD_NAMED, name=name)


async def put_field(
    tx: Tx, *, field_id: str, name: str, kind: str, choices: str, position: int, at: int
) -> None:
    await tx.run(_PUT_FIELD, id=field_id, name=name, kind=kind, choices=choices, position=position, at=at)


async def remove_field(tx: Tx, field_id: str, at: int) -> bool:
    """Whether it was there; its values go with it."""
    removed = await tx.run(_REMOVE_FIELD, id=field_id, at=at) == 1
    if removed:
        await tx.run(_DROP_VALUES_OF_FIELD, id=field_id)
    return removed


async def has_other_values(tx: Tx, field_id: str, values: Sequence[str]) -> bool:
    """Whether somebody's value is none of these."""
    return await tx.one(_USED, id=field_id, values=list(values)) is not None


async def values_of(tx: Tx, contact_ids: Iterable[str]) -> dict[str, dict[str, str]]:
    """Contact -> field -> value."""
    found: dict[str, dict[str, str]] = {}
    wanted = sorted(set(contact_ids))
    for row in await tx.all(_VALUES, ids=wanted) if wanted else ():
        found.setdefault(str(row["contact_id"]), {})[str(row["field_id"])] = str(row["value"])
    return found


async def put_values(tx: Tx, contact_id: str, values: Mapping[str, str | None], at: int) -> None:
    """None takes a value away."""
    for field_id, value in values.items():
        if value is None:
            await tx.run(_DROP_VALUE, contact_id=contact_id, field_id=field_id)
        else:
            await tx.run(_PUT_VALUE, contact_id=contact_id, field_id=field_id, value=value, at=at)
