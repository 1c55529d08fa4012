import asyncio
from contextlib import suppress
from typing import Any

import pytest

from holdfast.app.loops import RESTART_SECONDS_MAX, run_loops


class Jumps:
    """A clock whose sleeps take no time, and are remembered."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.slept: list[float] = []

    def now_ms(self) -> int:
        return int(self.seconds * 1000)

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds
        await asyncio.sleep(0)


async def until(condition: Any) -> None:
    for _ in range(1_000):
        if condition():
            return
        await asyncio.sleep(0)
    raise AssertionError("it did not come to pass")


async def stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_a_loop_that_fails_is_started_again_ever_more_patiently() -> None:
    clock = Jumps()

    async def fail() -> None:
        raise RuntimeError("a mistake")

    running = asyncio.create_task(run_loops({"bad": fail}, clock))
    await until(lambda: len(clock.slept) >= 7)
    await stop(running)
    assert clock.slept[:7] == [1, 2, 4, 8, 16, RESTART_SECONDS_MAX, RESTART_SECONDS_MAX]


async def test_a_loop_that_ran_well_for_long_is_started_again_soon() -> None:
    clock = Jumps()
    runs = 0

    async def run_long_at_last() -> None:
        nonlocal runs
        runs += 1
        if runs > 3:
            clock.seconds += RESTART_SECONDS_MAX + 1
        raise RuntimeError("a mistake")

    running = asyncio.create_task(run_loops({"bad": run_long_at_last}, clock))
    await until(lambda: len(clock.slept) >= 4)
    await stop(running)
    assert clock.slept[:4] == [1, 2, 4, 1]


async def test_a_loop_that_ends_by_itself_is_started_again() -> None:
    clock, runs = Jumps(), 0

    async def end() -> None:
        nonlocal runs
        runs += 1

    running = asyncio.create_task(run_loops({"ends": end}, clock))
    await until(lambda: runs >= 3)
    await stop(running)


async def test_one_that_fails_takes_no_other_with_it_and_all_end_together() -> None:
    clock = Jumps()
    ended = asyncio.Event()
    turns = 0

    async def fail() -> None:
        raise RuntimeError("a mistake")

    async def work() -> None:
        nonlocal turns
        try:
            while True:
                turns += 1
                await asyncio.sleep(0)
        finally:
            ended.set()

    running = asyncio.create_task(run_loops({"bad": fail, "good": work}, clock))
    await until(lambda: turns > 50 and len(clock.slept) > 3)
    assert not ended.is_set()
    await stop(running)
    assert ended.is_set()
    with pytest.raises(asyncio.CancelledError):
        await running
