"""A migrated store in a temporary folder, and time that a test moves."""

from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest

from holdfast.kernel import IdSource
from holdfast.storage import SqliteDatabase, migrate


class HandClock:
    """Time that stands still until a test moves it."""

    def __init__(self) -> None:
        self.seconds = 1_790_000_000.0

    def now_ms(self) -> int:
        return int(self.seconds * 1000)

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def ids(clock: HandClock) -> IdSource:
    return IdSource(clock, Random(7))  # noqa: S311 - identifiers of a test


@pytest.fixture
async def database(tmp_path: Path, clock: HandClock) -> AsyncIterator[SqliteDatabase]:
    database = SqliteDatabase(tmp_path / "hub.db", synchronous="OFF")
    await migrate(database, now_ms=clock.now_ms())
    yield database
    await database.close()
