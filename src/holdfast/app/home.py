"""A node's own folder: its name, and the lock that keeps a second process out of it."""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from holdfast.kernel import make_synced

NAME_FILE: Final = "node"
LOCK_FILE: Final = "hub.lock"


class FolderTakenError(Exception):
    """Another process runs on this folder; two would apply the same spool."""


def node_name(data_dir: Path, token: str) -> str:
    """The name under which this folder's node is known, made at its first start from the host and a token."""
    path = data_dir / NAME_FILE
    if not path.exists():
        make_synced(path, f"{socket.gethostname()}-{token}".encode())
    return path.read_text("utf-8").strip()


@contextmanager
def only_process(data_dir: Path) -> Iterator[None]:
    """Hold the folder for as long as this process lives. Raises FolderTakenError."""
    descriptor = os.open(data_dir / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise FolderTakenError(
                f"Another hub runs on {data_dir}. Stop it, or give this one its own."
            ) from error
        yield
    finally:
        os.close(descriptor)
