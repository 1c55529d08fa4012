"""Waiting by the clock that was handed in."""

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

from holdfast.kernel import Clock

T = TypeVar("T")


async def within(clock: Clock, seconds: float, work: Awaitable[T]) -> T:
    """The result of the work; it is cancelled and TimeoutError raised when it takes longer."""
    task = asyncio.ensure_future(work)
    try:
        if not await _done_first(clock, seconds, task):
            raise TimeoutError
        return task.result()
    finally:
        await _abandon(task)


async def wait_for_wake(clock: Clock, seconds: float, wake: asyncio.Event) -> None:
    """Return when woken, or after the given time."""
    task = asyncio.ensure_future(wake.wait())
    try:
        await _done_first(clock, seconds, task)
    finally:
        await _abandon(task)


async def _done_first(clock: Clock, seconds: float, task: asyncio.Future[T]) -> bool:
    sleeper = asyncio.ensure_future(clock.sleep(seconds))
    try:
        waiting: set[asyncio.Future[Any]] = {task, sleeper}
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await _abandon(sleeper)
    return task.done()


async def _abandon(task: asyncio.Future[T]) -> None:
    """Cancel and see it end; what it raised meanwhile was for an answer that nobody awaits any more."""
    if not task.done():
        task.cancel()
        await asyncio.wait({task})
        if not task.cancelled():
            task.exception()
