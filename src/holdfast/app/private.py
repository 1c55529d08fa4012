"""Folders and files that only their owner may look into: they hold messages, tokens and keys."""

import os
import tempfile
from pathlib import Path
from typing import Final

FOLDER_MODE: Final = 0o700


def make_private_folder(folder: Path) -> None:
    """Make a folder for the owner alone; one that is there already keeps the mode that it was given."""
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)


def write_private(path: Path, text: str) -> None:
    """Write a file for the owner alone, in place of one that others could have read."""
    # A name that nobody can guess and take first, for the owner alone from the beginning.
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    fresh = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        fresh.replace(path)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise
