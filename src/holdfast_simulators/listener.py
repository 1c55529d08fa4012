"""One listening socket that can really be closed and later opened again on the same port."""

import asyncio
import socket
import struct
from contextlib import suppress
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from holdfast_simulators.gate import DROP
from holdfast_simulators.wire import Receive, Scope, Send

HOST = "127.0.0.1"
BACKLOG = 512
CONNECTIONS_MAX = 2_000
BIND_TRIES_MAX = 50
BIND_PAUSE_SECONDS = 0.02
GRACE_SECONDS = 0.15


class DroppableProtocol(HttpToolsProtocol):
    """HTTP/1.1 whose application may cut the connection in the middle of a call."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {DROP: {"drop": self._drop}}

    def _drop(self) -> None:
        peer = self.transport.get_extra_info("socket")
        if peer is not None:
            # A zero linger makes the close a reset, as a dying server's is.
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()


class Listener:
    def __init__(self, name: str, app: Any, port: int = 0) -> None:
        self.name = name
        self.port = port
        self._app = app
        self._is_closing = False
        self._config = uvicorn.Config(
            self._answer,
            interface="asgi3",
            proxy_headers=False,
            http=DroppableProtocol,
            ws="websockets-sansio",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            limit_concurrency=CONNECTIONS_MAX,
        )
        self._state = ServerState()
        self._server: asyncio.Server | None = None
        self._place_keeper: socket.socket | None = None
        self._turn = asyncio.Lock()

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def is_open(self) -> bool:
        return self._server is not None

    async def open(self) -> None:
        """Raises OSError when the port is taken."""
        async with self._turn:
            if self._server is not None:
                return
            if not self._config.loaded:
                self._config.load()
            self._leave_place()
            bound = await self._bound()
            self.port = bound.getsockname()[1]
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(self._protocol, sock=bound, backlog=BACKLOG)

    def refuse(self) -> None:
        """From now on connections are refused; those that are open are cut."""
        if self._server is None:
            return
        self._shut()
        self._keep_place()

    async def close(self) -> None:
        async with self._turn:
            self._shut()
            self._leave_place()
        self._is_closing = True
        await self._end_calls()

    async def _end_calls(self) -> None:
        if not self._state.tasks:
            return
        # Most calls end by themselves when they see that their caller has gone.
        _, left = await asyncio.wait(list(self._state.tasks), timeout=GRACE_SECONDS)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except asyncio.CancelledError:
            # The server reports a cancelled call as a failed one; here it is the end.
            if not self._is_closing:
                raise

    def _shut(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for connection in list(self._state.connections):
            if connection.transport is not None:
                connection.transport.abort()

    def _protocol(self) -> asyncio.Protocol:
        return DroppableProtocol(self._config, self._state, {})

    async def _bound(self) -> socket.socket:
        last: OSError | None = None
        for _ in range(BIND_TRIES_MAX):
            try:
                return _bind(self.port)
            except OSError as problem:
                last = problem
                await asyncio.sleep(BIND_PAUSE_SECONDS)
        raise OSError(f"Port {self.port} for {self.name} is taken.") from last

    def _keep_place(self) -> None:
        # A socket that is bound but does not listen refuses every connection, and
        # keeps the system from giving the port to someone else meanwhile.
        with suppress(OSError):
            self._place_keeper = _bind(self.port)

    def _leave_place(self) -> None:
        if self._place_keeper is not None:
            self._place_keeper.close()
            self._place_keeper = None


def _bind(port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((HOST, port))
        made.setblocking(False)  # noqa: FBT003 - the standard library's own signature
    except OSError:
        made.close()
        raise
    return made
