"""The hub's side of the tracker: a file for the page's process, kept true and kept touched."""

import asyncio
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import msgspec

from holdfast.kernel import Clock, get_log, replace_synced
from holdfast.radar import load_verdicts
from holdfast.radar.reports import (
    BUCKET_MS,
    Past,
    Reports,
    bucket_of,
    load_day,
    load_past,
    load_recent_buckets,
)
from holdfast.settings import Settings
from holdfast.status.building import ChannelFace
from holdfast.status.tracker.building import Gathered, build_tracker
from holdfast.status.tracker.places import atlas
from holdfast.status.tracker.snapshot import Tracker, encode_tracker, tracker_path
from holdfast.storage import Database, Tx

PUBLISH_SECONDS: Final = 1.0
COUNT_SECONDS_MAX: Final = 5.0
"""Without any report taken here the counts are read again so often: another node may have taken some."""


class TrackerPublisher:
    """Writes ``<data_dir>/public/tracker.json``.

    ``channels`` gives what people see of each channel, ``labels`` what they call a platform.
    """

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        settings: Settings,
        reports: Reports,
        channels: Callable[[], Sequence[ChannelFace]],
        labels: Callable[[str], str],
    ) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings
        self._reports = reports
        self._channels = channels
        self._labels = labels
        self._file = tracker_path(settings.hub.data_dir)
        self._past: Past | None = None
        self._past_of = (0, 0)
        self._seen = (-1, 0.0)
        self._published: Tracker | None = None
        self.current = self._empty()
        """As it was told last."""

    async def run(self) -> None:
        """Publish until cancelled."""
        while True:
            try:
                await self.publish()
            except Exception as error:  # noqa: BLE001 - one failure must not end the heartbeat for good
                get_log("tracker").warning("the tracker was not brought up to date", problem=str(error))
            await self._clock.sleep(PUBLISH_SECONDS)

    async def publish(self) -> Tracker:
        """Bring the file up to date, or touch it where it already is; what it says."""
        if self._is_due():
            self._seen = (self._reports.taken, self._clock.monotonic())
            self.current = await self._build()
        if self._is_news() or not await asyncio.to_thread(_touch, self._file):
            await asyncio.to_thread(_write, self._file, encode_tracker(self.current))
            self._published = self.current
        return self.current

    def _is_due(self) -> bool:
        taken, at = self._seen
        return taken != self._reports.taken or self._clock.monotonic() - at >= COUNT_SECONDS_MAX

    def _is_news(self) -> bool:
        if self._published is None:
            return True
        same = msgspec.structs.replace(self.current, written_at=self._published.written_at)
        return same != self._published

    async def _build(self) -> Tracker:
        now = self._clock.now_ms()
        gathered = await self._database.read(_gather, now, await self._week(now), self._channels())
        labels = {platform: self._labels(platform) for platform in self._reports.platforms()}
        return build_tracker(
            msgspec.structs.replace(gathered, labels=labels),
            atlas(),
            business=self._settings.hub.name,
            hub_url=self._settings.public_url,
            now=now,
        )

    async def _week(self, now: int) -> Past:
        """The days before change only with what is counted late, so they are read anew once in a bucket."""
        wanted = (bucket_of(now), self._reports.counted_late)
        if self._past is None or self._past_of != wanted:
            self._past = await self._database.read(load_past, now)
            self._past_of = wanted
        return self._past

    def _empty(self) -> Tracker:
        return Tracker(
            business=self._settings.hub.name,
            written_at=self._clock.now_ms(),
            hub_url=self._settings.public_url,
        )


def _touch(file: Path) -> bool:
    """Whether there was a file to touch."""
    try:
        os.utime(file)
    except FileNotFoundError:
        return False
    return True


def _write(file: Path, data: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    replace_synced(file, data)


async def _gather(tx: Tx, now: int, past: Past, faces: Sequence[ChannelFace]) -> Gathered:
    fresh = await load_recent_buckets(tx, bucket_of(now) - BUCKET_MS)
    buckets = {
        platform: past.buckets.get(platform, {}) | fresh.get(platform, {})
        for platform in {*past.buckets, *fresh}
    }
    return Gathered(
        past=msgspec.structs.replace(past, buckets=buckets),
        day=await load_day(tx, now),
        verdicts=await load_verdicts(tx),
        faces=faces,
        labels={},
    )
