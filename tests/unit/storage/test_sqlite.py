"""What only the embedded database promises: grouped commits, consistent views, and a simulation's own time."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from holdfast.storage import SqliteDatabase, StoreUnavailableError, Tx
from holdfast.storage.sqlite import BATCH_UNITS_MAX, LOG_BYTES_MAX, QUEUE_UNITS_MAX

PATIENCE_SECONDS = 10.0
TABLE = "CREATE TABLE note (id INTEGER PRIMARY KEY)"
SYNCHRONOUS_FULL = 2


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    database = SqliteDatabase(tmp_path / "hub.db")
    await database.write(lambda tx: tx.run(TABLE))
    yield database
    await database.close()


async def put(tx: Tx, number: int) -> int:
    return await tx.run("INSERT INTO note (id) VALUES (:id)", id=number)


async def count(tx: Tx) -> int:
    row = await tx.one("SELECT COUNT(*) AS n FROM note")
    return int(row["n"]) if row else -1


class Gate:
    """Holds the thread that reaches it until it is opened."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.open = threading.Event()

    async def hold(self, tx: Tx) -> None:
        self.reached.set()
        assert self.open.wait(PATIENCE_SECONDS)

    async def wait_until_reached(self) -> None:
        assert await asyncio.to_thread(self.reached.wait, PATIENCE_SECONDS)


async def test_what_waits_while_a_commit_is_under_way_is_committed_together(database: SqliteDatabase) -> None:
    units = BATCH_UNITS_MAX + 100
    statements: list[str] = []
    gate = Gate()
    stalled = asyncio.ensure_future(database.write(gate.hold))
    await gate.wait_until_reached()
    waiting = [asyncio.ensure_future(database.write(put, number)) for number in range(units)]
    await asyncio.wait(waiting, timeout=0)
    database._writer.set_trace_callback(statements.append)
    gate.open.set()
    await asyncio.gather(stalled, *waiting)
    assert await database.read(count) == units
    assert statements.count("COMMIT") == 3, "the stalled one, a full group, the rest"


async def test_reads_go_on_while_the_writer_is_stalled(database: SqliteDatabase) -> None:
    gate = Gate()
    stalled = asyncio.ensure_future(database.write(gate.hold))
    await gate.wait_until_reached()
    async with asyncio.timeout(PATIENCE_SECONDS):
        assert await database.read(count) == 0
    gate.open.set()
    await stalled


async def test_a_read_stays_on_one_view_while_others_write(database: SqliteDatabase) -> None:
    gate = Gate()

    async def look_twice(tx: Tx) -> tuple[int, int]:
        before = await count(tx)
        await gate.hold(tx)
        return before, await count(tx)

    reading = asyncio.ensure_future(database.read(look_twice))
    await gate.wait_until_reached()
    await database.write(put, 1)
    gate.open.set()
    assert await reading == (0, 0)
    assert await database.read(count) == 1


async def test_a_read_cannot_write(database: SqliteDatabase) -> None:
    with pytest.raises((sqlite3.OperationalError, StoreUnavailableError), match="readonly"):
        await database.read(put, 1)
    assert await database.read(count) == 0


async def test_a_full_queue_refuses_rather_than_grow_without_end(database: SqliteDatabase) -> None:
    gate = Gate()
    stalled = asyncio.ensure_future(database.write(gate.hold))
    await gate.wait_until_reached()
    taken = len(database._queue)
    database._queue.extend(database._queue.__class__([None] * QUEUE_UNITS_MAX))  # type: ignore[list-item]
    with pytest.raises(StoreUnavailableError, match="full"):
        await database.write(put, 1)
    while len(database._queue) > taken:
        database._queue.pop()
    gate.open.set()
    await stalled
    await database.write(put, 2)
    assert await database.read(count) == 1


async def test_every_commit_is_synced(database: SqliteDatabase) -> None:
    row = await database.write(lambda tx: tx.one("PRAGMA synchronous"))
    assert row is not None
    assert row["synchronous"] == SYNCHRONOUS_FULL
    row = await database.write(lambda tx: tx.one("PRAGMA journal_mode"))
    assert row is not None
    assert row["journal_mode"] == "wal"


async def test_a_file_that_is_no_store_is_unavailable(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "hub.db")
    await database.write(lambda tx: tx.run(TABLE))
    await database.close()
    path = tmp_path / "hub.db"
    path.write_bytes(path.read_bytes()[:4096] + b"\xff" * 4096)
    broken = SqliteDatabase(path)
    try:
        with pytest.raises(StoreUnavailableError):
            await broken.write(put, 1)
        with pytest.raises(StoreUnavailableError):
            await broken.read(count)
    finally:
        await broken.close()


async def test_inline_every_call_is_finished_before_it_returns(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "hub.db", inline=True)
    before = threading.active_count()
    writing = database.write(lambda tx: tx.run(TABLE))
    with pytest.raises(StopIteration):
        writing.send(None)
    with pytest.raises(StopIteration) as answered:
        database.read(count).send(None)
    assert answered.value.value == 0
    assert threading.active_count() == before
    await database.close()


async def test_the_log_of_writes_becomes_short_again_after_something_large(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "hub.db", inline=True, synchronous="OFF")
    log = tmp_path / "hub.db-wal"
    try:
        await database.write(lambda tx: tx.run("CREATE TABLE thing (body BLOB)"))
        await database.write(
            lambda tx: tx.run("INSERT INTO thing VALUES (zeroblob(:size))", size=LOG_BYTES_MAX * 3 // 2)
        )
        assert log.stat().st_size > LOG_BYTES_MAX
        for _ in range(2):
            await database.write(lambda tx: tx.run("INSERT INTO thing VALUES (x'00')"))
        assert log.stat().st_size <= LOG_BYTES_MAX
    finally:
        await database.close()
