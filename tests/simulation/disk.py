"""What a power cut leaves of a database file: what was synced, and no byte more."""

import asyncio
import sqlite3
from collections import defaultdict
from pathlib import Path
from typing import Final

SYNCED_FROM: Final = 2
"""FULL: in WAL mode each commit is synced before it is acknowledged. NORMAL and OFF sync it some time later."""
_PARTS: Final = ("", "-wal")
_SHARED: Final = "-shm"


class Disk:
    """The cruellest disk that keeps its word: of what was not synced, nothing stays.

    How a connection syncs is read back from SQLite at every commit, so nobody has to say it. A file is
    copied only when something is committed to it that is not synced, so an honest store costs nothing.
    """

    def __init__(self) -> None:
        self._synced: dict[Path, dict[str, bytes]] = {}
        """Of each file with commits that were not synced: how it stood when it last was."""
        self._turns: dict[Path, asyncio.Lock] = defaultdict(asyncio.Lock)

    def turn_to_write(self, path: Path) -> asyncio.Lock:
        """SQLite lets one write at a time; the others wait."""
        return self._turns[path]

    def before_commit(self, path: Path, connection: sqlite3.Connection) -> None:
        if path not in self._synced and not syncs_commits(connection):
            self._synced[path] = _copy(path)

    def after_commit(self, path: Path, connection: sqlite3.Connection) -> None:
        if syncs_commits(connection):
            self._synced.pop(path, None)

    def is_synced(self, path: Path) -> bool:
        """Whether all that was committed to a file would survive a power cut now."""
        return path not in self._synced

    def cut_power(self) -> None:
        """Put every file back to how it was last synced; no connection may be open."""
        for path, parts in self._synced.items():
            _restore(path, parts)
        self._synced.clear()


def syncs_commits(connection: sqlite3.Connection) -> bool:
    """Raises RuntimeError for a journal of which this disk knows nothing."""
    (journal,) = connection.execute("PRAGMA journal_mode").fetchone()
    if journal != "wal":
        raise RuntimeError(f"the simulated disk knows journals of the kind wal, not {journal}")
    (level,) = connection.execute("PRAGMA synchronous").fetchone()
    return bool(level >= SYNCED_FROM)


def _copy(path: Path) -> dict[str, bytes]:
    parts = {part: path.with_name(path.name + part) for part in _PARTS}
    return {part: file.read_bytes() for part, file in parts.items() if file.exists()}


def _restore(path: Path, parts: dict[str, bytes]) -> None:
    for part in (*_PARTS, _SHARED):
        path.with_name(path.name + part).unlink(missing_ok=True)
    for part, content in parts.items():
        path.with_name(path.name + part).write_bytes(content)
