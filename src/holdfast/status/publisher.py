"""The hub's side of the status page: a file for the page's process, kept true and kept touched."""

import asyncio
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import msgspec

from holdfast.kernel import Clock, get_log
from holdfast.settings import Settings
from holdfast.status.building import ChannelFace, build_snapshot
from holdfast.status.snapshot import Snapshot, encode_snapshot, snapshot_path
from holdfast.status.store import load_known
from holdfast.storage import Database, EventLog

PUBLISH_SECONDS_MIN: Final = 0.25
"""However many events a flood brings, the file is not looked at more often."""
PUBLISH_SECONDS_MAX: Final = 1.0
"""Without any event the file is brought up to date, or touched, this often: the hub's heartbeat."""


class StatusPublisher:
    """Writes ``<data_dir>/public/snapshot.json``; ``channels`` gives what people see of each channel.

    ``subscriptions`` gives the ways in which visitors may be told of changes.
    """

    def __init__(
        self,
        *,
        database: Database,
        events: EventLog,
        clock: Clock,
        settings: Settings,
        channels: Callable[[], Sequence[ChannelFace]],
        subscriptions: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        self._database = database
        self._events = events
        self._clock = clock
        self._settings = settings
        self._channels = channels
        self._subscriptions = subscriptions
        self._started_at = clock.now_ms()
        self._file = snapshot_path(settings.hub.data_dir)
        self._published: Snapshot | None = None
        self._log = get_log("status")

    async def run(self) -> None:
        """Publish until cancelled."""
        while True:
            try:
                await self.publish()
            except Exception as error:  # noqa: BLE001 - one failure must not end the heartbeat for good
                self._log.warning("the status page was not brought up to date", problem=str(error))
            await self._events.wait(PUBLISH_SECONDS_MAX)
            await self._clock.sleep(PUBLISH_SECONDS_MIN)

    async def publish(self) -> Snapshot:
        """Bring the file up to date, or touch it where it already is; what it says."""
        snapshot = await self._build()
        if self._is_news(snapshot) or not await asyncio.to_thread(_touch, self._file):
            await asyncio.to_thread(_write, self._file, encode_snapshot(snapshot))
            self._published = snapshot
        return snapshot

    async def _build(self) -> Snapshot:
        now = self._clock.now_ms()
        return build_snapshot(
            await self._database.read(load_known, now),
            self._channels(),
            business=self._settings.hub.name,
            hub_started_at=self._started_at,
            now=now,
            hub_url=self._settings.public_url,
            subscriptions=self._subscriptions(),
        )

    def _is_news(self, snapshot: Snapshot) -> bool:
        if self._published is None:
            return True
        return msgspec.structs.replace(snapshot, written_at=self._published.written_at) != self._published


def _touch(file: Path) -> bool:
    """Whether there was a file to touch."""
    try:
        os.utime(file)
    except FileNotFoundError:
        return False
    return True


def _write(file: Path, data: bytes) -> None:
    """Put the whole new file in place of the old one at once; a crash leaves one of the two."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    with fresh.open("wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(file)
