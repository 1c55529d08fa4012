"""Values of fields and the lead go along when two people are joined, and back when they part."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from holdfast.contacts.fields import put_values, values_of
from holdfast.contacts.leads import Lead, drop_lead, lead_of, put_lead
from holdfast.conversations import Pair
from holdfast.storage import Tx

LEAD: Final = "lead"
SET_BEFORE: Final = 0
"""When a value was set, where a merge moved it."""


class Kept(msgspec.Struct, frozen=True):
    """What both had before."""

    kept_values: dict[str, str]
    dropped_values: dict[str, str]
    kept_lead: Lead | None
    dropped_lead: Lead | None


class ContactJoining:
    """Implements ``Beside`` of the conversations; ``Pair.take`` may hold ``lead`` and ``field:<id>``."""

    async def join(self, tx: Tx, pair: Pair) -> dict[str, Any]:
        values = await values_of(tx, [pair.kept_contact, pair.dropped_contact])
        kept = Kept(
            kept_values=values.get(pair.kept_contact, {}),
            dropped_values=values.get(pair.dropped_contact, {}),
            kept_lead=await lead_of(tx, pair.kept_contact),
            dropped_lead=await lead_of(tx, pair.dropped_contact),
        )
        taken = {
            field: value
            for field, value in kept.dropped_values.items()
            if field not in kept.kept_values or field_key(field) in pair.take
        }
        await put_values(tx, pair.kept_contact, taken, SET_BEFORE)
        await put_values(tx, pair.dropped_contact, dict.fromkeys(kept.dropped_values), SET_BEFORE)
        if kept.dropped_lead is not None:
            await drop_lead(tx, pair.dropped_contact)
            if kept.kept_lead is None or LEAD in pair.take:
                await _put_lead(tx, pair.kept_contact, kept.dropped_lead)
        return msgspec.to_builtins(kept)  # type: ignore[no-any-return]

    async def part(self, tx: Tx, pair: Pair, record: Any) -> None:
        before = msgspec.convert(record, Kept)
        now = (await values_of(tx, [pair.kept_contact])).get(pair.kept_contact, {})
        await put_values(tx, pair.kept_contact, _gone(before, now), SET_BEFORE)
        await put_values(tx, pair.dropped_contact, before.dropped_values, SET_BEFORE)
        if before.dropped_lead is None:
            return
        if await lead_of(tx, pair.kept_contact) == before.dropped_lead:
            await drop_lead(tx, pair.kept_contact)
            if before.kept_lead is not None:
                await _put_lead(tx, pair.kept_contact, before.kept_lead)
        await _put_lead(tx, pair.dropped_contact, before.dropped_lead)


def _gone(before: Kept, now: Mapping[str, str]) -> dict[str, str | None]:
    """What the kept one gives back: a value that came by the merge and that nobody has changed since."""
    return {
        field: before.kept_values.get(field)
        for field, value in before.dropped_values.items()
        if now.get(field) == value and before.kept_values.get(field) != value
    }


async def _put_lead(tx: Tx, contact_id: str, lead: Lead) -> None:
    await put_lead(
        tx,
        contact_id=contact_id,
        stage_id=lead.stage,
        value=lead.value,
        currency=lead.currency,
        since=lead.since,
        updated_at=lead.since,
    )


def field_key(field_id: str) -> str:
    """How ``Pair.take`` names a field."""
    return f"field:{field_id}"
