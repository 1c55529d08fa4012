"""One SMS number."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Final
from urllib.parse import quote, urlsplit, urlunsplit

from holdfast.channels.contract import (
    Accepted,
    Capability,
    ErrorClass,
    Evidence,
    HistoryPage,
    InboundEvent,
    InDoubt,
    Limits,
    Outcome,
    Outgoing,
    ProbeResult,
    RawRequest,
    Rejected,
    Sending,
    SentQuery,
    Unreachable,
    Verification,
)
from holdfast.channels.outgoing import text_with_links
from holdfast.channels.sms.client import CallFailedError, TwilioClient, read_object
from holdfast.channels.sms.errors import classify
from holdfast.channels.sms.log import MessageLog
from holdfast.channels.sms.numbers import normal_number
from holdfast.channels.sms.parse import parse_sms
from holdfast.channels.sms.settings import SmsSettings
from holdfast.channels.sms.verify import CORRELATION_PARAMETER, verify_twilio
from holdfast.channels.transport import AnswerLostError, NotConnectedError, Transport
from holdfast.channels.untrusted import id_at
from holdfast.kernel import Clock
from holdfast.storage import Envelope

_INCONCLUSIVE: Final = frozenset({ErrorClass.THROTTLED, ErrorClass.MESSAGE})


def make_sms(channel_id: str, settings: SmsSettings, *, transport: Transport, clock: Clock) -> "SmsAdapter":
    return SmsAdapter(channel_id, settings, transport=transport, clock=clock)


class SmsAdapter:
    platform = "sms"

    def __init__(self, channel_id: str, settings: SmsSettings, *, transport: Transport, clock: Clock) -> None:
        self.channel_id = channel_id
        self.failure_domain = settings.failure_domain
        self.limits = Limits(
            text_max=settings.text_characters_max,
            sends_per_second=settings.sends_per_second,
            first_contact=True,
            receipts=True,
            silence_after_send_ms=int(settings.receipt_seconds * 1000),
        )
        self._settings = settings
        self._clock = clock
        self._client = TwilioClient(settings, transport)
        self._log = MessageLog(self._client, settings)

    def verify(self, request: RawRequest) -> Verification:
        return verify_twilio(
            request, tokens=self._settings.auth_token, webhook_url=self._settings.webhook_url
        )

    def parse(self, envelope: Envelope) -> Sequence[InboundEvent]:
        return parse_sms(envelope)

    async def send(self, outgoing: Outgoing) -> Sending:
        text = text_with_links(outgoing)
        if not 0 < len(text) <= self.limits.text_max:
            reason = f"The text has {len(text)} characters; Twilio takes 1 to {self.limits.text_max}."
            return Sending(Rejected(ErrorClass.MESSAGE, reason))
        started = self._clock.monotonic()
        outcome = await self._hand_over(message_fields(self._settings, outgoing, text))
        return Sending(outcome, int((self._clock.monotonic() - started) * 1000))

    async def _hand_over(self, fields: Mapping[str, str]) -> Outcome:
        try:
            answer = await self._client.post_message(fields)
        except NotConnectedError as error:
            return Unreachable(f"No connection to Twilio: {error}")
        except AnswerLostError as error:
            return InDoubt(f"Twilio's answer was lost: {error}")
        data = read_object(answer)
        sid = id_at(data, "sid")
        if answer.status // 100 == 2 and sid:  # noqa: PLR2004
            return Accepted(sid)
        return classify(answer, data)

    async def touch(self, address: str) -> ProbeResult | None:
        """Twilio has no call on the way out that is not a message."""
        del address
        return None

    async def probe(self) -> Sequence[ProbeResult]:
        """One look at the log tells of both: nothing else of the account needs to be touched."""
        started = self._clock.monotonic()
        ok, detail, error_class = await self._look()
        latency_ms = int((self._clock.monotonic() - started) * 1000)
        return tuple(
            ProbeResult(capability, ok, detail, error_class, latency_ms)
            for capability in (Capability.SIGN_IN, Capability.HISTORY)
        )

    async def _look(self) -> tuple[bool | None, str, ErrorClass | None]:
        try:
            await self._client.messages({"To": self._settings.number, "PageSize": "1"}, probing=True)
        except CallFailedError as error:
            ok = None if error.error_class in _INCONCLUSIVE else False
            return ok, str(error), error.error_class
        return True, "Twilio answers.", None

    async def find_sent(self, query: SentQuery) -> Evidence:
        return await self._log.find_sent(query)

    def history(self, since_ms: int) -> AsyncGenerator[HistoryPage, None]:
        return self._log.history(since_ms)

    async def resubscribe(self) -> bool:
        """Twilio never removes the address of a webhook."""
        return True

    async def close(self) -> None:
        """Nothing is held open; the transport belongs to whoever handed it in."""


def message_fields(settings: SmsSettings, outgoing: Outgoing, text: str) -> dict[str, str]:
    """The form of one message; the address of its status callback carries the delivery id."""
    fields = {"To": normal_number(outgoing.address), "Body": text}
    if settings.messaging_service_sid:
        fields["MessagingServiceSid"] = settings.messaging_service_sid
    else:
        fields["From"] = settings.number
    if settings.webhook_url:
        query = f"{CORRELATION_PARAMETER}={quote(outgoing.delivery_id)}"
        fields["StatusCallback"] = urlunsplit(urlsplit(settings.webhook_url)._replace(query=query))
    return fields
