"""How fast held deliveries leave when their platform is back: in order per lane, each settled durably."""

import asyncio
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench import running
from bench.figures import Sheet
from bench.place import Size, cpu_seconds, load, received, resident_mib, sink
from bench.store import Stores, count_open, hold, make_conversations, opened
from holdfast.outbox.rounds import LANES_MAX
from holdfast.storage import Database

LOOK_SECONDS = 0.05
DRAIN_SECONDS_MAX = 300.0


async def measure(sheet: Sheet, size: Size, stores: Stores) -> None:
    with sink() as sink_url:
        wanted = {"url": f"{sink_url}/v26.0/1/messages", "count": size.held, "at_once": LANES_MAX}
        bare = await load("calls", wanted)
        sheet.floor("drain", bare["per_second"])
        sheet.floor("drain processor time", bare["cpu_seconds"] / size.held * 1000)
    async with stores.fresh() as database:
        with tempfile.TemporaryDirectory() as name, sink() as sink_url:
            async with opened(Path(name), database) as filling:
                await filling.prepare()
                await hold(filling, await make_conversations(filling, size.lanes), size.held)
            await _drain(sheet, Path(name), size, sink_url, database)


async def _drain(sheet: Sheet, folder: Path, size: Size, sink_url: str, database: str) -> None:
    async with running.hub(folder, sink_url, database) as hub, opened(folder, database) as looking:
        settled = await _until_settled(looking.database)
        # Its start is counted with it, as the queue begins to drain before anybody can ask.
        used = cpu_seconds(hub.hub.pid)
        taken = await received(sink_url)
        check_order(taken, size.held)
        sheet.value("drain", "deliveries/s", size.held / (settled - min(at for at, _, _ in taken)))
        sheet.value("drain processor time", "s per 1,000 messages", used / size.held * 1000)
        memory = resident_mib(hub.hub.pid, most=True) + resident_mib(hub.page.pid, most=True)
        sheet.value("memory under drain", "MiB", memory)


async def _until_settled(database: Database) -> float:
    async with asyncio.timeout(DRAIN_SECONDS_MAX):
        while await count_open(database):
            await asyncio.sleep(LOOK_SECONDS)
    return time.monotonic()


def check_order(taken: Sequence[tuple[float, str, str]], count: int) -> None:
    """Raises RuntimeError where something was lost, doubled or overtaken."""
    last: dict[str, int] = {}
    for _, recipient, text in taken:
        if int(text) <= last.get(recipient, -1):
            raise RuntimeError(f"out of order or doubled for {recipient}: {text}")
        last[recipient] = int(text)
    if len(taken) != count:
        raise RuntimeError(f"{len(taken)} of {count} were sent")
