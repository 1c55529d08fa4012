"""What only a database shared by several nodes has to prove."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import asyncpg
import pytest
from tests.contract.storage.cutter import Cutter
from tests.contract.storage.test_event_log import say
from tests.postgres import PostgresServer

from holdfast.kernel import SystemClock
from holdfast.storage import EventLog, PostgresDatabase, StoreUnavailableError, Tx, migrate

NOW_MS = 1_790_000_000_000
NODES = 3
WRITERS = 6
EACH = 25
PATIENCE_SECONDS = 60.0


@pytest.fixture
async def url(postgres: PostgresServer) -> AsyncIterator[str]:
    address = postgres.make_database()
    database = PostgresDatabase(address)
    await migrate(database, now_ms=NOW_MS)
    yield address
    await database.close()


@pytest.fixture
async def nodes(url: str) -> AsyncIterator[list[PostgresDatabase]]:
    opened = [PostgresDatabase(url) for _ in range(NODES)]
    yield opened
    for database in opened:
        await database.close()


async def say_slowly(tx: Tx, writer: int, number: int) -> int:
    """An event whose transaction goes on for a while after its number was drawn."""
    seq = await say(tx, writer, number)
    await tx.one("SELECT pg_sleep(:seconds)", seconds=(number % 4) / 1000)
    return seq


async def tail(log: EventLog, count: int) -> list[int]:
    seen: list[int] = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(seen) < count:
            seen += [event.seq for event in await log.after(seen[-1] if seen else 0, limit=7)]
    return seen


async def test_no_tailer_finds_a_hole_however_many_nodes_write(nodes: list[PostgresDatabase]) -> None:
    count = NODES * WRITERS * EACH
    tailers = [asyncio.create_task(tail(EventLog(node, SystemClock()), count)) for node in nodes]

    async def write(node: PostgresDatabase, writer: int) -> list[int]:
        return [await node.write(say_slowly, writer, number) for number in range(EACH)]

    writing = [write(node, writer) for node in nodes for writer in range(WRITERS)]
    written = sorted(seq for numbers in await asyncio.gather(*writing) for seq in numbers)
    assert len(written) == count
    assert [await tailer for tailer in tailers] == [written] * NODES


async def test_without_the_writers_lock_a_tailer_would_skip_a_row_for_good(url: str) -> None:
    """The same table, written by two plain transactions that overlap: the naive watermark has a hole."""
    early, late = await asyncpg.connect(url), await asyncpg.connect(url)
    insert = "INSERT INTO event (at, kind, body) VALUES (1, 'note.added', '{}') RETURNING seq"
    database = PostgresDatabase(url)
    log = EventLog(database, SystemClock())
    try:
        async with early.transaction():
            first: int = await early.fetchval(insert)
            second: int = await late.fetchval(insert)
            [seen] = [event.seq for event in await log.after(0)]
        assert (seen, first < second) == (second, True)
        assert await log.after(seen) == []
        assert [event.seq for event in await log.after(0)] == [first, second]
    finally:
        await database.close()
        await asyncio.gather(early.close(), late.close())


@pytest.mark.parametrize("arrives", [True, False])
async def test_a_commit_whose_answer_is_lost_is_looked_up(url: str, *, arrives: bool) -> None:
    """Whoever is told that it failed can rely on it; whoever is told that it stands, too."""
    async with Cutter(url, at=b"; COMMIT", arrives=arrives) as cutter:
        database = PostgresDatabase(cutter.url)
        try:
            await database.write(say, 1, 1)
            cutter.arm()
            if arrives:
                await database.write(say, 1, 2)
            else:
                with pytest.raises(StoreUnavailableError):
                    await database.write(say, 1, 2)
            assert cutter.cuts == 1
            await database.write(say, 1, 3)
            events = await EventLog(database, SystemClock()).after(0)
        finally:
            await database.close()
    assert [event.body["number"] for event in events] == ([1, 2, 3] if arrives else [1, 3])


async def test_other_nodes_hear_of_a_commit(nodes: list[PostgresDatabase]) -> None:
    heard = asyncio.Event()
    nodes[1].listen(heard.set)
    async with asyncio.timeout(PATIENCE_SECONDS):
        number = 0
        while not heard.is_set():  # the ear may still be opening
            await nodes[0].write(say, 1, number)
            number += 1


async def test_texts_are_kept_ordered_by_bytes_and_free_of_what_the_engine_cannot_hold(
    nodes: list[PostgresDatabase],
) -> None:
    async def keep(tx: Tx) -> None:
        for key in ("b", "B", "ä", "a\x00b"):
            await tx.run("INSERT INTO reader_cursor (name, value) VALUES (:name, 1)", name=key)

    await nodes[0].write(keep)
    rows = await nodes[1].read(lambda tx: tx.all("SELECT name FROM reader_cursor ORDER BY name"))
    assert [row["name"] for row in rows] == ["B", "a\ufffdb", "b", "ä"]


async def test_sums_are_plain_numbers(nodes: list[PostgresDatabase]) -> None:
    async def add_up(tx: Tx) -> Any:
        await tx.run("INSERT INTO reader_cursor (name, value) VALUES ('a', 1), ('b', 2)")
        return await tx.one("SELECT SUM(value) AS total, AVG(value) AS mean FROM reader_cursor")

    row = await nodes[0].write(add_up)
    assert (row["total"], row["mean"]) == (3, 1.5)
    assert type(row["total"]) is int


@pytest.fixture
def mortal() -> Iterator[PostgresServer]:
    """A server for one test alone: with all that other tests made, a killed one takes a minute to come back."""
    server = PostgresServer()
    try:
        server.start()
        yield server
    finally:
        server.remove()


async def test_the_next_life_of_a_server_is_used_without_a_restart(mortal: PostgresServer) -> None:
    database = PostgresDatabase(mortal.make_database())
    try:
        await migrate(database, now_ms=NOW_MS)
        await database.write(say, 1, 1)
        await asyncio.to_thread(mortal.kill)
        with pytest.raises(StoreUnavailableError):
            await database.write(say, 1, 2)
        with pytest.raises(StoreUnavailableError):
            await database.read(lambda tx: tx.one("SELECT 1"))
        await asyncio.to_thread(mortal.start)
        await database.write(say, 1, 3)
        events = await EventLog(database, SystemClock()).after(0)
    finally:
        await database.close()
    assert [event.body["number"] for event in events] == [1, 3]


async def test_a_password_stays_out_of_what_is_said(url: str) -> None:
    wrong = url.replace("//holdfast@", "//nobody:tell-no-one@")
    database = PostgresDatabase(wrong)
    try:
        with pytest.raises(StoreUnavailableError) as said:
            await database.write(say, 1, 1)
    finally:
        await database.close()
    assert "tell-no-one" not in str(said.value)
