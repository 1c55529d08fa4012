"""Contacts with their addresses."""

from collections import defaultdict
from collections.abc import Sequence

from holdfast.conversations.search import find_contacts
from holdfast.inbox import store
from holdfast.inbox.cursor import decode_cursor, encode_cursor
from holdfast.inbox.model import AddressView, ContactView, Page
from holdfast.storage import Row, Tx


async def contacts_page(tx: Tx, query: str, before: str | None, limit: int) -> Page[ContactView]:
    """Contacts, newest first. Raises BadCursorError."""
    at, identifier = decode_cursor(before)
    found = await find_contacts(tx, query) if query else None
    rows = await store.contacts(tx, found=found, at=at, identifier=identifier, limit=limit + 1)
    more = len(rows) > limit
    rows = rows[:limit]
    following = encode_cursor(rows[-1]["created_at"], rows[-1]["id"]) if more else None
    return Page(await _with_addresses(tx, rows), following)


async def get_contact(tx: Tx, contact_id: str) -> ContactView | None:
    return (await contacts_by_id(tx, [contact_id])).get(contact_id)


async def contacts_by_id(tx: Tx, ids: Sequence[str]) -> dict[str, ContactView]:
    views = await _with_addresses(tx, await store.contacts_by_id(tx, ids))
    return {view.id: view for view in views}


async def _with_addresses(tx: Tx, rows: Sequence[Row]) -> list[ContactView]:
    addresses: dict[str, list[AddressView]] = defaultdict(list)
    for address in await store.addresses(tx, (str(row["id"]) for row in rows)):
        addresses[address["contact_id"]].append(address_view(address))
    return [
        ContactView(
            id=row["id"],
            name=row["name"],
            created_at=row["created_at"],
            conversation_id=row["conversation_id"],
            addresses=addresses[row["id"]],
        )
        for row in rows
    ]


def address_view(row: Row) -> AddressView:
    return AddressView(
        id=row["id"],
        channel=row["channel"],
        platform=str(row["channel"]).partition(":")[0],
        value=row["value"],
        name=row["name"],
        proof=row["proof"],
        consent=row["consent"],
        consent_at=row["consent_at"],
        last_in_at=row["last_in_at"],
    )
