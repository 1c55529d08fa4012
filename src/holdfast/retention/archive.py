"""What is about to be forgotten, written to compressed files of JSON lines, one for each kind and day.

Each batch is a gzip member of its own at the end of its day's file, synced before anything is deleted. A kill
between the two writes a batch twice: rows bear their numbers, so that a reader can tell.
"""

import gzip
import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec

FILE_MODE: Final = 0o600
FOLDER_MODE: Final = 0o700


class Archive:
    """``node`` tells the files of several nodes apart where they share a folder."""

    def __init__(self, folder: Path, node: str = "") -> None:
        self._folder = folder
        self._end = f".{node}.jsonl.gz" if node else ".jsonl.gz"

    def write(self, kind: str, rows: Sequence[tuple[int, Mapping[str, Any]]]) -> None:
        """Append (time in ms, row) pairs to the files of their UTC days; they are on disk when this returns.

        Raises OSError, and then nothing may be forgotten.
        """
        self._folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        by_day: dict[str, list[bytes]] = defaultdict(list)
        for at, row in rows:
            day = datetime.fromtimestamp(at / 1000, tz=UTC).date().isoformat()
            by_day[day].append(msgspec.json.encode(row))
        for day, lines in by_day.items():
            _append(self._folder / f"{kind}-{day}{self._end}", gzip.compress(b"\n".join(lines) + b"\n"))
        _sync(self._folder)


def _append(path: Path, member: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, FILE_MODE)
    with os.fdopen(descriptor, "ab") as file:
        file.write(member)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
