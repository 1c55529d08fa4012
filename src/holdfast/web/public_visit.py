"""One visitor's connection to the public pages: HTTP/1.1, GET and HEAD, answered by a look-up."""

import asyncio
from collections.abc import Callable
from typing import Final, Protocol, cast
from urllib.parse import unquote

import httptools

from holdfast.status import Answer, refusal

HEADER_SECONDS_MAX: Final = 10
"""From a request's first byte, or from the connection, to the end of its headers."""
IDLE_SECONDS_MAX: Final = 75
"""Between two requests; a proxy keeps its connections about as long."""
WRITE_SECONDS_MAX: Final = 30
"""How long a reader may leave an answer lying."""
LINGER_SECONDS: Final = 2
"""After a last answer, so that it is read before what still arrives resets the connection."""
HEAD_BYTES_MAX: Final = 16 * 1024
REQUESTS_IN_ONE_READ_MAX: Final = 64
"""More than these sent ahead of their answers are not answered; the visitor asks again."""

BAD: Final = refusal(400)
TOO_LARGE: Final = refusal(431)

_CLOSES: Final = b"connection: close\r\n"
_STAYS: Final = b"connection: keep-alive\r\n"

Answering = Callable[[str, str, Callable[[str], str | None]], Answer]


class House(Protocol):
    """What a visit needs of its server: the pages, the line of the date, whole seconds, who is here."""

    date_line: bytes
    second: int

    @property
    def answering(self) -> Answering: ...

    def enter(self, visit: "Visit") -> None: ...

    def leave(self, visit: "Visit") -> None: ...


class Visit(asyncio.Protocol):
    """``deadline``, in the server's seconds, is when the server ends it."""

    __slots__ = (
        "_answered",
        "_bytes",
        "_ended",
        "_has_body",
        "_headers",
        "_house",
        "_parser",
        "_stalled",
        "_transport",
        "_url",
        "deadline",
    )

    def __init__(self, house: House) -> None:
        self._house = house
        self._parser: httptools.HttpRequestParser | None = None
        self._transport: asyncio.Transport | None = None
        self._headers: dict[str, str] = {}
        self._url = b""
        self._bytes = 0
        self._answered = 0
        self._has_body = False
        self._ended = False
        self._stalled = False
        self.deadline = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._parser = httptools.HttpRequestParser(self)
        self.deadline = self._house.second + HEADER_SECONDS_MAX
        self._house.enter(self)

    def connection_lost(self, problem: Exception | None) -> None:
        del problem
        self._house.leave(self)
        self._parser = None
        self._transport = None

    def data_received(self, data: bytes) -> None:
        if self._ended or self._parser is None:
            return
        if not self._bytes:
            self.deadline = self._house.second + HEADER_SECONDS_MAX
        self._bytes += len(data)
        self._answered = 0
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._end()
        except httptools.HttpParserError:
            self._refuse(BAD)
        if self._bytes > HEAD_BYTES_MAX:
            self._refuse(TOO_LARGE)

    def eof_received(self) -> bool:
        return False

    def pause_writing(self) -> None:
        self._stalled = True
        self.deadline = self._house.second + WRITE_SECONDS_MAX
        if self._transport is not None and not self._ended:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        self._stalled = False
        self.deadline = self._house.second + (LINGER_SECONDS if self._ended else IDLE_SECONDS_MAX)
        if self._transport is not None and not self._ended:
            self._transport.resume_reading()

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        name = name.lower()
        if name in _WANTED:
            self._headers[_WANTED[name]] = value.decode("latin-1")
        elif name in _OF_BODIES and value != b"0":
            self._has_body = True

    def on_headers_complete(self) -> None:
        if self._has_body:
            self._answer(is_last=True)

    def on_message_complete(self) -> None:
        if not self._ended:
            self._answer(is_last=False)
        self._bytes = 0

    def close(self) -> None:
        """End after what is being sent."""
        self._ended = True
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def _answer(self, *, is_last: bool) -> None:
        parser = cast("httptools.HttpRequestParser", self._parser)
        method, path = parser.get_method().decode("latin-1"), _path(self._url)
        answer = self._house.answering(method, path, self._headers.get)
        self._url, self._answered = b"", self._answered + 1
        if self._headers:
            self._headers = {}
        self.deadline = self._house.second + IDLE_SECONDS_MAX
        if is_last or self._answered >= REQUESTS_IN_ONE_READ_MAX or not parser.should_keep_alive():
            self._write(answer, _CLOSES)
            self._end(lingers=is_last)
        else:
            self._write(answer, _STAYS if parser.get_http_version() == "1.0" else b"")

    def _refuse(self, answer: Answer) -> None:
        if not self._ended:
            self._write(answer, _CLOSES)
            self._end(lingers=True)

    def _write(self, answer: Answer, connection: bytes) -> None:
        transport = cast("asyncio.Transport", self._transport)
        transport.write(b"".join((answer.head, self._house.date_line, connection, b"\r\n", answer.body)))

    def _end(self, *, lingers: bool = False) -> None:
        """After the answer. Where more may still arrive only our side is closed, and the rest is not read."""
        self._ended = True
        transport = cast("asyncio.Transport", self._transport)
        if not lingers:
            transport.close()
            return
        self.deadline = self._house.second + LINGER_SECONDS
        transport.write_eof()


_WANTED: Final = {b"accept-encoding": "accept-encoding", b"if-none-match": "if-none-match"}
_OF_BODIES: Final = frozenset({b"content-length", b"transfer-encoding"})


def _path(url: bytes) -> str:
    """The path of a request's target, which a proxy may have given whole (``http://host/path``)."""
    target = url.split(b"?", 1)[0]
    if not target.startswith(b"/") and b"://" in target:
        target = b"/" + target.split(b"://", 1)[1].partition(b"/")[2]
    path = target.decode("latin-1")
    return unquote(path) if "%" in path else path
