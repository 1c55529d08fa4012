"""Reading back what a platform's webhooks did not bring, and saying so to the radar."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from typing import Final

from holdfast.channels.contract import Adapter, HistoryPage, HistoryUnavailableError
from holdfast.conversations import store
from holdfast.kernel import Clock, get_log
from holdfast.storage import Database, NewEnvelope, Spool, SpoolUnavailableError, StoreUnavailableError

OVERLAP_MS: Final = 120_000
"""How far before the last look the next one begins: clocks differ, and listings lag."""
FIRST_LOOK_MS: Final = 3_600_000
GRACE_MS: Final = 6_000
"""A webhook may still be on its way; younger messages are left to the next look."""
READ_SECONDS_MAX: Final = 120.0
PAGES_TOGETHER: Final = 10
"""Pages come newest first; so many are gathered and taken oldest first, for times in them are whole seconds."""

Gap = Callable[[str, Sequence[int]], Awaitable[None]]
"""Told of a channel and of the platform times (ms) of the messages that no webhook brought."""
Ours = Callable[[str, bytes], bool]
"""Whether a message of a channel's history belongs to no conversation."""


class HistoryReader:
    def __init__(
        self,
        *,
        database: Database,
        spool: Spool,
        clock: Clock,
        channels: Callable[[], Mapping[str, Adapter]],
        on_gap: Gap,
        ours: Ours,
        every_seconds: float,
    ) -> None:
        self._database = database
        self._spool = spool
        self._clock = clock
        self._channels = channels
        self._on_gap = on_gap
        self._ours = ours
        self._every_seconds = every_seconds
        self._no_history: set[str] = set()
        self._log = get_log("history")

    async def run(self) -> None:
        """Look at every channel's history now and then, until cancelled; channels do not wait for each other."""
        while True:
            names = [name for name in self._channels() if name not in self._no_history]
            await asyncio.gather(*(self._look(name) for name in names))
            await self._clock.sleep(self._every_seconds)

    async def _look(self, channel: str) -> None:
        try:
            async with asyncio.timeout(READ_SECONDS_MAX):
                await self.read_back(channel)
        except HistoryUnavailableError as error:
            self._log.debug("no history now", channel=channel, reason=str(error))
        except (SpoolUnavailableError, StoreUnavailableError, TimeoutError) as error:
            self._log.warning("history not read", channel=channel, error=repr(error))

    async def read_back(self, channel: str, since_ms: int | None = None) -> int:
        """Put what we do not have on the road in; the number of such messages."""
        adapter = self._channels()[channel]
        started = self._clock.now_ms()
        since = since_ms if since_ms is not None else await self._since(channel, started)
        missing: list[int] = []
        # Closed here, whatever happens: a reading left open would end when memory is tidied, at any time.
        async with aclosing(_several(adapter.history(since))) as several:
            async for pages in several:
                for page in reversed(pages):
                    missing += await self._take(channel, page)
        await self._database.write(store.write_cursor, f"history:{channel}", started)
        if missing:
            await self._on_gap(channel, missing)
        return len(missing)

    async def _since(self, channel: str, now: int) -> int:
        last = await self._database.read(store.read_cursor, f"history:{channel}")
        return (last or now - FIRST_LOOK_MS) - OVERLAP_MS

    async def _take(self, channel: str, page: HistoryPage) -> list[int]:
        if not page.external_ids:
            return []
        known = await self._database.read(store.known_external_ids, channel, page.external_ids)
        missing = []
        for body, external_id, at in zip(page.bodies, page.external_ids, page.times, strict=True):
            if external_id in known or self._clock.now_ms() - at < GRACE_MS:
                continue
            if self._ours(channel, body):
                continue
            await self._spool.append(
                NewEnvelope(channel=channel, source="history", received_at=self._clock.now_ms(), body=body)
            )
            missing.append(at)
        return missing


async def _several(
    pages: AsyncGenerator[HistoryPage, None],
) -> AsyncGenerator[list[HistoryPage], None]:
    """Pages in bundles; what was read before a failure is given before it is raised."""
    bundle: list[HistoryPage] = []
    try:
        async with aclosing(pages):
            async for page in pages:
                bundle.append(page)
                if len(bundle) == PAGES_TOGETHER:
                    yield bundle
                    bundle = []
    except HistoryUnavailableError:
        yield bundle
        raise
    yield bundle
