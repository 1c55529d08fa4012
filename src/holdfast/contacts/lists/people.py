"""The list of people: who was heard of last is first. A page costs a handful of statements, however many there are."""

from collections.abc import Callable, Sequence
from typing import Final, Literal

import msgspec

from holdfast.contacts.leads import Lead, leads_of
from holdfast.contacts.lists import store
from holdfast.conversations.search import find_contacts
from holdfast.inbox import contacts_by_id
from holdfast.inbox.cursor import decode_cursor, encode_cursor
from holdfast.inbox.model import AddressView, Page
from holdfast.storage import Row, Tx
from holdfast.work.store import labels_of

LOOKED_AT_MAX: Final = 2_000
"""People whom one page looks at for a filter that no index knows; a page may be short, and has a next one."""

Reach = Literal["", "yes", "no"]


class ContactFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What is empty filters nothing. ``reachable``: whether there is another way to them when the channel fails on
    which they write.
    """

    query: str = ""
    channel: str = ""
    label: str = ""
    stage: str = ""
    reachable: Reach = ""


class ContactLine(msgspec.Struct, frozen=True, kw_only=True):
    """A person at a glance. ``labels`` are ids; ``way`` is the channel on which they can be reached when the one fails
    on which they write, empty for none.
    """

    id: str
    name: str
    conversation_id: str
    last_at: int
    last_in_at: int | None
    last_channel: str | None
    addresses: list[AddressView]
    labels: list[str]
    lead: Lead | None
    way: str


Ways = Callable[[Sequence[AddressView]], str]
"""The channel by which a person with these addresses is reached when the one fails on which they write."""


async def people_page(
    tx: Tx, wanted: ContactFilter, before: str | None, limit: int, ways: Ways
) -> Page[ContactLine]:
    """Raises BadCursorError."""
    at, identifier = decode_cursor(before)
    filters = await _filters(tx, wanted)
    lines: list[ContactLine] = []
    looked = 0
    while True:
        batch = limit + 1 if not wanted.reachable else max(limit + 1, 200)
        rows = await store.people(tx, filters, at=at, identifier=identifier, limit=batch)
        looked += len(rows)
        for line in await _lines(tx, rows, ways):
            if wanted.reachable and bool(line.way) != (wanted.reachable == "yes"):
                continue
            if len(lines) == limit:
                return Page(lines, encode_cursor(lines[-1].last_at, lines[-1].conversation_id))
            lines.append(line)
        if len(rows) < batch:
            return Page(lines)
        at, identifier = rows[-1]["last_at"], rows[-1]["id"]
        if looked >= LOOKED_AT_MAX:
            return Page(lines, encode_cursor(at, identifier))


async def _filters(tx: Tx, wanted: ContactFilter) -> dict[str, object]:
    filters: dict[str, object] = {
        name: value for name in ("channel", "label", "stage") if (value := getattr(wanted, name))
    }
    if wanted.query:
        filters["found"] = await find_contacts(tx, wanted.query)
    return filters


async def _lines(tx: Tx, rows: Sequence[Row], ways: Ways) -> list[ContactLine]:
    ids = [str(row["contact_id"]) for row in rows]
    contacts = await contacts_by_id(tx, ids)
    leads = await leads_of(tx, ids)
    labels = await labels_of(tx, (str(row["id"]) for row in rows))
    return [
        ContactLine(
            id=contact.id,
            name=contact.name,
            conversation_id=row["id"],
            last_at=row["last_at"],
            last_in_at=row["last_in_at"],
            last_channel=row["last_channel"],
            addresses=contact.addresses,
            labels=labels.get(row["id"], []),
            lead=leads.get(contact.id),
            way=ways(contact.addresses),
        )
        for row in rows
        if (contact := contacts.get(row["contact_id"])) is not None
    ]
