"""Keeping below a platform's rate for one kind of call."""

import asyncio

from holdfast.kernel import Clock


class Pace:
    """Callers wait for their turn; turns are ``1 / per_second`` apart."""

    def __init__(self, clock: Clock, per_second: float) -> None:
        self._clock = clock
        self._gap_seconds = 1 / per_second
        self._next = 0.0
        self._turn = asyncio.Lock()

    async def wait(self) -> None:
        async with self._turn:
            await self._clock.sleep(max(0.0, self._next - self._clock.monotonic()))
            self._next = self._clock.monotonic() + self._gap_seconds
