"""Threads and messages as one member sees them; a page costs the same few statements, whatever is on it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from holdfast.portal.talks import store
from holdfast.portal.talks.model import (
    QUOTE_CHARACTERS_MAX,
    Message,
    Participant,
    Quote,
    Reaction,
    Thread,
    not_yours,
)
from holdfast.storage import Row, Tx

_DECODE_LIST: Final = msgspec.json.Decoder(list[dict[str, Any]]).decode
_RANK: Final = ("safe", "delivered", "read")
Reach = Mapping[str, tuple[int, int]]
"""How far each member of a thread has received and read it."""


class Related(msgspec.Struct, frozen=True):
    """What belongs to some messages, gathered by one statement each."""

    names: Mapping[str, str]
    quotes: Mapping[str, Row]
    reactions: Mapping[str, list[Reaction]]


async def related_to(tx: Tx, rows: Collection[Row]) -> Related:
    quotes = await store.messages(tx, {row["reply_to"] for row in rows if row["reply_to"]})
    authors = {row["author"] for row in rows} | {row["author"] for row in quotes.values()}
    members = await store.members(tx, authors)
    return Related(
        {member_id: member.name for member_id, member in members.items()},
        quotes,
        _reactions(await store.reactions(tx, {row["id"] for row in rows})),
    )


def view(row: Row, related: Related, state: str | None = None) -> Message:
    """A message; ``state`` where it is one's own. A withdrawn one says nothing any more."""
    unsent = row["unsent_at"] is not None
    return Message(
        id=row["id"],
        thread=row["thread_id"],
        order=row["place"],
        author=row["author"],
        name=related.names.get(row["author"], ""),
        text="" if unsent else row["text"],
        at=row["at"],
        kind=row["kind"],
        reply_to=_quote(row, related),
        attachments=[] if unsent else _DECODE_LIST(row["attachments"]),
        preview=msgspec.json.decode(row["preview"]) if row["preview"] and not unsent else None,
        reactions=[] if unsent else related.reactions.get(row["id"], []),
        edited_at=row["edited_at"],
        unsent=unsent,
        state=("refused" if row["refused"] else state) if state else None,
        reason=row["refused"] or None,
    )


def state_of(place: int, author: str, reach: Reach) -> str:
    """How far a message of one's own has come: with all others of its thread."""
    others = [each for member, each in reach.items() if member != author]
    if not others:
        return "safe"
    return _RANK[min(2 if read >= place else 1 if got >= place else 0 for got, read in others)]


async def views(tx: Tx, member_id: str, rows: Sequence[Row]) -> list[Message]:
    """Messages as a member sees them, in the same order."""
    related = await related_to(tx, rows)
    own = {row["thread_id"] for row in rows if row["author"] == member_id}
    reaches = await reaches_of(tx, member_id, own) if own else {}
    return [view(row, related, _own_state(row, member_id, reaches)) for row in rows]


def _own_state(row: Row, member_id: str, reaches: Mapping[str, Reach]) -> str | None:
    if row["author"] != member_id:
        return None
    return state_of(row["place"], member_id, {} if row["only_for"] else reaches.get(row["thread_id"], {}))


async def reaches_of(
    tx: Tx, member_id: str, threads: Collection[str]
) -> dict[str, dict[str, tuple[int, int]]]:
    """By thread how far its members have come, as far as a member may know."""
    rows = await store.reaches(tx, threads)
    shows = {row["thread_id"] for row in rows if row["member_id"] == member_id and row["receipts"]}
    found: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    for row in rows:
        found[row["thread_id"]][row["member_id"]] = _reach(row, member_id, shows=row["thread_id"] in shows)
    return found


def _reach(row: Row, member_id: str, *, shows: bool) -> tuple[int, int]:
    """Receipts are shown by those who have opened the thread, and among those who show theirs."""
    if row["member_id"] == member_id or (shows and row["receipts"] and row["state"] == "open"):
        return row["delivered"], row["seen"]
    return 0, 0


async def my_thread(tx: Tx, member_id: str, thread_id: str) -> Thread:
    """Raises TalkError where it is not theirs."""
    rows = await store.my_threads(tx, member_id, [thread_id])
    if not rows:
        raise not_yours()
    return (await thread_views(tx, member_id, rows))[0]


async def thread_views(tx: Tx, member_id: str, rows: Sequence[Row]) -> list[Thread]:
    """Threads as a member sees them, from rows of one's own places in them."""
    ids = [str(row["id"]) for row in rows]
    me = (await store.members(tx, [member_id])).get(member_id)
    shows = me is not None and me.receipts
    members: dict[str, list[Row]] = defaultdict(list)
    for row in await store.shown_members(tx, member_id, ids):
        members[row["thread_id"]].append(row)
    latest = [each for row in rows for each in await store.page(tx, row["id"], member_id, **_newest(row))]
    last = {message.thread: message for message in await views(tx, member_id, latest)}
    return [
        await _thread(tx, member_id, row, members[row["id"]], last.get(row["id"]), shows=shows)
        for row in rows
    ]


def _newest(row: Row) -> dict[str, int]:
    return {"before": 2**62, "since": row["since"], "limit": 1}


async def _thread(
    tx: Tx, member_id: str, row: Row, members: Sequence[Row], last: Message | None, *, shows: bool
) -> Thread:
    thread_id = str(row["id"])
    return Thread(
        id=thread_id,
        kind=row["kind"],
        title=row["title"],
        picture=row["picture"],
        members=[_participant(each, member_id, shows=shows) for each in members],
        members_count=members[0]["members"] if members else 0,
        state=row["state"],
        last=last,
        unread=await store.unread(tx, thread_id, member_id, seen=row["seen"], since=row["since"]),
        pinned=bool(row["pinned"]),
        muted_until=row["muted_until"],
        draft=row["draft"],
        created_at=row["created_at"],
        latest_at=row["last_at"],
    )


def _participant(row: Row, member_id: str, *, shows: bool) -> Participant:
    delivered, read = _reach(row, member_id, shows=shows)
    return Participant(
        id=row["member_id"],
        name=row["name"],
        handle=row["handle"] or "",
        picture=row["picture"],
        role=row["role"],
        delivered=delivered,
        read=read,
    )


def _quote(row: Row, related: Related) -> Quote | None:
    """What is replied to, where it is of the same thread and was for everybody."""
    quoted = related.quotes.get(row["reply_to"])
    if quoted is None or quoted["thread_id"] != row["thread_id"]:
        return None
    if quoted["only_for"] not in {None, row["author"]} or (quoted["only_for"] and not row["only_for"]):
        return None
    text = "" if quoted["unsent_at"] else quoted["text"][:QUOTE_CHARACTERS_MAX]
    return Quote(quoted["id"], quoted["author"], related.names.get(quoted["author"], ""), text)


def _reactions(rows: Iterable[Row]) -> dict[str, list[Reaction]]:
    by_emoji: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        by_emoji[row["message_id"]][row["emoji"]].append(row["member_id"])
    return {
        message: [Reaction(emoji, members) for emoji, members in emojis.items()]
        for message, emojis in by_emoji.items()
    }
