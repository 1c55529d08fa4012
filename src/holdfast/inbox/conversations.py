"""The list of conversations; a page costs three statements."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from holdfast.conversations.search import find_contacts
from holdfast.inbox import store
from holdfast.inbox.cursor import TIME_MAX, BadCursorError, decode_ordered, encode_ordered
from holdfast.inbox.finding.saying import saying
from holdfast.inbox.model import ContactName, ConversationView, Page
from holdfast.inbox.timers import TimerView, open_timers
from holdfast.storage import Row, Tx
from holdfast.work.store import labels_of

NOBODY: Final = "nobody"
LATEST: Final = "l"
WAITING: Final = "w"
REST: Final = "r"
DUE: Final = "d"
"""Parts of lists, each in an order of its own."""

Windows = Mapping[str, int | None]
"""The reply window of each channel in ms, or None where it has none."""


class ViewFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which conversations a view shows; what is empty filters nothing.

    ``status``: open, snoozed, resolved or all. ``assignee`` is an agent's id, or ``nobody``; ``mentioned`` an
    agent whom notes name that they have not seen. ``waiting``: only where somebody waits for an answer.
    """

    status: str = "open"
    query: str = ""
    assignee: str = ""
    team: str = ""
    label: str = ""
    channel: str = ""
    mentioned: str = ""
    waiting: bool = False
    due_until: int | None = None


async def conversations_page(
    tx: Tx, view: ViewFilter, *, order: str, before: str | None, limit: int, windows: Windows
) -> Page[ConversationView]:
    """Conversations of a view. ``order``: ``latest`` first; or ``answer``: where somebody waits, the most urgent
    first, then the others, the latest first. What is due comes by its time. Raises BadCursorError.
    """
    filters = await _filters(tx, view)
    parts = [WAITING, REST] if order == "answer" else [LATEST]
    if view.waiting:
        parts = [WAITING]
    if view.due_until is not None:
        parts, filters = [DUE], {**filters, "due_until": view.due_until}
    part, at, identifier = decode_ordered(before, parts[0])
    if part not in parts:
        raise BadCursorError("the cursor is not one that this list handed out")
    rows: list[tuple[str, Row]] = []
    for each in parts[parts.index(part) :]:
        found = await _rows(tx, each, filters, at, identifier, limit + 1 - len(rows))
        rows += [(each, row) for row in found]
        if len(rows) > limit:
            break
        at, identifier = 0, ""
    following = _cursor_of(*rows[limit - 1]) if len(rows) > limit else None
    return Page(await _with_counts(tx, [row for _, row in rows[:limit]], windows), following)


async def _rows(
    tx: Tx, part: str, filters: Mapping[str, object], at: int, identifier: str, limit: int
) -> list[Row]:
    if part == DUE:
        return await _due_rows(tx, filters, at, identifier, limit)
    if part == WAITING:
        if filters.get("status", "open") != "open":
            return []  # nobody waits in what is snoozed or resolved
        more = {name: value for name, value in filters.items() if name != "status"}
        return await store.waiting_conversations(tx, more, at=at, identifier=identifier, limit=limit)
    rest = {**filters, "answered": 1} if part == REST else filters
    return await store.conversations(tx, rest, at=at or TIME_MAX, identifier=identifier, limit=limit)


async def _due_rows(tx: Tx, filters: Mapping[str, object], at: int, identifier: str, limit: int) -> list[Row]:
    if filters.get("status", "open") != "open":
        return []  # nothing falls due in what is put off or resolved
    more = {name: value for name, value in filters.items() if name not in {"status", "due_until"}}
    until = int(str(filters["due_until"]))
    return await store.due_conversations(tx, more, due_until=until, at=at, identifier=identifier, limit=limit)


def _cursor_of(part: str, row: Row) -> str:
    return encode_ordered(part, row[_ORDERED_BY.get(part, "last_at")], row["id"])


_ORDERED_BY: Final = {WAITING: "answer_by", DUE: "due_at"}


async def _filters(tx: Tx, view: ViewFilter) -> dict[str, object]:
    """The filters of a view by their names."""
    plain = {
        "status": "" if view.status == "all" else view.status,
        "assignee": "" if view.assignee == NOBODY else view.assignee,
        "team": view.team,
        "label": view.label,
        "channel_heard": view.channel,
        "mentioned": view.mentioned,
    }
    filters: dict[str, object] = {name: value for name, value in plain.items() if value}
    if view.assignee == NOBODY:
        filters["nobody"] = 1
    if view.query:
        filters["found"] = await _found(tx, view.query)
    return filters


async def _found(tx: Tx, query: str) -> list[str]:
    """Conversations of the people whom the query means, and those in which it was said, of many the latest."""
    of_people = await store.conversations_of(tx, await find_contacts(tx, query))
    return [*of_people, *await saying(tx, query)]


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
    labels = await labels_of(tx, (str(row["id"]) for row in rows))
    timers = await open_timers(tx, (str(row["id"]) for row in rows))
    return [
        _conversation(
            row,
            addresses[row["contact_id"]],
            counts[row["id"]],
            labels.get(str(row["id"]), []),
            timers.get(str(row["id"]), []),
            windows,
        )
        for row in rows
    ]


def _conversation(
    row: Row,
    addresses: Sequence[Row],
    counts: Mapping[str, int],
    labels: list[str],
    timers: list[TimerView],
    windows: Windows,
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
        answer_by=row["answer_by"],
        snoozed_until=row["snoozed_until"],
        assignee=row["assignee_id"] or "",
        team=row["team_id"] or "",
        labels=labels,
        timers=timers,
    )


def _window_closes_at(channel: str | None, addresses: Sequence[Row], windows: Windows) -> int | None:
    window = windows.get(channel or "")
    written = [
        int(each["last_in_at"]) for each in addresses if each["channel"] == channel and each["last_in_at"]
    ]
    return max(written) + window if window is not None and written else None
