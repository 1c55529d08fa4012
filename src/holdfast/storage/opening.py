"""Choosing the database by its address."""

from pathlib import Path
from typing import Final

from holdfast.storage.database import Database
from holdfast.storage.postgres import PostgresDatabase
from holdfast.storage.sqlite import SqliteDatabase

EMBEDDED_FILE: Final = "hub.db"


def open_database(url: str, data_dir: Path) -> Database:
    """The database at a ``postgresql://`` address, or the embedded one in the data directory for none."""
    return PostgresDatabase(url) if url else SqliteDatabase(data_dir / EMBEDDED_FILE)
