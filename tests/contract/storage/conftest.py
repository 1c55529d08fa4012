"""Every database that Holdfast can stand on; a second one is one more line in OPENERS."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Final

import pytest

from holdfast.kernel import SystemClock
from holdfast.storage import Database, EventLog, SqliteDatabase, Tx, migrate

Open = Callable[[], Awaitable[Database]]

NOW_MS: Final = 1_790_000_000_000
_NOTES: Final = """
CREATE TABLE note (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL,
    about INTEGER REFERENCES note(id) DEFERRABLE INITIALLY DEFERRED
)
"""


async def _sqlite(folder: Path) -> Database:
    return SqliteDatabase(folder / "hub.db")


OPENERS: Final[Mapping[str, Callable[[Path], Awaitable[Database]]]] = {"sqlite": _sqlite}


@pytest.fixture(params=sorted(OPENERS))
async def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Open]:
    """Opens the same store, as often as a test wants; what it opened is closed afterwards."""
    opened: list[Database] = []

    async def open_it() -> Database:
        database = await OPENERS[request.param](tmp_path)
        opened.append(database)
        return database

    yield open_it
    for database in opened:
        await database.close()


@pytest.fixture
async def database(open_store: Open) -> Database:
    """An open store with the current schema and a table of notes to write in."""
    database = await open_store()
    await migrate(database, now_ms=NOW_MS)
    await database.write(_add_notes)
    return database


@pytest.fixture
def events(database: Database) -> EventLog:
    return EventLog(database, SystemClock())


async def _add_notes(tx: Tx) -> None:
    await tx.run(_NOTES)
