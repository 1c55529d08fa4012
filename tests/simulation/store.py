"""The hub's own store and spool on virtual time: the same queue, the same writer, the same commits.

The writer is the product's own thread function. It runs in a thread of its own, but never beside the loop:
each works while the other waits, so that order and chance stay the seed's. Where the writer would wait for
the disk, at COMMIT, virtual time passes, and whatever may happen in that time happens.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Concatenate, Final, ParamSpec, TypeVar, cast

from holdfast.storage import Envelope, NewEnvelope, Spool, SqliteDatabase, StoreUnavailableError, Tx
from holdfast.storage.spool import _get
from holdfast.storage.sqlite import connect

from .disk import Disk
from .overseer import Watch
from .weather import Weather

LEVELS: Final = ("OFF", "NORMAL", "FULL", "EXTRA")
"""What SQLite's numbers of ``synchronous`` mean."""

_HOW_TOLD: Final[dict[str, Callable[[Watch], None]]] = {
    "ROLLBACK": Watch.undone,
    "SAVEPOINT unit": Watch.unit_begun,
    "ROLLBACK TO unit": Watch.unit_undone,
}

P = ParamSpec("P")
T = TypeVar("T")


class _AbandonedError(BaseException):
    """The process was killed while its writer waited."""


class _Baton:
    """The writer's thread and the loop's, of which only one runs at a time."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work
        self._go = threading.Semaphore(0)
        self._back = threading.Semaphore(0)
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="simulated writer", daemon=True)
        self.waits_for = "work"
        """What the writer waits for: work, the disk, or nothing any more."""
        self._thread.start()

    def resume(self) -> None:
        """Let the writer go on until it waits again. Raises what it stumbled over, which would hang the run."""
        self._go.release()
        self._back.acquire()
        if self._error is not None:
            raise self._error

    def wait(self, for_what: str) -> None:
        """Called by the writer: let the loop go on."""
        self.waits_for = for_what
        self._back.release()
        self._go.acquire()
        if self.waits_for == "nothing":
            raise _AbandonedError

    def end(self) -> None:
        if self.waits_for != "nothing":
            self.waits_for = "nothing"
            self.resume()
            self._thread.join()

    def _run(self) -> None:
        self._go.acquire()
        try:
            if self.waits_for != "nothing":
                self._work()
        except _AbandonedError:
            """Its process was killed."""
        except BaseException as error:  # noqa: BLE001 - a thread has nobody to tell but the loop
            self._error, self.waits_for = error, "nothing"
        finally:
            self._back.release()


class _Wake:
    """In the place of the condition on which the writer waits for work."""

    def __init__(self, on_work: Callable[[], None]) -> None:
        self._on_work = on_work
        self.baton: _Baton

    def __enter__(self) -> None:
        """Only one thread runs: there is nothing to lock."""

    def __exit__(self, *_: object) -> None:
        """Only one thread runs: there is nothing to lock."""

    def notify(self) -> None:
        self._on_work()

    def wait(self) -> None:
        self.baton.wait("work")


class _Connection:
    """The writer's connection: a commit takes time, may be refused, and is noted."""

    def __init__(self, inner: sqlite3.Connection, path: Path, disk: Disk) -> None:
        self.inner = inner
        self.baton: _Baton
        self.refusal = ""
        self.watch: Watch | None = None
        self._path = path
        self._disk = disk

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        if sql == "COMMIT":
            return self._commit()
        was_open = self.inner.in_transaction
        cursor = self.inner.execute(sql, *values)
        if sql in _HOW_TOLD:
            if self.watch is not None:
                _HOW_TOLD[sql](self.watch)
        elif was_open and not self.inner.in_transaction:
            raise RuntimeError(f"the simulated disk did not see this commit: {sql}")
        return cursor

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def _commit(self) -> sqlite3.Cursor:
        self.baton.wait("the disk")
        if self.refusal:
            refused = sqlite3.OperationalError(self.refusal)
            refused.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise refused
        self._disk.before_commit(self._path, self.inner)
        cursor = self.inner.execute("COMMIT")
        self._disk.after_commit(self._path, self.inner)
        if self.watch is not None:
            self.watch.committed()
        return cursor


class PacedDatabase(SqliteDatabase):
    """A SqliteDatabase whose writer works when the weather lets it, in the loop's own time."""

    def __init__(self, path: Path, weather: Weather, disk: Disk, **how: Any) -> None:
        super().__init__(path, inline=True, **how)
        wake = _Wake(self._begin)
        self._weather = weather
        self._turn = disk.turn_to_write(path)
        self._connection = _Connection(self._writer, path, disk)
        self._writer = cast("sqlite3.Connection", self._connection)
        self._inline = False
        self._free_readers.append(connect(path, read_only=True))
        self._wake = cast("threading.Condition", wake)
        self._writing: asyncio.Task[None] | None = None
        self._baton = wake.baton = self._connection.baton = _Baton(self._write_batches)

    @property
    def is_committing(self) -> bool:
        return self._baton.waits_for == "the disk"

    def oversee(self, made: Callable[[sqlite3.Connection], Watch]) -> None:
        """Have every commit from now on looked at."""
        self._connection.watch = made(self._connection.inner)

    async def write(
        self, work: Callable[Concatenate[Tx, P], Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        try:
            return await super().write(work, *args, **kwargs)
        finally:
            await self._weather.take_time()

    async def read(
        self, work: Callable[Concatenate[Tx, P], Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        await self._weather.before_read()
        return self._read(lambda tx: work(tx, *args, **kwargs))

    async def close(self) -> None:
        self._abandon()
        for connection in (*self._free_readers, self._connection.inner):
            connection.close()

    def _begin(self) -> None:
        if self._writing is None:
            self._writing = asyncio.get_running_loop().create_task(self._write_when_due(), name="writer")

    async def _write_when_due(self) -> None:
        try:
            while self._queue and self._baton.waits_for != "nothing":
                async with self._turn:
                    await self._write_all()
        except StoreUnavailableError:
            return  # the process is gone, and its units with it
        finally:
            self._writing = None

    async def _write_all(self) -> None:
        self._baton.resume()
        try:
            while self.is_committing:
                self._connection.refusal = await self._weather.before_commit()
                self._baton.resume()
        except BaseException:
            self._abandon()
            raise

    def _abandon(self) -> None:
        """What a process that dies was writing is undone at once, and nothing is written any more."""
        self._baton.end()
        if self._connection.inner.in_transaction:
            self._connection.inner.execute("ROLLBACK")


class PacedSpool(Spool):
    """The spool as it opens itself, synced as it says, on a database of this kind."""

    def __init__(self, path: Path, weather: Weather, disk: Disk, name: str) -> None:
        super().__init__(path, name=name, inline=True)
        own = self._database._writer
        (level,) = own.execute("PRAGMA synchronous").fetchone()
        own.close()
        self._database = PacedDatabase(path, weather, disk, synchronous=LEVELS[level])
        self.on_appended: Callable[[NewEnvelope, Envelope | None], None] = lambda _new, _kept: None
        """Told of what was appended, and of what stands under the number that it was given."""

    async def append(self, envelope: NewEnvelope) -> int:
        seq = await super().append(envelope)
        self.on_appended(envelope, self._database._read(lambda tx: _get(tx, seq, self.name)))
        return seq
