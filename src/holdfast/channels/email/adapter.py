"""One mail address."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from holdfast.channels.contract import (
    Accepted,
    CannotTell,
    Capability,
    ErrorClass,
    Evidence,
    Forged,
    FoundSent,
    HistoryPage,
    InboundEvent,
    Limits,
    NotSent,
    Outcome,
    Outgoing,
    ProbeResult,
    RawRequest,
    Rejected,
    Sending,
    SentQuery,
    Verification,
)
from holdfast.channels.email.compose import compose, is_usable_address, wire_address
from holdfast.channels.email.identity import message_id_of
from holdfast.channels.email.mailbox import Kept, Mailbox, MailboxUnavailableError
from holdfast.channels.email.notices import MailNotice, compose_notice, notice_message_id
from holdfast.channels.email.parse import parse_email
from holdfast.channels.email.settings import EmailSettings
from holdfast.channels.email.submit import Submission
from holdfast.channels.no_history import no_history
from holdfast.channels.transport import Transport
from holdfast.kernel import Clock
from holdfast.storage import Envelope

KEPT_DAYS: Final = 30
"""A server that kept what we sent within this time keeps it still."""
NOT_KEPT: Final = "Our mail server keeps no copy of what it sends; a repeat carries the same Message-ID."


def make_email(
    channel_id: str, settings: EmailSettings, *, transport: Transport, clock: Clock
) -> "EmailAdapter":
    del transport  # mail has its own
    return EmailAdapter(channel_id, settings, clock=clock)


class EmailAdapter:
    """Mail arrives by ``mailbox``, which the application polls into the spool with source ``poll``."""

    platform = "email"

    def __init__(self, channel_id: str, settings: EmailSettings, *, clock: Clock) -> None:
        self.channel_id = channel_id
        self.failure_domain = settings.failure_domain
        self.poll_seconds = settings.poll_seconds
        self.limits = Limits(
            text_max=settings.text_characters_max,
            sends_per_second=settings.sends_per_second,
            first_contact=True,
            threaded=True,
            resend_is_safe=True,
        )
        self.mailbox = Mailbox(settings)
        self._settings = settings
        self._clock = clock
        self._submission = Submission(settings)

    def verify(self, request: RawRequest) -> Verification:
        del request
        return Forged("Mail does not come by webhook.", status=404)

    def parse(self, envelope: Envelope) -> Sequence[InboundEvent]:
        return parse_email(envelope, self._settings)

    async def send(self, outgoing: Outgoing) -> Sending:
        if not is_usable_address(outgoing.address):
            return Sending(Rejected(ErrorClass.RECIPIENT, f"{outgoing.address!r} is not a usable address."))
        started = self._clock.monotonic()
        outcome = await self._submission.hand_over(
            sender=_envelope_sender(self._settings, outgoing),
            receiver=wire_address(outgoing.address),
            mail=compose(self._settings, outgoing),
            message_id=message_id_of(outgoing.delivery_id, self._settings.domain),
        )
        return Sending(outcome, int((self._clock.monotonic() - started) * 1000))

    async def send_notice(self, notice: MailNotice) -> Outcome:
        """Hand over a mail that belongs to no conversation. Raises nothing."""
        if not is_usable_address(notice.address):
            return Rejected(ErrorClass.RECIPIENT, "The address cannot be used.")
        return await self._submission.hand_over(
            sender="",
            receiver=wire_address(notice.address),
            mail=compose_notice(self._settings, notice),
            message_id=notice_message_id(notice, self._settings),
        )

    async def touch(self, address: str) -> ProbeResult | None:
        """`probe` signs in to the server that sends our mail."""
        del address
        return None

    async def probe(self) -> Sequence[ProbeResult]:
        sending, mailbox = await asyncio.gather(self._probe_sending(), self._probe_mailbox())
        return (*sending, *mailbox)

    async def _probe_sending(self) -> Sequence[ProbeResult]:
        started = self._clock.monotonic()
        outcome = await self._submission.look()
        latency_ms = int((self._clock.monotonic() - started) * 1000)
        if isinstance(outcome, Accepted):
            ok, detail, error_class = True, "The mail server accepts our sign-in.", None
        else:
            ok, detail, error_class = False, outcome.reason, outcome.error_class
        return tuple(
            ProbeResult(capability, ok, detail, error_class, latency_ms)
            for capability in (Capability.SIGN_IN, Capability.SEND)
        )

    async def _probe_mailbox(self) -> Sequence[ProbeResult]:
        started = self._clock.monotonic()
        ok, detail, error_class = True, "The mailbox can be read.", None
        try:
            await self.mailbox.look()
        except MailboxUnavailableError as error:
            ok, detail, error_class = False, str(error), error.error_class
        latency_ms = int((self._clock.monotonic() - started) * 1000)
        return tuple(
            ProbeResult(capability, ok, detail, error_class, latency_ms)
            for capability in (Capability.RECEIVE, Capability.HISTORY)
        )

    async def find_sent(self, query: SentQuery) -> Evidence:
        """By the folder of sent mail, where our server puts what we hand to it."""
        message_id = message_id_of(query.delivery_id, self._settings.domain)
        ours = query.delivery_id.partition("_")[0] + "_"
        since = datetime.fromtimestamp(query.started_at / 1000, UTC).date() - timedelta(days=KEPT_DAYS)
        try:
            kept = await self.mailbox.find_sent(message_id, ours=ours, since=since)
        except MailboxUnavailableError as error:
            return CannotTell(f"The folder of sent mail cannot be read: {error}")
        if kept is Kept.FOUND:
            return FoundSent(message_id)
        return NotSent() if kept is Kept.ABSENT else CannotTell(NOT_KEPT)

    def history(self, since_ms: int) -> AsyncGenerator[HistoryPage, None]:
        del since_ms
        return no_history("Mail waits in the mailbox and is read on from the last one; nothing is missed.")

    async def resubscribe(self) -> bool:
        """A mailbox needs no subscription."""
        return True

    async def close(self) -> None:
        await self.mailbox.close()


def _envelope_sender(settings: EmailSettings, outgoing: Outgoing) -> str:
    # An empty sender: no other machine may answer to what a machine wrote (RFC 3834).
    return (settings.bounce_address or settings.address) if outgoing.human else ""
