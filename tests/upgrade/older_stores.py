"""Stores as earlier schemas left them, with rows in every table."""

import hashlib
import re
import sqlite3
from pathlib import Path
from typing import Final

from holdfast.storage.migrations import migration_files

RELEASES: Final = Path(__file__).parent / "releases"
MIGRATIONS: Final = migration_files()
SCHEMAS: Final = [name.split("_")[0] for name, _ in MIGRATIONS]


def statements(text: str) -> list[str]:
    lines = [line for line in text.splitlines() if not line.startswith("--")]
    return [part for part in re.split(r";\s*\n", "\n".join(lines)) if part.strip()]


def store_as_of(schema: str, path: Path) -> None:
    """Make a store as the given migration left it, with rows of every age."""
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(
            "CREATE TABLE migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, "
            "applied_at INTEGER NOT NULL)"
        )
        for name, text in MIGRATIONS:
            number = name.split("_")[0]
            if number > schema:
                break
            connection.executescript(text)
            checksum = hashlib.sha256(text.encode()).hexdigest()
            connection.execute("INSERT INTO migration VALUES (?, ?, ?, 1)", (int(number), name, checksum))
            for statement in statements((RELEASES / f"{number}.sql").read_text("utf-8")):
                connection.execute(statement)
    connection.close()
