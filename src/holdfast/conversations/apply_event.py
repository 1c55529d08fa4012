"""What each neutral event does to the store; every one of them can be applied twice without harm."""

from collections.abc import Awaitable, Iterable
from typing import Any, Final, Protocol

import msgspec

from holdfast.channels.contract import (
    ConsentWithdrawn,
    InboundEvent,
    MessageEchoed,
    MessageEdited,
    MessageReceived,
    MessageUnsent,
    ReactionChanged,
    ReceiptArrived,
    Unrecognised,
)
from holdfast.conversations import store
from holdfast.conversations.model import LATE_AFTER_MS
from holdfast.conversations.people import conversation_changed, person_at
from holdfast.kernel import IdSource
from holdfast.storage import Envelope, Row, Tx, append_event

PREVIEW_CHARACTERS: Final = 140
EXCERPT_CHARACTERS: Final = 500
TEXT_CHARACTERS_MAX: Final = 100_000
OWN_SOURCE: Final = "direct"
"""Where envelopes of our own pages come from."""


Change = MessageEdited | MessageUnsent | ReactionChanged


class Settlement(Protocol):
    """What the road out does with evidence about what it sent; handed in from above."""

    def echoed(self, tx: Tx, channel: str, echo: MessageEchoed) -> Awaitable[bool]:
        """Whether the echo is of one of our own deliveries."""
        ...

    def receipt(self, tx: Tx, channel: str, receipt: ReceiptArrived) -> Awaitable[bool]:
        """Whether the receipt found its delivery."""
        ...


class Files(Protocol):
    """Keeps what messages show for as long as they show it; handed in from beside."""

    def shown(self, tx: Tx, used_by: str, ids: Iterable[str]) -> Awaitable[None]:
        """A message shows files of ours; those that are not there any more are passed over."""
        ...

    def taken_back(self, tx: Tx, used_by: str) -> Awaitable[None]:
        """It shows nothing any more."""
        ...


class Context(msgspec.Struct, frozen=True):
    """What applying needs beside the event: where it came from, identifiers, the time, and how long after a
    message an answer may leave.
    """

    envelope: Envelope
    ids: IdSource
    settlement: Settlement
    files: Files
    now: int
    window_ms: int

    @property
    def channel(self) -> str:
        return self.envelope.channel


async def apply_event(tx: Tx, context: Context, event: InboundEvent) -> None:
    match event:
        case MessageReceived():
            await _received(tx, context, event)
        case MessageEchoed():
            await _echoed(tx, context, event)
        case MessageEdited() | MessageUnsent() | ReactionChanged():
            await _changed(tx, context, event)
        case ReceiptArrived():
            await _receipt(tx, context, event)
        case ConsentWithdrawn():
            await _opted_out(tx, context, event)
        case Unrecognised():
            await _unrecognised(tx, context, event)


async def _received(tx: Tx, context: Context, event: MessageReceived) -> None:
    known = await store.message_by_external(tx, context.channel, event.external_id)
    if known is not None:
        await _sharpen(tx, context, known, event.at)
        return
    person = await person_at(
        tx,
        context.ids,
        channel=context.channel,
        value=event.address,
        name=event.name,
        at=event.at,
        proven=event.proven,
    )
    columns = message_columns(context, event, person.conversation_id, person.address_id)
    if not await store.insert_message(tx, **columns):
        return
    await store.note_wrote(
        tx, address_id=person.address_id, at=event.at, name=event.name, proven=event.proven
    )
    await store.conversation_heard(
        tx,
        conversation_id=person.conversation_id,
        at=event.at,
        preview=preview(event),
        channel=context.channel,
        window_ms=context.window_ms,
    )
    await append_event(
        tx,
        at=context.now,
        kind="message.received",
        conversation_id=person.conversation_id,
        body={"message_id": columns["id"], "channel": context.channel},
    )
    await conversation_changed(tx, person.conversation_id, context.now)
    await show_files(tx, context, event)
    await _apply_parked(tx, context, event.external_id)


def message_columns(
    context: Context, event: MessageReceived, conversation_id: str, address_id: str
) -> dict[str, Any]:
    """A new message's row."""
    return {
        "id": context.ids.new("msg"),
        "conversation_id": conversation_id,
        "direction": "in",
        "author": "contact",
        "channel": context.channel,
        "address_id": address_id,
        "external_id": event.external_id,
        "text": event.text[:TEXT_CHARACTERS_MAX],
        "attachments": msgspec.json.encode(event.attachments).decode(),
        "details": msgspec.json.encode({**event.details, "reply_to": event.reply_to}).decode(),
        "at": event.at,
        "stored_at": context.now,
        "arrived_at": context.envelope.received_at,
        "source": context.envelope.source,
        "late": int(context.envelope.received_at - event.at > LATE_AFTER_MS),
        "automatic": int(event.automatic),
        "spool_seq": context.envelope.seq,
        "state": "received",
        "state_reason": "" if event.proven else "The sender's address is not proven.",
    }


async def _sharpen(tx: Tx, context: Context, known: Row, at: int) -> None:
    """A platform's history tells whole seconds; its webhook, come late, tells the place among neighbours."""
    if await store.sharpen_time(tx, message_id=known["id"], at=at):
        await append_event(
            tx,
            at=context.now,
            kind="message.changed",
            conversation_id=known["conversation_id"],
            body={"message_id": known["id"], "change": "MessageReceived"},
        )


def preview(event: MessageReceived | MessageEchoed) -> str:
    if event.text:
        return event.text[:PREVIEW_CHARACTERS]
    return f"[{event.attachments[0].kind}]" if event.attachments else ""


async def _echoed(tx: Tx, context: Context, event: MessageEchoed) -> None:
    """An echo is proof for a delivery of ours, or something written outside Holdfast."""
    if await context.settlement.echoed(tx, context.channel, event):
        return
    if await store.message_by_external(tx, context.channel, event.external_id):
        return
    person = await person_at(
        tx, context.ids, channel=context.channel, value=event.address, name="", at=event.at, proven=False
    )
    message_id = context.ids.new("msg")
    await store.insert_message(
        tx,
        id=message_id,
        conversation_id=person.conversation_id,
        direction="out",
        author="platform",
        channel=context.channel,
        address_id=person.address_id,
        external_id=event.external_id,
        text=event.text[:TEXT_CHARACTERS_MAX],
        attachments=msgspec.json.encode(event.attachments).decode(),
        details="{}",
        at=event.at,
        stored_at=context.now,
        arrived_at=context.envelope.received_at,
        source="echo",
        late=int(context.envelope.received_at - event.at > LATE_AFTER_MS),
        automatic=0,
        spool_seq=context.envelope.seq,
        state="sent",
        state_reason="Written in the platform's own app.",
    )
    await store.conversation_answered(
        tx, conversation_id=person.conversation_id, at=event.at, preview=preview(event), answers=True
    )
    await append_event(
        tx,
        at=context.now,
        kind="message.created",
        conversation_id=person.conversation_id,
        body={"message_id": message_id, "channel": context.channel},
    )
    await conversation_changed(tx, person.conversation_id, context.now)
    await _apply_parked(tx, context, event.external_id)


async def show_files(tx: Tx, context: Context, event: MessageReceived) -> None:
    """What a member sent along from our own pages is kept from here on."""
    if event.attachments and context.envelope.source == OWN_SOURCE:
        ids = [each.media_id for each in event.attachments if each.media_id]
        await context.files.shown(tx, used_by(context.channel, event.external_id), ids)


def used_by(channel: str, external_id: str) -> str:
    """The name under which a message of a member uses files."""
    return f"message:{channel}:{external_id}"


async def _changed(tx: Tx, context: Context, event: Change) -> None:
    if not await change_message(tx, context.channel, event, context.now):
        await _park(tx, context, event, event.external_id)
    elif isinstance(event, MessageUnsent) and context.envelope.source == OWN_SOURCE:
        await context.files.taken_back(tx, used_by(context.channel, event.external_id))


async def change_message(tx: Tx, channel: str, event: Change, now: int) -> bool:
    """Apply an edit, a withdrawal or a reaction once; False where its message is not known yet."""
    message = await store.message_by_external(tx, channel, event.external_id)
    if message is None:
        return False
    if not await store.first_sight(tx, channel=channel, key=event.key, at=now):
        return True
    message_id = str(message["id"])
    match event:
        case MessageEdited():
            await store.edit_message(tx, message_id=message_id, text=event.text, at=event.at)
        case MessageUnsent():
            await store.unsend_message(tx, message_id=message_id, at=event.at)
        case ReactionChanged():
            await store.set_reaction(tx, message_id=message_id, by="contact", emoji=event.emoji, at=event.at)
    await append_event(
        tx,
        at=now,
        kind="message.changed",
        conversation_id=message["conversation_id"],
        body={"message_id": message_id, "change": type(event).__name__},
    )
    return True


async def _receipt(tx: Tx, context: Context, event: ReceiptArrived) -> None:
    if not await context.settlement.receipt(tx, context.channel, event) and event.external_id:
        await _park(tx, context, event, event.external_id)


async def _opted_out(tx: Tx, context: Context, event: ConsentWithdrawn) -> None:
    if not await store.first_sight(tx, channel=context.channel, key=event.key, at=context.now):
        return
    person = await person_at(
        tx, context.ids, channel=context.channel, value=event.address, name="", at=event.at
    )
    address = await store.get_address(tx, person.address_id)
    if event.returned and address is not None and event.at < (address["consent_at"] or 0):
        return  # they have asked again since
    consent = "reply" if event.returned else "opted_out"
    await store.set_consent(tx, address_id=person.address_id, consent=consent, at=event.at)
    await store.note_contact(
        tx,
        change_id=context.ids.new("chg"),
        contact_id=person.contact_id,
        at=event.at,
        who="contact",
        kind="consent.set",
        detail=f"{person.address_id} {consent}",
    )
    await append_event(
        tx,
        at=context.now,
        kind="contact.changed",
        conversation_id=person.conversation_id,
        body={"contact_id": person.contact_id},
    )


async def _unrecognised(tx: Tx, context: Context, event: Unrecognised) -> None:
    if await store.first_sight(tx, channel=context.channel, key=event.key, at=context.now):
        await note_unreadable(tx, context.envelope, problem=event.summary, now=context.now)


async def note_unreadable(tx: Tx, envelope: Envelope, *, problem: str, now: int) -> None:
    await store.note_unread(
        tx,
        envelope,
        problem=problem,
        excerpt=envelope.body[:EXCERPT_CHARACTERS].decode("utf-8", "replace"),
    )
    await append_event(
        tx,
        at=now,
        kind="envelope.unreadable",
        body={"spool_seq": envelope.seq, "channel": envelope.channel, "problem": problem},
    )


async def _park(tx: Tx, context: Context, event: InboundEvent, external_id: str) -> None:
    key = f"parked:{getattr(event, 'key', external_id)}"
    if await store.first_sight(tx, channel=context.channel, key=key, at=context.now):
        await store.park(
            tx,
            parked_id=context.ids.new("prk"),
            channel=context.channel,
            external_id=external_id,
            body=msgspec.json.encode(event),
            at=context.now,
        )


async def _apply_parked(tx: Tx, context: Context, external_id: str) -> None:
    for body in await store.take_parked(tx, context.channel, external_id):
        await apply_event(tx, context, msgspec.json.decode(body, type=InboundEvent))
