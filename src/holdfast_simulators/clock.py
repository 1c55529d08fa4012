"""Time as the simulated platforms see it; passed in, so that a test can move it."""

import asyncio
import time
from typing import Protocol

MS_PER_SECOND = 1000


class Clock(Protocol):
    def now_ms(self) -> int:
        """Milliseconds since 1970."""

    async def sleep(self, seconds: float) -> None: ...


class WallClock:
    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
