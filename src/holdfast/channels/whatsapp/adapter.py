"""One WhatsApp number."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Any, Final

from holdfast.channels.contract import (
    CannotTell,
    Capability,
    ErrorClass,
    Evidence,
    HistoryPage,
    InboundEvent,
    Limits,
    Outgoing,
    ProbeResult,
    RawRequest,
    Reacting,
    Rejected,
    Sending,
    SentQuery,
    Verification,
)
from holdfast.channels.graph import CallFailedError, GraphClient, look, look_at_subscription, verify_meta
from holdfast.channels.graph.probe import Finding
from holdfast.channels.no_history import no_history
from holdfast.channels.outgoing import text_with_links
from holdfast.channels.transport import Transport
from holdfast.channels.untrusted import id_at, items_at, text_at, value_at
from holdfast.channels.whatsapp.errors import classify
from holdfast.channels.whatsapp.parse import parse_whatsapp
from holdfast.channels.whatsapp.settings import WhatsAppSettings
from holdfast.kernel import Clock
from holdfast.storage import Envelope

REPLY_WINDOW_MS: Final = 24 * 3_600_000


def make_whatsapp(
    channel_id: str, settings: WhatsAppSettings, *, transport: Transport, clock: Clock
) -> "WhatsAppAdapter":
    return WhatsAppAdapter(channel_id, settings, transport=transport, clock=clock)


class WhatsAppAdapter:
    platform = "whatsapp"

    def __init__(
        self, channel_id: str, settings: WhatsAppSettings, *, transport: Transport, clock: Clock
    ) -> None:
        self.channel_id = channel_id
        self.failure_domain = settings.failure_domain
        self.limits = Limits(
            text_max=settings.text_characters_max,
            sends_per_second=settings.sends_per_second,
            reply_window_ms=REPLY_WINDOW_MS,
            receipts=True,
            reactions=True,
            quotes=True,
            silence_after_send_ms=int(settings.receipt_seconds * 1000),
        )
        self._settings = settings
        self._client = GraphClient(
            base_url=settings.base_url,
            version=settings.version,
            token=settings.token,
            timeout_seconds=settings.timeout_seconds,
            transport=transport,
            clock=clock,
            classify=classify,
        )

    def verify(self, request: RawRequest) -> Verification:
        return verify_meta(
            request, secrets=self._settings.app_secret, verify_token=self._settings.verify_token
        )

    def parse(self, envelope: Envelope) -> Sequence[InboundEvent]:
        return parse_whatsapp(envelope, self._settings.phone_number_id)

    async def send(self, outgoing: Outgoing) -> Sending:
        text = text_with_links(outgoing)
        if not 0 < len(text) <= self.limits.text_max:
            reason = f"The text has {len(text)} characters; WhatsApp takes 1 to {self.limits.text_max}."
            return Sending(Rejected(ErrorClass.MESSAGE, reason))
        path = f"{self._settings.phone_number_id}/messages"
        return await self._client.send(path, message_body(outgoing, text), _message_id)

    async def react(self, reacting: Reacting) -> Sending:
        path = f"{self._settings.phone_number_id}/messages"
        return await self._client.send(path, reaction_body(reacting), _message_id)

    async def touch(self, address: str) -> ProbeResult | None:
        """A read mark needs a message to mark."""
        del address
        return None

    async def probe(self) -> Sequence[ProbeResult]:
        seconds = self._settings.probe_timeout_seconds
        number = self._settings.phone_number_id
        fields = {"fields": "verified_name,quality_rating,health_status"}
        return await asyncio.gather(
            look(self._client, Capability.SIGN_IN, number, fields, _judge_number, timeout_seconds=seconds),
            look_at_subscription(
                self._client, self._settings.waba_id, self._settings.app_id, field="", timeout_seconds=seconds
            ),
        )

    async def find_sent(self, query: SentQuery) -> Evidence:
        del query
        return CannotTell("WhatsApp has no list of messages; only a status can tell.")

    def history(self, since_ms: int) -> AsyncGenerator[HistoryPage, None]:
        del since_ms
        return no_history("WhatsApp has no history; it repeats webhooks for up to 7 days.")

    async def resubscribe(self) -> bool:
        try:
            data = await self._client.read(f"{self._settings.waba_id}/subscribed_apps", method="POST")
        except CallFailedError:
            return False
        return value_at(data, "success") is True

    async def close(self) -> None:
        """Nothing is held open; the transport belongs to whoever handed it in."""


def message_body(outgoing: Outgoing, text: str) -> dict[str, Any]:
    """The JSON of one text; ``biz_opaque_callback_data`` comes back in every status of it."""
    body = _to(outgoing.address) | {
        "type": "text",
        "text": {"body": text, "preview_url": False},
        "biz_opaque_callback_data": outgoing.delivery_id,
    }
    if outgoing.reply_to:
        body["context"] = {"message_id": outgoing.reply_to}
    return body


def reaction_body(reacting: Reacting) -> dict[str, Any]:
    reaction = {"message_id": reacting.external_id, "emoji": reacting.emoji}
    return _to(reacting.address) | {"type": "reaction", "reaction": reaction}


def _to(address: str) -> dict[str, Any]:
    digits = address.removeprefix("+")
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        # A name with a country and a dot is a business-scoped id, which has a field of its own.
        **({"to": digits} if digits.isdigit() else {"recipient": address}),
    }


def _message_id(data: dict[str, Any]) -> str:
    return next((id_at(message, "id") for message in items_at(data, "messages")), "")


def _judge_number(data: dict[str, Any]) -> Finding:
    if text_at(data, "health_status", "can_send_message") == "BLOCKED":
        return False, "WhatsApp has blocked this number from sending.", ErrorClass.ACCOUNT
    return True, f"Signed in as {text_at(data, 'verified_name') or 'the number'}.", None
