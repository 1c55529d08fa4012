"""Our own chat: what visitors write comes from our own pages, what we write goes to them by the event log."""

from collections.abc import AsyncGenerator, Sequence
from typing import Any, Final

import msgspec

from holdfast.channels.contract import (
    Accepted,
    Attachment,
    CannotTell,
    Capability,
    Evidence,
    Forged,
    FoundSent,
    HistoryPage,
    InboundEvent,
    Limits,
    MessageEdited,
    MessageReceived,
    MessageUnsent,
    Outgoing,
    ProbeResult,
    RawRequest,
    Reacting,
    ReactionChanged,
    ReceiptArrived,
    ReceiptState,
    Sending,
    SentQuery,
    UnreadableError,
    Unrecognised,
    Verification,
)
from holdfast.channels.direct.settings import DirectSettings
from holdfast.channels.no_history import no_history
from holdfast.channels.transport import Transport
from holdfast.channels.untrusted import digest, id_at, items_at, read_json, text_at, time_ms, value_at
from holdfast.kernel import Clock
from holdfast.storage import Envelope

EDIT_MS: Final = 15 * 60_000
"""How long a message can be changed, by members and by the business."""
_KINDS: Final = {"picture": "image", "video": "video", "voice": "audio"}


def make_direct(
    channel_id: str, settings: DirectSettings, *, transport: Transport, clock: Clock
) -> "DirectAdapter":
    del transport, clock  # nothing leaves this machine
    return DirectAdapter(channel_id, settings)


class DirectAdapter:
    platform = "direct"

    def __init__(self, channel_id: str, settings: DirectSettings) -> None:
        self.channel_id = channel_id
        self.failure_domain = settings.failure_domain
        self.limits = Limits(
            text_max=settings.text_characters_max,
            sends_per_second=settings.sends_per_second,
            receipts=True,
            files=True,
            reactions=True,
            quotes=True,
            edit_ms=EDIT_MS,
            resend_is_safe=True,
        )

    def verify(self, request: RawRequest) -> Verification:
        del request
        return Forged("Direct has no webhook; its pages write to the hub themselves.", status=404)

    def parse(self, envelope: Envelope) -> Sequence[InboundEvent]:
        """One event of a member: ``{"id", "visitor", "name", "text", "at", "kind"}``, some with ``reply_to``,
        ``attachments`` or ``emoji``.

        ``kind`` is message, edit, unsend or react with the id of the message; or seen or delivered with the external
        id of a message of ours.
        """
        return [_event(read_json(envelope.body), envelope.received_at)]

    async def send(self, outgoing: Outgoing) -> Sending:
        """Committing the message is sending it: browsers read the event log by cursor."""
        return Sending(Accepted(outgoing.delivery_id))

    async def react(self, reacting: Reacting) -> Sending:
        return Sending(Accepted(reacting.external_id))

    async def touch(self, address: str) -> ProbeResult | None:
        """There is no way out that could fail."""
        del address
        return None

    async def probe(self) -> Sequence[ProbeResult]:
        detail = "Our own chat answers as long as this hub does."
        return tuple(ProbeResult(capability, ok=True, detail=detail) for capability in Capability)

    async def find_sent(self, query: SentQuery) -> Evidence:
        # A delivery that reached this adapter was committed, and nothing else is needed.
        return FoundSent(query.delivery_id) if query.delivery_id else CannotTell("The delivery has no id.")

    def history(self, since_ms: int) -> AsyncGenerator[HistoryPage, None]:
        del since_ms
        return no_history("Direct keeps no history elsewhere; everything is in the store.")

    async def resubscribe(self) -> bool:
        return True

    async def close(self) -> None:
        """Nothing is held open."""


def _event(data: Any, received_at: int) -> InboundEvent:
    key, visitor, kind = id_at(data, "id"), id_at(data, "visitor"), text_at(data, "kind")
    if not key or not visitor:
        raise UnreadableError("A chat event needs an id and a visitor.")
    at = time_ms(value_at(data, "at"), received_at)
    match kind:
        case "message":
            return _message(data, key, visitor, at)
        case "seen" | "delivered":
            state = ReceiptState.READ if kind == "seen" else ReceiptState.DELIVERED
            receipt_key = f"{kind}:{key}:{visitor}"
            return ReceiptArrived(key=receipt_key, state=state, at=at, external_id=key, correlation=key)
        case "edit":
            return MessageEdited(key=f"edit:{key}:{at}", external_id=key, at=at, text=text_at(data, "text"))
        case "unsend":
            return MessageUnsent(key=f"unsend:{key}", external_id=key, at=at)
        case "react":
            return ReactionChanged(
                key=f"react:{key}:{visitor}:{at}",
                external_id=key,
                address=visitor,
                at=at,
                emoji=text_at(data, "emoji"),
            )
    return Unrecognised(key=f"unrecognised:{digest(data)}", at=at, summary="a chat event of an unknown kind")


def _message(data: Any, key: str, visitor: str, at: int) -> MessageReceived:
    attached = [each for each in items_at(data, "attachments") if isinstance(each, dict)]
    return MessageReceived(
        external_id=key,
        address=visitor,
        at=at,
        text=text_at(data, "text"),
        name=text_at(data, "name"),
        attachments=tuple(_attachment(each) for each in attached),
        reply_to=id_at(data, "reply_to"),
        details={"attachments": msgspec.json.encode(attached).decode()} if attached else {},
    )


def _attachment(data: Any) -> Attachment:
    return Attachment(
        kind=_KINDS.get(text_at(data, "kind"), "file"),
        url=text_at(data, "url"),
        name=text_at(data, "name"),
        mime=text_at(data, "type"),
        media_id=id_at(data, "id"),
    )
