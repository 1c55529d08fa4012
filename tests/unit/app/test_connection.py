"""What a stranger can do to a connection before anybody has read a request."""

import asyncio
from collections.abc import Awaitable, Callable

import uvicorn
from uvicorn.server import ServerState

from holdfast.app.connection import HEAD_BYTES_MAX, HEAD_SECONDS_MAX, BoundedConnection

PIECE = b"a" * 1_000


class Wire(asyncio.Transport):
    """Keeps what the server writes."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += bytes(data)

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None:
        """A test gives what it has."""

    def resume_reading(self) -> None:
        """A test gives what it has."""


async def _application(scope: object, receive: object, send: Callable[[object], Awaitable[None]]) -> None:
    del scope, receive
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def _connected() -> tuple[BoundedConnection, Wire]:
    config = uvicorn.Config(_application, log_config=None, lifespan="off")
    wire = Wire()
    connection = BoundedConnection(config, ServerState(), {})
    connection.connection_made(wire)
    return connection, wire


def _pieces_taken(begin: bytes) -> int:
    """How many pieces a connection reads before it ends."""

    async def run() -> int:
        connection, wire = _connected()
        connection.data_received(begin)
        taken = 0
        while not wire.closed and taken * len(PIECE) < 10 * HEAD_BYTES_MAX:
            connection.data_received(PIECE)
            taken += 1
        connection.connection_lost(None)
        return taken

    return asyncio.run(run())


def test_a_head_without_an_end_is_cut_off() -> None:
    for begin in (
        b"GET /",
        b"GET / HTTP/1.1\r\nX: ",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1;x=",
    ):
        assert _pieces_taken(begin) <= HEAD_BYTES_MAX // len(PIECE) + 1


def test_a_body_may_be_longer_than_a_head() -> None:
    length = 10 * HEAD_BYTES_MAX
    begin = b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % length
    assert _pieces_taken(begin) * len(PIECE) >= length


def test_a_request_is_answered_and_the_next_one_has_a_head_of_its_own() -> None:
    async def run() -> bytes:
        connection, wire = _connected()
        for _ in range(3):
            connection.data_received(b"GET / HTTP/1.1\r\nX: " + b"a" * (HEAD_BYTES_MAX - 1_000) + b"\r\n\r\n")
            await asyncio.gather(*connection.tasks)
        connection.connection_lost(None)
        return wire.written

    assert asyncio.run(run()).count(b"HTTP/1.1 204") == 3


def test_a_head_that_does_not_come_ends_the_connection() -> None:
    async def run() -> tuple[float, bool]:
        connection, wire = _connected()
        loop = asyncio.get_running_loop()
        timer = connection._head_timer
        assert timer is not None
        timer._run()
        connection.connection_lost(None)
        return timer.when() - loop.time(), wire.closed

    seconds, closed = asyncio.run(run())
    assert closed
    assert seconds <= HEAD_SECONDS_MAX
