"""Visitors of our own chat and the team that reads along: acknowledged after sync, delivered over WebSocket."""

import tempfile
from pathlib import Path
from typing import Any

from bench import running
from bench.figures import Sheet
from bench.load.pace import share
from bench.place import Size, cpu_seconds, load, resident_mib, sink
from bench.store import Stores, api_token, opened

CALM_PER_SECOND = 100
CALM = f"at {CALM_PER_SECOND}/s"


async def measure(sheet: Sheet, size: Size, stores: Stores) -> None:
    with tempfile.TemporaryDirectory() as name:
        async with running.floor(Path(name)) as floor:
            before = cpu_seconds(floor.server.pid)
            count = await _chat(floor.url, f"{floor.url}/stream", size, sheet.floor)
            used = cpu_seconds(floor.server.pid) - before
            sheet.floor("chat processor time", used / count * 1000)
    async with stores.fresh() as database:
        with tempfile.TemporaryDirectory() as name, sink() as sink_url:
            await _hub(sheet, size, Path(name), sink_url, database)


async def _hub(sheet: Sheet, size: Size, folder: Path, sink_url: str, database: str) -> None:
    async with opened(folder, database) as filling:
        await filling.prepare()
        token = await api_token(filling)
    async with running.hub(folder, sink_url, database) as hub:
        before = cpu_seconds(hub.hub.pid)
        count = await _chat(hub.url, f"{hub.url}/api/v1/stream?token={token}", size, sheet.value_of)
        used = cpu_seconds(hub.hub.pid) - before
        sheet.value("chat processor time", "s per 1,000 messages", used / count * 1000)
        memory = resident_mib(hub.hub.pid, most=True) + resident_mib(hub.page.pid, most=True)
        sheet.value("memory under chat", "MiB", memory)


async def _chat(url: str, stream: str, size: Size, note: Any) -> int:
    """As fast as it goes, then calmly; how many messages."""
    wanted = {"url": url, "stream": stream, "pairs": size.pairs, "in_flight": size.in_flight}
    fast = await load("chats", {**wanted, "count": size.chat_messages})
    began = min(fast["sent"])
    note("chat", size.chat_messages / (max(fast["seen"]) - began))
    note("chat acknowledged", size.chat_messages / (max(fast["acknowledged"]) - began))
    calm_count = max(10, int(CALM_PER_SECOND * size.paced_seconds))
    calm = await load("chats", {**wanted, "count": calm_count, "per_second": CALM_PER_SECOND})
    note(f"chat acknowledged p99 {CALM}", _p99_ms(calm, "acknowledged"))
    note(f"chat p99 {CALM}", _p99_ms(calm, "seen"))
    return size.chat_messages + calm_count


def _p99_ms(told: dict[str, Any], what: str) -> float:
    waits = sorted(at - sent for at, sent in zip(told[what], told["sent"], strict=True))
    return share(waits, 0.99) * 1000
