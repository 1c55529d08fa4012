"""How fast webhooks are acknowledged, and how soon they are in their conversations."""

import asyncio
import tempfile
import time
from pathlib import Path

import aiohttp

from bench.figures import Figure, figure
from bench.place import (
    HOST,
    SECRET,
    Sink,
    cpu_seconds,
    free_port,
    hub_config,
    process,
    resident_mib,
    until_up,
)
from bench.senders import Sent, send_all
from bench.store import messages_in

SENDERS = 64
MESSAGES = 8_000


async def measure(runs: int) -> list[Figure]:
    speeds, floors, waits, floor_waits, lags, cpu, memory = [], [], [], [], [], [], []
    for number in range(runs):
        floor = await _floor(number)
        floors.append(floor.per_second)
        floor_waits.append(floor.p99_ms)
        sent, lag, seconds, mib = await _hub(number)
        speeds.append(sent.per_second)
        waits.append(sent.p99_ms)
        lags.append(lag)
        cpu.append(seconds)
        memory.append(mib)
    return [
        figure("ingest", "webhooks/s", speeds, floors),
        figure("ingest p99", "ms", waits, floor_waits),
        figure("ingest lag", "s", lags),
        figure("ingest processor time", "s per 1,000 messages", cpu),
        figure("memory under ingest", "MiB", memory),
    ]


async def _floor(number: int) -> Sent:
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        with process("bench.floor_server", str(port), folder, SECRET):
            url = f"http://{HOST}:{port}/"
            async with aiohttp.ClientSession() as session:
                await until_up(session, url)
            return await send_all(url, count=MESSAGES, senders=SENDERS, run=f"floor{number}")


async def _hub(number: int) -> tuple[Sent, float, float, float]:
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        async with Sink().open() as sink:
            config = hub_config(folder, port=port, sink=sink.url)
            with process("holdfast", "serve", "--config", str(config)) as hub:
                async with aiohttp.ClientSession() as session:
                    await until_up(session, f"http://{HOST}:{port}/health/ready")
                before = cpu_seconds(hub.pid)
                url = f"http://{HOST}:{port}/hooks/instagram/shop"
                sent = await send_all(url, count=MESSAGES, senders=SENDERS, run=f"hub{number}")
                acknowledged = time.perf_counter()
                while messages_in(folder) < MESSAGES:
                    await asyncio.sleep(0.02)
                lag = time.perf_counter() - acknowledged
                used = (cpu_seconds(hub.pid) - before) / MESSAGES * 1000
                return sent, lag, used, resident_mib(hub.pid)
