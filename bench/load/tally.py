"""When each message of people who talk in pairs was sent, acknowledged and seen by the other."""

import asyncio
import time

TEXT_BYTES = 100
DELIVERED_SECONDS = 120.0
_DIGITS = 10


def text_of(number: int) -> bytes:
    """What message ``number`` says."""
    return b"%010d" % number + b"." * (TEXT_BYTES - _DIGITS)


def number_in(text: str | bytes) -> int:
    """Which message says this."""
    return int(text[:_DIGITS])


class Tally:
    """When each message reached its stations, in seconds of this machine's clock."""

    def __init__(self, count: int) -> None:
        self.sent = [0.0] * count
        self.acknowledged = [0.0] * count
        self.seen = [0.0] * count
        self._left = count
        self._done = asyncio.Event()

    def see(self, number: int) -> None:
        if self.seen[number]:
            raise RuntimeError(f"message {number} was delivered twice")
        self.seen[number] = time.monotonic()
        self._left -= 1
        if not self._left:
            self._done.set()

    async def told(self) -> dict[str, list[float]]:
        """All of it, once every message has been seen. Raises TimeoutError."""
        async with asyncio.timeout(DELIVERED_SECONDS):
            await self._done.wait()
        return {"sent": self.sent, "acknowledged": self.acknowledged, "seen": self.seen}
