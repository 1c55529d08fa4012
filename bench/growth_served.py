"""What a person's click costs over HTTP, on a large store beside a small one, while the hub also writes.

Between two reads something is written, as on a busy hub: SQLite then reads its pages anew.
"""

import asyncio
import hashlib
import hmac
import json
import sqlite3
import statistics
import time
from collections.abc import Coroutine, Iterable, Sequence
from contextlib import AsyncExitStack, closing
from pathlib import Path
from typing import Any, Final, NamedTuple

import aiohttp

from bench.place import ACCOUNT, SECRET, cpu_seconds, sink
from bench.running import Running, hub

ROAD_MESSAGES: Final = 600
AT_ONCE: Final = 16
ROAD_SECONDS_MAX: Final = 120.0
ROADS: Final = 3
ROUNDS: Final = 60
WARM_UP_ROUNDS: Final = 5


class Asked(NamedTuple):
    """A store with the addresses to ask, by what they show, and a conversation to write to."""

    folder: Path
    token: str
    paths: dict[str, Sequence[str]]
    written: str
    people: Sequence[tuple[str, str]]
    """(address on Instagram, conversation) of those who write in the measured roads"""


async def measure(places: Sequence[Asked]) -> dict[str, list[float]]:
    """The median milliseconds of each address by place."""
    taken: dict[str, list[list[float]]] = {name: [[] for _ in places] for name in places[0].paths}
    async with AsyncExitStack() as stack:
        hubs = [
            await stack.enter_async_context(hub(each.folder, stack.enter_context(sink()), ""))
            for each in places
        ]
        sessions = [await _session(stack, *pair) for pair in zip(hubs, places, strict=True)]
        roads = [
            [await _road(*each) for each in zip(hubs, sessions, places, strict=True)] for _ in range(ROADS)
        ]
        for number in range(-WARM_UP_ROUNDS, ROUNDS):
            for name in taken:
                for which, (session, place) in enumerate(zip(sessions, places, strict=True)):
                    path = place.paths[name][number % len(place.paths[name])]
                    took = await _ask(session, place, path)
                    if number >= 0:
                        taken[name][which].append(took)
    clicks = {name: [statistics.median(each) for each in lists] for name, lists in taken.items()}
    return {**_of_roads(roads), **clicks}


def _of_roads(roads: Sequence[Sequence[tuple[float, float]]]) -> dict[str, list[float]]:
    """Medians by place, for each of the two roads."""
    names = ("processor, road in", "processor, road out")
    return {
        name: [statistics.median(each[which][road] for each in roads) for which in range(len(roads[0]))]
        for road, name in enumerate(names)
    }


async def _road(running: Running, session: aiohttp.ClientSession, place: Asked) -> tuple[float, float]:
    """Processor milliseconds of the whole hub for a message that comes in, and for a reply that goes out."""
    since, before = time.time_ns() // 1_000_000, cpu_seconds(running.hub.pid)
    chosen = [place.people[number * 7 % len(place.people)] for number in range(ROAD_MESSAGES)]
    await _all(_write(session, running.url, person) for person, _ in chosen)
    await _until(place.folder, "in", since)
    between = cpu_seconds(running.hub.pid)
    await _all(_reply(session, conversation) for _, conversation in chosen)
    await _until(place.folder, "out", since)
    after = cpu_seconds(running.hub.pid)
    return (between - before) / ROAD_MESSAGES * 1000, (after - between) / ROAD_MESSAGES * 1000


async def _all(calls: Iterable[Coroutine[Any, Any, None]]) -> None:
    waiting = iter(calls)

    async def worker() -> None:
        for call in waiting:
            await call

    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))


async def _write(session: aiohttp.ClientSession, url: str, person: str) -> None:
    body = webhook(person, f"g{time.time_ns()}")
    signature = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {"x-hub-signature-256": signature}
    async with session.post(f"{url}/hooks/instagram/shop", data=body, headers=headers) as answer:
        answer.raise_for_status()


async def _reply(session: aiohttp.ClientSession, conversation: str) -> None:
    body = {"text": "Yes, from nine to six."}
    async with session.post(f"conversations/{conversation}/messages", json=body) as answer:
        answer.raise_for_status()


async def _until(folder: Path, direction: str, since: int) -> None:
    """Until all are in their conversations, or sent."""
    done = "SELECT COUNT(*) FROM message WHERE stored_at >= ? AND direction = ? AND state IN ('received', 'sent')"
    with closing(sqlite3.connect(f"file:{folder / 'hub.db'}?mode=ro", uri=True)) as store:
        async with asyncio.timeout(ROAD_SECONDS_MAX):
            while store.execute(done, (since, direction)).fetchone()[0] < ROAD_MESSAGES:
                await asyncio.sleep(0.05)


def webhook(person: str, mid: str) -> bytes:
    now = time.time_ns() // 1_000_000
    message = {
        "sender": {"id": person},
        "recipient": {"id": ACCOUNT},
        "timestamp": now,
        "message": {"mid": mid, "text": "Is it open on Sunday?"},
    }
    entry = {"id": ACCOUNT, "time": now, "messaging": [message]}
    return json.dumps({"object": "instagram", "entry": [entry]}).encode()


async def _session(stack: AsyncExitStack, running: Running, place: Asked) -> aiohttp.ClientSession:
    headers = {"authorization": f"Bearer {place.token}"}
    session: Any = aiohttp.ClientSession(f"{running.url}/api/v1/", headers=headers)
    return await stack.enter_async_context(session)


async def _ask(session: aiohttp.ClientSession, place: Asked, path: str) -> float:
    async with session.post(f"conversations/{place.written}/read") as answer:
        answer.raise_for_status()
    started = time.perf_counter()
    async with session.get(path) as answer:
        answer.raise_for_status()
        await answer.read()
    return (time.perf_counter() - started) * 1000
