"""From an agent's click, which is an API call, to the platform's receipt of the call."""

import asyncio
import tempfile
from pathlib import Path

from bench import running
from bench.figures import Sheet
from bench.load.pace import share
from bench.place import Size, load, received, sink
from bench.store import Stores, api_token, make_conversations, opened

PER_SECOND = 50
BARE_AT_ONCE = 8
LOOK_SECONDS = 0.02
ARRIVED_SECONDS_MAX = 30.0


async def measure(sheet: Sheet, size: Size, stores: Stores) -> None:
    with sink() as sink_url:
        wanted = {"url": f"{sink_url}/v26.0/1/messages", "count": size.clicks, "at_once": BARE_AT_ONCE}
        bare = await load("calls", {**wanted, "per_second": PER_SECOND})
        waits = await _waits(sink_url, bare["called"])
        sheet.floor("send latency p50", share(waits, 0.5) * 1000)
        sheet.floor("send latency p99", share(waits, 0.99) * 1000)
    async with stores.fresh() as database:
        with tempfile.TemporaryDirectory() as name, sink() as sink_url:
            await _hub(sheet, size, Path(name), sink_url, database)


async def _hub(sheet: Sheet, size: Size, folder: Path, sink_url: str, database: str) -> None:
    async with opened(folder, database) as filling:
        await filling.prepare()
        conversations = await make_conversations(filling, size.lanes)
        token = await api_token(filling)
    async with running.hub(folder, sink_url, database) as hub:
        wanted = {"url": hub.url, "token": token, "conversations": conversations}
        told = await load("clicks", {**wanted, "count": size.clicks, "per_second": PER_SECOND})
        waits = await _waits(sink_url, told["called"])
        sheet.value("send latency p50", "ms", share(waits, 0.5) * 1000)
        sheet.value("send latency p99", "ms", share(waits, 0.99) * 1000)


async def _waits(sink_url: str, called: list[float]) -> list[float]:
    async with asyncio.timeout(ARRIVED_SECONDS_MAX):
        while len(taken := await received(sink_url)) < len(called):
            await asyncio.sleep(LOOK_SECONDS)
    return sorted(at - called[int(text)] for at, _, text in taken)
