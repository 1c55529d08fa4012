"""The public status page as a process of its own: it stays up, and true, while the hub is stopped.

Pages are made ahead beside the requests; a request only looks bytes up. ``python -m
holdfast.web.status_process --help`` shows its settings.
"""

import argparse
import asyncio
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import uvloop
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from holdfast.status import Heartbeat, PageSource, Shelf, StatusPages, StatusSource, refresh, snapshot_path

WATCH_SECONDS: Final = 0.5
"""How often the hub's files are looked at."""
HUB_SILENT_SECONDS: Final = 10.0
STOP_SECONDS_MAX: Final = 1
REQUESTS_AT_ONCE: Final = 1_024
HEADER_SECONDS_MAX: Final = 10

Rsgi = Any
"""Granian's scope and protocol objects, which carry no public types."""


class StatusSite:
    """Keeps the shelf filled from every part of the public site."""

    def __init__(self, sources: Sequence[PageSource]) -> None:
        self.shelf = Shelf()
        self._sources = sources

    async def run(self) -> None:
        while True:
            await asyncio.to_thread(self.refresh)
            await asyncio.sleep(WATCH_SECONDS)

    def refresh(self) -> bool:
        """Make anew what changed; whether anything did."""
        return refresh(self.shelf, self._sources)


def rsgi_application(shelf: Shelf) -> Callable[[Rsgi, Rsgi], Any]:
    async def application(scope: Rsgi, protocol: Rsgi) -> None:
        if scope.proto != "http":
            protocol.close(404)
            return
        answer = shelf.answer(scope.method, scope.path, scope.headers.get)
        if answer.body:
            protocol.response_bytes(answer.status, answer.headers, answer.body)
        else:
            protocol.response_empty(answer.status, answer.headers)

    return application


async def serve(site: StatusSite, *, host: str, port: int, stop: asyncio.Event) -> None:
    """Serve until ``stop`` is set; the first pages are made before the first request is taken."""
    await asyncio.to_thread(site.refresh)
    server = Server(
        rsgi_application(site.shelf),
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_SECONDS_MAX * 1000),
        backpressure=REQUESTS_AT_ONCE,
        websockets=False,
        log_enabled=False,
    )
    server.workers_kill_timeout = STOP_SECONDS_MAX
    watching = asyncio.create_task(site.run())
    serving = asyncio.create_task(server.serve())
    stopping = asyncio.create_task(stop.wait())
    ended, _ = await asyncio.wait({watching, serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    server.stop()  # type: ignore[no-untyped-call] # the server's own method carries no types
    await asyncio.wait({serving}, timeout=STOP_SECONDS_MAX)
    for task in (watching, stopping, serving):
        task.cancel()
    await asyncio.gather(watching, stopping, serving, return_exceptions=True)
    for task in ended - {stopping}:
        task.result()


def main(arguments: list[str] | None = None) -> int:
    options = _parse(arguments)
    problem = _port_problem(options.host, options.port)
    if problem:
        sys.stderr.write(f"The status page cannot listen on {options.host}:{options.port}: {problem}\n")
        return 1
    uvloop.run(_main(options))
    return 0


async def _main(options: argparse.Namespace) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    site = StatusSite(_sources(options))
    await serve(site, host=options.host, port=options.port, stop=stop)


def _sources(options: argparse.Namespace) -> Sequence[PageSource]:
    """Every part of the site; a further part is a further entry."""
    return [
        StatusSource(
            snapshot_file=snapshot_path(options.data_dir),
            pages=StatusPages(options.base_url or f"http://{options.host}:{options.port}"),
            heartbeat=Heartbeat(options.hub_silent_seconds),
            now_ms=lambda: time.time_ns() // 1_000_000,
            monotonic=time.monotonic,
        )
    ]


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
    return parser.parse_args(arguments)


def _port_problem(host: str, port: int) -> str:
    """Why the address cannot be listened on, in the system's words; empty when it can."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind((host, port))
    except OSError as error:
        return error.strerror or str(error)
    return ""


if __name__ == "__main__":
    sys.exit(main())
