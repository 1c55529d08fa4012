"""Messages as people see them; a page costs the same few statements, whatever is on it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from holdfast.channels.contract import Attachment
from holdfast.conversations import BUSINESS
from holdfast.inbox import store
from holdfast.inbox.cursor import decode_cursor, encode_cursor
from holdfast.inbox.model import (
    Around,
    AttachmentView,
    AttemptView,
    DeliveryView,
    MessageView,
    Page,
    PreviewView,
    ReactionView,
)
from holdfast.media import PATH, Item, attachments_of
from holdfast.storage import Row, Tx
from holdfast.work.store import get_note

ATTEMPTS_MAX: Final = 200
_AGENT: Final = "agent:"
_PLAYBOOK_NAME: Final = "Automatic reply"
_PLATFORM_NAME: Final = "In the platform's own app"
_OPEN: Final = ("queued", "held", "sending", "in_doubt")


class Related(msgspec.Struct, frozen=True):
    """What belongs to a page of messages, gathered by one statement each."""

    deliveries: Mapping[str, Sequence[Row]]
    reactions: Mapping[str, Sequence[Row]]
    agents: Mapping[str, str]
    contacts: Mapping[str, str]
    files: Mapping[str, Item]


async def thread_page(tx: Tx, conversation_id: str, before: str | None, limit: int) -> Page[MessageView]:
    """Messages of a conversation, oldest first; ``next`` leads to older ones. Raises BadCursorError."""
    at, identifier = decode_cursor(before)
    rows = await store.thread(
        tx, conversation_id=conversation_id, at=at, identifier=identifier, limit=limit + 1
    )
    more = len(rows) > limit
    rows = rows[:limit]
    following = encode_cursor(rows[-1]["at"], rows[-1]["id"]) if more else None
    return Page(await with_related(tx, rows[::-1]), following)


async def thread_page_after(tx: Tx, conversation_id: str, after: str, limit: int) -> Page[MessageView]:
    """Messages that follow a cursor, oldest first; ``next`` leads to newer ones. Raises BadCursorError."""
    at, identifier = decode_cursor(after)
    rows = await store.thread_after(
        tx, conversation_id=conversation_id, at=at, identifier=identifier, limit=limit + 1
    )
    following = encode_cursor(rows[limit - 1]["at"], rows[limit - 1]["id"]) if len(rows) > limit else None
    return Page(await with_related(tx, rows[:limit]), following)


async def thread_around(tx: Tx, conversation_id: str, message_id: str, limit: int) -> Around | None:
    """The messages on both sides of one, or of a note, oldest first; None where the conversation does not hold it."""
    rows = await store.messages_by_id(tx, [message_id])
    middle = rows[0] if rows else await get_note(tx, message_id)
    if middle is None or middle["conversation_id"] != conversation_id:
        return None
    place = encode_cursor(middle["at"], middle["id"])
    older = await thread_page(tx, conversation_id, place, max(1, limit // 2))
    newer = await thread_page_after(tx, conversation_id, place, max(1, limit // 2))
    return Around([*older.items, *await with_related(tx, rows), *newer.items], older.next, newer.next)


async def newest_page(
    tx: Tx, *, channel: str, direction: str, since: int, before: str | None, limit: int
) -> Page[MessageView]:
    """Messages of all conversations in the order of their storing, newest first. Raises BadCursorError."""
    at, identifier = decode_cursor(before)
    rows = await store.newest_messages(
        tx,
        channel=channel,
        direction=direction,
        since=since,
        at=at,
        identifier=identifier,
        limit=limit + 1,
    )
    more = len(rows) > limit
    rows = rows[:limit]
    following = encode_cursor(rows[-1]["stored_at"], rows[-1]["id"]) if more else None
    return Page(await with_related(tx, rows), following)


async def get_message(tx: Tx, message_id: str) -> MessageView | None:
    return (await messages_by_id(tx, [message_id])).get(message_id)


async def messages_by_id(tx: Tx, ids: Sequence[str]) -> dict[str, MessageView]:
    views = await with_related(tx, await store.messages_by_id(tx, ids))
    return {view.id: view for view in views}


async def attempts_of(tx: Tx, message_id: str) -> list[AttemptView]:
    """The latest calls made for a message, oldest first."""
    rows = await store.attempts(tx, message_id, ATTEMPTS_MAX)
    return [
        AttemptView(
            delivery_id=row["delivery_id"],
            number=row["number"],
            started_at=row["started_at"],
            finished_at=row["finished_at"],
            outcome=row["outcome"],
            detail=row["detail"],
        )
        for row in reversed(rows)
    ]


async def with_related(tx: Tx, rows: Sequence[Row]) -> list[MessageView]:
    """Message rows with deliveries, reactions and names, in the same order."""
    ids = [str(row["id"]) for row in rows]
    outgoing = [str(row["id"]) for row in rows if row["direction"] == "out"]
    reactions = await store.reactions(tx, ids)
    related = Related(
        deliveries=_grouped(await store.deliveries(tx, outgoing)),
        reactions=_grouped(reactions),
        agents=await store.agent_names(tx, _agent_ids([*rows, *reactions])),
        contacts=await store.contact_names(tx, (str(row["conversation_id"]) for row in rows)),
        files=await attachments_of(
            tx, (each.media_id for row in rows for each in _attached(row) if _is_ours(each))
        ),
    )
    return [_message(row, related) for row in rows]


def _grouped(rows: Sequence[Row]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[str(row["message_id"])].append(row)
    return groups


def _agent_ids(rows: Sequence[Row]) -> set[str]:
    authors = (str(row["author"]) for row in rows)
    return {author.removeprefix(_AGENT) for author in authors if author.startswith(_AGENT)}


def _message(row: Row, related: Related) -> MessageView:
    details = _details(row["details"])
    return MessageView(
        id=row["id"],
        conversation_id=row["conversation_id"],
        direction=row["direction"],
        author=row["author"],
        author_name=_author_name(row, related),
        channel=row["channel"],
        text=row["text"],
        attachments=[_attachment(each, related.files) for each in _attached(row)],
        preview=_preview(row, details),
        at=row["at"],
        stored_at=row["stored_at"],
        late=bool(row["late"]),
        automatic=bool(row["automatic"]),
        source=row["source"],
        edited_at=row["edited_at"],
        unsent_at=row["unsent_at"],
        reply_to=details.get("reply_to") or None,
        reactions=_reactions(row, related),
        external_id=row["external_id"],
        state=row["state"],
        state_reason=row["state_reason"],
        deliveries=[_delivery(each) for each in related.deliveries.get(row["id"], ())],
    )


def _reactions(row: Row, related: Related) -> list[ReactionView]:
    by_whom = {str(each["by"]): each for each in related.reactions.get(row["id"], ())}
    known, wish = by_whom.pop(BUSINESS, None), by_whom.pop("wish", None)
    ours = known["emoji"] if known is not None else ""
    found = [ReactionView(by, each["emoji"]) for by, each in by_whom.items()]
    emoji = ours if wish is None or wish["state"] == "sent" else wish["emoji"] or ours
    if emoji and wish is not None:
        name = _author_name(wish, related)
        found.append(ReactionView(wish["author"], emoji, name, wish["state"], wish["reason"]))
    return found


def _preview(row: Row, details: Mapping[str, str]) -> PreviewView | None:
    said = details.get("preview")
    return msgspec.json.decode(said, type=PreviewView) if said and row["unsent_at"] is None else None


def _attached(row: Row) -> list[Attachment]:
    return (
        [] if row["attachments"] == "[]" else msgspec.json.decode(row["attachments"], type=list[Attachment])
    )


def _is_ours(attachment: Attachment) -> bool:
    """Platforms name their own files, too; ours have their place here."""
    return bool(attachment.media_id) and attachment.url.startswith(PATH)


def _attachment(stored: Attachment, files: Mapping[str, Item]) -> AttachmentView:
    kept = files.get(stored.media_id) if _is_ours(stored) else None
    if kept is None:
        gone = _is_ours(stored)
        return AttachmentView(stored.kind, "" if gone else stored.url, stored.name, stored.mime)
    return AttachmentView(
        kind=stored.kind,
        url=kept.url,
        name=kept.name,
        mime=kept.type,
        thumb=kept.thumb,
        bytes=kept.bytes,
        width=kept.width,
        height=kept.height,
        seconds=kept.seconds,
    )


def _details(text: str) -> dict[str, str]:
    details = msgspec.json.decode(text)
    return {name: value for name, value in details.items() if isinstance(value, str)}


def _author_name(row: Row, related: Related) -> str:
    kind, _, name = str(row["author"]).partition(":")
    match kind:
        case "contact":
            return related.contacts.get(row["conversation_id"], "")
        case "agent":
            return related.agents.get(name, "An agent")
        case "playbook":
            return _PLAYBOOK_NAME
        case "platform":
            return _PLATFORM_NAME
        case _:
            return name or kind


def _delivery(row: Row) -> DeliveryView:
    return DeliveryView(
        id=row["id"],
        channel=row["channel"],
        state=row["state"],
        reason=row["reason"],
        part=row["part"],
        parts=row["parts"],
        attempts=row["attempts"],
        next_at=row["next_at"] if row["state"] in _OPEN else None,
        external_id=row["external_id"],
        settled_at=row["settled_at"],
    )
