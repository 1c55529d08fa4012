"""Time as a value that is handed in, so that a simulation can own it."""

import asyncio
import time
from collections.abc import Callable
from typing import Final, Protocol

SLEW: Final = 0.05
"""Share of the passing time by which a clock that was set is followed."""
STEP_MS: Final = 3_600_000
"""From this difference on the machine's clock is believed at once: it had never been set."""


class Clock(Protocol):
    def now_ms(self) -> int:
        """Milliseconds since the Unix epoch."""
        ...

    def monotonic(self) -> float:
        """Seconds on a clock that never steps back; for durations only."""
        ...

    async def sleep(self, seconds: float) -> None: ...


def wall_ms() -> int:
    return time.time_ns() // 1_000_000


def steady_seconds() -> float:
    """Seconds that pass however the time of day is set; a machine's sleep counts, where it can tell."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)


class SystemClock:
    """The machine's time of day, which is followed slowly where somebody sets it.

    Leases, waits for evidence and retries are stored as times of day. If those jumped with the machine's
    clock, a lease would run out under a send, and two looks for evidence would be one.
    """

    def __init__(
        self, wall_ms: Callable[[], int] = wall_ms, steady: Callable[[], float] = steady_seconds
    ) -> None:
        self._wall_ms = wall_ms
        self._steady = steady
        self._last = (steady(), float(wall_ms()))
        """Read together and set together: the store's thread asks as well."""

    def now_ms(self) -> int:
        at, told = self._last
        steady = self._steady()
        passed = max(0.0, steady - at) * 1000
        wrong = self._wall_ms() - (told + passed)
        if abs(wrong) < STEP_MS:
            wrong = max(-passed * SLEW, min(passed * SLEW, wrong))
        now = told + passed + wrong
        self._last = (steady, now)
        return int(now)

    def monotonic(self) -> float:
        return self._steady()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
