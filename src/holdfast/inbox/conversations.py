"""The list of conversations; a page costs three statements."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from holdfast.conversations.search import find_contacts
from holdfast.inbox import store
from holdfast.inbox.cursor import decode_cursor, encode_cursor
from holdfast.inbox.model import ContactName, ConversationView, Page
from holdfast.storage import Row, Tx

Windows = Mapping[str, int | None]
"""The reply window of each channel in ms, or None where it has none."""


async def conversations_page(
    tx: Tx, *, status: str, query: str, before: str | None, limit: int, windows: Windows
) -> Page[ConversationView]:
    """Conversations, the latest first; ``status`` is open, resolved or all. Raises BadCursorError."""
    at, identifier = decode_cursor(before)
    found = await _found(tx, query) if query else None
    rows = await store.conversations(
        tx, status=status, found=found, at=at, identifier=identifier, limit=limit + 1
    )
    more = len(rows) > limit
    rows = rows[:limit]
    following = encode_cursor(rows[-1]["last_at"], rows[-1]["id"]) if more else None
    return Page(await _with_counts(tx, rows, windows), following)


async def _found(tx: Tx, query: str) -> list[str]:
    """Conversations of the people whom the query means, and those in which it was said lately."""
    of_people = await store.conversations_of(tx, await find_contacts(tx, query))
    return [*of_people, *await store.conversations_saying(tx, query)]


async def conversations_by_id(tx: Tx, ids: Sequence[str], windows: Windows) -> dict[str, ConversationView]:
    views = await _with_counts(tx, await store.conversations_by_id(tx, ids), windows)
    return {view.id: view for view in views}


async def get_conversation(tx: Tx, conversation_id: str, windows: Windows) -> ConversationView | None:
    return (await conversations_by_id(tx, [conversation_id], windows)).get(conversation_id)


async def _with_counts(tx: Tx, rows: Sequence[Row], windows: Windows) -> list[ConversationView]:
    addresses: dict[str, list[Row]] = defaultdict(list)
    for address in await store.addresses(tx, (str(row["contact_id"]) for row in rows)):
        addresses[address["contact_id"]].append(address)
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for count in await store.outgoing_counts(tx, (str(row["id"]) for row in rows)):
        counts[count["conversation_id"]][count["state"]] = count["count"]
    return [_conversation(row, addresses[row["contact_id"]], counts[row["id"]], windows) for row in rows]


def _conversation(
    row: Row, addresses: Sequence[Row], counts: Mapping[str, int], windows: Windows
) -> ConversationView:
    in_doubt = counts.get("in_doubt", 0)
    return ConversationView(
        id=row["id"],
        contact=ContactName(row["contact_id"], row["contact_name"]),
        status=row["status"],
        last_at=row["last_at"],
        last_preview=row["last_preview"],
        last_channel=row["last_channel"],
        channels=list(dict.fromkeys(str(address["channel"]) for address in addresses)),
        unread=row["unread"],
        waiting_since=row["waiting_since"],
        waiting_out=sum(counts.values()) - in_doubt,
        in_doubt=in_doubt,
        window_closes_at=_window_closes_at(row["last_channel"], addresses, windows),
    )


def _window_closes_at(channel: str | None, addresses: Sequence[Row], windows: Windows) -> int | None:
    window = windows.get(channel or "")
    written = [
        int(each["last_in_at"]) for each in addresses if each["channel"] == channel and each["last_in_at"]
    ]
    return max(written) + window if window is not None and written else None
