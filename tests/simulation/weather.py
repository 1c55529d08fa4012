"""How a store is doing: what a commit takes, and when it is refused."""

import asyncio
import random
from collections.abc import Sequence
from typing import Final

from holdfast.storage import StoreUnavailableError

from .blow import StoreTrouble
from .lives import Life
from .moments import Moments

COMMIT_SECONDS: Final = (0.0002, 0.004)
FAIR_SECONDS: Final = 5.0
"""At the beginning nothing fails, so that the run can get under way."""


class Weather:
    """``failures``: the share of commits that are refused on a good day, ``until`` then."""

    def __init__(
        self,
        troubles: Sequence[StoreTrouble],
        *,
        failures: float,
        until: float,
        moments: Moments,
        chance: random.Random,
        life: Life,
    ) -> None:
        self._troubles = troubles
        self._failures = failures
        self._until = until
        self._moments = moments
        self._chance = chance
        self._life = life

    async def before_commit(self) -> str:
        """Wait as long as the store takes; why it refuses, or an empty text."""
        self._moments.pass_by("commit")
        await self.take_time()
        loop = asyncio.get_running_loop()
        for trouble in self._under_way(loop.time()):
            if trouble.kind == "stalled":
                await asyncio.sleep(trouble.at + trouble.seconds - loop.time())
            else:
                return "the disk is full" if trouble.kind == "full" else "the store is away"
        fair = loop.time() < FAIR_SECONDS or loop.time() > self._until
        return "the commit failed" if not fair and self._chance.random() < self._failures else ""

    async def before_read(self) -> None:
        """Raises StoreUnavailableError."""
        await self.take_time()
        if any(trouble.kind == "away" for trouble in self._under_way(asyncio.get_running_loop().time())):
            raise StoreUnavailableError("the store is away")

    async def take_time(self) -> None:
        """Raises StoreUnavailableError where the process is gone."""
        self._check_alive()
        await asyncio.sleep(self._chance.uniform(*COMMIT_SECONDS))
        self._check_alive()

    def _under_way(self, now: float) -> list[StoreTrouble]:
        return [trouble for trouble in self._troubles if trouble.at <= now < trouble.at + trouble.seconds]

    def _check_alive(self) -> None:
        if self._life.dead:
            raise StoreUnavailableError("the process is gone")
