"""What happened in conversations, as changes for the members who are in them."""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Final

import msgspec

from holdfast.members import BUSINESS, Member
from holdfast.portal.business import store
from holdfast.portal.business.viewing import Standing, standing_of, thread_of, views
from holdfast.portal.talks.changes import Told, cursor_text
from holdfast.portal.talks.model import MessageChanged, ReceiptChanged, ThreadChanged
from holdfast.portal.talks.store import members as members_of
from holdfast.storage import Tx

MESSAGE_KINDS: Final = frozenset({"message.received", "message.created", "message.changed"})
CONCERNING: Final = MESSAGE_KINDS | {"conversation.changed", "contact.changed"}


class Happened(msgspec.Struct, frozen=True):
    """An event of the hub's log, as far as members are concerned."""

    seq: int
    kind: str
    conversation_id: str
    message_id: str = ""


async def told(
    tx: Tx, events: Iterable[Happened], here: Container[str], seq: int, business: str
) -> list[Told]:
    """What events mean for members who are here. ``seq`` is the other half of the cursor."""
    by_conversation: dict[str, list[Happened]] = defaultdict(list)
    for event in events:
        if event.kind in CONCERNING and event.conversation_id:
            by_conversation[event.conversation_id].append(event)
    if not by_conversation:
        return []
    rows = [row for row in await store.standings_in(tx, by_conversation) if row["member_id"] in here]
    members = await members_of(tx, {row["member_id"] for row in rows})
    found: list[Told] = []
    for row in rows:
        member = members.get(row["member_id"])
        if member is not None:
            standing = await standing_of(tx, row)
            found += await _for_one(
                tx, member, standing, by_conversation[row["conversation_id"]], seq, business
            )
    return sorted(found, key=lambda each: each.seq)


async def _for_one(
    tx: Tx, member: Member, standing: Standing, events: Sequence[Happened], seq: int, business: str
) -> list[Told]:
    changed = {each.message_id: each.seq for each in events if each.kind in MESSAGE_KINDS and each.message_id}
    found = await _messages(tx, standing, changed, seq)
    last = {each.kind: each.seq for each in events}
    if "contact.changed" in last:
        thread = await thread_of(tx, member, standing.thread, standing, business)
        cursor = cursor_text(last["contact.changed"], seq)
        change = ThreadChanged(cursor=cursor, thread=thread)
        found.append(Told(last["contact.changed"], change, [member.id], is_event=True))
    if "conversation.changed" in last and not standing.unread and standing.read_upto and member.receipts:
        event = last["conversation.changed"]
        found.append(Told(event, _read(standing, event, seq), [member.id], is_event=True))
    return found


async def _messages(tx: Tx, standing: Standing, changed: Mapping[str, int], seq: int) -> list[Told]:
    rows = await store.chosen(tx, standing.conversation_id, standing.addresses, changed) if changed else []
    shown = await views(tx, standing, rows)
    return [
        Told(
            changed[row["id"]],
            MessageChanged(
                cursor=cursor_text(changed[row["id"]], seq), thread=standing.thread, message=message
            ),
            [standing.member_id],
            is_event=True,
        )
        for row, message in zip(rows, shown, strict=True)
    ]


def _read(standing: Standing, event: int, seq: int) -> ReceiptChanged:
    return ReceiptChanged(
        cursor=cursor_text(event, seq),
        thread=standing.thread,
        member=BUSINESS,
        delivered=standing.read_upto,
        read=standing.read_upto,
    )
