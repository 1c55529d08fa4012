"""A TCP port on the loopback that can be shut and opened again under the same number."""

import asyncio
import ssl
from collections.abc import Callable

HOST = "127.0.0.1"
CONNECTIONS_MAX = 50
CONNECTIONS_WAITING_MAX = 100


class Connections:
    """The connections that are open, each with the task that serves it; at most CONNECTIONS_MAX."""

    def __init__(self) -> None:
        self._open: dict[asyncio.Task[None], asyncio.WriteTransport] = {}
        self._none = asyncio.Event()
        self._none.set()

    @property
    def full(self) -> bool:
        return len(self._open) >= CONNECTIONS_MAX

    def add(self, transport: asyncio.WriteTransport, task: "asyncio.Task[None]") -> None:
        """Count the connection until its task ends."""
        self._open[task] = transport
        self._none.clear()
        task.add_done_callback(self._discard)

    def abort(self) -> None:
        for task, transport in list(self._open.items()):
            transport.abort()
            # A task that waits for the clock would not notice that its client has gone.
            task.cancel()

    async def gone(self) -> None:
        await self._none.wait()

    def _discard(self, task: "asyncio.Task[None]") -> None:
        self._open.pop(task, None)
        if not self._open:
            self._none.set()


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
        await self.connections.gone()
