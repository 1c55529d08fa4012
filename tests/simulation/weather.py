"""A store that takes time, stalls and fails, around the real one."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from holdfast.storage import (
    Envelope,
    NewEnvelope,
    Spool,
    SpoolUnavailableError,
    SqliteDatabase,
    StoreUnavailableError,
    Tx,
)

from .fate import StoreTrouble
from .lives import Life
from .moments import Moments

COMMIT_SECONDS: Final = (0.0002, 0.004)
FAIR_SECONDS: Final = 5.0
"""At the beginning nothing fails, so that the run can get under way."""
SYNCHRONOUS: Final = "OFF"
"""Processes die here, power does not: what was written stays, and the disk need not be waited for."""

P = ParamSpec("P")
T = TypeVar("T")


class Weather:
    """How one store is doing. ``failures``: the share of commits that are refused on a good day, ``until`` then."""

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

    async def before_commit(self) -> None:
        """Wait as long as the store takes; raises StoreUnavailableError."""
        self._moments.pass_by("commit")
        await self._pass()
        now = asyncio.get_running_loop().time()
        for trouble in self._troubles:
            if trouble.at <= now < trouble.at + trouble.seconds:
                if trouble.fails:
                    raise StoreUnavailableError("the disk is full")
                await asyncio.sleep(trouble.at + trouble.seconds - now)
        if FAIR_SECONDS < now < self._until and self._failures and self._chance.random() < self._failures:
            raise StoreUnavailableError("the commit failed")
        self._check_alive()

    async def after(self) -> None:
        """It is done, and the caller does not know yet."""
        await self._pass()

    async def _pass(self) -> None:
        self._check_alive()
        await asyncio.sleep(self._chance.uniform(*COMMIT_SECONDS))
        self._check_alive()

    def _check_alive(self) -> None:
        if self._life.dead:
            raise StoreUnavailableError("the process is gone")


class StormyDatabase:
    """A SqliteDatabase whose calls take time, as they do behind a writer thread."""

    def __init__(self, path: Path, weather: Weather) -> None:
        self._inner = SqliteDatabase(path, inline=True, synchronous=SYNCHRONOUS)
        self._weather = weather

    async def write(
        self, work: Callable[Concatenate[Tx, P], Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        await self._weather.before_commit()
        try:
            return await self._inner.write(work, *args, **kwargs)
        finally:
            await self._weather.after()

    async def read(
        self, work: Callable[Concatenate[Tx, P], Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        await self._weather.after()
        return await self._inner.read(work, *args, **kwargs)

    async def close(self) -> None:
        await self._inner.close()


class StormySpool(Spool):
    def __init__(self, path: Path, weather: Weather) -> None:
        super().__init__(path, inline=True, synchronous=SYNCHRONOUS)
        self._weather = weather

    async def append(self, envelope: NewEnvelope) -> int:
        try:
            await self._weather.before_commit()
        except StoreUnavailableError as error:
            raise SpoolUnavailableError(str(error)) from error
        seq = await super().append(envelope)
        await self._weather.after()
        return seq

    async def after(self, seq: int, limit: int) -> Sequence[Envelope]:
        await self._weather.after()
        return await super().after(seq, limit)

    async def prune(self, **limits: Any) -> int:
        await self._weather.before_commit()
        return await super().prune(**limits)
