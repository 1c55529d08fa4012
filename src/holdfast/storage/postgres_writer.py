"""The one connection of a process that writes to PostgreSQL, and the commits that carry many units of work."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Coroutine, Generator
from contextlib import suppress
from typing import Any, Final, cast

import asyncpg

from holdfast.storage.database import Tx
from holdfast.storage.postgres_wire import AWAY, Connection, PostgresTx, ended, options, prepare, unavailable

RECONNECT_SECONDS: Final = 0.2
UNKNOWN_SECONDS_MAX: Final = 60.0
"""How long a commit whose answer was lost is asked after before its units are told that it is unknown."""
CHANNEL: Final = "holdfast_committed"
_WRITERS_LOCK: Final = 0x486F6C64
_MARKS: Final = """
CREATE TABLE IF NOT EXISTS commit_mark (
    writer TEXT PRIMARY KEY, number BIGINT NOT NULL, at TIMESTAMPTZ NOT NULL DEFAULT now()
)
"""
_FORGET_MARKS: Final = "DELETE FROM commit_mark WHERE at < now() - INTERVAL '1 day'"


class Unit:
    """One unit of work on its way through the writer, with its result or its error."""

    def __init__(self, work: Callable[[Tx], Awaitable[Any]], loop: asyncio.AbstractEventLoop) -> None:
        self.work = work
        self.result: object = None
        self.error: BaseException | None = None
        self._loop = loop
        self.waiter: asyncio.Future[None] = loop.create_future()

    def outcome(self) -> object:
        if self.error is not None:
            raise self.error
        return self.result

    def announce(self) -> None:
        with suppress(RuntimeError):  # the loop that waited is gone; the commit stands all the same
            self._loop.call_soon_threadsafe(self._finish)

    def _finish(self) -> None:
        if not self.waiter.done():
            self.waiter.set_result(None)


class Writer:
    """The one connection of this process that writes.

    Each commit leaves its number under this writer's name. So a commit whose answer was lost is looked up
    once the old session is certainly over, and nobody is told that something failed which took effect.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._name = secrets.token_hex(8)
        self._number = 0
        self._connection: Connection = None

    async def commit(self, batch: list[Unit]) -> None:
        self._number += 1
        committing = False
        try:
            connection = await self._connected()
            await self._begin(connection)
            await _run_units(connection, batch)
            committing = True
            await connection.execute(f"NOTIFY {CHANNEL}; COMMIT")
        except Exception as error:  # noqa: BLE001 - whatever it was, the units must not wait for ever
            self._drop()
            if not committing or not await self._did_commit():
                for unit in batch:
                    unit.error = unavailable(error)

    async def close(self) -> None:
        if self._connection is not None:
            await ended(self._connection.close(), self._connection.terminate)

    async def _connected(self) -> Connection:
        if self._connection is None or self._connection.is_closed():
            connection = await asyncpg.connect(self._url, **options())
            try:
                await prepare(connection)
                await self._make_marks(connection)
            except BaseException:
                connection.terminate()
                raise
            self._connection = connection
        return self._connection

    async def _make_marks(self, connection: Connection) -> None:
        async with connection.transaction():
            await connection.execute(f"SELECT pg_advisory_xact_lock({_WRITERS_LOCK})")
            if await connection.fetchval("SELECT to_regclass('commit_mark')") is None:
                await connection.execute(_MARKS)
            await connection.execute(_FORGET_MARKS)

    async def _begin(self, connection: Connection) -> None:
        await connection.execute(
            f"BEGIN; SELECT pg_advisory_xact_lock({_WRITERS_LOCK});"
            f"INSERT INTO commit_mark (writer, number) VALUES ('{self._name}', {self._number})"
            " ON CONFLICT (writer) DO UPDATE SET number = excluded.number, at = now()"
        )

    async def _did_commit(self) -> bool:
        """Whether the commit whose answer was lost took effect; False, too, when it cannot be learnt."""
        with suppress(TimeoutError):
            async with asyncio.timeout(UNKNOWN_SECONDS_MAX):
                while True:
                    with suppress(*AWAY, asyncpg.PostgresError):
                        return await self._look_up(await self._connected())
                    self._drop()
                    await asyncio.sleep(RECONNECT_SECONDS)
        return False

    async def _look_up(self, connection: Connection) -> bool:
        async with connection.transaction():
            await connection.execute(f"SELECT pg_advisory_xact_lock({_WRITERS_LOCK})")
            number = await connection.fetchval("SELECT number FROM commit_mark WHERE writer = $1", self._name)
        return bool(number == self._number)

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None


class _OnlyItsTransaction:
    """Awaits a unit of work, and stops one that waits for anything else while all writers wait for it."""

    def __init__(self, work: Awaitable[Any], tx: PostgresTx) -> None:
        self._work = cast("Coroutine[Any, Any, Any]", work)
        self._tx = tx

    def __await__(self) -> Generator[Any, Any, Any]:
        answer: BaseException | None = None
        while True:
            try:
                waits_for = self._work.send(None) if answer is None else self._work.throw(answer)
            except StopIteration as stop:
                return stop.value
            if not self._tx.is_asking:
                self._work.close()
                raise RuntimeError("a unit of work may await nothing but its transaction")
            answer = None
            try:
                yield waits_for
            except BaseException as error:  # noqa: BLE001 - handed to the unit, as an await would
                answer = error


async def _run_units(connection: Connection, batch: list[Unit]) -> None:
    tx = PostgresTx(connection)
    await connection.execute("SAVEPOINT unit")
    for unit in batch:
        try:
            unit.result = await _OnlyItsTransaction(unit.work(tx), tx)
        except Exception as error:
            if isinstance(error, AWAY):
                raise  # no unit of this commit can stand
            unit.error = error  # handed to the caller, whose unit alone is undone
            await connection.execute("ROLLBACK TO SAVEPOINT unit")
        else:
            await connection.execute("RELEASE SAVEPOINT unit; SAVEPOINT unit")
