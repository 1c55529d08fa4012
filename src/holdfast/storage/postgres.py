"""PostgreSQL: one writer a process with group commit, and one writer at a time in the whole hub.

Every commit is made under one lock that all nodes share. So units of work follow one another as they do on
SQLite, the numbers of the event log become visible in their order, and no unit is ever repeated because of
another. A writer that stalls inside its transaction is cut off by the server, and the lock goes on.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Concatenate, Final, cast

import asyncpg
import uvloop

from holdfast.storage.database import P, StoreUnavailableError, T, Tx
from holdfast.storage.postgres_wire import (
    AWAY,
    STATEMENT_SECONDS_MAX,
    Connection,
    PostgresTx,
    ended,
    options,
    prepare,
    unavailable,
)
from holdfast.storage.postgres_writer import CHANNEL, RECONNECT_SECONDS, Unit, Writer

BATCH_UNITS_MAX: Final = 128
"""Units of work in one commit."""
QUEUE_UNITS_MAX: Final = 50_000
READERS: Final = 4


class PostgresDatabase:
    """A database shared by the nodes of one hub, addressed as ``postgresql://user@host:port/name``.

    Units of work that write run on the loop of a thread of their own, so that a busy process does not
    stretch the time between two statements of a transaction that others wait for.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._queue: deque[Unit] = deque()
        self._loop = uvloop.new_event_loop()
        self._wake = asyncio.Event()
        self._closed = False
        self._writer = Writer(url)
        self._pool: Connection = None
        self._opening = asyncio.Lock()
        self._ear: asyncio.Task[None] | None = None
        self._thread = threading.Thread(target=self._run_writer, name="store-write", daemon=True)
        self._thread.start()

    async def write(
        self, work: Callable[Concatenate[Tx, P], Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        unit = Unit(lambda tx: work(tx, *args, **kwargs), asyncio.get_running_loop())
        if self._closed or len(self._queue) >= QUEUE_UNITS_MAX:
            raise StoreUnavailableError("the store is closed or its queue is full")
        self._queue.append(unit)
        self._loop.call_soon_threadsafe(self._wake.set)
        await asyncio.shield(unit.waiter)
        return cast("T", unit.outcome())

    async def read(
        self, work: Callable[Concatenate[Tx, P], Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        if self._closed:
            raise StoreUnavailableError("the store is closed")
        try:
            pool = await self._readers()
            async with (
                pool.acquire(timeout=STATEMENT_SECONDS_MAX) as connection,
                connection.transaction(isolation="repeatable_read", readonly=True),
            ):
                return await work(PostgresTx(connection), *args, **kwargs)
        except AWAY as error:
            raise unavailable(error) from error

    def listen(self, heard: Callable[[], None]) -> None:
        """Call ``heard`` when any process has committed. A lost call costs latency alone."""
        self._ear = asyncio.create_task(self._listen(heard), name="store-listen")

    async def close(self) -> None:
        if self._ear is not None:
            self._ear.cancel()
            await asyncio.gather(self._ear, return_exceptions=True)
        self._closed = True
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._wake.set)
            await asyncio.to_thread(self._thread.join)
        if self._pool is not None:
            await ended(self._pool.close(), self._pool.terminate)

    async def _readers(self) -> Connection:
        async with self._opening:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self._url, min_size=0, max_size=READERS, init=prepare, **options()
                )
        return self._pool

    async def _listen(self, heard: Callable[[], None]) -> None:
        while True:
            ended = asyncio.Event()
            with suppress(*AWAY, asyncpg.PostgresError):
                connection = await asyncpg.connect(self._url, **options())
                try:
                    connection.add_termination_listener(lambda *_, ended=ended: ended.set())
                    await connection.add_listener(CHANNEL, lambda *_: heard())
                    await ended.wait()
                finally:
                    connection.terminate()
            await asyncio.sleep(RECONNECT_SECONDS)

    def _run_writer(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._write_batches())
        finally:
            self._loop.close()

    async def _write_batches(self) -> None:
        while True:
            self._wake.clear()
            if not self._queue:
                if self._closed:
                    break
                await self._wake.wait()
                continue
            batch = [self._queue.popleft() for _ in range(min(len(self._queue), BATCH_UNITS_MAX))]
            await self._writer.commit(batch)
            for unit in batch:
                unit.announce()
        await self._writer.close()
