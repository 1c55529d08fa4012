"""Lines and literals of an IMAP connection."""

import asyncio
import re

LINE_BYTES_MAX = 16_384
LITERAL_BYTES_MAX = 65_536
COMMAND_BYTES_MAX = 131_072
SILENCE_SECONDS_MAX = 1_800.0
"""RFC 3501 (5.4): a server may log out a silent client after 30 minutes, not earlier."""

LITERAL = re.compile(rb"\{(\d{1,9})(\+?)\}\r\n$")


class TooLongError(Exception):
    """The client sent more than this server takes; the connection cannot go on."""


class Wire:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def read_line(self) -> bytes | None:
        """One line with its end; None when the client has gone. Raises TooLongError, TimeoutError."""
        try:
            async with asyncio.timeout(SILENCE_SECONDS_MAX):
                return await self._reader.readuntil(b"\n")
        except asyncio.IncompleteReadError:
            return None
        except asyncio.LimitOverrunError as error:
            raise TooLongError from error

    async def read_command(self) -> bytes | None:
        """One command with its literals in place, without the last line end."""
        command = b""
        while True:
            line = await self.read_line()
            if line is None:
                return None
            command += line
            literal = LITERAL.search(line)
            if literal is None:
                return command.rstrip(b"\r\n")
            command += await self._literal(int(literal[1]), waits=not literal[2])
            if len(command) > COMMAND_BYTES_MAX:
                raise TooLongError

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def say(self, line: str) -> None:
        await self.send(line.encode("utf-8", errors="surrogateescape") + b"\r\n")

    def abort(self) -> None:
        self._writer.transport.abort()

    async def _literal(self, size: int, *, waits: bool) -> bytes:
        if size > LITERAL_BYTES_MAX:
            raise TooLongError
        if waits:
            await self.send(b"+ Ready for the literal\r\n")
        async with asyncio.timeout(SILENCE_SECONDS_MAX):
            return await self._reader.readexactly(size)
