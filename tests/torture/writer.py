"""A process that writes numbers until its disk is gone: `writer.py <database> <synchronous>`.

Each number is printed once the store says that it is committed.
"""

import asyncio
import os
import sys
from itertools import count
from pathlib import Path
from typing import Final

from holdfast.storage import SqliteDatabase, StoreUnavailableError, Tx

AT_ONCE: Final = 8


async def main(path: Path, synchronous: str) -> None:
    database = SqliteDatabase(path, synchronous=synchronous)
    await database.write(_make)
    numbers = count(1)

    async def write() -> None:
        for value in numbers:
            await database.write(_add, value)
            os.write(1, f"{value}\n".encode())

    try:
        await asyncio.gather(*(write() for _ in range(AT_ONCE)))
    except StoreUnavailableError:
        os._exit(0)  # there is nothing left to close


async def _make(tx: Tx) -> None:
    await tx.run("CREATE TABLE number (value INTEGER PRIMARY KEY)")


async def _add(tx: Tx, value: int) -> None:
    await tx.run("INSERT INTO number (value) VALUES (:value)", value=value)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
