"""Failures of the network say whether anything was sent."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from holdfast.channels.transport import (
    ANSWER_BYTES_MAX,
    AnswerLostError,
    HttpRequest,
    HttpTransport,
    NotConnectedError,
)

Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def a_server(behave: Behaviour) -> AsyncIterator[str]:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await behave(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.close()


@pytest.fixture
async def transport() -> AsyncIterator[HttpTransport]:
    made = HttpTransport(connections_max=1)
    yield made
    await made.close()


def post(url: str, seconds: float = 2.0) -> HttpRequest:
    return HttpRequest("POST", url, {"content-type": "text/plain"}, b"hello", seconds)


def answering(answer: bytes) -> Behaviour:
    async def behave(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()

    return behave


async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read()
    await reader.read()


async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def test_an_answer_comes_with_its_headers_in_small_letters(transport: HttpTransport) -> None:
    async with a_server(answering(b"HTTP/1.1 200 OK\r\nX-Name: Value\r\nContent-Length: 2\r\n\r\nhi")) as url:
        answer = await transport.request(post(url))
    assert (answer.status, answer.headers["x-name"], answer.body) == (200, "Value", b"hi")


async def test_a_redirect_is_not_followed(transport: HttpTransport) -> None:
    redirect = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    async with a_server(answering(redirect)) as url:
        assert (await transport.request(post(url))).status == 302


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "nonsense", "http://[/"])
async def test_without_a_connection_nothing_was_sent(url: str, transport: HttpTransport) -> None:
    with pytest.raises(NotConnectedError):
        await transport.request(post(url))


@pytest.mark.parametrize(
    "behave", [hang_up, silent, answering(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi")]
)
async def test_without_a_whole_answer_it_may_have_been_received(
    behave: Behaviour, transport: HttpTransport
) -> None:
    async with a_server(behave) as url:
        with pytest.raises(AnswerLostError):
            await transport.request(post(url, 0.2))


async def test_a_call_that_never_got_a_connection_was_not_sent(transport: HttpTransport) -> None:
    async with a_server(silent) as url:
        first = asyncio.create_task(transport.request(post(url, 1.0)))
        second = asyncio.create_task(transport.request(post(url, 0.2)))
        outcomes = await asyncio.gather(first, second, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [AnswerLostError, NotConnectedError]


async def test_an_endless_answer_is_cut_off(transport: HttpTransport) -> None:
    length = ANSWER_BYTES_MAX + 1
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n".encode()
    async with a_server(answering(head + b"x" * length)) as url:
        with pytest.raises(AnswerLostError):
            await transport.request(post(url))
