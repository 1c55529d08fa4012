"""A store with data in it, as each earlier schema left it, is brought up to date and loses nothing.

For each migration there is a file in `releases/` with rows for the tables that it made, written when the migration was
new. A new migration brings its own file; the older ones stay as they are, and must come through it.
"""

import hashlib
import sqlite3
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest
from tests.upgrade.older_stores import MIGRATIONS, RELEASES, SCHEMAS, store_as_of

from holdfast.app.hub import Hub, open_hub
from holdfast.channels.transport import HttpTransport
from holdfast.inbox import export
from holdfast.kernel import SystemClock
from holdfast.settings import load_settings
from holdfast.storage import SqliteDatabase, migrate

RELEASED_CHECKSUMS: Final[dict[str, str]] = {}
"""SHA-256 of each migration that has been released: it is never edited again. Filled at the first release."""

MOVED: Final = {"visitor": "member"}
"""Tables whose rows a later schema keeps under another name."""

NOW_MS: Final = 1_790_000_100_000


def rows_in(path: Path) -> dict[str, list[Any]]:
    connection = sqlite3.connect(path)
    tables = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'migration'"
    ).fetchall()
    rows = {name: connection.execute(f"SELECT * FROM {name}").fetchall() for (name,) in tables}
    connection.close()
    return rows


def check(path: Path) -> list[Any]:
    connection = sqlite3.connect(path)
    problems = [row for row in connection.execute("PRAGMA integrity_check") if row != ("ok",)]
    problems += connection.execute("PRAGMA foreign_key_check").fetchall()
    connection.close()
    return problems


def schema_of(path: Path) -> list[Any]:
    connection = sqlite3.connect(path)
    names = connection.execute(
        "SELECT type, name, tbl_name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY 1, 2"
    ).fetchall()
    columns = [
        (name, column[1:])
        for kind, name, _ in names
        if kind == "table"
        for column in connection.execute(f"PRAGMA table_info({name})")
    ]
    connection.close()
    return [names, sorted(columns)]


def test_every_schema_has_its_rows() -> None:
    assert sorted(path.stem for path in RELEASES.glob("*.sql")) == SCHEMAS


@pytest.mark.parametrize("schema", SCHEMAS)
def test_the_rows_of_a_schema_are_in_every_table_of_it(schema: str, tmp_path: Path) -> None:
    store_as_of(schema, tmp_path / "hub.db")
    rows = rows_in(tmp_path / "hub.db")
    assert [table for table, found in rows.items() if not found] == []


@pytest.mark.parametrize("schema", SCHEMAS)
async def test_an_older_store_becomes_the_same_as_a_new_one_and_keeps_its_rows(
    schema: str, tmp_path: Path
) -> None:
    store_as_of(schema, tmp_path / "old.db")
    before = rows_in(tmp_path / "old.db")
    for name in ("old.db", "new.db"):
        database = SqliteDatabase(tmp_path / name)
        try:
            await migrate(database, now_ms=NOW_MS)
        finally:
            await database.close()
    after = rows_in(tmp_path / "old.db")
    assert {table: len(after[MOVED.get(table, table)]) for table in before} == {
        table: len(rows) for table, rows in before.items()
    }
    assert schema_of(tmp_path / "old.db") == schema_of(tmp_path / "new.db")
    assert check(tmp_path / "old.db") == []


@pytest.mark.parametrize("schema", SCHEMAS)
async def test_a_hub_goes_on_with_an_older_store(schema: str, tmp_path: Path) -> None:
    store_as_of(schema, tmp_path / "hub.db")
    hub = opened(tmp_path)
    try:
        await migrate(hub.database, now_ms=NOW_MS)
        await hub.outbox.rescuer.take_over_all()
        lines = b"".join([piece async for piece in export(hub.database, "all", "jsonl")])
        assert b"Is it open?" in lines
        assert b"Until six" in lines
        assert await hub.events.last() == 7
        [event] = await hub.events.after(6)
        assert event.body["message_id"] == "msg_1"
    finally:
        await hub.close()
    assert check(tmp_path / "hub.db") == []


def opened(folder: Path) -> Hub:
    settings = load_settings(None, {"HOLDFAST_HUB__DATA_DIR": str(folder)})
    random = Random(1)  # noqa: S311 - not a secret
    return open_hub(settings, clock=SystemClock(), random=random, transport=HttpTransport(), node="test")


def test_a_released_migration_is_not_edited() -> None:
    current = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in MIGRATIONS}
    changed = [name for name, checksum in RELEASED_CHECKSUMS.items() if current.get(name) != checksum]
    assert changed == []
