"""A TCP port on the loopback that can be shut and opened again under the same number."""

import asyncio
import ssl
from collections.abc import Callable

HOST = "127.0.0.1"
CONNECTIONS_MAX = 50
CONNECTIONS_WAITING_MAX = 100


class Connections:
    """The connections that are open; at most CONNECTIONS_MAX."""

    def __init__(self) -> None:
        self._open: set[asyncio.WriteTransport] = set()
        self._none = asyncio.Event()
        self._none.set()

    @property
    def full(self) -> bool:
        return len(self._open) >= CONNECTIONS_MAX

    def add(self, transport: asyncio.WriteTransport) -> None:
        self._open.add(transport)
        self._none.clear()

    def discard(self, transport: asyncio.WriteTransport) -> None:
        self._open.discard(transport)
        if not self._open:
            self._none.set()

    def abort(self) -> None:
        for transport in list(self._open):
            transport.abort()

    async def gone(self) -> None:
        await self._none.wait()


class Listener:
    def __init__(
        self,
        answer: Callable[[Connections], asyncio.Protocol],
        *,
        port: int = 0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """`answer` makes the protocol of one new connection; port 0 is chosen by the system, once."""
        self.connections = Connections()
        self.port = port
        self._answer = answer
        self._tls = tls
        self._server: asyncio.Server | None = None

    @property
    def is_open(self) -> bool:
        return self._server is not None

    async def open(self) -> None:
        """Raises OSError when the port is taken."""
        if self._server is not None:
            return
        self._server = await asyncio.get_running_loop().create_server(
            lambda: self._answer(self.connections),
            HOST,
            self.port,
            ssl=self._tls,
            backlog=CONNECTIONS_WAITING_MAX,
        )
        self.port = self._server.sockets[0].getsockname()[1]

    def shut(self) -> None:
        """From now on new connections are refused; those that are open are cut."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self.connections.abort()

    async def stop(self) -> None:
        self.shut()
        # A connection that was accepted this very moment announces itself in the next turn of the loop.
        await asyncio.sleep(0)
        self.connections.abort()
        await self.connections.gone()
