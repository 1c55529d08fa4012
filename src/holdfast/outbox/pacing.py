"""Pacing of a channel's sends below the platform's limit: a token bucket that throttle headers slow down."""

from typing import Final

from holdfast.channels.contract import Throttle
from holdfast.kernel import Clock

SLOW_FROM: Final = 0.75
"""Share of a platform's limit from which we slow down."""
BURST_SECONDS: Final = 1.0


class Pace:
    def __init__(self, clock: Clock, sends_per_second: float) -> None:
        self._clock = clock
        self._rate = sends_per_second
        self._slow = 1.0
        self._free_at = 0.0
        self._paused_until_ms = 0

    async def turn(self) -> None:
        """Wait for this send's turn; who waits for one when a pause is asked for waits for another after it."""
        while True:
            await self._sit_out()
            now = self._clock.monotonic()
            self._free_at = self._next_at(now)
            if self._free_at > now:
                await self._clock.sleep(self._free_at - now)
            if self._pause_seconds() <= 0:
                return
            self.give_back()

    async def _sit_out(self) -> None:
        pause = self._pause_seconds()
        if pause > 0:
            await self._clock.sleep(pause)

    def _pause_seconds(self) -> float:
        return (self._paused_until_ms - self._clock.now_ms()) / 1000

    def turn_now(self) -> bool:
        """Take a turn, if there is one at this moment."""
        now = self._clock.monotonic()
        free_at = self._next_at(now)
        if self._pause_seconds() > 0 or free_at > now:
            return False
        self._free_at = free_at
        return True

    def _next_at(self, now: float) -> float:
        return max(self._free_at, now - BURST_SECONDS) + 1 / (self._rate * self._slow)

    def give_back(self) -> None:
        """The turn was not needed."""
        self._free_at -= 1 / (self._rate * self._slow)

    def heed(self, throttle: Throttle) -> None:
        """Slow down as the platform's limit fills; stop for as long as it asks."""
        self._slow = 1.0 if throttle.used < SLOW_FROM else max(0.05, 1.0 - throttle.used)
        self.pause(throttle.wait_ms)

    def pause(self, wait_ms: int) -> None:
        """Send nothing on this channel for the given time."""
        self._paused_until_ms = max(self._paused_until_ms, self._clock.now_ms() + wait_ms)
