"""A small IMAP4rev1 server on one mailbox: enough for a client that reads, flags and waits."""

import asyncio

from holdfast_simulators.mail.imap.commands import Commands
from holdfast_simulators.mail.imap.session import Session
from holdfast_simulators.mail.imap.wire import LINE_BYTES_MAX, Wire
from holdfast_simulators.mail.listener import Connections
from holdfast_simulators.mail.mailbox import Mailbox
from holdfast_simulators.mail.weather import Weather
from holdfast_simulators.settings import MailAccount

__all__ = ["ImapServer"]


class ImapServer:
    """Makes the protocol of each new connection for a `Listener`."""

    def __init__(
        self,
        *,
        mailbox: Mailbox,
        account: MailAccount,
        weather: Weather,
        may_sign_in: bool,
        sent: Mailbox | None = None,
    ) -> None:
        self._mailbox = mailbox
        self._sent = sent
        self._account = account
        self._weather = weather
        self._may_sign_in = may_sign_in

    def answer(self, connections: Connections) -> asyncio.Protocol:
        def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            # A task of our own: asyncio's reports an error when it is cancelled.
            work = self._serve(reader, writer, is_welcome=not connections.full)
            connections.add(writer.transport, asyncio.get_running_loop().create_task(work))

        return asyncio.StreamReaderProtocol(asyncio.StreamReader(limit=LINE_BYTES_MAX), serve)

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_welcome: bool
    ) -> None:
        try:
            if is_welcome:
                await self._session(Wire(reader, writer)).serve()
            else:
                writer.write(b"* BYE [LIMIT] Too many connections\r\n")
        finally:
            writer.close()

    def _session(self, wire: Wire) -> Session:
        commands = Commands(
            wire=wire,
            mailbox=self._mailbox,
            sent=self._sent,
            account=self._account,
            weather=self._weather,
            may_sign_in=self._may_sign_in,
        )
        return Session(wire=wire, commands=commands, weather=self._weather)
