"""Numbered SQL files, applied once each, in order, with their checksums remembered."""

import hashlib
from importlib.resources import files
from typing import Final

from holdfast.storage.database import Database, Tx

_TABLE: Final = """
CREATE TABLE IF NOT EXISTS migration (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at INTEGER NOT NULL
)
"""
_KNOWN: Final = "SELECT number, name, checksum FROM migration ORDER BY number"
_REMEMBER: Final = """
INSERT INTO migration (number, name, checksum, applied_at) VALUES (:number, :name, :checksum, :applied_at)
"""


class MigrationError(Exception):
    """The store's schema is not one that this version can bring up to date."""


async def migrate(database: Database, *, now_ms: int) -> list[str]:
    """Bring the schema up to date in one transaction; the names of the files applied."""
    return await database.write(_migrate, now_ms)


async def _migrate(tx: Tx, now_ms: int) -> list[str]:
    await tx.run(_TABLE)
    known = {int(row["number"]): row for row in await tx.all(_KNOWN)}
    numbered = {int(name.split("_")[0]): (name, text) for name, text in migration_files()}
    for number, row in known.items():
        if number not in numbered:
            raise MigrationError(f"the store was written by a newer version (migration {row['name']})")
        if row["checksum"] != _checksum(numbered[number][1]):
            raise MigrationError(f"migration {row['name']} differs from the one that made this store")
    applied = []
    for number, (name, text) in sorted(numbered.items()):
        if number in known:
            continue
        for statement in _statements(text):
            await tx.run(statement)
        await tx.run(_REMEMBER, number=number, name=name, checksum=_checksum(text), applied_at=now_ms)
        applied.append(name)
    return applied


def migration_files() -> list[tuple[str, str]]:
    """(name, SQL) of every migration, by number."""
    folder = files(__name__)
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return [(name, folder.joinpath(name).read_text("utf-8")) for name in names]


def _statements(text: str) -> list[str]:
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("--")]
    return [part.strip() for part in "\n".join(lines).split(";") if part.strip()]


def _checksum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
