"""Members in pairs who talk over Matrix, as talkers.py does over Direct's stream.

Takes ``{"url", "pairs", "in_flight", "count", "per_second"}``, with pairs of ``[token, token, room]``.
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any
from urllib.parse import quote

import aiohttp
import msgspec
import uvloop

from bench.load.pace import run_all
from bench.load.tally import Tally, number_in, text_of

FILTER = quote('{"presence":{"types":[]},"account_data":{"types":[]},"room":{"timeline":{"limit":1000}}}')
PATH = "/_matrix/client/v3"
WAIT_MS = 1000


class Content(msgspec.Struct, frozen=True):
    body: str = ""


class Event(msgspec.Struct, frozen=True):
    type: str
    content: Content
    unsigned: dict[str, Any] = {}


class Timeline(msgspec.Struct, frozen=True):
    events: list[Event] = []


class Room(msgspec.Struct, frozen=True):
    timeline: Timeline = Timeline()


class Rooms(msgspec.Struct, frozen=True):
    join: dict[str, Room] = {}


class Sync(msgspec.Struct, frozen=True):
    next_batch: str
    rooms: Rooms = Rooms()


class Person:
    """One device: it asks for what is new without a pause, and writes meanwhile."""

    def __init__(self, tally: Tally, session: aiohttp.ClientSession, token: str, run: str) -> None:
        self._tally = tally
        self._session = session
        self._headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        self._run = run
        self._since = ""
        self._own: set[int] = set()
        self._decode = msgspec.json.Decoder(Sync).decode

    async def read(self, begun: asyncio.Event) -> None:
        await self._sync(wait_ms=0)
        begun.set()
        while True:
            for room in (await self._sync(WAIT_MS)).rooms.join.values():
                for event in room.timeline.events:
                    self._see(event)

    def _see(self, event: Event) -> None:
        if event.type == "m.room.message" and (number := number_in(event.content.body)) not in self._own:
            self._tally.see(number)

    async def _sync(self, wait_ms: int) -> Sync:
        query = f"filter={FILTER}&timeout={wait_ms}" + (f"&since={self._since}" if self._since else "")
        async with self._session.get(f"{PATH}/sync?{query}", headers=self._headers) as answer:
            told = self._decode(await answer.read())
        self._since = told.next_batch
        return told

    def writer(self, room: str) -> Callable[[int], Awaitable[None]]:
        place = f"{PATH}/rooms/{quote(room)}/send/m.room.message"

        async def write(number: int) -> None:
            self._own.add(number)
            body = b'{"msgtype":"m.text","body":"%s"}' % text_of(number)
            self._tally.sent[number] = time.monotonic()
            async with self._session.put(f"{place}/{self._run}-{number}", data=body, headers=self._headers):
                self._tally.acknowledged[number] = time.monotonic()

        return write


def main() -> None:
    print(json.dumps(uvloop.run(talk(json.loads(sys.argv[1])))))  # noqa: T201 - its answer


async def talk(wanted: dict[str, Any]) -> dict[str, Any]:
    """Raises ClientResponseError where a message is refused, TimeoutError where one is not delivered."""
    everyone = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(wanted["url"], connector=everyone, raise_for_status=True) as session:
        return await _talk(session, wanted)


async def _talk(session: aiohttp.ClientSession, wanted: dict[str, Any]) -> dict[str, Any]:
    tally, run = Tally(wanted["count"]), f"{time.time_ns():x}"
    writers: list[Callable[[int], Awaitable[None]]] = []
    readers = []
    for *tokens, room in wanted["pairs"]:
        for token in tokens:
            person, begun = Person(tally, session, token, run), asyncio.Event()
            readers.append(asyncio.create_task(person.read(begun)))
            await begun.wait()
            writers += [person.writer(room)] * wanted["in_flight"]
    await run_all(writers, wanted["count"], wanted.get("per_second"))
    told = await tally.told()
    for reader in readers:
        reader.cancel()
        with suppress(asyncio.CancelledError):
            await reader
    return told


if __name__ == "__main__":
    main()
