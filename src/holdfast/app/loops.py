"""Keeping the hub's loops alive: one that fails is started again, and never takes another with it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from holdfast.kernel import Clock, get_log

RESTART_SECONDS: Final = 1.0
RESTART_SECONDS_MAX: Final = 30.0

Loop = Callable[[], Awaitable[None]]


async def run_loops(loops: Mapping[str, Loop], clock: Clock) -> None:
    """Run every loop until cancelled."""
    tasks = [asyncio.create_task(_keep(name, loop, clock), name=name) for name, loop in loops.items()]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _keep(name: str, loop: Loop, clock: Clock) -> None:
    log = get_log("loops")
    wait = RESTART_SECONDS
    while True:
        started = clock.monotonic()
        try:
            await loop()
            log.error("a loop ended by itself", loop=name)
        except asyncio.CancelledError:
            raise
        except Exception:
            log.exception("a loop failed and is started again", loop=name)
        if clock.monotonic() - started > RESTART_SECONDS_MAX:
            wait = RESTART_SECONDS
        await clock.sleep(wait)
        wait = min(RESTART_SECONDS_MAX, wait * 2)
