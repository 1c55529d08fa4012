"""A store, a shelf, and whatever takes files in."""

from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest

from holdfast.media import Media, Shelf
from holdfast.settings.model import Media as MediaSettings
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
async def database(tmp_path: Path, clock: HandClock) -> AsyncIterator[SqliteDatabase]:
    database = SqliteDatabase(tmp_path / "hub.db", synchronous="OFF")
    await migrate(database, now_ms=clock.now_ms())
    yield database
    await database.close()


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "media")


@pytest.fixture
def settings() -> MediaSettings:
    return MediaSettings(picture_mib_max=4, video_mib_max=4, voice_mib_max=2, file_mib_max=1, free_mib_min=1)


@pytest.fixture
def media(database: SqliteDatabase, clock: HandClock, shelf: Shelf, settings: MediaSettings) -> Media:
    return Media(
        database=database,
        clock=clock,
        random_bytes=Random(3).randbytes,  # noqa: S311 - the same in every run
        shelf=shelf,
        settings=settings,
    )
