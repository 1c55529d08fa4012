"""What a person's click costs over HTTP, on a large store beside a small one, while the hub also writes.

Between two reads something is written, as on a busy hub: SQLite then reads its pages anew.
"""

import statistics
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final, NamedTuple

import aiohttp

from bench.place import sink
from bench.running import hub

ROUNDS: Final = 60
WARM_UP_ROUNDS: Final = 5


class Asked(NamedTuple):
    """A store with the addresses to ask, by what they show, and a conversation to write to."""

    folder: Path
    token: str
    paths: dict[str, Sequence[str]]
    written: str


async def measure(places: Sequence[Asked]) -> dict[str, list[float]]:
    """The median milliseconds of each address by place."""
    taken: dict[str, list[list[float]]] = {name: [[] for _ in places] for name in places[0].paths}
    async with AsyncExitStack() as stack:
        sessions = [await _session(stack, place) for place in places]
        for number in range(-WARM_UP_ROUNDS, ROUNDS):
            for name in taken:
                for which, (session, place) in enumerate(zip(sessions, places, strict=True)):
                    path = place.paths[name][number % len(place.paths[name])]
                    took = await _ask(session, place, path)
                    if number >= 0:
                        taken[name][which].append(took)
    return {name: [statistics.median(each) for each in lists] for name, lists in taken.items()}


async def _session(stack: AsyncExitStack, place: Asked) -> aiohttp.ClientSession:
    running = await stack.enter_async_context(hub(place.folder, stack.enter_context(sink()), ""))
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
