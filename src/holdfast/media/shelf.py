"""The folder in which files lie: one folder for each, named by its id. Everything here waits for the disk."""

import os
import shutil
from pathlib import Path
from typing import BinaryIO, Final

FOLDER_MODE: Final = 0o700
FILE_MODE: Final = 0o600
SHARD_CHARACTERS: Final = 2
"""Beginnings of ids by which folders are spread, so that none grows long."""
ARRIVING: Final = "arriving"
ORIGINAL: Final = "original"


class Shelf:
    def __init__(self, root: Path) -> None:
        self._root = root

    def place(self, media_id: str) -> Path:
        return self._root / media_id[:SHARD_CHARACTERS] / media_id

    def open_new(self, media_id: str) -> BinaryIO:
        """The file that an upload is written to. Raises OSError."""
        folder = self.place(media_id)
        folder.mkdir(mode=FOLDER_MODE, parents=True)
        descriptor = os.open(folder / ARRIVING, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
        return os.fdopen(descriptor, "wb")

    def keep_as_it_is(self, media_id: str, ending: str) -> None:
        (self.place(media_id) / ARRIVING).rename(self.place(media_id) / f"{ORIGINAL}.{ending}")

    def settle(self, media_id: str) -> int:
        """Put what was made on disk, drop what it was made of; the size of the original, in bytes."""
        folder = self.place(media_id)
        (folder / ARRIVING).unlink(missing_ok=True)
        size = 0
        for path in sorted(folder.iterdir()):
            path.chmod(FILE_MODE)
            _sync(path)
            size = path.stat().st_size if path.stem == ORIGINAL else size
        for each in (folder, folder.parent, self._root):
            _sync(each)
        return size

    def find(self, media_id: str, small: str = "") -> Path | None:
        """The original, or one of the small pictures made of it; None where there is none."""
        pattern = f"{small}.webp" if small else f"{ORIGINAL}.*"
        return next(self.place(media_id).glob(pattern), None)

    def drop(self, media_id: str) -> None:
        shutil.rmtree(self.place(media_id), ignore_errors=True)

    def free_bytes(self) -> int:
        """What is left on the disk."""
        self._root.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        return shutil.disk_usage(self._root).free


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
