"""PostgreSQL: one writer a process with group commit, and one writer at a time in the whole hub.

Every commit is made under one lock that all nodes share. So units of work follow one another as they do on
SQLite, the numbers of the event log become visible in their order, and no unit is ever repeated because of
another. A writer that stalls inside its transaction is cut off by the server, and the lock goes on.
"""

import asyncio
import secrets
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Generator, Iterable, Mapping
from contextlib import suppress
from decimal import Decimal
from socket import gaierror
from ssl import SSLError
from typing import Any, Concatenate, Final, cast

import asyncpg
import uvloop

from holdfast.storage.database import P, Row, StoreMisaddressedError, StoreUnavailableError, T, Tx
from holdfast.storage.dialect import for_postgres, postgres_value

BATCH_UNITS_MAX: Final = 128
"""Units of work in one commit."""
QUEUE_UNITS_MAX: Final = 50_000
READERS: Final = 4
STATEMENT_SECONDS_MAX: Final = 20.0
CONNECT_SECONDS_MAX: Final = 5.0
RECONNECT_SECONDS: Final = 0.2
UNKNOWN_SECONDS_MAX: Final = 60.0
"""How long a commit whose answer was lost is asked after before its units are told that it is unknown."""
STOP_SECONDS_MAX: Final = 10.0
STATEMENTS_PREPARED: Final = 512
_WRITERS_LOCK: Final = 0x486F6C64
_CHANNEL: Final = "holdfast_committed"
_SERVER_SETTINGS: Final = {
    "application_name": "holdfast",
    "idle_in_transaction_session_timeout": "5000",
    "lock_timeout": "15000",
    "client_connection_check_interval": "1000",
    "jit": "off",
}
_MARKS: Final = """
CREATE TABLE IF NOT EXISTS commit_mark (
    writer TEXT PRIMARY KEY, number BIGINT NOT NULL, at TIMESTAMPTZ NOT NULL DEFAULT now()
)
"""
_FORGET_MARKS: Final = "DELETE FROM commit_mark WHERE at < now() - INTERVAL '1 day'"
_AWAY: Final = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.LockNotAvailableError,
    asyncpg.PostgresSystemError,
    asyncpg.InternalServerError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.ReadOnlySQLTransactionError,
    OSError,
    TimeoutError,
)
"""What says that the store, not the statement, is at fault."""
_NOT_OURS: Final = (
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InsufficientPrivilegeError,
    asyncpg.ClientConfigurationError,
    gaierror,
    SSLError,
)

Connection = Any
"""An asyncpg connection; the library ships no types."""


class PostgresTx:
    """A transaction on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.is_asking = False

    async def all(self, sql: str, /, **values: object) -> list[Row]:
        text, names = for_postgres(sql)
        return cast("list[Row]", await self._ask(self._connection.fetch(text, *_arguments(names, values))))

    async def one(self, sql: str, /, **values: object) -> Row | None:
        text, names = for_postgres(sql)
        return cast(
            "Row | None", await self._ask(self._connection.fetchrow(text, *_arguments(names, values)))
        )

    async def run(self, sql: str, /, **values: object) -> int:
        text, names = for_postgres(sql)
        return _changed(await self._ask(self._connection.execute(text, *_arguments(names, values))))

    async def many(self, sql: str, rows: Iterable[Mapping[str, object]], /) -> None:
        text, names = for_postgres(sql)
        await self._ask(self._connection.executemany(text, [_arguments(names, row) for row in rows]))

    async def _ask(self, question: Awaitable[Any]) -> Any:
        self.is_asking = True
        try:
            return await question
        finally:
            self.is_asking = False


class PostgresDatabase:
    """A database shared by the nodes of one hub, addressed as ``postgresql://user@host:port/name``.

    Units of work that write run on the loop of a thread of their own, so that a busy process does not
    stretch the time between two statements of a transaction that others wait for.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._queue: deque[_Unit] = deque()
        self._loop = uvloop.new_event_loop()
        self._wake = asyncio.Event()
        self._closed = False
        self._writer = _Writer(url)
        self._pool: Connection = None
        self._opening = asyncio.Lock()
        self._ear: asyncio.Task[None] | None = None
        self._thread = threading.Thread(target=self._run_writer, name="store-write", daemon=True)
        self._thread.start()

    async def write(
        self, work: Callable[Concatenate[Tx, P], Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        unit = _Unit(lambda tx: work(tx, *args, **kwargs), asyncio.get_running_loop())
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
        except _AWAY as error:
            raise _unavailable(error) from error

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
            await _ended(self._pool.close(), self._pool.terminate)

    async def _readers(self) -> Connection:
        async with self._opening:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self._url, min_size=0, max_size=READERS, init=_prepare, **_options()
                )
        return self._pool

    async def _listen(self, heard: Callable[[], None]) -> None:
        while True:
            ended = asyncio.Event()
            with suppress(*_AWAY, asyncpg.PostgresError):
                connection = await asyncpg.connect(self._url, **_options())
                try:
                    connection.add_termination_listener(lambda *_, ended=ended: ended.set())
                    await connection.add_listener(_CHANNEL, lambda *_: heard())
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


class _Unit:
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


class _Writer:
    """The one connection of this process that writes.

    Each commit leaves its number under this writer's name. So a commit whose answer was lost is looked up
    once the old session is certainly over, and nobody is told that something failed which took effect.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._name = secrets.token_hex(8)
        self._number = 0
        self._connection: Connection = None

    async def commit(self, batch: list[_Unit]) -> None:
        self._number += 1
        committing = False
        try:
            connection = await self._connected()
            await self._begin(connection)
            await _run_units(connection, batch)
            committing = True
            await connection.execute(f"NOTIFY {_CHANNEL}; COMMIT")
        except Exception as error:  # noqa: BLE001 - whatever it was, the units must not wait for ever
            self._drop()
            if not committing or not await self._did_commit():
                for unit in batch:
                    unit.error = _unavailable(error)

    async def close(self) -> None:
        if self._connection is not None:
            await _ended(self._connection.close(), self._connection.terminate)

    async def _connected(self) -> Connection:
        if self._connection is None or self._connection.is_closed():
            connection = await asyncpg.connect(self._url, **_options())
            try:
                await _prepare(connection)
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
                    with suppress(*_AWAY, asyncpg.PostgresError):
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


async def _run_units(connection: Connection, batch: list[_Unit]) -> None:
    tx = PostgresTx(connection)
    await connection.execute("SAVEPOINT unit")
    for unit in batch:
        try:
            unit.result = await _OnlyItsTransaction(unit.work(tx), tx)
        except Exception as error:
            if isinstance(error, _AWAY):
                raise  # no unit of this commit can stand
            unit.error = error  # handed to the caller, whose unit alone is undone
            await connection.execute("ROLLBACK TO SAVEPOINT unit")
        else:
            await connection.execute("RELEASE SAVEPOINT unit; SAVEPOINT unit")


def _options() -> dict[str, Any]:
    return {
        "timeout": CONNECT_SECONDS_MAX,
        "command_timeout": STATEMENT_SECONDS_MAX,
        "server_settings": _SERVER_SETTINGS,
        "statement_cache_size": STATEMENTS_PREPARED,
        "max_cached_statement_lifetime": 0,
    }


async def _prepare(connection: Connection) -> None:
    """Sums come as numbers, not decimals; what is committed is synced, whatever the server's default."""
    await connection.set_type_codec(
        "numeric", encoder=str, decoder=_number, schema="pg_catalog", format="text"
    )
    if await connection.fetchval("SHOW synchronous_commit") in {"off", "local"}:
        await connection.execute("SET synchronous_commit TO on")


def _number(text: str) -> int | float:
    value = Decimal(text)
    return int(value) if value == value.to_integral_value() else float(value)


def _arguments(names: tuple[str, ...], values: Mapping[str, object]) -> list[object]:
    return [postgres_value(values[name]) for name in names]


def _changed(status: str) -> int:
    """The number of rows in a command's status, such as ``UPDATE 3`` or ``INSERT 0 1``."""
    last = status.rpartition(" ")[2]
    return int(last) if last.isdigit() else 0


def _unavailable(error: BaseException) -> StoreUnavailableError:
    kind = StoreMisaddressedError if isinstance(error, _NOT_OURS) else StoreUnavailableError
    failure = kind(str(error) or type(error).__name__)
    failure.__cause__ = error
    return failure


async def _ended(closing: Awaitable[None], terminate: Callable[[], None]) -> None:
    try:
        async with asyncio.timeout(STOP_SECONDS_MAX):
            await closing
    except (TimeoutError, *_AWAY):
        terminate()
