"""Invented data is exact, the same for a seed, and never in the place of something real."""

import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.postgres import PostgresServer

from holdfast.cli import main
from holdfast.inbox import ViewFilter, conversations_page, thread_page
from holdfast.sample import Plan, StoreInUseError, fill_shared, make_store
from holdfast.sample.filling import fill_slowly
from holdfast.sample.store import indexes
from holdfast.sample.town import said
from holdfast.storage import PostgresDatabase, Spool, SqliteDatabase, Tx, migrate

UNTIL_MS = 1_790_000_000_000
PLAN = Plan(messages=3_000, contacts=200, seed=7, years=2, until=UNTIL_MS)


def rows(path: Path, sql: str) -> list[Any]:
    with sqlite3.connect(path) as connection:
        found = connection.execute(sql).fetchall()
    connection.close()
    return found


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def counted(tx: Tx) -> tuple[int, int]:
    row = await tx.one(
        "SELECT (SELECT COUNT(*) FROM message) AS messages, "
        "(SELECT COUNT(*) FROM conversation WHERE last_preview <> '') AS conversations"
    )
    return (row["messages"], row["conversations"]) if row else (0, 0)


def no_progress(what: str, done: int, whole: int) -> None:
    assert 0 < done <= whole, what


async def test_the_store_holds_exactly_what_was_asked_for_and_is_sound(tmp_path: Path) -> None:
    filled = await make_store(tmp_path, PLAN, no_progress, replace=False)
    store = tmp_path / "hub.db"
    assert (filled.messages, filled.contacts) == (3_000, 200)
    assert rows(store, "SELECT COUNT(*) FROM message") == [(3_000,)]
    assert rows(store, "SELECT COUNT(*) FROM contact") == [(200,)]
    assert rows(store, "PRAGMA integrity_check") == [("ok",)]
    assert rows(store, "PRAGMA foreign_key_check") == []
    made = {
        name for (name,) in rows(store, "SELECT name FROM sqlite_master WHERE type = 'index' AND sql <> ''")
    }
    assert made == set(indexes())
    assert files_in(tmp_path) == ["hub.db"]


async def test_every_person_writes_and_some_write_very_much() -> None:
    story = list(said(PLAN))
    lengths = Counter(each.contact for each in story)
    assert len(lengths) == PLAN.contacts
    assert max(lengths.values()) > 10 * sorted(lengths.values())[100]
    assert [each.at for each in story] == sorted(each.at for each in story)
    assert story[-1].at == UNTIL_MS
    assert story == list(said(PLAN))
    assert story != list(said(Plan(messages=3_000, contacts=200, seed=8, years=2, until=UNTIL_MS)))


async def test_as_many_people_as_messages_can_be_had() -> None:
    story = list(said(Plan(messages=500, contacts=500, until=UNTIL_MS)))
    assert {each.contact for each in story} == set(range(500))


async def test_it_does_not_matter_how_many_are_written_at_once(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "hub.db", synchronous="OFF")
    try:
        await migrate(database, now_ms=UNTIL_MS)
        await fill_slowly(database, PLAN, no_progress, messages_at_once=17, contacts_at_once=9)
        assert await database.read(counted) == (3_000, 200)
    finally:
        await database.close()


async def test_the_console_reads_it(tmp_path: Path) -> None:
    await make_store(tmp_path, PLAN, no_progress, replace=False)
    database = SqliteDatabase(tmp_path / "hub.db")
    try:
        page = await database.read(
            conversations_page,
            ViewFilter(status="all"),
            order="latest",
            before=None,
            limit=10,
            windows={"instagram:shop": 1},
        )
        assert [each.last_at for each in page.items] == sorted((e.last_at for e in page.items), reverse=True)
        newest = page.items[0]
        thread = await database.read(thread_page, newest.id, None, 20)
        assert thread.items[-1].at == newest.last_at
        assert thread.items[-1].text.startswith(newest.last_preview)
    finally:
        await database.close()


async def test_a_store_that_holds_anything_is_left_alone_until_told_otherwise(tmp_path: Path) -> None:
    await make_store(tmp_path, PLAN, no_progress, replace=False)
    small = Plan(messages=10, contacts=5, until=UNTIL_MS)
    with pytest.raises(StoreInUseError, match="--replace"):
        await make_store(tmp_path, small, no_progress, replace=False)
    assert rows(tmp_path / "hub.db", "SELECT COUNT(*) FROM message") == [(3_000,)]
    await Spool(tmp_path / "spool.db").close()
    await make_store(tmp_path, small, no_progress, replace=True)
    assert rows(tmp_path / "hub.db", "SELECT COUNT(*) FROM message") == [(10,)]
    assert not (tmp_path / "spool.db").exists()


async def test_the_store_of_a_running_hub_is_left_alone_always(tmp_path: Path) -> None:
    await make_store(tmp_path, PLAN, no_progress, replace=False)
    running = SqliteDatabase(tmp_path / "hub.db")
    try:
        await running.read(_look)
        with pytest.raises(StoreInUseError, match="running"):
            await make_store(tmp_path, PLAN, no_progress, replace=True)
    finally:
        await running.close()


async def _look(tx: Tx) -> None:
    await tx.one("SELECT 1 AS one FROM contact LIMIT 1")


async def test_what_was_cut_off_is_thrown_away_by_the_next_run(tmp_path: Path) -> None:
    def cut_off(what: str, done: int, whole: int) -> None:
        raise RuntimeError(what)

    with pytest.raises(RuntimeError, match="messages"):
        await make_store(tmp_path, PLAN, cut_off, replace=False)
    assert not (tmp_path / "hub.db").exists()
    await make_store(tmp_path, PLAN, no_progress, replace=False)
    assert rows(tmp_path / "hub.db", "SELECT COUNT(*) FROM message") == [(3_000,)]


def test_the_command_says_what_it_made_and_what_is_wrong(tmp_path: Path) -> None:
    folder = str(tmp_path / "try-out")
    runner = CliRunner()
    made = runner.invoke(
        main, ["data", "generate", "--data-dir", folder, "--messages", "50", "--contacts", "5"]
    )
    assert made.exit_code == 0, made.output
    assert "50 messages of 5 contacts" in made.output
    assert "messages: 50 of 50 (100%)" in made.output
    again = runner.invoke(main, ["data", "generate", "--data-dir", folder])
    assert again.exit_code == 1
    assert "not empty" in again.output
    wrong = runner.invoke(main, ["data", "generate", "--messages", "5", "--contacts", "6"])
    assert "may not be more" in wrong.output
    assert wrong.exit_code == 2


async def test_an_empty_postgresql_is_filled_and_one_that_is_used_is_left_alone(
    postgres: PostgresServer,
) -> None:
    plan = Plan(messages=1_500, contacts=100, until=UNTIL_MS)
    database = PostgresDatabase(postgres.make_database())
    try:
        await fill_shared(database, plan, no_progress)
        assert await database.read(counted) == (1_500, 100)
        with pytest.raises(StoreInUseError, match="not empty"):
            await fill_shared(database, plan, no_progress)
        sign = "INSERT INTO node (name, url, started_at, seen_at) VALUES ('shop-1', '', 1, :now)"
        await database.write(lambda tx: tx.run(sign, now=UNTIL_MS))
        with pytest.raises(StoreInUseError, match="running"):
            await fill_shared(database, plan, no_progress)
    finally:
        await database.close()
