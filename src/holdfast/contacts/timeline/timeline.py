"""Everything that happened with a person as one list, the latest first, in sentences."""

from collections.abc import Sequence
from typing import Final, Literal

import msgspec

from holdfast.contacts.timeline import store
from holdfast.contacts.timeline.words import Names, of_change, of_decision, who_name
from holdfast.conversations import UnknownContactError
from holdfast.inbox import contacts_by_id
from holdfast.inbox.cursor import decode_cursor, encode_cursor
from holdfast.inbox.model import Page
from holdfast.storage import Row, Tx

Part = Literal["message", "note", "work", "contact", "incident"]
PARTS: Final[tuple[Part, ...]] = ("message", "note", "work", "contact", "incident")


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened. ``kind`` is finer than ``part``: ``in`` and ``out`` of messages, what was decided,
    ``contact.merged`` and so on. ``merge`` is the id of a merge that can be undone here.
    """

    id: str
    at: int
    part: Part
    kind: str
    who: str
    who_name: str
    channel: str = ""
    text: str = ""
    state: str = ""
    merge: str = ""


async def timeline_page(
    tx: Tx, contact_id: str, parts: Sequence[Part], before: str | None, limit: int
) -> Page[Moment]:
    """A page of it; no parts stand for all. Raises UnknownContactError, BadCursorError."""
    at, identifier = decode_cursor(before)
    contact = (await contacts_by_id(tx, [contact_id])).get(contact_id)
    if contact is None:
        raise UnknownContactError(f"there is no contact {contact_id[:80]}")
    family = await store.family(tx, contact_id)
    rows: list[tuple[Part, Row]] = []
    for part in parts or PARTS:
        if part == "contact":
            found = await store.changes(tx, family, at=at, identifier=identifier, limit=limit + 1)
        else:
            found = await store.of_conversation(
                tx, part, contact.conversation_id or "", at=at, identifier=identifier, limit=limit + 1
            )
        rows += [(part, row) for row in found]
    rows.sort(key=lambda each: (each[1]["at"], each[1]["id"]), reverse=True)
    shown = rows[:limit]
    names = await _names(tx, shown)
    following = encode_cursor(shown[-1][1]["at"], shown[-1][1]["id"]) if len(rows) > limit else None
    return Page([_moment(part, row, names) for part, row in shown], following)


async def _names(tx: Tx, rows: Sequence[tuple[Part, Row]]) -> Names:
    """Names of everything that the rows speak of, each kind asked for once."""
    words = [word for part, row in rows if part in {"work", "contact"} for word in row["detail"].split()]
    authors = [row.get("author") or row.get("who") or "" for _, row in map(_plain, rows)]
    agents = [each.removeprefix("agent:") for each in (*authors, *words)]
    return Names(
        agents=await store.names(tx, "agent", agents),
        labels=await store.names(tx, "label", words),
        teams=await store.names(tx, "team", words),
        fields=await store.names(tx, "field", words),
        addresses={
            key: (row["channel"], row["value"]) for key, row in (await store.addresses(tx, words)).items()
        },
        merges={
            key: (row["name"], row["undone_at"] is None)
            for key, row in (await store.merges(tx, words)).items()
        },
    )


def _plain(pair: tuple[Part, Row]) -> tuple[Part, dict[str, str]]:
    return pair[0], dict(pair[1])


def _moment(part: Part, row: Row, names: Names) -> Moment:
    match part:
        case "message":
            return _of_message(row, names)
        case "note":
            return _told(part, row, "noted", row["author"], row["text"], names)
        case "work":
            return _told(
                part, row, row["kind"], row["who"], of_decision(row["kind"], row["detail"], names), names
            )
        case "incident":
            over = "" if row["closed_at"] is None else " It is over."
            moment = _told(part, row, "incident", "hub", f"{row['title']}.{over}", names)
            return msgspec.structs.replace(moment, channel=row["channel"])
        case "contact":
            return _of_change(row, names)


def _told(part: Part, row: Row, kind: str, who: str, text: str, names: Names) -> Moment:
    return Moment(
        id=row["id"], at=row["at"], part=part, kind=kind, who=who, who_name=who_name(who, names), text=text
    )


def _of_message(row: Row, names: Names) -> Moment:
    text = "(taken back)" if row["unsent_at"] is not None else row["text"]
    return Moment(
        id=row["id"],
        at=row["at"],
        part="message",
        kind=row["direction"],
        who=row["author"],
        who_name=who_name(row["author"], names),
        channel=row["channel"] or "",
        text=text or ("(a file)" if row["attachments"] != "[]" else ""),
        state=row["state"],
    )


def _of_change(row: Row, names: Names) -> Moment:
    moment = _told(
        "contact", row, row["kind"], row["who"], of_change(row["kind"], row["detail"], names), names
    )
    _, can_be_undone = names.merges.get(row["detail"], ("", False))
    return (
        msgspec.structs.replace(moment, merge=row["detail"])
        if can_be_undone and row["kind"] == "contact.merged"
        else moment
    )
