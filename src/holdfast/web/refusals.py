"""Counting what was refused, without making anybody wait for it."""

from typing import Final

from holdfast.inbox import count_refused
from holdfast.kernel import Clock, get_log
from holdfast.storage import Database, StoreUnavailableError

FLUSH_SECONDS: Final = 1.0
KEYS_MAX: Final = 1_000
"""Channels times reasons times hours that are kept before they are written."""
HOUR_MS: Final = 3_600_000
OTHER: Final = "other"


class RefusalCounter:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._counts: dict[tuple[str, str, int], int] = {}
        self._log = get_log("web")

    def count(self, channel: str, reason: str) -> None:
        """Note one refusal; ``reason`` comes from a short list, never from the request."""
        key = (channel, reason, self._clock.now_ms() // HOUR_MS)
        if key not in self._counts and len(self._counts) >= KEYS_MAX:
            key = (OTHER, reason, key[2])
        self._counts[key] = self._counts.get(key, 0) + 1

    async def flush(self) -> None:
        """Write what was counted; a store that is away keeps the counts here."""
        counts, self._counts = self._counts, {}
        if not counts:
            return
        try:
            await self._database.write(count_refused, counts)
        except StoreUnavailableError:
            for key, count in counts.items():
                self._counts[key] = self._counts.get(key, 0) + count

    async def run(self) -> None:
        while True:
            await self._clock.sleep(FLUSH_SECONDS)
            await self.flush()
