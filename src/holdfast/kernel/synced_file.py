"""Small files that are on disk, with name and content, once a function has returned: an answer may rest on them."""

import os
import tempfile
from pathlib import Path


def replace_synced(path: Path, data: bytes) -> None:
    """Put the whole new file in place of the old one; a power cut leaves one of the two."""
    draft = path.with_suffix(".new")
    with draft.open("wb") as file:
        _write(file.fileno(), data)
    draft.replace(path)
    _sync_folder(path.parent)


def make_synced(path: Path, data: bytes) -> None:
    """Make a file for its owner alone; there is never a part of it. Raises FileExistsError."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            _write(file.fileno(), data)
        os.link(name, path)
    finally:
        Path(name).unlink()
    _sync_folder(path.parent)


def _write(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
    os.fsync(descriptor)


def _sync_folder(folder: Path) -> None:
    """A file's name is part of its folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
