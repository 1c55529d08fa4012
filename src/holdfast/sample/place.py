"""Where an invented store is made: beside the hub's own, which it replaces only when it is whole."""

import os
import sqlite3
from pathlib import Path
from typing import Final

from holdfast.sample.filling import Filled, Progress, fill, fill_slowly
from holdfast.sample.store import is_shared, is_used
from holdfast.sample.town import Plan
from holdfast.storage import Database, SqliteDatabase, migrate

STORE: Final = "hub.db"
SPOOL: Final = "spool.db"
UNFINISHED: Final = "hub.db.unfinished"
COMPANIONS: Final = ("", "-wal", "-shm")
SIGN_OF_LIFE_MS: Final = 60_000


class StoreInUseError(Exception):
    """A hub runs on this store, or the store holds something that nobody said to throw away."""


async def make_store(folder: Path, plan: Plan, progress: Progress, *, replace: bool) -> Filled:
    """Make an invented store in a data directory, whole or not at all. Raises StoreInUseError."""
    _refuse_running(folder)
    if not replace and (folder / STORE).exists() and await _holds_something(folder / STORE):
        raise StoreInUseError(
            f"{folder / STORE} is not empty. Give another folder, or --replace to throw it away."
        )
    _remove(folder / UNFINISHED)
    database = SqliteDatabase(folder / UNFINISHED, synchronous="OFF")
    try:
        await migrate(database, now_ms=plan.until)
        filled = await fill(database, plan, progress)
    finally:
        await database.close()
    _sync(folder / UNFINISHED)
    _refuse_running(folder)
    for name in (STORE, SPOOL):
        _remove(folder / name)  # what waits in the old spool belongs to the old store
    (folder / UNFINISHED).replace(folder / STORE)
    _sync(folder)
    return filled


async def fill_shared(database: Database, plan: Plan, progress: Progress) -> Filled:
    """Fill an empty database that nodes may share. Raises StoreInUseError.

    It is filled step by step: cut off, it holds a part, and an empty database must be made for another try.
    """
    await migrate(database, now_ms=plan.until)
    if await database.read(is_shared, plan.until - SIGN_OF_LIFE_MS):
        raise StoreInUseError("A hub is running on this database. Stop its nodes first, or make another one.")
    if await database.read(is_used):
        raise StoreInUseError(
            "The database is not empty. Make an empty one, or give --data-dir for a store there."
        )
    return await fill_slowly(database, plan, progress)


def _refuse_running(folder: Path) -> None:
    for name in (STORE, SPOOL):
        if (folder / name).exists() and _is_open_elsewhere(folder / name):
            raise StoreInUseError(f"A hub is running on {folder}. Stop it first, or give another folder.")


def _is_open_elsewhere(path: Path) -> bool:
    """Every connection of a running hub holds a shared lock, which an exclusive one does not get past."""
    connection = sqlite3.connect(path, timeout=0, isolation_level=None)
    try:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        return error.sqlite_errorcode in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
    finally:
        connection.close()
    return False


async def _holds_something(path: Path) -> bool:
    database = SqliteDatabase(path)
    try:
        await migrate(database, now_ms=0)
        return await database.read(is_used)
    finally:
        await database.close()


def _remove(path: Path) -> None:
    for companion in COMPANIONS:
        path.with_name(path.name + companion).unlink(missing_ok=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
