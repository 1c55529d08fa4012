"""Looking into the store of the measured hub from outside."""

import sqlite3
from pathlib import Path


def messages_in(folder: Path) -> int:
    """How many messages are in conversations."""
    connection = sqlite3.connect(f"file:{folder / 'hub.db'}?mode=ro", uri=True)
    try:
        return int(connection.execute("SELECT COUNT(*) FROM message WHERE direction = 'in'").fetchone()[0])
    finally:
        connection.close()
