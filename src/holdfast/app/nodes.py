"""Several nodes of one hub: each gives signs of life, one keeps the watch, and the dead are followed up.

The signs are rows in the store that all share. Their times are the nodes' own clocks, which must agree to
about a second. A node that is only slow loses its lanes and its watch, too; fences keep it from harm.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from holdfast.app import store
from holdfast.app.loops import Loop, run_loops
from holdfast.kernel import Clock, get_log
from holdfast.storage import Database, StoreUnavailableError, Tx

SIGN_SECONDS: Final = 1.0
ALIVE_MS: Final = 5_000
"""After so long without a sign a node counts as gone."""
FRESH_SECONDS: Final = 3.0
"""A node whose own last sign is older begins nothing: others may be about to take its work."""
FORGET_MS: Final = 86_400_000
WATCH: Final = "watch"

FreeLanes = Callable[[Tx, str], Awaitable[int]]
"""Gives up every lane of a node that is gone; how many there were."""


class Nodes:
    def __init__(
        self, *, database: Database, clock: Clock, node: str, url: str, free_lanes: FreeLanes
    ) -> None:
        self._database = database
        self._clock = clock
        self._node = node
        self._url = url
        self._free_lanes = free_lanes
        self._signed = clock.monotonic() - ALIVE_MS / 1000
        self._judges_from = clock.monotonic() + ALIVE_MS / 1000
        self._watching = asyncio.Event()
        self._resting = asyncio.Event()
        self._resting.set()
        self._log = get_log("nodes")

    def is_fresh(self) -> bool:
        """Whether this node may begin a send: its sign of life is so recent that nobody takes its lanes."""
        return self._clock.monotonic() - self._signed < FRESH_SECONDS

    async def run(self) -> None:
        """Give signs of life until cancelled."""
        while True:
            await self._sign()
            await self._clock.sleep(SIGN_SECONDS)

    async def leave(self) -> None:
        """Say goodbye, so that others need not wait for the silence."""
        await self._database.write(store.forget_node, self._node)

    async def while_watching(self, loops: Mapping[str, Loop]) -> None:
        """Run what only one node may, for as long as this is the one."""
        await self._run_while(self._watching, self._resting, loops)

    async def while_resting(self, loops: Mapping[str, Loop]) -> None:
        await self._run_while(self._resting, self._watching, loops)

    async def _run_while(self, begin: asyncio.Event, end: asyncio.Event, loops: Mapping[str, Loop]) -> None:
        while True:
            await begin.wait()
            running = asyncio.create_task(run_loops(loops, self._clock))
            try:
                await end.wait()
            finally:
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)

    async def _sign(self) -> None:
        began = self._clock.monotonic()
        if began - self._signed > ALIVE_MS / 1000:
            self._judges_from = began + ALIVE_MS / 1000
        try:
            watches = await self._database.write(self._beat, judges=began >= self._judges_from)
        except StoreUnavailableError as error:
            self._log.warning("store unavailable, no sign of life", error=str(error))
            watches = self._watching.is_set() and self.is_fresh()
        else:
            self._signed = began
        self._set_watch(watches=watches)

    def _set_watch(self, *, watches: bool) -> None:
        if watches == self._watching.is_set():
            return
        self._log.info("this node keeps the watch" if watches else "another node keeps the watch")
        begin, end = (self._watching, self._resting) if watches else (self._resting, self._watching)
        end.clear()
        begin.set()

    async def _beat(self, tx: Tx, *, judges: bool) -> bool:
        """One sign of life; whether this node keeps the watch.

        A node that could not sign lately judges nobody: when a store returns, all have been silent.
        """
        now = self._clock.now_ms()
        await store.sign(tx, self._node, self._url, now)
        if judges:
            for gone in await store.silent_nodes(tx, before=now - ALIVE_MS):
                freed = await self._free_lanes(tx, gone)
                if freed:
                    self._log.warning("a node is gone, its lanes are taken over", node=gone, lanes=freed)
            await store.forget_nodes(tx, before=now - FORGET_MS)
        return await store.take_duty(tx, WATCH, self._node, now=now, until=now + ALIVE_MS)
