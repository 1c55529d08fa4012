"""A small IMAP4rev1 server on one mailbox: enough for a client that reads, flags and waits."""

import asyncio

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
        self, *, mailbox: Mailbox, account: MailAccount, weather: Weather, may_sign_in: bool
    ) -> None:
        self._mailbox = mailbox
        self._account = account
        self._weather = weather
        self._may_sign_in = may_sign_in

    def answer(self, connections: Connections) -> asyncio.Protocol:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._serve(connections, reader, writer)

        reader = asyncio.StreamReader(limit=LINE_BYTES_MAX)
        return asyncio.StreamReaderProtocol(reader, serve)

    async def _serve(
        self, connections: Connections, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            if connections.full:
                writer.write(b"* BYE [LIMIT] Too many connections\r\n")
                return
            connections.add(writer.transport)
            await self._session(Wire(reader, writer)).serve()
        finally:
            writer.close()
            connections.discard(writer.transport)

    def _session(self, wire: Wire) -> Session:
        return Session(
            wire=wire,
            mailbox=self._mailbox,
            account=self._account,
            weather=self._weather,
            may_sign_in=self._may_sign_in,
        )
