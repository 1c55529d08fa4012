"""Small ASGI pieces for the faces that do without a framework."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, MutableMapping
from contextlib import suppress
from ipaddress import IPv4Address, ip_address, ip_network
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = Iterable[tuple[str, str]]

QUERY_FIELDS_MAX: Final = 100
DROPPED_BYTES_MAX: Final = 32 * 1024 * 1024
"""How much of a body that is too large is still taken in, unkept, before the connection is closed on it."""
SUBSCRIBER_BITS: Final = 64
JSON: Final = "application/json"
TEXT: Final = "text/plain; charset=utf-8"
HTML: Final = "text/html; charset=utf-8"


class ErrorDetail(msgspec.Struct, frozen=True):
    """``code`` is for programs, ``message`` a sentence for people, ``field`` what it is about, if anything."""

    code: str
    message: str
    field: str = ""


class ErrorBody(msgspec.Struct, frozen=True):
    error: ErrorDetail


class TooLargeError(Exception):
    """The body is over the limit; the rest of it was not read."""


class TooSlowError(Exception):
    """The body did not arrive in time."""


class ClientGoneError(Exception):
    """The other side went away before its request was complete."""


async def answer(
    send: Send, status: int, body: bytes = b"", content_type: str = TEXT, headers: Headers = ()
) -> None:
    named = [(b"content-type", content_type.encode("latin-1")), (b"content-length", str(len(body)).encode())]
    named += [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    await send({"type": "http.response.start", "status": status, "headers": named})
    await send({"type": "http.response.body", "body": body})


async def answer_json(send: Send, status: int, value: object, headers: Headers = ()) -> None:
    await answer(send, status, msgspec.json.encode(value), JSON, headers)


async def answer_error(
    send: Send, status: int, code: str, message: str, *, field: str = "", headers: Headers = ()
) -> None:
    await answer_json(send, status, ErrorBody(ErrorDetail(code, message, field)), headers)


def headers_of(scope: Scope) -> dict[str, str]:
    """Headers by lower-case name; one that came twice is joined, so that neither half passes for the whole."""
    found: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def header(scope: Scope, name: bytes) -> str:
    """The first header of a (lower-case) name, or an empty text."""
    for each, value in scope["headers"]:
        if each.lower() == name:
            return str(value.decode("latin-1"))
    return ""


def query_of(scope: Scope) -> dict[str, str]:
    """The query by name; of a name that came twice the first counts."""
    found: dict[str, str] = {}
    text = scope.get("query_string", b"").decode("latin-1")
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=QUERY_FIELDS_MAX, errors="replace")
    except ValueError:
        return {}
    for name, value in pairs:
        found.setdefault(name, value)
    return found


def client_address(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else "unknown"


def network_of(address: str) -> str:
    """What one subscriber holds, for limits: an IPv4 address, of IPv6 a block of 64 bits, in which there are more
    addresses than any limit could count.
    """
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, IPv4Address):
        return address
    return str(found.ipv4_mapped or ip_network((found, SUBSCRIBER_BITS), strict=False))


def is_loopback(scope: Scope) -> bool:
    """Whether the request came from this machine, and not through a proxy that stands on it."""
    forwarded = any(name.lower() in {b"x-forwarded-for", b"forwarded"} for name, _ in scope["headers"])
    return client_address(scope) in {"127.0.0.1", "::1"} and not forwarded


async def read_body(scope: Scope, receive: Receive, *, bytes_max: int, seconds: float) -> bytes:
    """The whole body. Raises TooLargeError, TooSlowError, ClientGoneError.

    A body that is somewhat too large is read to its end and dropped: a sender that is still writing when the
    connection closes sees a broken connection instead of the answer.
    """
    declared = header(scope, b"content-length")
    if declared.isascii() and declared.isdigit() and int(declared[:20]) > DROPPED_BYTES_MAX:
        raise TooLargeError
    try:
        async with asyncio.timeout(seconds):
            return await _gather(receive, bytes_max)
    except TimeoutError as error:
        raise TooSlowError from error


async def _gather(receive: Receive, bytes_max: int) -> bytes:
    body = bytearray()
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        part = message.get("body", b"")
        size += len(part)
        if size <= bytes_max:
            body += part
        if size > DROPPED_BYTES_MAX or (size > bytes_max and not message.get("more_body", False)):
            raise TooLargeError
        if not message.get("more_body", False):
            return bytes(body)


async def body_parts(receive: Receive, *, idle_seconds: float) -> AsyncIterator[bytes]:
    """The body as it comes, for one that is too large to be held. Raises TooSlowError, ClientGoneError."""
    while True:
        try:
            async with asyncio.timeout(idle_seconds):
                message = await receive()
        except TimeoutError as error:
            raise TooSlowError from error
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        if message.get("body"):
            yield message["body"]
        if not message.get("more_body", False):
            return


async def drop_rest(receive: Receive, *, seconds: float) -> None:
    """Take in some of what is still to come, unkept, so that a sender that is still writing sees the answer."""
    dropped = 0
    with suppress(TooSlowError, ClientGoneError, TimeoutError):
        async with asyncio.timeout(seconds):
            async for part in body_parts(receive, idle_seconds=seconds):
                dropped += len(part)
                if dropped > DROPPED_BYTES_MAX:
                    return


def replay(body: bytes, receive: Receive) -> Receive:
    """A receive that gives a body that was read already, then what comes after it."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
