"""The server of the public pages on real sockets: what HTTP asks, and visitors who mean no good."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from holdfast.status import Shelf, make_page
from holdfast.web.public_server import PublicServer, listen
from holdfast.web.public_visit import HEAD_BYTES_MAX, IDLE_SECONDS_MAX, REQUESTS_IN_ONE_READ_MAX

ANSWER_SECONDS_MAX = 20
BODY = "How things are. " * 100
GET = b"GET / HTTP/1.1\r\nhost: s\r\n\r\n"


class Steady:
    """Seconds that pass only when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Caller:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def say(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def head(self) -> tuple[int, dict[str, str]]:
        told = await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), ANSWER_SECONDS_MAX)
        first, *lines = told.decode("latin-1").strip().split("\r\n")
        return int(first.split()[1]), dict(line.split(": ", 1) for line in lines)

    async def answer(self) -> tuple[int, dict[str, str], bytes]:
        status, headers = await self.head()
        body = await self.reader.readexactly(int(headers.get("content-length", "0")))
        return status, headers, body

    async def rest(self) -> bytes:
        """What comes until the server ends the connection."""
        try:
            return await asyncio.wait_for(self.reader.read(), ANSWER_SECONDS_MAX)
        except ConnectionError:
            return b""


class Site:
    def __init__(self, server: PublicServer, port: int, steady: Steady) -> None:
        self.server = server
        self.port = port
        self.steady = steady

    @asynccontextmanager
    async def call(self) -> AsyncIterator[Caller]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            yield Caller(reader, writer)
        finally:
            writer.transport.abort()


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with listen("127.0.0.1", 0) as found:
        yield found


@asynccontextmanager
async def _served(listening: socket.socket, visits_max: int = 100) -> AsyncIterator[Site]:
    shelf, steady, stop = Shelf(), Steady(), asyncio.Event()
    shelf.put({"/": make_page(BODY), "/a:b": make_page("odd"), "/404": make_page("nothing here")})
    server = PublicServer(
        shelf.answer, steady_seconds=steady, unix_seconds=lambda: 0.0, visits_max=visits_max
    )
    serving = asyncio.create_task(server.serve(listening, stop))
    try:
        yield Site(server, listening.getsockname()[1], steady)
    finally:
        stop.set()
        await asyncio.wait_for(serving, ANSWER_SECONDS_MAX)


@pytest.fixture
async def site(listening: socket.socket) -> AsyncIterator[Site]:
    async with _served(listening) as served:
        yield served


async def test_a_kept_connection_is_answered_again_and_again(site: Site) -> None:
    async with site.call() as caller:
        for _ in range(3):
            await caller.say(GET)
            status, headers, body = await caller.answer()
            assert (status, body.decode()) == (200, BODY)
            assert headers["date"] == "Thu, 01 Jan 1970 00:00:00 GMT"


async def test_requests_sent_ahead_are_answered_in_order(site: Site) -> None:
    async with site.call() as caller:
        await caller.say(GET + b"GET /lost HTTP/1.1\r\n\r\n" + b"HEAD / HTTP/1.1\r\n\r\n")
        assert (await caller.answer())[0] == 200
        assert (await caller.answer())[::2] == (404, b"nothing here")
        status, headers = await caller.head()
        assert (status, headers["content-length"]) == (200, str(len(BODY)))


async def test_a_request_may_come_in_single_bytes(site: Site) -> None:
    async with site.call() as caller:
        for byte in b'GET /a%3Ab?x=1 HTTP/1.1\r\nIF-None-Match: "none"\r\n\r\n':
            await caller.say(bytes([byte]))
        assert (await caller.answer())[::2] == (200, b"odd")


@pytest.mark.parametrize(
    ("request_line", "more"),
    [("GET / HTTP/1.1", "connection: close\r\n"), ("GET / HTTP/1.0", "")],
)
async def test_a_last_request_ends_the_connection(site: Site, request_line: str, more: str) -> None:
    async with site.call() as caller:
        await caller.say(f"{request_line}\r\n{more}\r\n".encode())
        status, headers, _ = await caller.answer()
        assert (status, headers["connection"]) == (200, "close")
        assert await caller.rest() == b""


async def test_an_old_client_may_ask_to_stay(site: Site) -> None:
    async with site.call() as caller:
        for _ in range(2):
            await caller.say(b"GET / HTTP/1.0\r\nconnection: keep-alive\r\n\r\n")
            assert (await caller.answer())[1]["connection"] == "keep-alive"


async def test_a_proxy_may_give_the_whole_address(site: Site) -> None:
    async with site.call() as caller:
        await caller.say(b"GET http://status.example/a:b HTTP/1.1\r\nhost: status.example\r\n\r\n")
        assert (await caller.answer())[2] == b"odd"


async def test_what_the_reader_has_is_not_sent_again(site: Site) -> None:
    async with site.call() as caller:
        await caller.say(GET)
        etag = (await caller.answer())[1]["etag"]
        await caller.say(f"GET / HTTP/1.1\r\nif-none-match: {etag}\r\n\r\n".encode())
        status, headers = await caller.head()
        assert (status, headers["etag"]) == (304, etag)
        await caller.say(GET)
        assert (await caller.answer())[0] == 200


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (b"POST / HTTP/1.1\r\ncontent-length: 100000000\r\n\r\nabc", 405),
        (b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n5\r\nabcde\r\n", 405),
        (b"DELETE / HTTP/1.1\r\n\r\n", 405),
        (b"GET / HTTP/1.1\r\ncontent-length: 3\r\n\r\nabc", 200),
        (b"hello?\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nno colon here\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nx: " + b"y" * (HEAD_BYTES_MAX + 1), 431),
        (b"GET /" + b"y" * (HEAD_BYTES_MAX + 1), 431),
    ],
)
async def test_odd_requests_get_one_answer(site: Site, said: bytes, status: int) -> None:
    async with site.call() as caller:
        await caller.say(said)
        assert (await caller.answer())[0] == status
    async with site.call() as other:
        await other.say(GET)
        assert (await other.answer())[0] == 200


async def test_a_body_is_not_taken_for_a_request(site: Site) -> None:
    async with site.call() as caller:
        await caller.say(b"POST / HTTP/1.1\r\ncontent-length: 27\r\n\r\n" + GET)
        assert (await caller.answer())[0] == 405
        assert await caller.rest() == b""


async def test_a_flood_sent_ahead_is_answered_in_part(site: Site) -> None:
    async with site.call() as caller:
        await caller.say(GET * (REQUESTS_IN_ONE_READ_MAX * 10))
        told = await caller.rest()
        assert told.count(b"HTTP/1.1 200 OK") <= REQUESTS_IN_ONE_READ_MAX * 10


@pytest.mark.parametrize("said", [b"GET / HT", GET])
async def test_whoever_falls_silent_is_let_go(site: Site, said: bytes) -> None:
    async with site.call() as caller, site.call() as other:
        await caller.say(said)
        await other.say(GET)
        await other.answer()
        if said == GET:
            await caller.answer()
        site.steady.now += IDLE_SECONDS_MAX + 2
        site.server.sweep()
        assert await caller.rest() == b""


async def test_where_too_many_stay_the_oldest_gives_way(listening: socket.socket) -> None:
    async with _served(listening, visits_max=2) as site, site.call() as first, site.call() as second:
        for caller in (first, second):
            await caller.say(GET)
            await caller.answer()
        async with site.call() as third:
            await third.say(GET)
            assert (await third.answer())[0] == 200
            assert await first.rest() == b""
            await second.say(GET)
            assert (await second.answer())[0] == 200


async def test_a_reader_who_does_not_read_is_let_go(site: Site) -> None:
    async with site.call() as caller:
        for _ in range(REQUESTS_IN_ONE_READ_MAX):
            caller.writer.write(GET * (REQUESTS_IN_ONE_READ_MAX // 2))
            await asyncio.sleep(0)
        site.steady.now += IDLE_SECONDS_MAX + 2
        site.server.sweep()
        async with site.call() as other:
            await other.say(GET)
            assert (await other.answer())[0] == 200
