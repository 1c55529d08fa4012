"""Work that goes on after a call was answered: echoes, receipts, webhooks, retries."""

import asyncio
from collections.abc import Coroutine
from typing import Any

TASKS_MAX = 50_000


class Background:
    """Keeps a hold on running tasks, so that none is lost and all can be stopped together."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def spawn(self, work: Coroutine[Any, Any, Any]) -> bool:
        """Start the work; False when too much is under way already."""
        if len(self._tasks) >= TASKS_MAX:
            work.close()
            return False
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    async def close(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
