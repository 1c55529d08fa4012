"""Members in pairs who talk over XMPP, as talkers.py does over Direct's stream.

Takes ``{"port", "host", "pairs", "in_flight", "count", "per_second"}``, with pairs of two names whose password is
the name; a message counts as acknowledged by stream management (XEP-0198).
"""

import asyncio
import base64
import json
import re
import sys
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Self

import uvloop

from bench.load.pace import run_all
from bench.load.tally import Tally, number_in, text_of

_STANZA = re.compile(
    rb"<body>(?P<body>[0-9]{10})|<a [^>]*h=[\"'](?P<heard>[0-9]+)[\"']"
    rb"|(?P<asked><r )|(?P<stanza><(?:message|presence|iq)[ >])"
)


class Jabber(asyncio.Protocol):
    """One person's connection."""

    def __init__(self, tally: Tally, name: str, other: str, host: str) -> None:
        self._tally = tally
        self.name = name
        self._other = f"{other}@{host}".encode()
        self._host = host
        self._buffer = b""
        self._unheard: deque[tuple[int, asyncio.Future[None]]] = deque()
        self._acknowledged = 0
        self._taken = 0
        self._goal: tuple[bytes, asyncio.Future[None]] | None = None
        self._transport: asyncio.Transport | None = None

    @classmethod
    async def come(cls, tally: Tally, name: str, other: str, *, host: str, port: int) -> Self:
        loop = asyncio.get_running_loop()
        _, person = await loop.create_connection(lambda: cls(tally, name, other, host), "127.0.0.1", port)
        await person.sign_in()
        return person

    async def sign_in(self) -> None:
        """Up to the first presence, with stream management."""
        opening = (
            f"<?xml version='1.0'?><stream:stream to='{self._host}' version='1.0' xmlns='jabber:client'"
            " xmlns:stream='http://etherx.jabber.org/streams'>"
        )
        secret = base64.b64encode(f"\0{self.name}\0{self.name}".encode()).decode()
        await self._say_until(opening, b"</stream:features>")
        auth = f"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{secret}</auth>"
        await self._say_until(auth, b"<success")
        await self._say_until(opening, b"</stream:features>")
        bind = "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>"
        await self._say_until(bind, b"</iq>")
        await self._say_until("<enable xmlns='urn:xmpp:sm:3'/>", b"<enabled")
        self._say(b"<presence/>")

    async def _say_until(self, words: str, goal: bytes) -> None:
        self._goal = (goal, asyncio.get_running_loop().create_future())
        self._say(words.encode())
        await self._goal[1]

    def _say(self, words: bytes) -> None:
        if self._transport is None:
            raise ConnectionError("not open")
        self._transport.write(words)

    async def write(self, number: int) -> None:
        """Send one message and wait until the server says that it has it."""
        heard = asyncio.get_running_loop().create_future()
        self._unheard.append((number, heard))
        self._tally.sent[number] = time.monotonic()
        self._say(
            b"<message type='chat' to='%s' id='m%d'><body>%s</body></message><r xmlns='urn:xmpp:sm:3'/>"
            % (self._other, number, text_of(number))
        )
        await heard

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if self._goal is not None:
            if self._goal[0] not in self._buffer:
                return
            goal, self._buffer, self._goal = self._goal[1], b"", None
            goal.set_result(None)
            return
        end = 0
        for found in _STANZA.finditer(self._buffer):
            end = found.end()
            self._take(found)
        # What is not yet whole: at most the beginning of one tag or text.
        self._buffer = self._buffer[max(end, self._buffer.rfind(b"<")) :]

    def _take(self, found: re.Match[bytes]) -> None:
        if body := found["body"]:
            self._tally.see(number_in(body))
        elif heard := found["heard"]:
            self._hear(int(heard))
        elif found["asked"]:
            self._say(b"<a xmlns='urn:xmpp:sm:3' h='%d'/>" % self._taken)
        else:
            self._taken += 1

    def _hear(self, count: int) -> None:
        # The presence was the first stanza that the server counted.
        while self._acknowledged < count - 1 and self._unheard:
            number, heard = self._unheard.popleft()
            self._acknowledged += 1
            self._tally.acknowledged[number] = time.monotonic()
            heard.set_result(None)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


def main() -> None:
    print(json.dumps(uvloop.run(talk(json.loads(sys.argv[1])))))  # noqa: T201 - its answer


async def talk(wanted: dict[str, Any]) -> dict[str, Any]:
    """Raises TimeoutError where a message is not delivered."""
    tally = Tally(wanted["count"])
    place = {"host": wanted["host"], "port": wanted["port"]}
    people = [
        await Jabber.come(tally, one, other, **place)
        for pair in wanted["pairs"]
        for one, other in (pair, reversed(pair))
    ]
    writers: list[Callable[[int], Awaitable[None]]] = [
        person.write for person in people for _ in range(wanted["in_flight"])
    ]
    await run_all(writers, wanted["count"], wanted.get("per_second"))
    told = await tally.told()
    for person in people:
        person.close()
    return told


if __name__ == "__main__":
    main()
