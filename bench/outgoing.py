"""How fast held deliveries drain, and how soon a reply is with the platform."""

import asyncio
import tempfile
import time
from pathlib import Path
from random import Random

import aiohttp

from bench.figures import Figure, figure
from bench.place import Sink, free_port, hub_config
from holdfast.app.hub import Hub, open_hub
from holdfast.app.loops import run_loops
from holdfast.channels.transport import HttpTransport
from holdfast.conversations import NewAddress
from holdfast.conversations.past import PastMessage, take_over
from holdfast.kernel import SystemClock
from holdfast.outbox import NewReply
from holdfast.settings import load_settings

LANES = 200
DELIVERIES = 10_000
AT_ONCE = 32
LATENCY_MESSAGES = 250
LATENCY_PER_SECOND = 50


async def measure(runs: int) -> list[Figure]:
    drains, floors, p50, p99, bare = [], [], [], [], []
    for _ in range(runs):
        floors.append(await _bare_loop())
        drains.append(await _drain())
        waits, floor = await _latency()
        p50.append(waits[len(waits) // 2] * 1000)
        p99.append(waits[int(len(waits) * 0.99)] * 1000)
        bare.append(floor * 1000)
    return [
        figure("drain", "deliveries/s", drains, floors),
        figure("send latency p50", "ms", p50, bare),
        figure("send latency p99", "ms", p99, bare),
    ]


async def _bare_loop() -> float:
    async with Sink().open() as sink, aiohttp.ClientSession() as session:
        numbers = iter(range(DELIVERIES))

        async def worker() -> None:
            for number in numbers:
                body = {"recipient": {"id": str(number)}, "message": {"text": "x"}}
                async with session.post(f"{sink.url}/v26.0/1/messages", json=body) as response:
                    await response.read()

        started = time.perf_counter()
        await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
        return DELIVERIES / (time.perf_counter() - started)


async def _open(folder: Path, sink: Sink) -> tuple[Hub, list[str]]:
    config = hub_config(folder, port=free_port(), sink=sink.url, sends_per_second=10_000)
    hub = open_hub(
        load_settings(config, {}),
        clock=SystemClock(),
        random=Random(1),  # noqa: S311 - identifiers of a hub that lives for seconds
        transport=HttpTransport(),
        node="bench",
    )
    await hub.prepare()
    now = hub.clock.now_ms()
    conversations = []
    for number in range(LANES):
        address = NewAddress(channel="instagram:shop", value=str(number), proof="wrote", consent="reply")
        await hub.conversations.create_contact(f"Person {number}", [address], "bench")
    past = [
        PastMessage(
            channel="instagram:shop", value=str(n), direction="in", text="hi", at=now, external_id=f"p{n}"
        )
        for n in range(LANES)
    ]
    await hub.database.write(take_over, hub.ids, past, now)
    rows = await hub.database.read(_conversations)
    conversations += rows
    return hub, conversations


async def _conversations(tx: object) -> list[str]:
    rows = await tx.all("SELECT id FROM conversation")  # type: ignore[attr-defined]
    return [row["id"] for row in rows]


async def _drain() -> float:
    with tempfile.TemporaryDirectory() as name:
        async with Sink().open() as sink:
            hub, conversations = await _open(Path(name), sink)
            for first in range(0, DELIVERIES, 500):
                await asyncio.gather(
                    *(
                        hub.outbox.enqueue(
                            NewReply(
                                conversation_id=conversations[number % LANES],
                                text=f"{number}",
                                author="api:bench",
                            )
                        )
                        for number in range(first, first + 500)
                    )
                )
            started = time.perf_counter()
            running = asyncio.create_task(run_loops({"dispatcher": hub.outbox.dispatcher.run}, hub.clock))
            while len(sink.received) < DELIVERIES:
                await asyncio.sleep(0.02)
            took = time.perf_counter() - started
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await hub.close()
            _check_order(sink)
            return DELIVERIES / took


def _check_order(sink: Sink) -> None:
    last: dict[str, int] = {}
    for _, recipient, text in sink.received:
        if int(text) <= last.get(recipient, -1):
            raise RuntimeError(f"out of order or doubled for {recipient}: {text}")
        last[recipient] = int(text)


async def _latency() -> tuple[list[float], float]:
    with tempfile.TemporaryDirectory() as name:
        async with Sink().open() as sink, aiohttp.ClientSession() as session:
            hub, conversations = await _open(Path(name), sink)
            running = asyncio.create_task(run_loops({"dispatcher": hub.outbox.dispatcher.run}, hub.clock))
            loop, clicked = asyncio.get_running_loop(), {}
            for number in range(LATENCY_MESSAGES):
                text = f"{number}"
                clicked[text] = loop.time()
                reply = NewReply(conversation_id=conversations[number % LANES], text=text, author="api:bench")
                await hub.outbox.enqueue(reply)
                await asyncio.sleep(1 / LATENCY_PER_SECOND)
            while len(sink.received) < LATENCY_MESSAGES:
                await asyncio.sleep(0.02)
            started = loop.time()
            async with session.post(
                f"{sink.url}/v26.0/1/messages", json={"recipient": {"id": "0"}}
            ) as response:
                await response.read()
            floor = loop.time() - started
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await hub.close()
            waits = sorted(at - clicked[text] for at, _, text in sink.received if text in clicked)
            return waits, floor
