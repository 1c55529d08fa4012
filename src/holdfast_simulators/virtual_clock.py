"""Time that stands still until it is moved: hours of outage pass in a moment."""

import asyncio
import heapq
from collections.abc import Coroutine
from itertools import count
from typing import Any, TypeVar

from holdfast_simulators.clock import MS_PER_SECOND

SETTLE_TURNS = 30
"""Turns of the loop that are given to everything that has just been woken."""


Result = TypeVar("Result")


class StuckError(RuntimeError):
    pass


class VirtualClock:
    def __init__(self, start_ms: int) -> None:
        self._now_ms = start_ms
        self._numbers = count()
        self._sleepers: list[tuple[int, int, asyncio.Future[None]]] = []

    def now_ms(self) -> int:
        return self._now_ms

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        due_ms = self._now_ms + max(1, round(seconds * MS_PER_SECOND))
        heapq.heappush(self._sleepers, (due_ms, next(self._numbers), woken))
        await woken

    async def advance(self, seconds: float) -> None:
        """Move on, waking every sleeper at its own time."""
        target_ms = self._now_ms + round(seconds * MS_PER_SECOND)
        await self._settle()
        while self._sleepers and self._sleepers[0][0] <= target_ms:
            await self._wake_next()
        self._now_ms = target_ms

    async def finish(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Move on exactly as far as this work needs; raises StuckError when nothing would end it."""
        task = asyncio.ensure_future(work)
        await self._settle()
        while not task.done():
            if not self._sleepers:
                task.cancel()
                raise StuckError("Nobody is waiting for the time to pass, and still the work does not end.")
            await self._wake_next()
        return task.result()

    async def _wake_next(self) -> None:
        due_ms, _, woken = heapq.heappop(self._sleepers)
        self._now_ms = max(self._now_ms, due_ms)
        if not woken.done():
            woken.set_result(None)
        await self._settle()

    async def _settle(self) -> None:
        for _ in range(SETTLE_TURNS):
            await asyncio.sleep(0)
