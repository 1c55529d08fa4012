from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from holdfast.storage import MigrationError, SqliteDatabase, Tx, migrate
from holdfast.storage.migrations import migration_files

NOW_MS = 1_790_000_000_000


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    database = SqliteDatabase(tmp_path / "hub.db", inline=True, synchronous="OFF")
    yield database
    await database.close()


async def tables(tx: Tx) -> set[str]:
    return {row["name"] for row in await tx.all("SELECT name FROM sqlite_master WHERE type = 'table'")}


async def test_a_new_store_gets_every_migration_in_order_and_a_second_run_does_nothing(
    database: SqliteDatabase,
) -> None:
    names = [name for name, _ in migration_files()]
    assert await migrate(database, now_ms=NOW_MS) == names
    before = await database.read(lambda tx: tx.all("SELECT * FROM migration ORDER BY number"))
    assert [row["name"] for row in before] == names
    assert {row["applied_at"] for row in before} == {NOW_MS}
    assert await migrate(database, now_ms=NOW_MS + 1) == []
    after = await database.read(lambda tx: tx.all("SELECT * FROM migration ORDER BY number"))
    assert [tuple(row) for row in after] == [tuple(row) for row in before]


def test_migrations_are_numbered_from_one_without_gap_or_double() -> None:
    numbers = [int(name.split("_")[0]) for name, _ in migration_files()]
    assert numbers == list(range(1, len(numbers) + 1))


async def test_a_store_made_by_a_migration_that_differs_is_refused_and_left_alone(
    database: SqliteDatabase,
) -> None:
    await migrate(database, now_ms=NOW_MS)
    await database.write(lambda tx: tx.run("UPDATE migration SET checksum = 'other' WHERE number = 1"))
    with pytest.raises(MigrationError, match=r"0001_start\.sql differs"):
        await migrate(database, now_ms=NOW_MS)


async def test_a_store_of_a_newer_version_is_refused(database: SqliteDatabase) -> None:
    await migrate(database, now_ms=NOW_MS)
    later = "INSERT INTO migration VALUES (9999, '9999_later.sql', 'x', 0)"
    await database.write(lambda tx: tx.run(later))
    with pytest.raises(MigrationError, match=r"newer version.*9999_later"):
        await migrate(database, now_ms=NOW_MS)


async def test_a_migration_that_fails_leaves_nothing_half_done(database: SqliteDatabase) -> None:
    await database.write(lambda tx: tx.run("CREATE TABLE continue_link (id INTEGER)"))
    with pytest.raises(Exception, match="already exists"):
        await migrate(database, now_ms=NOW_MS)
    assert await database.read(tables) == {"continue_link"}
