"""What will come together when two people are joined, and where both say something else."""

import msgspec

from holdfast.contacts.fields import Field, fields, values_of
from holdfast.contacts.leads import Lead, leads_of, stages
from holdfast.contacts.merging import store
from holdfast.contacts.merging.joining import LEAD, field_key
from holdfast.conversations import UnknownContactError
from holdfast.inbox import contacts_by_id
from holdfast.inbox.model import ContactView
from holdfast.storage import Tx
from holdfast.work.store import labels_of

NAME = "name"


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two, with how much is kept of them. ``labels`` are ids; ``lead`` is in words."""

    contact: ContactView
    messages: int
    notes: int
    later: int
    labels: list[str]
    status: str
    assignee: str
    fields: dict[str, str]
    lead: Lead | None


class Conflict(msgspec.Struct, frozen=True):
    """Both say something, and not the same: ``key`` in ``take`` lets the other's win. ``kept`` and ``other`` are for
    people.
    """

    key: str
    name: str
    kept: str
    other: str


class MergePreview(msgspec.Struct, frozen=True, kw_only=True):
    """``shared_channels``: both have an address there, which two accounts of one person have, and two people too."""

    kept: Side
    other: Side
    conflicts: list[Conflict]
    shared_channels: list[str]


class MergeView(msgspec.Struct, frozen=True):
    """A merge in force, which can be undone."""

    id: str
    at: int
    who: str
    other_id: str
    other_name: str


async def preview(tx: Tx, contact_id: str, other_id: str) -> MergePreview:
    """Raises UnknownContactError, ValueError for one person twice."""
    if contact_id == other_id:
        raise ValueError("a contact cannot be merged with itself")
    kept, other = await _side(tx, contact_id), await _side(tx, other_id)
    theirs = {each.channel for each in other.contact.addresses}
    return MergePreview(
        kept=kept,
        other=other,
        conflicts=await _conflicts(tx, kept, other),
        shared_channels=sorted({each.channel for each in kept.contact.addresses if each.channel in theirs}),
    )


async def _side(tx: Tx, contact_id: str) -> Side:
    contact = (await contacts_by_id(tx, [contact_id])).get(contact_id)
    if contact is None:
        raise UnknownContactError(f"there is no contact {contact_id[:80]}")
    conversation = contact.conversation_id or ""
    counts = await store.counts(tx, conversation)
    return Side(
        contact=contact,
        messages=counts["messages"],
        notes=counts["notes"],
        later=counts["later"],
        labels=(await labels_of(tx, [conversation])).get(conversation, []),
        status=counts["status"] or "open",
        assignee=counts["assignee_id"] or "",
        fields=(await values_of(tx, [contact_id])).get(contact_id, {}),
        lead=(await leads_of(tx, [contact_id])).get(contact_id),
    )


async def _conflicts(tx: Tx, kept: Side, other: Side) -> list[Conflict]:
    found = []
    if kept.contact.name and other.contact.name and kept.contact.name != other.contact.name:
        found.append(Conflict(NAME, "Name", kept.contact.name, other.contact.name))
    found += [each for field in await fields(tx) if (each := _of_field(field, kept, other))]
    if kept.lead and other.lead and kept.lead != other.lead:
        named = {stage.id: stage.name for stage in await stages(tx)}
        found.append(Conflict(LEAD, "Lead", _of_lead(kept.lead, named), _of_lead(other.lead, named)))
    return found


def _of_field(field: Field, kept: Side, other: Side) -> Conflict | None:
    one, two = kept.fields.get(field.id), other.fields.get(field.id)
    return Conflict(field_key(field.id), field.name, one, two) if one and two and one != two else None


def _of_lead(lead: Lead, stages: dict[str, str]) -> str:
    worth = f", {lead.value / 100:,.2f} {lead.currency}" if lead.value else ""
    return f"{stages.get(lead.stage, lead.stage)}{worth}"


async def merges_of(tx: Tx, contact_id: str) -> list[MergeView]:
    """The merges in force by which a contact got others, the latest first."""
    return [
        MergeView(row["id"], row["at"], row["who"], row["dropped_id"], row["name"])
        for row in await store.merges(tx, contact_id)
    ]
