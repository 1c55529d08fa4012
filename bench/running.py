"""The measured processes: hub, status page, floor."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from subprocess import Popen

import msgspec

from bench.place import HOST, SECRET, free_port, process, until_up, write_config


class Floor(msgspec.Struct, frozen=True):
    url: str
    server: Popen[bytes]


class Running(msgspec.Struct, frozen=True):
    url: str
    status_url: str
    hub: Popen[bytes]
    page: Popen[bytes]


@asynccontextmanager
async def hub(folder: Path, sink_url: str, database: str) -> AsyncIterator[Running]:
    """Hub and status page as processes of their own."""
    port, status_port = free_port(), free_port()
    config = write_config(folder, port=port, sink_url=sink_url, database=database)
    status = ("holdfast.web.status_process", "--data-dir", str(folder), "--port", str(status_port))
    with process("holdfast", "serve", "--config", str(config)) as child, process(*status) as page:
        await until_up(f"http://{HOST}:{port}/health/ready")
        await until_up(f"http://{HOST}:{status_port}/")
        yield Running(f"http://{HOST}:{port}", f"http://{HOST}:{status_port}", child, page)


@asynccontextmanager
async def floor(folder: Path) -> AsyncIterator[Floor]:
    """The server that does the least."""
    port = free_port()
    with process("bench.load.floor_server", str(port), str(folder), SECRET) as server:
        await until_up(f"http://{HOST}:{port}/")
        yield Floor(f"http://{HOST}:{port}", server)
