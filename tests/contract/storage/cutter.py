"""A wire to a database that is cut at a chosen word, before or after the word arrives."""

import asyncio
from typing import Self
from urllib.parse import urlsplit

CHUNK_BYTES = 65_536
TAKES_EFFECT_SECONDS = 0.3
"""Between the word's arrival and the cut, so that the server has acted on it."""


class Cutter:
    """Stands between a client and the server; once armed it cuts the first connection that says the word."""

    def __init__(self, url: str, *, at: bytes, arrives: bool) -> None:
        self._server = urlsplit(url)
        self._word = at
        self._arrives = arrives
        self._armed = False
        self.cuts = 0
        self._pumps: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        port = self._listening.sockets[0].getsockname()[1]
        user = self._server.netloc.rpartition("@")[0]
        return self._server._replace(netloc=f"{user}@127.0.0.1:{port}").geturl()

    def arm(self) -> None:
        self._armed = True

    async def __aenter__(self) -> Self:
        self._listening = await asyncio.start_server(self._join, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._listening.close()
        for pump in self._pumps:
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_connection(self._server.hostname, self._server.port)
        forth = asyncio.create_task(self._forth(reader, there[1], writer))
        back = asyncio.create_task(_pump(there[0], writer))
        for task in (forth, back):
            self._pumps.add(task)

    async def _forth(
        self, reader: asyncio.StreamReader, server: asyncio.StreamWriter, client: asyncio.StreamWriter
    ) -> None:
        try:
            while data := await reader.read(CHUNK_BYTES):
                if self._armed and self._word in data:
                    self._armed = False
                    self.cuts += 1
                    client.transport.abort()
                    if self._arrives:
                        server.write(data)
                        await server.drain()
                        await asyncio.sleep(TAKES_EFFECT_SECONDS)
                    break
                server.write(data)
                await server.drain()
        except ConnectionError:
            pass
        finally:
            server.transport.abort()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(CHUNK_BYTES):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.transport.abort()
