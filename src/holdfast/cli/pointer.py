"""Where the latest demo of this user answers, so that other commands find it without being told."""

import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from holdfast.app.private import write_private


def remember_demo(addresses: dict[str, Any]) -> None:
    # Another user may hold the name; the demo runs all the same, and says its addresses itself.
    with suppress(OSError):
        write_private(_path(), json.dumps({**addresses, "pid": os.getpid()}))


def latest_demo() -> dict[str, Any] | None:
    """The addresses of the running demo, None where none is running."""
    try:
        if _path().stat().st_uid != os.getuid():
            return None
        addresses: dict[str, Any] = json.loads(_path().read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return addresses


def forget_demo() -> None:
    """Drop what was remembered, unless a later demo has replaced it."""
    addresses = latest_demo()
    if addresses is not None and addresses.get("pid") == os.getpid():
        _path().unlink(missing_ok=True)


def _path() -> Path:
    return Path(tempfile.gettempdir()) / f"holdfast-demo-{os.getuid()}.json"
