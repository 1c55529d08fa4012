"""Memory of hub and status process at rest."""

import asyncio
import tempfile
from pathlib import Path

import aiohttp

from bench.figures import Figure, figure
from bench.place import HOST, Sink, free_port, hub_config, process, resident_mib, until_up

SETTLE_SECONDS = 3.0


async def measure(runs: int) -> list[Figure]:
    return [figure("memory at rest", "MiB", [await _once() for _ in range(runs)])]


async def _once() -> float:
    with tempfile.TemporaryDirectory() as name:
        folder, port, status_port = Path(name), free_port(), free_port()
        async with Sink().open() as sink, aiohttp.ClientSession() as session:
            config = hub_config(folder, port=port, sink=sink.url)
            status = ("holdfast.web.status_process", "--data-dir", name, "--port", str(status_port))
            with process("holdfast", "serve", "--config", str(config)) as hub, process(*status) as page:
                await until_up(session, f"http://{HOST}:{port}/health/ready")
                await until_up(session, f"http://{HOST}:{status_port}/")
                await asyncio.sleep(SETTLE_SECONDS)
                return resident_mib(hub.pid) + resident_mib(page.pid)
