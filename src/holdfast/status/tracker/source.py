"""The tracker as a part of the public site, true also while the hub is silent."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from holdfast.status.heartbeat import Heartbeat
from holdfast.status.pages import Page
from holdfast.status.tracker.pages import TrackerPages
from holdfast.status.tracker.snapshot import TRACKER_BYTES_MAX, Tracker, decode_tracker
from holdfast.status.watching import RENDER_SECONDS_MAX, WatchedFile

PART: Final = "tracker"


class TrackerSource:
    name = PART

    def __init__(
        self,
        *,
        tracker_file: Path,
        pages: TrackerPages,
        heartbeat: Heartbeat,
        now_ms: Callable[[], int],
        monotonic: Callable[[], float],
    ) -> None:
        self._file: WatchedFile[Tracker] = WatchedFile(tracker_file, decode_tracker, TRACKER_BYTES_MAX)
        self._pages = pages
        self._heartbeat = heartbeat
        self._now_ms = now_ms
        self._monotonic = monotonic
        self._shown: tuple[object, ...] = ()

    def pages(self) -> Mapping[str, Page] | None:
        self._file.look()
        silent_since = self._silent_since()
        shown = (self._file.written, silent_since, int(self._monotonic() / RENDER_SECONDS_MAX))
        if shown == self._shown:
            return None
        made = self._pages.render(self._file.value, hub_silent_since=silent_since, now=self._now_ms())
        self._shown = shown
        return made

    def _silent_since(self) -> int | None:
        if self._file.value is None:
            return None
        return self._heartbeat.silent_since(
            self._file.beat_ms, now_ms=self._now_ms(), monotonic=self._monotonic()
        )
