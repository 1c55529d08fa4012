"""Every database that Holdfast can stand on."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Final

import pytest

from holdfast.kernel import SystemClock
from holdfast.storage import Database, EventLog, Tx, migrate, open_database

Open = Callable[[], Awaitable[Database]]

NOW_MS: Final = 1_790_000_000_000
_NOTES: Final = """
CREATE TABLE note (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL,
    about INTEGER REFERENCES note(id) DEFERRABLE INITIALLY DEFERRED
)
"""


@pytest.fixture(params=["sqlite", "postgresql"])
async def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Open]:
    """Opens the same store, as often as a test wants; what it opened is closed afterwards."""
    opened: list[Database] = []
    url = ""
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres").make_database()

    async def open_it() -> Database:
        database = open_database(url, tmp_path)
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
