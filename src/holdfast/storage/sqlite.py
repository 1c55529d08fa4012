"""SQLite: one writer thread with group commit, readers apart."""

import asyncio
import sqlite3
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, Concatenate, Final, cast
from urllib.parse import quote

from holdfast.storage.database import P, Row, StoreUnavailableError, T, Tx
from holdfast.storage.dialect import for_sqlite, many_for_sqlite, sqlite_values

BATCH_UNITS_MAX: Final = 512
"""Units of work in one commit."""
QUEUE_UNITS_MAX: Final = 50_000
BUSY_TIMEOUT_MS: Final = 10_000
READERS: Final = 3
CACHE_KIB: Final = 65_536
CHECKPOINT_PAGES: Final = 8_192
"""A page that many commits change is carried over to the database once in 32 MiB of log, not in 4."""
LOG_BYTES_MAX: Final = 64 * 1024 * 1024
"""What stays of the write-ahead log after something large went through it."""
FILE_MODE: Final = 0o600
"""What people wrote is for the hub's own user alone; the files beside the database take its mode."""
ROWS_AT_ONCE: Final = (64, 16, 4, 1)
"""Rows that one statement takes. Between two statements this thread waits for the interpreter, whatever they do."""
STATEMENTS_PREPARED: Final = 512
_PRIMARY_CODE: Final = 0xFF
_AWAY: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_READONLY,
    }
)
"""What SQLite says when the store, not the statement, is at fault."""


class SqliteTx:
    """A transaction on one connection; its methods never suspend, so a unit of work runs in one go."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def all(self, sql: str, /, **values: object) -> list[Row]:
        return cast("list[Row]", self._execute(sql, values).fetchall())

    async def one(self, sql: str, /, **values: object) -> Row | None:
        return cast("Row | None", self._execute(sql, values).fetchone())

    async def run(self, sql: str, /, **values: object) -> int:
        return self._execute(sql, values).rowcount

    async def many(self, sql: str, rows: Iterable[Mapping[str, object]], /) -> None:
        together = many_for_sqlite(sql)
        if together is None:
            text, lists = for_sqlite(sql)
            self._connection.executemany(text, (sqlite_values(lists, row) for row in rows) if lists else rows)
            return
        for some in _in_sizes(list(rows)):
            values = [row[name] for row in some for name in together.names]
            self._connection.execute(together.text(len(some)), values)

    def _execute(self, sql: str, values: Mapping[str, object]) -> sqlite3.Cursor:
        text, lists = for_sqlite(sql)
        return self._connection.execute(text, sqlite_values(lists, values))


def _in_sizes(rows: list[Mapping[str, object]]) -> Iterator[list[Mapping[str, object]]]:
    """The rows in their order, in pieces of few different sizes, so that few statements are prepared."""
    place = 0
    for size in ROWS_AT_ONCE:
        while len(rows) - place >= size:
            yield rows[place : place + size]
            place += size


def connect(path: Path, *, synchronous: str = "FULL", read_only: bool = False) -> sqlite3.Connection:
    if not read_only and not path.exists():
        path.touch(mode=FILE_MODE)
    mode = "ro" if read_only else "rw"
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode={mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=BUSY_TIMEOUT_MS / 1000,
        cached_statements=STATEMENTS_PREPARED,
    )
    connection.row_factory = sqlite3.Row
    if not read_only:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {synchronous}")
        connection.execute(f"PRAGMA journal_size_limit = {LOG_BYTES_MAX}")
        connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    return connection


class SqliteDatabase:
    """The embedded database.

    With ``inline`` no thread is used and every call finishes before it returns: for a simulation that
    owns time. ``synchronous`` is FULL wherever a promise rests on it.
    """

    def __init__(self, path: Path, *, inline: bool = False, synchronous: str = "FULL") -> None:
        self._inline = inline
        self._writer = connect(path, synchronous=synchronous)
        self._queue: deque[_Unit] = deque()
        self._wake = threading.Condition()
        self._closed = False
        self._free_readers: deque[sqlite3.Connection] = deque()
        if not inline:
            self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="store-read")
            self._free_readers.extend(connect(path, read_only=True) for _ in range(READERS))
            self._thread = threading.Thread(target=self._write_batches, name="store-write", daemon=True)
            self._thread.start()

    async def write(
        self, work: Callable[Concatenate[Tx, P], Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        unit = _Unit(lambda tx: work(tx, *args, **kwargs))
        if self._inline:
            _commit_batch(self._writer, [unit])
            return cast("T", unit.outcome())
        unit.waiter = asyncio.get_running_loop().create_future()
        unit.loop = asyncio.get_running_loop()
        with self._wake:
            if self._closed or len(self._queue) >= QUEUE_UNITS_MAX:
                raise StoreUnavailableError("the store is closed or its queue is full")
            self._queue.append(unit)
            self._wake.notify()
        await asyncio.shield(unit.waiter)
        return cast("T", unit.outcome())

    async def read(
        self, work: Callable[Concatenate[Tx, P], Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        if self._inline:
            return _drive(work(SqliteTx(self._writer), *args, **kwargs))
        if self._closed:
            raise StoreUnavailableError("the store is closed")
        return await asyncio.get_running_loop().run_in_executor(
            self._readers, self._read, lambda tx: work(tx, *args, **kwargs)
        )

    def _read(self, work: Callable[[Tx], Awaitable[T]]) -> T:
        connection = self._free_readers.popleft()
        try:
            connection.execute("BEGIN")
            return _drive(work(SqliteTx(connection)))
        except sqlite3.Error as error:
            if _is_away(error):
                raise StoreUnavailableError(str(error)) from error
            raise
        finally:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            self._free_readers.append(connection)

    async def close(self) -> None:
        if self._inline:
            self._writer.close()
            return
        with self._wake:
            self._closed = True
            self._wake.notify()
        await asyncio.to_thread(self._thread.join)
        self._readers.shutdown(wait=True)
        for connection in (*self._free_readers, self._writer):
            connection.close()

    def _write_batches(self) -> None:
        while True:
            with self._wake:
                while not self._queue and not self._closed:
                    self._wake.wait()
                if not self._queue:
                    return
                batch = [self._queue.popleft() for _ in range(min(len(self._queue), BATCH_UNITS_MAX))]
            _commit_batch(self._writer, batch)
            for unit in batch:
                unit.announce()


class _Unit:
    """One unit of work on its way through the writer, with its result or its error."""

    def __init__(self, work: Callable[[Tx], Awaitable[Any]]) -> None:
        self.work = work
        self.result: object = None
        self.error: BaseException | None = None
        self.waiter: asyncio.Future[None] | None = None
        self.loop: asyncio.AbstractEventLoop | None = None

    def outcome(self) -> object:
        if self.error is not None:
            raise self.error
        return self.result

    def announce(self) -> None:
        if self.loop is None or self.waiter is None:
            return
        with suppress(RuntimeError):  # the loop that waited is gone; the commit stands all the same
            self.loop.call_soon_threadsafe(_finish, self.waiter)


def _finish(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)


def _commit_batch(connection: sqlite3.Connection, batch: list[_Unit]) -> None:
    """Run the units in one transaction; a unit that fails is rolled back alone.

    Few fail, and a savepoint costs as much as another statement: only where one has failed are all of them run
    again, each with a way back.
    """
    try:
        connection.execute("BEGIN IMMEDIATE")
        if not _run_plainly(connection, batch):
            connection.execute("ROLLBACK")
            connection.execute("BEGIN IMMEDIATE")
            for unit in batch:
                _run_unit(connection, unit)
        connection.execute("COMMIT")
    except (sqlite3.Error, OSError) as error:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        for unit in batch:
            failure = StoreUnavailableError(str(error))
            failure.__cause__ = error
            unit.error = failure


def _run_plainly(connection: sqlite3.Connection, batch: list[_Unit]) -> bool:
    """Run the units one after another; whether all went well."""
    try:
        for unit in batch:
            unit.result = _drive(unit.work(SqliteTx(connection)))
    except Exception as error:
        if _is_away(error):
            raise  # no unit of this commit can stand
        return False
    return True


def _run_unit(connection: sqlite3.Connection, unit: _Unit) -> None:
    connection.execute("SAVEPOINT unit")
    try:
        unit.result = _drive(unit.work(SqliteTx(connection)))
    except Exception as error:
        if _is_away(error):
            raise  # no unit of this commit can stand
        unit.error = error  # handed to the caller, whose unit alone is undone
        connection.execute("ROLLBACK TO unit")
    connection.execute("RELEASE unit")


def _is_away(error: Exception) -> bool:
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & _PRIMARY_CODE in _AWAY


def _drive(work: Awaitable[T]) -> T:
    """Run a coroutine that awaits only its transaction, which on SQLite never suspends."""
    coroutine = cast("Coroutine[Any, Any, T]", work)
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return cast("T", stop.value)
    coroutine.close()
    raise RuntimeError("a unit of work may await nothing but its transaction")
