"""The SMTP submission server (RFC 6409), on aiosmtpd."""

import asyncio
import socket
import struct
from typing import Any, AnyStr

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from holdfast_simulators.clock import MS_PER_SECOND, Clock
from holdfast_simulators.faults import Fault
from holdfast_simulators.mail.listener import Connections
from holdfast_simulators.mail.mailbox import MailboxFullError
from holdfast_simulators.mail.post_office import NULL_SENDERS, PostOffice
from holdfast_simulators.mail.reading import domain_of
from holdfast_simulators.mail.submission_trouble import (
    SIGN_IN_DOWN,
    TRANSACTION_KINDS,
    WRONG_CREDENTIALS,
    Stage,
    Trouble,
    trouble_of,
)
from holdfast_simulators.mail.weather import SIGNING_IN, SUBMITTING, Weather
from holdfast_simulators.settings import MailAccount
from holdfast_simulators.world import World

MESSAGE_BYTES_MAX = 10 * 1024 * 1024
LINE_BYTES_MAX = 1_001
"""RFC 5321 (4.5.3.1.6): 1000 octets with the line end, and a doubled dot."""
RECIPIENTS_MAX = 50
SILENCE_SECONDS_MAX = 300.0
UNANSWERED_SECONDS_MAX = 120.0
TRIPLETS_MAX = 10_000

ACCEPTED = "250 2.0.0 OK"
LINGER_NOT = struct.pack("ii", 1, 0)


class SubmissionServer:
    """Makes the protocol of each new connection for a `Listener`."""

    def __init__(
        self,
        *,
        world: World,
        account: MailAccount,
        post_office: PostOffice,
        weather: Weather,
        may_sign_in: bool,
    ) -> None:
        """`may_sign_in` is false on a connection in clear that the settings do not allow."""
        self._world = world
        self._account = account
        self._post_office = post_office
        self._weather = weather
        self._may_sign_in = may_sign_in
        self._greylist = Greylist()

    def answer(self, connections: Connections) -> asyncio.Protocol:
        if connections.full:
            return TurnedAway()
        clerk = Clerk(
            world=self._world,
            account=self._account,
            post_office=self._post_office,
            weather=self._weather,
            greylist=self._greylist,
        )
        return Conversation(
            connections,
            clerk,
            hostname=f"smtp.{domain_of(self._account.address)}",
            ident="ESMTP",
            data_size_limit=MESSAGE_BYTES_MAX,
            enable_SMTPUTF8=True,
            timeout=SILENCE_SECONDS_MAX,
            authenticator=clerk.authenticate,
            auth_require_tls=not self._may_sign_in,
            loop=asyncio.get_running_loop(),
        )


class Greylist:
    """Who has tried before: client, sender and recipient. The oldest are forgotten."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, ...], None] = {}

    def is_first(self, triplet: tuple[str, ...]) -> bool:
        if triplet in self._seen:
            return False
        if len(self._seen) >= TRIPLETS_MAX:
            self._seen.pop(next(iter(self._seen)))
        self._seen[triplet] = None
        return True


class TurnedAway(asyncio.Protocol):
    """What one connection too many gets."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.WriteTransport):
            transport.write(b"421 4.7.0 Too many connections, try again later\r\n")
        transport.close()


class QuietSession(Session):
    """aiosmtpd sets this at every sign-in and warns in the log that it did; plain, it stays silent."""

    login_data = None


class Conversation(SMTP):
    """One connection. aiosmtpd reads the commands; the clerk decides."""

    line_length_limit = LINE_BYTES_MAX

    def __init__(self, connections: Connections, clerk: "Clerk", **options: Any) -> None:
        super().__init__(clerk, **options)
        self._connections = connections

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        if isinstance(transport, asyncio.WriteTransport) and self._handler_coroutine is not None:
            self._connections.add(transport, self._handler_coroutine)

    def _create_session(self) -> Session:
        return QuietSession(self.loop)

    async def push(self, status: AnyStr) -> None:
        await super().push(status)
        if isinstance(status, str) and status.startswith("421") and self.transport is not None:
            self.transport.close()

    def cut(self) -> None:
        """Drop the connection with a reset, so that the client cannot take it for an orderly end."""
        if self.transport is None:
            return
        connection: socket.socket | None = self.transport.get_extra_info("socket")
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()


class Clerk:
    """Answers the commands of one connection; aiosmtpd finds the methods by their names."""

    def __init__(
        self,
        *,
        world: World,
        account: MailAccount,
        post_office: PostOffice,
        weather: Weather,
        greylist: Greylist,
    ) -> None:
        self._world = world
        self._clock: Clock = world.clock
        self._account = account
        self._post_office = post_office
        self._weather = weather
        self._greylist = greylist
        self._fault: Fault | None = None
        self._trouble: Trouble | None = None

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, mechanism: str, given: LoginPassword
    ) -> AuthResult:
        fault = self._weather.strike((SIGNING_IN, *SUBMITTING), {"token_error"})
        down = self._weather.strike_only(SIGNING_IN, {"server_error"})
        expected = (self._account.user.encode(), self._account.password.encode())
        if down is not None:
            refusal: str | None = SIGN_IN_DOWN
        elif fault is not None or (given.login, given.password) != expected:
            refusal = WRONG_CREDENTIALS
        else:
            refusal = None
        self._log(f"AUTH {mechanism}", refusal or "235", fault=down or fault)
        if refusal is None:
            return AuthResult(success=True, auth_data=given)
        return AuthResult(success=False, handled=False, message=refusal)

    async def handle_MAIL(  # noqa: N802 - named by aiosmtpd
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self._draw_fault()
        refusal = self._sender_refusal(session, address)
        if refusal is not None:
            self._log(f"MAIL {address}", refusal, fault=self._fault)
            return refusal
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802 - named by aiosmtpd
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refusal = self._recipient_refusal(session, envelope, address)
        if refusal is not None:
            self._log(f"RCPT {address}", refusal, fault=self._fault)
            return refusal
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802 - named by aiosmtpd
        self, server: Conversation, _session: Session, envelope: Envelope
    ) -> str:
        path = f"DATA {', '.join(envelope.rcpt_tos)}"
        if self._trouble is not None and self._trouble.stage is Stage.CONTENT:
            self._log(path, self._trouble.reply, fault=self._fault)
            return self._trouble.reply
        if self._trouble is not None and self._trouble.stage is Stage.CUT_UNREAD:
            return await self._answer(server, path, effect=False)
        try:
            effect = self._accept(envelope)
        except MailboxFullError:
            full = "452 4.2.2 The mailbox is full"
            self._log(path, full)
            return full
        return await self._answer(server, path, effect=effect)

    # The steps of a transaction

    def _draw_fault(self) -> None:
        """One draw per transaction, so that a rate is a share of messages."""
        self._fault = self._weather.certain(SUBMITTING, {"token_error"})
        self._trouble = Trouble(Stage.SENDER, WRONG_CREDENTIALS) if self._fault else None
        if self._fault is None:
            self._fault = self._weather.strike(SUBMITTING, TRANSACTION_KINDS)
        if self._fault is not None and self._trouble is None:
            self._trouble = trouble_of(self._fault, coin=self._weather.coin())

    def _sender_refusal(self, session: Session, address: str) -> str | None:
        if not session.authenticated:
            return "530 5.7.0 Authentication required"
        if self._trouble is not None and self._trouble.stage is Stage.SENDER:
            return self._trouble.reply
        if address not in NULL_SENDERS and domain_of(address) != domain_of(self._account.address):
            return f"553 5.7.1 <{address}>: Sender address rejected: not owned by user"
        return None

    def _recipient_refusal(self, session: Session, envelope: Envelope, address: str) -> str | None:
        if len(envelope.rcpt_tos) >= RECIPIENTS_MAX:
            return "452 4.5.3 Too many recipients"
        refusal = self._post_office.refusal(address)
        if refusal is not None or self._trouble is None:
            return refusal
        if self._trouble.stage is Stage.RECIPIENT:
            return self._trouble.reply
        triplet = (str(session.peer and session.peer[0]), envelope.mail_from or "", address)
        if self._trouble.stage is Stage.FIRST_TRY and self._greylist.is_first(triplet):
            return self._trouble.reply
        return None

    def _accept(self, envelope: Envelope) -> bool:
        """Take responsibility for the message; True when it reached someone."""
        stage = self._trouble.stage if self._trouble else None
        raw = envelope.original_content or b""
        sender = envelope.mail_from or ""
        for recipient in envelope.rcpt_tos:
            if stage is Stage.BOUNCE:
                self._bounce(raw, sender, recipient)
            elif stage is not Stage.LOSE:
                self._post_office.deliver(raw, envelope_from=sender, recipient=recipient)
        self._post_office.keep_copy(raw)
        return stage not in {Stage.BOUNCE, Stage.LOSE}

    def _bounce(self, raw: bytes, sender: str, recipient: str) -> None:
        after_seconds = self._fault.delay_ms / MS_PER_SECOND if self._fault else 0.0
        report = self._post_office.bounce_later(
            raw, envelope_from=sender, recipient=recipient, after_seconds=after_seconds
        )
        self._world.background.spawn(report)

    async def _answer(self, server: Conversation, path: str, *, effect: bool) -> str:
        stage = self._trouble.stage if self._trouble else None
        is_answered = stage not in {Stage.CUT, Stage.CUT_UNREAD, Stage.SILENT}
        self._log(path, ACCEPTED if is_answered else None, effect=effect, fault=self._fault)
        if stage is Stage.ANSWER_LATE and self._fault is not None:
            await self._weather.wait(self._fault)
        if stage is Stage.SILENT:
            await self._clock.sleep(UNANSWERED_SECONDS_MAX)
        if not is_answered:
            server.cut()
            # The connection's end cancels this task before it could answer.
            await asyncio.get_running_loop().create_future()
        return self._trouble.reply if self._trouble and stage is Stage.GARBLED else ACCEPTED

    def _log(self, path: str, reply: str | None, *, effect: bool = False, fault: Fault | None = None) -> None:
        status = int(reply[:3]) if reply else None
        self._weather.log(method="SMTP", path=path, status=status, effect=effect, fault=fault)
