"""The hub's side of the profile: a file for the page's process, and the pictures that it names beside it."""

import asyncio
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from holdfast.kernel import Clock, get_log, replace_synced
from holdfast.posts import Post, PostState, Profile
from holdfast.posts import store as posts
from holdfast.posts.desk import LAST
from holdfast.posts.pictures import type_of_name
from holdfast.settings import Settings
from holdfast.status.profile.building import POSTS_MAX, build_page
from holdfast.status.profile.snapshot import PublicPage, encode_page, page_path, pictures_path
from holdfast.storage import Database, EventLog, Tx

PUBLISH_SECONDS_MAX: Final = 1.0
PUBLISH_SECONDS_MIN: Final = 0.25
DATED_MS: Final = 86_400_000
"""What has a date stays in the calendar for so long after its start."""


class ProfilePublisher:
    """Writes ``<data_dir>/public/page.json`` and ``public/pictures``; ``origin`` names the platform of a channel."""

    def __init__(
        self,
        *,
        database: Database,
        events: EventLog,
        clock: Clock,
        settings: Settings,
        origin: Callable[[str], str],
    ) -> None:
        self._database = database
        self._events = events
        self._clock = clock
        self._business = settings.hub.name
        self._origin = origin
        self._file = page_path(settings.hub.data_dir)
        self._pictures = pictures_path(settings.hub.data_dir)
        self._version: int | None = None
        self._log = get_log("profile")

    async def run(self) -> None:
        """Publish until cancelled."""
        while True:
            try:
                await self.publish()
            except Exception as error:  # noqa: BLE001 - one failure must not end the heartbeat for good
                self._log.warning("the profile was not brought up to date", problem=str(error))
            await self._events.wait(PUBLISH_SECONDS_MAX)
            await self._clock.sleep(PUBLISH_SECONDS_MIN)

    async def publish(self) -> bool:
        """Bring the file up to date, or touch it where it already is; whether anything was new."""
        version = await self._database.read(posts.version)
        if version == self._version and await asyncio.to_thread(_touch, self._file):
            return False
        profile, found = await self._database.read(_gather, self._clock.now_ms())
        page = build_page(
            profile, found, business=self._business, origin=self._origin, now=self._clock.now_ms()
        )
        await self._put_pictures(page)
        await asyncio.to_thread(_write, self._file, encode_page(page))
        await asyncio.to_thread(_clear, self._pictures, set(page.files()))
        self._version = version
        return True

    async def _put_pictures(self, page: PublicPage) -> None:
        """Pictures are there before the page that names them; one that is lost leaves its place empty."""
        for name in page.files():
            path = self._pictures / name
            if not type_of_name(name) or path.exists():
                continue
            found = await self._database.read(posts.load_file, name)
            if found is not None:
                await asyncio.to_thread(_write, path, found[1])


async def _gather(tx: Tx, now: int) -> tuple[Profile, Sequence[Post]]:
    newest = await posts.newest(tx, PostState.PUBLISHED, LAST, POSTS_MAX)
    beside = [*await posts.pinned(tx), *await posts.dated(tx, now - DATED_MS)]
    return await posts.load_profile(tx), [*newest, *beside]


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


def _clear(folder: Path, wanted: set[str]) -> None:
    """Take away pictures that no page names any more."""
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name not in wanted:
            path.unlink(missing_ok=True)
