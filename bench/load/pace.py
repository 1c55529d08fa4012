"""Work done by many at once, as fast as they can or at a given rate."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence


async def run_all(
    workers: Sequence[Callable[[int], Awaitable[None]]], count: int, per_second: float | None
) -> float:
    """Give the numbers below ``count`` to whoever is free; the seconds that it took.

    With a rate, a number is not begun before its time; who is late makes up for it.
    """
    numbers = iter(range(count))
    started = time.monotonic()

    async def keep_busy(work: Callable[[int], Awaitable[None]]) -> None:
        for number in numbers:
            if per_second is not None:
                ahead = started + number / per_second - time.monotonic()
                if ahead > 0:
                    await asyncio.sleep(ahead)
            await work(number)

    await asyncio.gather(*(keep_busy(work) for work in workers))
    return time.monotonic() - started


def share(sorted_values: Sequence[float], part: float) -> float:
    """The value that ``part`` of the sorted values do not exceed."""
    return sorted_values[min(len(sorted_values) - 1, int(len(sorted_values) * part))]
