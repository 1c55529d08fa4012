"""How fast webhooks are acknowledged, and how soon they are in their conversations."""

import asyncio
import tempfile
import time
from pathlib import Path
from typing import Any

from bench import running
from bench.figures import Sheet
from bench.load.pace import share
from bench.place import ACCOUNT, SECRET, Size, cpu_seconds, load, resident_mib, sink
from bench.store import Stores, arrived_after, opened
from holdfast.storage import Database

SENDERS = 64
LOOK_SECONDS = 0.02
DELAY_SECONDS_MAX = 120.0


async def measure(sheet: Sheet, size: Size, stores: Stores) -> None:
    await _floor(sheet, size)
    async with stores.fresh() as database:
        with tempfile.TemporaryDirectory() as name, sink() as sink_url:
            async with (
                running.hub(Path(name), sink_url, database) as hub,
                opened(Path(name), database) as looking,
            ):
                speed = await _full(sheet, hub, looking.database, size)
                await _half(sheet, hub, looking.database, speed / 2, size)


async def _floor(sheet: Sheet, size: Size) -> None:
    with tempfile.TemporaryDirectory() as name:
        async with running.floor(Path(name)) as floor:
            url, before = floor.url, cpu_seconds(floor.server.pid)
            told = await _send(url, size.webhooks, "floor")
            used = cpu_seconds(floor.server.pid) - before
            sheet.floor("ingest processor time", used / size.webhooks * 1000)
            sheet.floor("ingest p99", share(sorted(told["waits"]), 0.99) * 1000)
            speed = float(told["per_second"])
            sheet.floor("ingest", speed)
            half = await _send(url, int(speed / 2 * size.paced_seconds), "half", speed / 2)
            sheet.floor("ingest p99 at half that rate", share(sorted(half["waits"]), 0.99) * 1000)


async def _full(sheet: Sheet, hub: running.Running, database: Database, size: Size) -> float:
    """As fast as it goes; the speed."""
    before = cpu_seconds(hub.hub.pid)
    told = await _send(f"{hub.url}/hooks/instagram/shop", size.webhooks, "full")
    acknowledged = time.monotonic()
    await _watch(database, {f"full-{n}" for n in range(size.webhooks)})
    speed = float(told["per_second"])
    sheet.value("ingest", "webhooks/s", speed)
    sheet.value("ingest p99", "ms", share(sorted(told["waits"]), 0.99) * 1000)
    sheet.value("ingest backlog after a burst", "s", time.monotonic() - acknowledged)
    used = cpu_seconds(hub.hub.pid) - before
    sheet.value("ingest processor time", "s per 1,000 messages", used / size.webhooks * 1000)
    memory = resident_mib(hub.hub.pid, most=True) + resident_mib(hub.page.pid, most=True)
    sheet.value("memory under ingest", "MiB", memory)
    return speed


async def _half(
    sheet: Sheet, hub: running.Running, database: Database, per_second: float, size: Size
) -> None:
    count = max(1, int(per_second * size.paced_seconds))
    watching = asyncio.create_task(_watch(database, {f"half-{n}" for n in range(count)}))
    told = await _send(f"{hub.url}/hooks/instagram/shop", count, "half", per_second)
    seen = await watching
    delays = sorted(seen[f"half-{n}"] - sent for n, sent in enumerate(told["sent"]))
    sheet.value("ingest p99 at half that rate", "ms", share(sorted(told["waits"]), 0.99) * 1000)
    sheet.value("ingest delay p99 at half that rate", "ms", share(delays, 0.99) * 1000)
    sheet.value("ingest delay most at half that rate", "ms", delays[-1] * 1000)


async def _send(url: str, count: int, run: str, per_second: float | None = None) -> dict[str, Any]:
    wanted = {"url": url, "account": ACCOUNT, "secret": SECRET, "senders": SENDERS}
    return await load("webhooks", {**wanted, "count": count, "run": run, "per_second": per_second})


async def _watch(database: Database, wanted: set[str]) -> dict[str, float]:
    """When each message was seen in its conversation, by its id on the platform."""
    seen: dict[str, float] = {}
    at, last_id = 0, ""
    async with asyncio.timeout(DELAY_SECONDS_MAX):
        while wanted:
            for row in await arrived_after(database, at, last_id):
                at, last_id = row["stored_at"], row["id"]
                seen[row["external_id"]] = time.monotonic()
                wanted.discard(row["external_id"])
            await asyncio.sleep(LOOK_SECONDS)
    return seen
