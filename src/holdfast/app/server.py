"""The web server of the hub's process: its settings, its socket, and how it stops."""

import asyncio
import gc
import resource
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import uvicorn

from holdfast.app.connection import BoundedConnection

STOP_SECONDS: Final = 5
FILES_MAX: Final = 65_536
BACKLOG: Final = 2_048
WEBSOCKET_BYTES_MAX: Final = 64 * 1024
COLLECT_AFTER: Final = (20_000, 20, 50)
"""New objects, young collections and middle ones after which the collector looks again."""


class Server(uvicorn.Server):
    """A server that tells long polls and streams of its end, so that a stop does not wait for them.

    Signals are left to whoever runs it: the framework would raise them again when the server has stopped,
    and the process would die before its loops and files are closed.
    """

    def __init__(self, config: uvicorn.Config, retire: Callable[[], None]) -> None:
        super().__init__(config)
        self._retire = retire

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._retire()
        await asyncio.sleep(0)  # streams say why they end before the server says something else
        await super().shutdown(sockets)


def bind(host: str, port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((host, port))
    listening.listen(BACKLOG)
    return listening


def server_config(app: object, trusted_proxies: Sequence[str]) -> uvicorn.Config:
    """The web server's settings; who asks is taken from the headers of trusted proxies alone."""
    return uvicorn.Config(
        app,  # type: ignore[arg-type]  # an ASGI application
        http=BoundedConnection,
        ws="websockets-sansio",
        ws_max_size=WEBSOCKET_BYTES_MAX,
        ws_per_message_deflate=False,  # it would cost each connection more memory than its frames are long
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=list(trusted_proxies),
        timeout_graceful_shutdown=STOP_SECONDS,
    )


def allow_files() -> None:
    """Each device of a member is an open file; systems allow a process few of them until it asks."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES_MAX if hard == resource.RLIM_INFINITY else min(FILES_MAX, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def leave_to_the_end() -> None:
    """What stands by now stays for as long as the process: a collector that looks at all of it holds everybody up."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
