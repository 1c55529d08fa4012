"""The file that the hub leaves for the page: true, whole, and touched while the hub lives."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest

from holdfast.kernel import SystemClock
from holdfast.settings import Settings
from holdfast.settings.model import Hub
from holdfast.status import Snapshot, State, decode_snapshot, snapshot_path
from holdfast.status.building import ChannelFace
from holdfast.status.publisher import StatusPublisher
from holdfast.storage import EventLog, SqliteDatabase, Tx, migrate

ATTEMPTS_MAX = 200
OLD_SECONDS = 1_700_000_000

_FAIL = """
INSERT INTO verdict (channel, capability, state, since, updated_at) VALUES ('sms:shop', 'send', 'down', 1, 1)
"""


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    database = SqliteDatabase(tmp_path / "hub.db", inline=True)
    await migrate(database, now_ms=SystemClock().now_ms())
    yield database
    await database.close()


@pytest.fixture
def events(database: SqliteDatabase) -> EventLog:
    return EventLog(database, SystemClock())


@pytest.fixture
def publisher(database: SqliteDatabase, events: EventLog, tmp_path: Path) -> StatusPublisher:
    return StatusPublisher(
        database=database,
        events=events,
        clock=SystemClock(),
        settings=Settings(hub=Hub(name="Kelp & Co", data_dir=tmp_path)),
        channels=lambda: [ChannelFace("sms:shop", "sms", "Shop", "+31 97 010", "sms:+3197010")],
    )


def _written(tmp_path: Path) -> Snapshot:
    return decode_snapshot(snapshot_path(tmp_path).read_bytes())


async def _fail(tx: Tx) -> None:
    await tx.run(_FAIL)


async def test_the_first_publication_leaves_a_whole_file(publisher: StatusPublisher, tmp_path: Path) -> None:
    snapshot = await publisher.publish()

    assert _written(tmp_path) == snapshot
    assert snapshot.business == "Kelp & Co"
    assert [item.address for item in snapshot.components] == ["+31 97 010"]
    assert [file.name for file in snapshot_path(tmp_path).parent.iterdir()] == ["snapshot.json"]


async def test_without_news_the_file_is_only_touched(publisher: StatusPublisher, tmp_path: Path) -> None:
    first = await publisher.publish()
    os.utime(snapshot_path(tmp_path), (OLD_SECONDS, OLD_SECONDS))

    await publisher.publish()

    assert _written(tmp_path) == first
    assert snapshot_path(tmp_path).stat().st_mtime > OLD_SECONDS


async def test_news_is_written(publisher: StatusPublisher, database: SqliteDatabase, tmp_path: Path) -> None:
    await publisher.publish()
    await database.write(_fail)

    await publisher.publish()

    assert _written(tmp_path).components[0].state is State.DOWN


async def test_a_file_that_was_taken_away_comes_back(publisher: StatusPublisher, tmp_path: Path) -> None:
    await publisher.publish()
    snapshot_path(tmp_path).unlink()

    await publisher.publish()

    assert msgspec.structs.asdict(_written(tmp_path))["business"] == "Kelp & Co"


async def test_a_failed_publication_does_not_end_the_heartbeat(
    publisher: StatusPublisher, events: EventLog, tmp_path: Path
) -> None:
    blocker = snapshot_path(tmp_path).parent
    blocker.write_text("in the way")
    running = asyncio.create_task(publisher.run())
    await asyncio.sleep(0)
    blocker.unlink()

    for _ in range(ATTEMPTS_MAX):
        if snapshot_path(tmp_path).exists():
            break
        events.wake()
        await asyncio.sleep(0.02)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running

    assert _written(tmp_path).business == "Kelp & Co"
