"""A process that takes arrivals as a hub does; run by the durability tests, which kill it.

`arrivals.py <spool> <first number>` appends without end and prints each number once it is acknowledged.
`arrivals.py <spool> <first number> <bytes>` may not write files longer than that; when the spool refuses it
prints `full`, then the limit is lifted, a hundred more are appended, and it ends.
"""

import asyncio
import os
import resource
import sys
from pathlib import Path

from holdfast.storage import NewEnvelope, Spool, SpoolUnavailableError

AT_ONCE = 16
BODY_BYTES = 2_000
MORE = 100


async def main(path: Path, number: int, bytes_max: int | None) -> None:
    if bytes_max is not None:
        limit_files(bytes_max)
    spool = Spool(path)
    refused = False
    try:
        while not refused:
            outcomes = await asyncio.gather(*(append(spool, number + more) for more in range(AT_ONCE)))
            refused = not all(outcomes)
            number += AT_ONCE
        tell("full")
        limit_files(None)
        for more in range(MORE):
            await append(spool, number + more)
    finally:
        await spool.close()


async def append(spool: Spool, number: int) -> bool:
    body = str(number).encode().ljust(BODY_BYTES)
    try:
        await spool.append(NewEnvelope("instagram:shop", "webhook", number, body))
    except SpoolUnavailableError:
        return False
    tell(str(number))
    return True


def tell(line: str) -> None:
    os.write(1, f"{line}\n".encode())


def limit_files(bytes_max: int | None) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard if bytes_max is None else bytes_max, hard))


if __name__ == "__main__":
    spool_path, first_number, *limit = sys.argv[1:]
    asyncio.run(main(Path(spool_path), int(first_number), int(limit[0]) if limit else None))
