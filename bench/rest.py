"""Memory of hub and status process while nothing happens."""

import asyncio
import tempfile
from pathlib import Path

from bench import running
from bench.figures import Sheet
from bench.place import Size, resident_mib, sink
from bench.store import Stores


async def measure(sheet: Sheet, size: Size, stores: Stores) -> None:
    async with stores.fresh() as database:
        with tempfile.TemporaryDirectory() as name, sink() as sink_url:
            async with running.hub(Path(name), sink_url, database) as hub:
                await asyncio.sleep(size.rest_seconds)
                memory = resident_mib(hub.hub.pid) + resident_mib(hub.page.pid)
                sheet.value("memory at rest", "MiB", memory)
