"""The public status page as a process of its own: it stays up, and true, while the hub is stopped.

Pages are made ahead beside the requests; a request only looks bytes up. ``python -m
holdfast.web.status_process --help`` shows its settings.
"""

import argparse
import asyncio
import os
import signal
import socket
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Final, TypeVar

import uvloop

from holdfast.status import (
    SNAPSHOT_BYTES_MAX,
    FileSource,
    Heartbeat,
    PageSource,
    Render,
    Shelf,
    StatusPages,
    Watched,
    WatchedFile,
    decode_snapshot,
    refresh,
    snapshot_path,
)
from holdfast.status.profile import (
    PAGE_BYTES_MAX,
    KnownFiles,
    PictureSource,
    ProfilePages,
    decode_page,
    page_path,
    pictures_path,
)
from holdfast.status.tracker import TRACKER_BYTES_MAX, TrackerPages, decode_tracker, tracker_path
from holdfast.web.public_server import PublicServer, listen

T = TypeVar("T")

PRIORITY: Final = 5
"""Niceness: where the machine is short, the hub goes first."""
WATCH_SECONDS: Final = 0.5
"""How often the hub's files are looked at."""
HUB_SILENT_SECONDS: Final = 10.0


class StatusSite:
    """Keeps the shelf filled from every part of the public site."""

    def __init__(self, sources: Sequence[PageSource]) -> None:
        self.shelf = Shelf()
        self._sources = sources
        self._told: dict[str, str] = {}

    async def run(self) -> None:
        while True:
            await asyncio.to_thread(self.refresh)
            await asyncio.sleep(WATCH_SECONDS)

    def refresh(self) -> bool:
        """Make anew what changed; whether anything did."""
        return refresh(self.shelf, self._sources, self._tell)

    def _tell(self, part: str, error: Exception) -> None:
        """Say once why a part of the site is not made anew."""
        words = "".join(traceback.format_exception(error))
        if self._told.get(part) != words:
            self._told[part] = words
            sys.stderr.write(f"The part {part} of the public pages cannot be made:\n{words}")


async def serve(site: StatusSite, listening: socket.socket, stop: asyncio.Event) -> None:
    """Serve until ``stop`` is set; the first pages are made before the first request is taken."""
    await asyncio.to_thread(site.refresh)
    server = PublicServer(site.shelf.answer, steady_seconds=time.monotonic, unix_seconds=time.time)
    watching = asyncio.create_task(site.run())
    serving = asyncio.create_task(server.serve(listening, stop))
    ended, going = await asyncio.wait({watching, serving}, return_when=asyncio.FIRST_COMPLETED)
    for task in going:
        task.cancel()
    await asyncio.gather(*going, return_exceptions=True)
    for task in ended:
        task.result()


def main(arguments: list[str] | None = None) -> int:
    options = _parse(arguments)
    try:
        listening = listen(options.host, options.port, shares_port=options.share_port)
    except OSError as error:
        problem = error.strerror or str(error)
        sys.stderr.write(f"The status page cannot listen on {options.host}:{options.port}: {problem}\n")
        return 1
    os.nice(PRIORITY)
    uvloop.run(_main(options, listening))
    return 0


async def _main(options: argparse.Namespace, listening: socket.socket) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    site = StatusSite(_sources(options))
    await serve(site, listening, stop)


def _sources(options: argparse.Namespace) -> Sequence[PageSource]:
    """Every part of the site; a further part is a further entry."""
    snapshot = WatchedFile(snapshot_path(options.data_dir), decode_snapshot, SNAPSHOT_BYTES_MAX)
    tracker = WatchedFile(tracker_path(options.data_dir), decode_tracker, TRACKER_BYTES_MAX)
    page = WatchedFile(page_path(options.data_dir), decode_page, PAGE_BYTES_MAX)
    base_url = options.base_url or f"http://{options.host}:{options.port}"
    now_path, home_path = ("/status", "/") if options.home == "profile" else ("/", "/profile")
    profile_pages = ProfilePages(base_url, home_path=home_path, now_path=now_path)
    silent_seconds = options.hub_silent_seconds
    return [
        _source("status", snapshot, StatusPages(base_url, now_path).render, silent_seconds),
        _source("tracker", tracker, TrackerPages(now_path).render, silent_seconds),
        _source("profile", KnownFiles(page, snapshot), profile_pages.render, silent_seconds),
        PictureSource(page, pictures_path(options.data_dir)),
    ]


def _source(name: str, file: Watched[T], render: Render[T], silent_seconds: float) -> FileSource[T]:
    return FileSource(
        name, file, render, heartbeat=Heartbeat(silent_seconds), now_ms=_now_ms, monotonic=time.monotonic
    )


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m holdfast.web.status_process",
        description="Serves the public status page from the file that the hub keeps in its data directory.",
        epilog="Example: python -m holdfast.web.status_process --data-dir holdfast-data --port 8781",
    )
    parser.add_argument("--data-dir", type=Path, required=True, help="the hub's data directory")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8781)
    parser.add_argument("--hub-silent-seconds", type=float, default=HUB_SILENT_SECONDS)
    parser.add_argument("--base-url", default="", help="where the public finds this page")
    parser.add_argument(
        "--home", choices=["status", "profile"], default="status", help="what stands at the first address"
    )
    parser.add_argument(
        "--share-port", action="store_true", help="let several of these processes listen on the same port"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
