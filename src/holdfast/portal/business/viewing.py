"""The conversation with the business as a member sees it: what went over addresses that are theirs.

Notes, and what was said over addresses that agents joined without the member's proof, are not among it.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from holdfast.members import BUSINESS, Member
from holdfast.portal.business import store
from holdfast.portal.talks import store as notes
from holdfast.portal.talks.model import (
    BUSINESS_THREAD,
    QUOTE_CHARACTERS_MAX,
    Message,
    Participant,
    Quote,
    Reaction,
    Thread,
)
from holdfast.storage import Row, Tx

LATEST: Final = 2**62
HISTORY_CHARACTERS: Final = 16
_NOTHING_NOTED: Final[Row] = {"delivered": 0, "seen": 0, "pinned": 0, "muted_until": 0, "draft": ""}
_KINDS: Final = {"image": "picture", "video": "video", "audio": "voice"}


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A member's place in a conversation; ``addresses`` are theirs, ``read_upto`` ms."""

    thread: str
    member_id: str
    name: str
    channel: str
    address_id: str
    conversation_id: str
    addresses: Sequence[str]
    unread: int
    read_upto: int


async def standings(tx: Tx, member_id: str) -> dict[str, Standing]:
    """By thread."""
    found = [await standing_of(tx, row) for row in await store.standings(tx, member_id)]
    return {each.thread: each for each in found}


async def standing_of(tx: Tx, row: Row) -> Standing:
    return Standing(
        thread=thread_name(row["channel"]),
        member_id=row["member_id"],
        name=row["name"],
        channel=row["channel"],
        address_id=row["address_id"],
        conversation_id=row["conversation_id"],
        addresses=[row["address_id"], *await store.proven(tx, row["member_id"], row["contact_id"])],
        unread=row["unread"],
        read_upto=await store.read_upto(tx, row["conversation_id"], row["unread"]),
    )


def thread_name(channel: str) -> str:
    return BUSINESS_THREAD + channel.partition(":")[2]


async def conversation_page(
    tx: Tx, standing: Standing, *, before: tuple[int, str] = (LATEST, ""), limit: int
) -> list[Message]:
    """Newest first."""
    at, message_id = before
    rows = await store.page(
        tx, standing.conversation_id, standing.addresses, at=at, message_id=message_id, limit=limit
    )
    return await views(tx, standing, rows)


async def found(tx: Tx, standing: Standing, pattern: str) -> list[Message]:
    rows = await store.find(tx, standing.conversation_id, standing.addresses, pattern)
    return await views(tx, standing, rows)


async def threads_of(tx: Tx, member: Member, channels: Collection[str], business: str) -> list[Thread]:
    """One for each Direct channel, also where nothing was said yet."""
    standing = await standings(tx, member.id)
    return [
        await thread_of(tx, member, thread, standing.get(thread), business)
        for thread in (thread_name(channel) for channel in channels)
    ]


async def thread_of(tx: Tx, member: Member, thread: str, standing: Standing | None, business: str) -> Thread:
    note = await notes.seat(tx, thread, member.id) or _NOTHING_NOTED
    seen = int(note["seen"])
    last = (await conversation_page(tx, standing, limit=1)) if standing else []
    read = standing.read_upto if standing and member.receipts else 0
    return Thread(
        id=thread,
        kind="business",
        title=business,
        members=[
            Participant(
                id=member.id,
                name=member.name,
                handle=member.handle,
                picture=member.picture,
                delivered=note["delivered"],
                read=seen,
            ),
            Participant(id=BUSINESS, name=business, delivered=read, read=read),
        ],
        members_count=2,
        last=last[0] if last else None,
        unread=await store.unread(tx, standing.conversation_id, standing.addresses, seen) if standing else 0,
        pinned=bool(note["pinned"]),
        muted_until=note["muted_until"],
        draft=note["draft"],
        created_at=member.created_at,
        latest_at=last[0].at if last else member.created_at,
        history=history_of(standing) if standing else "",
    )


def history_of(standing: Standing) -> str:
    """The same as long as the member sees the same conversation over the same addresses."""
    seen = "|".join([standing.conversation_id, *sorted(set(standing.addresses))])
    return hashlib.sha256(seen.encode()).hexdigest()[:HISTORY_CHARACTERS]


async def views(tx: Tx, standing: Standing, rows: Sequence[Row]) -> list[Message]:
    """Messages in the order of their rows."""
    if not rows:
        return []
    details = {row["id"]: msgspec.json.decode(row["details"]) for row in rows}
    replies = {str(each["reply_to"]) for each in details.values() if each.get("reply_to")}
    place = (standing.conversation_id, standing.addresses, standing.channel)
    quoted = await store.quoted(tx, *place, replies) if replies else []
    quotes = {name: row for row in quoted for name in (row["id"], row["external_id"])}
    reactions = _reactions(standing, await store.reactions(tx, {row["id"] for row in rows}))
    return [_view(standing, row, details[row["id"]], quotes, reactions.get(row["id"], [])) for row in rows]


def _view(
    standing: Standing,
    row: Row,
    details: Mapping[str, Any],
    quotes: Mapping[str, Row],
    reactions: list[Reaction],
) -> Message:
    incoming, unsent = row["direction"] == "in", row["unsent_at"] is not None
    channel = row["channel"] if incoming else row["went_by"] or row["channel"]
    return Message(
        id=id_of(row),
        thread=standing.thread,
        order=row["at"],
        author=standing.member_id if incoming else BUSINESS,
        name=standing.name if incoming else _first_name(row["agent_name"]),
        text="" if unsent else row["text"],
        at=row["at"],
        reply_to=_quote(standing, quotes.get(str(details.get("reply_to")))),
        attachments=[] if unsent else _attachments(row, details),
        preview=msgspec.json.decode(details["preview"]) if details.get("preview") and not unsent else None,
        reactions=[] if unsent else reactions,
        edited_at=row["edited_at"],
        unsent=unsent,
        via=None if str(channel).startswith("direct:") else str(channel).partition(":")[0],
        state=("read" if row["at"] <= standing.read_upto else "safe") if incoming else None,
    )


def id_of(row: Row) -> str:
    """What was written here has the id that its client gave it, also where a guest has become a member since."""
    here = row["direction"] == "in" and str(row["channel"]).startswith("direct:")
    return str(row["external_id"] if here else row["id"])


def _first_name(name: str | None) -> str:
    return name.split()[0] if name and name.strip() else ""


def _quote(standing: Standing, row: Row | None) -> Quote | None:
    if row is None:
        return None
    incoming = row["direction"] == "in"
    text = "" if row["unsent_at"] else row["text"][:QUOTE_CHARACTERS_MAX]
    name = standing.name if incoming else ""
    return Quote(id_of(row), standing.member_id if incoming else BUSINESS, name, text)


def _attachments(row: Row, details: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What a member sent from here as they sent it; of other platforms what it is, for its place is not ours."""
    if details.get("attachments"):
        return msgspec.json.decode(details["attachments"], type=list[dict[str, Any]])
    return [_attachment(each) for each in msgspec.json.decode(row["attachments"], type=list[dict[str, Any]])]


def _attachment(stored: Mapping[str, Any]) -> dict[str, Any]:
    url = str(stored.get("url", ""))
    return {
        "id": stored.get("media_id", ""),
        "kind": _KINDS.get(str(stored.get("kind")), "file"),
        "type": stored.get("mime", ""),
        "name": stored.get("name", ""),
        "url": url if url.startswith("/") else "",
    }


def _reactions(standing: Standing, rows: Iterable[Row]) -> dict[str, list[Reaction]]:
    by_emoji: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        who = standing.member_id if row["by"] == "contact" else BUSINESS
        by_emoji[row["message_id"]][row["emoji"]].append(who)
    return {
        message: [Reaction(emoji, members) for emoji, members in emojis.items()]
        for message, emojis in by_emoji.items()
    }
