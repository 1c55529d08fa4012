"""Letters with codes, written after whoever asked has been answered: no answer takes longer for one address than for
another.

They wait in memory alone, as codes are stored only as hashes: after a kill one asks again.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final

from holdfast.kernel import Clock, get_log

WAITING_MAX: Final = 1_000
"""Of more the oldest are dropped; whoever waits for one asks again."""
PAUSE_SECONDS: Final = 0.2
"""Five a second leave, so that nobody uses us to send mail."""

Job = Callable[[], Awaitable[None]]


class Courier:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: deque[Job] = deque(maxlen=WAITING_MAX)
        self._woken = asyncio.Event()
        self._log = get_log("members")

    def hand(self, job: Job) -> None:
        self._waiting.append(job)
        self._woken.set()

    async def run(self) -> None:
        while True:
            await self._woken.wait()
            self._woken.clear()
            while await self.carry_one():
                await self._clock.sleep(PAUSE_SECONDS)

    async def carry_one(self) -> bool:
        """Carry the one that waits longest; whether there was one."""
        if not self._waiting:
            return False
        job = self._waiting.popleft()
        try:
            await job()
        except Exception as error:  # noqa: BLE001 - one letter that fails keeps no other waiting
            self._log.warning("a code could not be sent", problem=str(error))
        return True
