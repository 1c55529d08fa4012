"""A database of its own for each demo or hub, where a test run stands on PostgreSQL."""

import os
import secrets
from pathlib import Path
from typing import Final

import asyncpg

VARIABLE: Final = "HOLDFAST_TEST_POSTGRES"
"""The address of a server in which databases may be made; without it the embedded database is used."""


async def database_for(folder: Path) -> str:
    """The address of this folder's database, new and empty at first; nothing for the embedded one."""
    server, known = os.environ.get(VARIABLE, ""), known_for(folder)
    if not server:
        return ""
    if not known.exists():
        known.write_text(await _new_database(server), "ascii")
    return known.read_text("ascii")


def known_for(folder: Path) -> Path:
    """Where the address of this folder's database is kept once it has one."""
    return folder / "database.txt"


async def _new_database(server: str) -> str:
    name = f"demo_{secrets.token_hex(6)}"
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(f"CREATE DATABASE {name}")
    finally:
        await connection.close()
    return f"{server.rpartition('/')[0]}/{name}"
