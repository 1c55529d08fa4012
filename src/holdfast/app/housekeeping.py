"""What the hub throws away when its time has come, and what it lays into the archive first."""

from pathlib import Path
from typing import Final

from holdfast.conversations.store import read_cursor
from holdfast.kernel import Clock
from holdfast.retention import Archive, keep_house, keep_spool
from holdfast.settings.model import Retention
from holdfast.storage import Database, Spool

EVERY_SECONDS: Final = 3_600.0


class Housekeeping:
    """The store is kept by one node at a time, the spool by each its own."""

    def __init__(
        self, *, database: Database, spool: Spool, clock: Clock, settings: Retention, data_dir: Path
    ) -> None:
        self._database = database
        self._spool = spool
        self._clock = clock
        self._settings = settings
        folder = settings.archive_dir or data_dir / "archive"
        self._archive = Archive(folder, spool.name) if settings.archive else None

    async def keep_house(self) -> None:
        while True:
            await keep_house(self._database, self._clock, self._settings, self._archive)
            await self._clock.sleep(EVERY_SECONDS)

    async def keep_spool(self) -> None:
        while True:
            applied = await self._database.read(read_cursor, self._spool.cursor_name)
            await keep_spool(self._spool, self._clock, self._settings, self._archive, applied=applied)
            await self._clock.sleep(EVERY_SECONDS)
