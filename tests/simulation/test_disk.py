"""The simulated disk forgets what was not synced, and the hub leaves it nothing to forget."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import pytest

from holdfast.app.hub import Hub, open_hub
from holdfast.kernel import SystemClock
from holdfast.settings import Settings
from holdfast.storage import NewEnvelope, SqliteDatabase
from holdfast.storage.sqlite import connect

from .disk import Disk, syncs_commits
from .town import hub_settings


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "hub.db"
    with closing(connect(path)) as connection:
        connection.execute("CREATE TABLE said (word TEXT)")
    return path


def say(disk: Disk, path: Path, synchronous: str, *words: str) -> None:
    with closing(connect(path, synchronous=synchronous)) as connection:
        for word in words:
            disk.before_commit(path, connection)
            connection.execute("INSERT INTO said VALUES (?)", (word,))
            disk.after_commit(path, connection)


def left(path: Path) -> list[str]:
    with closing(connect(path)) as connection:
        return [word for (word,) in connection.execute("SELECT word FROM said ORDER BY rowid")]


def test_what_was_synced_survives_a_power_cut(path: Path) -> None:
    disk = Disk()
    say(disk, path, "FULL", "one", "two")
    assert disk.is_synced(path)
    disk.cut_power()
    assert left(path) == ["one", "two"]


@pytest.mark.parametrize("synchronous", ["OFF", "NORMAL"])
def test_what_was_not_synced_is_gone(path: Path, synchronous: str) -> None:
    disk = Disk()
    say(disk, path, "FULL", "one")
    say(disk, path, synchronous, "two", "three")
    assert not disk.is_synced(path)
    assert left(path) == ["one", "two", "three"], "a kill takes nothing"
    disk.cut_power()
    assert left(path) == ["one"]


def test_a_later_sync_takes_along_what_came_before(path: Path) -> None:
    disk = Disk()
    say(disk, path, "OFF", "one")
    say(disk, path, "FULL", "two")
    disk.cut_power()
    assert left(path) == ["one", "two"]


class NoWayOut:
    async def request(self, request: Any) -> Any:
        raise AssertionError(request)

    async def close(self) -> None:
        """Nothing is open."""


def opened(settings: Settings) -> Hub:
    return open_hub(
        settings,
        clock=SystemClock(),
        random=Random(1),  # noqa: S311 - nothing secret is made
        transport=NoWayOut(),
        node="test",
    )


async def test_a_spool_that_was_lost_swallows_nothing_that_arrives_afterwards(tmp_path: Path) -> None:
    """Somebody restores the store alone: the new file's numbers must not be taken for applied ones."""
    settings = hub_settings(tmp_path)
    for life in range(2):
        hub = opened(settings)
        try:
            await hub.prepare()
            for number in range(3 - life):
                await hub.spool.append(NewEnvelope("fax:shop", "webhook", life, b"%d" % number))
            assert await hub.applier.apply_batch() == 3 - life
        finally:
            await hub.close()
        for file in settings.hub.data_dir.glob("spool.db*"):
            file.unlink()


async def test_the_hub_syncs_every_commit_of_its_store_and_of_its_spool(tmp_path: Path) -> None:
    hub = opened(hub_settings(tmp_path))
    try:
        stores = list(_stores(hub.database, hub.spool._database))
        assert len(stores) == 2
        assert all(syncs_commits(store._writer) for store in stores)
    finally:
        await hub.close()


def _stores(*databases: Any) -> Iterator[SqliteDatabase]:
    yield from (database for database in databases if isinstance(database, SqliteDatabase))
