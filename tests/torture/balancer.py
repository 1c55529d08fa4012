"""What stands before several nodes: each connection goes to the next node that takes it."""

import asyncio
from collections import deque
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from typing import Self

CHUNK_BYTES = 65_536


class Balancer:
    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = deque(ports)
        self._pumps: dict[asyncio.Task[None], int] = {}
        self.port = 0

    def take_out(self, port: int) -> None:
        """What follows when a node does not answer a look at its health: its connections end, no new ones come."""
        self._ports.remove(port)
        for pump, its_port in self._pumps.items():
            if its_port == port:
                pump.cancel()

    def put_back(self, port: int) -> None:
        self._ports.append(port)

    async def __aenter__(self) -> Self:
        self._listening = await asyncio.start_server(self._join, "127.0.0.1", 0)
        self.port = self._listening.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._listening.close()
        for pump in self._pumps:
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(len(self._ports)):
            self._ports.rotate(1)
            port = self._ports[0]
            with suppress(OSError):
                there = await asyncio.open_connection("127.0.0.1", port)
                if port in self._ports:
                    self._begin(_pump(reader, there[1]), port)
                    self._begin(_pump(there[0], writer), port)
                    return
                there[1].transport.abort()
        writer.transport.abort()

    def _begin(self, pump: Coroutine[None, None, None], port: int) -> None:
        task = asyncio.create_task(pump)
        self._pumps[task] = port
        task.add_done_callback(self._pumps.pop)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(CHUNK_BYTES):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.transport.abort()
