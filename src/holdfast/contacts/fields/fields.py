"""What a business wants to know of people: fields that it names itself, and values that fit them. Units of work."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final, Literal

import msgspec

from holdfast.contacts.fields import store
from holdfast.kernel import IdSource
from holdfast.storage import Row, Tx
from holdfast.work import TakenError, UnknownError, WorkRefusedError

FIELDS_MAX: Final = 50
CHOICES_MAX: Final = 100
NAME_CHARACTERS_MAX: Final = 60
VALUE_CHARACTERS_MAX: Final = 1_000
DIGITS_MAX: Final = 30
_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

Kind = Literal["text", "number", "date", "choice"]


class Field(msgspec.Struct, frozen=True):
    """``choices`` are those of a choice, in their order."""

    id: str
    name: str
    kind: Kind
    choices: tuple[str, ...] = ()


async def fields(tx: Tx) -> list[Field]:
    """In the order in which they are shown."""
    return [_field(row) for row in await store.fields(tx)]


def _field(row: Row) -> Field:
    return Field(
        row["id"], row["name"], row["kind"], tuple(msgspec.json.decode(row["choices"], type=list[str]))
    )


async def add_field(
    tx: Tx, ids: IdSource, name: str, kind: Kind, choices: Sequence[str], *, now: int
) -> Field:
    """Raises TakenError, WorkRefusedError."""
    known = await fields(tx)
    if len(known) >= FIELDS_MAX:
        raise WorkRefusedError(f"There are {FIELDS_MAX} fields at most.", "name")
    name, kept = _checked(name, kind, choices)
    earlier = await store.field_named(tx, name)
    if earlier is not None and earlier["removed_at"] is None:
        raise TakenError("There is a field of this name already.")
    field = Field(str(earlier["id"]) if earlier else ids.new("fld"), name, kind, kept)
    await _put(tx, field, len(known), now)
    return field


async def change_field(tx: Tx, field_id: str, name: str, choices: Sequence[str], *, now: int) -> Field:
    """Its kind stays. A choice that somebody has cannot be taken away. Raises UnknownError and as ``add_field``."""
    known = await fields(tx)
    field = next((each for each in known if each.id == field_id), None)
    if field is None:
        raise UnknownError(f"There is no field {field_id[:80]}.")
    name, kept = _checked(name, field.kind, choices)
    earlier = await store.field_named(tx, name)
    if earlier is not None and earlier["id"] != field_id:
        raise TakenError("There is, or was, another field of this name.")
    if field.kind == "choice" and await store.has_other_values(tx, field_id, kept):
        raise WorkRefusedError("Somebody has a choice that would be gone; change theirs first.", "choices")
    changed = Field(field_id, name, field.kind, kept)
    await _put(tx, changed, known.index(field), now)
    return changed


async def _put(tx: Tx, field: Field, position: int, now: int) -> None:
    await store.put_field(
        tx,
        field_id=field.id,
        name=field.name,
        kind=field.kind,
        choices=msgspec.json.encode(field.choices).decode(),
        position=position,
        at=now,
    )


async def remove_field(tx: Tx, field_id: str, *, now: int) -> None:
    """With everybody's values. Raises UnknownError."""
    if not await store.remove_field(tx, field_id, now):
        raise UnknownError(f"There is no field {field_id[:80]}.")


def _checked(name: str, kind: Kind, choices: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    name = " ".join(name.replace("\0", "").split())
    if not 0 < len(name) <= NAME_CHARACTERS_MAX:
        raise WorkRefusedError(f"A name has 1 to {NAME_CHARACTERS_MAX} characters.", "name")
    kept = tuple(dict.fromkeys(each for given in choices if (each := _plain(given))))
    if kind == "choice" and not 0 < len(kept) <= CHOICES_MAX:
        raise WorkRefusedError(f"A choice is among 1 to {CHOICES_MAX} texts.", "choices")
    if kind != "choice" and kept:
        raise WorkRefusedError("Only a choice has choices.", "choices")
    return name, kept


async def checked_values(tx: Tx, given: Mapping[str, str | None]) -> dict[str, str | None]:
    """Values as they are stored, by field; an empty one takes the value away. Raises UnknownError, WorkRefusedError."""
    known = {field.id: field for field in await fields(tx)}
    values: dict[str, str | None] = {}
    for field_id, text in given.items():
        if field_id not in known:
            raise UnknownError(f"There is no field {field_id[:80]}.")
        values[field_id] = checked_value(known[field_id], text or "")
    return values


def checked_value(field: Field, text: str) -> str | None:
    """The value as it is stored, None for an empty one. Raises WorkRefusedError."""
    text = _plain(text)
    if not text:
        return None
    problem = ""
    match field.kind:
        case "number":
            problem = "" if _is_number(text) else "a number, such as 12 or 12.5"
        case "date":
            problem = "" if _is_date(text) else "a date, such as 2026-03-14"
        case "choice":
            problem = "" if text in field.choices else f"one of {', '.join(field.choices)}"
        case "text":
            too_long = len(text) > VALUE_CHARACTERS_MAX
            problem = f"a text of {VALUE_CHARACTERS_MAX} characters at most" if too_long else ""
    if problem:
        raise WorkRefusedError(f"{field.name} is {problem}.", field.id)
    return text


def _is_number(text: str) -> bool:
    if not _NUMBER.fullmatch(text) or len(text) > DIGITS_MAX:
        return False
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _plain(text: str) -> str:
    return text.replace("\0", "").strip()
