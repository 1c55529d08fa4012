"""How many visitors the status page serves, and what webhooks notice of a stampede of them."""

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import Any

from bench import running
from bench.figures import Sheet
from bench.load.pace import share
from bench.place import ACCOUNT, SECRET, Size, free_port, load, process, sink, until_up
from bench.store import Stores

CONNECTIONS = 64
SENDERS = 16
NAMES = {True: "status page, kept connections", False: "status page, new connections"}


async def measure(sheet: Sheet, size: Size, stores: Stores) -> None:
    async with stores.fresh() as database:
        with tempfile.TemporaryDirectory() as name, sink() as sink_url:
            async with running.hub(Path(name), sink_url, database) as hub:
                for kept, figure in NAMES.items():
                    sheet.value(figure, "requests/s", await stampede(hub.status_url, size, kept=kept))
                await _beside(sheet, hub, size)
    await _floor(sheet, size)


async def _floor(sheet: Sheet, size: Size) -> None:
    """A bare protocol that answers everything with the same bytes."""
    port = free_port()
    with process("bench.load.fixed_server", str(port)):
        url = f"http://127.0.0.1:{port}"
        await until_up(url)
        for kept, figure in NAMES.items():
            sheet.floor(figure, await stampede(url, size, kept=kept))


async def _beside(sheet: Sheet, hub: running.Running, size: Size) -> None:
    """Webhooks at a quarter of what this machine takes, with the stampede and without it."""
    full = await _webhooks(hub, size.webhooks, "quiet", None)
    rate = float(full["per_second"]) / 4
    count = max(1, int(rate * size.paced_seconds))
    alone = await _webhooks(hub, count, "alone", rate)
    visitors = asyncio.create_task(stampede(hub.status_url, size, kept=False))
    crowded = await _webhooks(hub, count, "crowded", rate)
    await visitors
    name = "webhooks beside a stampede"
    sheet.value(name, "webhooks/s", float(crowded["per_second"]))
    sheet.floor(name, float(alone["per_second"]))
    sheet.value(f"{name}, p99", "ms", share(sorted(crowded["waits"]), 0.99) * 1000)
    sheet.floor(f"{name}, p99", share(sorted(alone["waits"]), 0.99) * 1000)


async def _webhooks(hub: running.Running, count: int, run: str, per_second: float | None) -> dict[str, Any]:
    wanted = {"url": f"{hub.url}/hooks/instagram/shop", "account": ACCOUNT, "secret": SECRET}
    return await load(
        "webhooks",
        {**wanted, "senders": SENDERS, "count": count, "run": f"status-{run}", "per_second": per_second},
    )


async def stampede(url: str, size: Size, *, kept: bool) -> float:
    """Requests answered per second, by wrk where it is installed, which takes less of the machine than ours."""
    wrk = shutil.which("wrk")
    if wrk is None:
        wanted = {"url": url, "connections": CONNECTIONS, "kept": kept, "seconds": size.paced_seconds}
        return float((await load("visitors", wanted))["per_second"])
    seconds = max(1, round(size.paced_seconds))
    header = f"Connection: {'keep-alive' if kept else 'close'}"
    # Visitors have machines of their own: theirs gives way to what is measured.
    child = await asyncio.create_subprocess_exec(
        *("nice", "-n", "10", wrk, "-t", "1", "-c", str(CONNECTIONS), "-d", f"{seconds}s", "-H", header),
        f"{url}/",
        stdout=asyncio.subprocess.PIPE,
    )
    told, _ = await child.communicate()
    line = next(line for line in told.decode().splitlines() if line.startswith("Requests/sec"))
    return float(line.split()[1])
