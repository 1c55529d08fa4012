"""The server of the public pages: connections, and the seconds that bound them."""

import asyncio
import resource
import socket
from collections.abc import Callable
from contextlib import suppress
from email.utils import formatdate
from typing import Final

from holdfast.web.public_visit import Answering, Visit

CONNECTIONS_MAX: Final = 8_192
"""With more the longest-standing one gives way: a crowd of idle connections keeps nobody out."""
FILES_KEPT_FREE: Final = 64
"""File descriptors that the process needs for anything else."""
BACKLOG: Final = 4_096
DEFER_SECONDS: Final = 5
"""A connection is taken when its first byte has come (Linux); one that says nothing costs us nothing."""
SWEEP_SECONDS: Final = 1.0
STOP_SECONDS_MAX: Final = 1.0


class PublicServer:
    """Serves what ``answering`` looks up.

    ``steady_seconds`` is a clock that never steps back, for deadlines; ``unix_seconds`` is for the date in
    each answer.
    """

    def __init__(
        self,
        answering: Answering,
        *,
        steady_seconds: Callable[[], float],
        unix_seconds: Callable[[], float],
        visits_max: int = CONNECTIONS_MAX,
    ) -> None:
        self.answering = answering
        self.second = 0
        self.date_line = b""
        self._steady_seconds = steady_seconds
        self._unix_seconds = unix_seconds
        self._visits: dict[Visit, None] = {}
        self._visits_max = _affordable(visits_max)
        self._empty = asyncio.Event()

    async def serve(self, listening: socket.socket, stop: asyncio.Event) -> None:
        """Until ``stop`` is set; what is being sent then has a second to get through."""
        self.sweep()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Visit(self), sock=listening, backlog=BACKLOG)
        sweeping = asyncio.create_task(self._sweep_on())
        try:
            await stop.wait()
        finally:
            server.close()
            sweeping.cancel()
            await asyncio.gather(sweeping, return_exceptions=True)
            await self._see_off()

    def enter(self, visit: Visit) -> None:
        self._visits[visit] = None
        if len(self._visits) > self._visits_max:
            next(iter(self._visits)).abort()

    def leave(self, visit: Visit) -> None:
        self._visits.pop(visit, None)
        if not self._visits:
            self._empty.set()

    def sweep(self) -> None:
        """Take note of the time, and end the visits whose time is up."""
        self.second = int(self._steady_seconds())
        self.date_line = f"date: {formatdate(self._unix_seconds(), usegmt=True)}\r\n".encode()
        for visit in [visit for visit in self._visits if visit.deadline < self.second]:
            visit.abort()

    async def _sweep_on(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            self.sweep()

    async def _see_off(self) -> None:
        self._empty.clear()
        for visit in list(self._visits):
            visit.close()
        if self._visits:
            with suppress(TimeoutError):
                async with asyncio.timeout(STOP_SECONDS_MAX):
                    await self._empty.wait()
        for visit in list(self._visits):
            visit.abort()


def listen(host: str, port: int, *, shares_port: bool = False) -> socket.socket:
    """A socket that listens. ``shares_port``: other processes may listen there, too. Raises OSError."""
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shares_port:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if hasattr(socket, "TCP_DEFER_ACCEPT"):
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, DEFER_SECONDS)
        listening.bind(address)
        listening.listen(BACKLOG)
        listening.settimeout(0)
    except BaseException:
        listening.close()
        raise
    return listening


def _affordable(visits_max: int) -> int:
    """As many as the process may open files for, up to the wanted number."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = visits_max + FILES_KEPT_FREE
    if soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return max(1, min(visits_max, soft - FILES_KEPT_FREE))
