"""Every statement of every unit is one text that both engines understand."""

import importlib
import pkgutil
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from tests.postgres import PostgresServer

import holdfast
from holdfast.storage import PostgresDatabase, SqliteDatabase, migrate
from holdfast.storage.dialect import for_postgres, for_sqlite, joins_given, many_for_sqlite

NOW_MS = 1_790_000_000_000
STATEMENTS_MIN = 150
_SQL = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b")
_OWN_STORE = {"holdfast.storage.spool", "holdfast.storage.postgres_writer"}
"""What is written for one engine alone: the spool's file is SQLite's on every hub."""


def statements() -> Iterator[tuple[str, str]]:
    for module in pkgutil.walk_packages(holdfast.__path__, "holdfast."):
        if module.name in _OWN_STORE or module.name.endswith("__main__"):
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, str) and _SQL.match(value) and "{" not in value:
                yield f"{module.name}.{name}", value


ALL = dict(statements())


def test_the_statements_are_found() -> None:
    assert len(ALL) > STATEMENTS_MIN


def test_the_audit_trail_is_only_added_to_and_forgotten_by_its_age_alone() -> None:
    about = {name: sql for name, sql in ALL.items() if "audit_entry" in sql}
    assert len(about) > 5
    for name, sql in about.items():
        verb = sql.split()[0]
        assert verb in {"INSERT", "SELECT"} or name.startswith("holdfast.retention."), name
        assert "ON CONFLICT" not in sql or verb != "INSERT", name


async def test_sqlite_understands_every_statement(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "hub.db")
    await migrate(database, now_ms=NOW_MS)
    await database.close()
    connection = sqlite3.connect(tmp_path / "hub.db")
    troubles = []
    for name, sql in ALL.items():
        together = many_for_sqlite(sql) if joins_given(sql) else None
        text = together.text(2) if together else for_sqlite(sql)[0]
        values = [None] * 2 * len(together.names) if together else dict.fromkeys(re.findall(r":(\w+)", text))
        try:
            connection.execute(f"EXPLAIN {text}", values)
        except sqlite3.Error as error:
            troubles.append(f"{name}: {error}")
    connection.close()
    assert not troubles, "\n".join(troubles)


async def test_postgresql_understands_every_statement(postgres: PostgresServer) -> None:
    url = postgres.make_database()
    database = PostgresDatabase(url)
    await migrate(database, now_ms=NOW_MS)
    await database.close()
    connection = await asyncpg.connect(url)
    troubles = []
    try:
        for name, sql in ALL.items():
            text, _ = for_postgres(sql)
            try:
                await connection.prepare(text)
            except asyncpg.PostgresError as error:
                troubles.append(f"{name}: {error}")
    finally:
        await connection.close()
    assert not troubles, "\n".join(troubles)


@pytest.mark.parametrize(
    ("sql", "expected", "names"),
    [
        ("a = :a AND b = :b OR a > :a", "a = $1 AND b = $2 OR a > $1", ("a", "b")),
        ("a IN :these AND b NOT IN :those", "a = ANY ($1) AND b <> ALL ($2)", ("these", "those")),
        (
            "a LIKE 'x:%' AND b = ':c''' AND c::TEXT = :c",
            "a LIKE 'x:%' AND b = ':c''' AND c::TEXT = $1",
            ("c",),
        ),
        (
            "UPDATE t SET a = given.a FROM GIVEN (id TEXT, a BIGINT) WHERE t.id = given.id",
            "UPDATE t SET a = given.a FROM UNNEST($1::TEXT[], $2::BIGINT[]) AS given (id, a) WHERE t.id = given.id",
            ("id", "a"),
        ),
    ],
)
def test_parameters_are_numbered(sql: str, expected: str, names: tuple[str, ...]) -> None:
    assert for_postgres(sql) == (expected, names)
