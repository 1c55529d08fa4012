"""Tells whoever watches (the phone pages) what has just changed."""

import asyncio
from collections import Counter
from typing import Any

WATCHERS_MAX = 200
CHANGES_WAITING_MAX = 2_000

Change = dict[str, Any]


class Watcher:
    """One listener's own queue; `overrun` is set when it was too slow and has missed something."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Change] = asyncio.Queue(CHANGES_WAITING_MAX)
        self.overrun = False

    def tell(self, change: Change) -> None:
        try:
            self._queue.put_nowait(change)
        except asyncio.QueueFull:
            self.overrun = True

    async def next(self) -> Change:
        return await self._queue.get()


class Live:
    def __init__(self) -> None:
        self._watchers: set[Watcher] = set()
        self.counts: Counter[str] = Counter()

    def publish(self, kind: str, **details: Any) -> None:
        self.counts[kind] += 1
        change = {"type": kind, **details}
        for watcher in self._watchers:
            watcher.tell(change)

    def watch(self) -> Watcher | None:
        """None when too many are watching."""
        if len(self._watchers) >= WATCHERS_MAX:
            return None
        watcher = Watcher()
        self._watchers.add(watcher)
        return watcher

    def leave(self, watcher: Watcher) -> None:
        self._watchers.discard(watcher)
