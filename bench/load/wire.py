"""HTTP and WebSocket at the least cost: what is not needed to measure is not read."""

import asyncio
from collections.abc import Callable
from typing import Self
from urllib.parse import urlsplit

END_OF_HEAD = b"\r\n\r\n"
KEY = "c2l4dGVlbiBieXRlcyBvZg=="
_LENGTH = b"content-length:"
_SHORT, _LONG = 126, 127


def request(method: str, url: str, body: bytes = b"", headers: dict[str, str] | None = None) -> bytes:
    """A whole request as bytes, for a connection that is kept open."""
    parts = urlsplit(url)
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    lines = [f"{method} {path} HTTP/1.1", f"host: {parts.netloc}", f"content-length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join(lines).encode() + END_OF_HEAD + body


def _place(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "127.0.0.1", parts.port or 80


def content_length(head: bytes) -> int:
    """Of a head; 0 where it names none."""
    _, found, rest = head.lower().partition(_LENGTH)
    return int(rest.partition(b"\r\n")[0]) if found else 0


class Exchange(asyncio.Protocol):
    """One kept connection with one request under way at a time."""

    def __init__(self) -> None:
        self._buffer = b""
        self._waiter: asyncio.Future[tuple[int, bytes]] | None = None
        self._transport: asyncio.Transport | None = None

    @classmethod
    async def open(cls, url: str) -> "Exchange":
        _, exchange = await asyncio.get_running_loop().create_connection(cls, *_place(url))
        return exchange

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]

    def connection_lost(self, exc: Exception | None) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(exc or ConnectionResetError("closed before the answer"))

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer = self._buffer + data if self._buffer else data
        at = buffer.find(END_OF_HEAD)
        if at < 0:
            return
        start = at + len(END_OF_HEAD)
        whole = start + content_length(buffer[:start])
        if len(buffer) >= whole and self._waiter is not None and not self._waiter.done():
            self._buffer = buffer[whole:]
            self._waiter.set_result((int(buffer[9:12]), buffer[start:whole]))

    async def call(self, data: bytes) -> tuple[int, bytes]:
        """Send a request; (status, body) of its answer."""
        if self._transport is None:
            raise ConnectionError("not open")
        self._waiter = asyncio.get_running_loop().create_future()
        self._transport.write(data)
        return await self._waiter

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


class Frames(asyncio.Protocol):
    """A WebSocket that only reads: each whole text frame is handed on."""

    def __init__(self, hello: bytes, on_frame: Callable[[bytes], None]) -> None:
        self._hello = hello
        self._on_frame = on_frame
        self._buffer = b""
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport: asyncio.Transport | None = None

    @classmethod
    async def open(cls, url: str, on_frame: Callable[[bytes], None]) -> Self:
        upgrade = {
            "upgrade": "websocket",
            "connection": "Upgrade",
            "sec-websocket-version": "13",
            "sec-websocket-key": KEY,
        }
        hello = request("GET", url, headers=upgrade)
        loop = asyncio.get_running_loop()
        _, frames = await loop.create_connection(lambda: cls(hello, on_frame), *_place(url))
        await frames.opened
        return frames

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]
        transport.write(self._hello)  # type: ignore[attr-defined]

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(exc or ConnectionResetError("closed before the upgrade"))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self.opened.done():
            at = self._buffer.find(END_OF_HEAD)
            if at < 0:
                return
            self._buffer = self._buffer[at + len(END_OF_HEAD) :]
            self.opened.set_result(None)
        self._buffer = self._buffer[self._hand_on(self._buffer) :]

    def _hand_on(self, buffer: bytes) -> int:
        """Hand on whole frames from a buffer; how many bytes of it are done with."""
        at = 0
        while len(buffer) - at >= 2:
            start, size = at + 2, buffer[at + 1] & _LONG
            if size >= _SHORT:
                width = 2 if size == _SHORT else 8
                size, start = int.from_bytes(buffer[start : start + width], "big"), start + width
            if len(buffer) < start + size:
                break
            if buffer[at] & 0x0F == 1:
                self._on_frame(buffer[start : start + size])
            at = start + size
        return at

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


class Socket(Frames):
    """A WebSocket that writes text frames, too."""

    def say(self, text: bytes) -> None:
        if self._transport is None:
            raise ConnectionError("not open")
        self._transport.write(masked(text))


def masked(text: bytes) -> bytes:
    """A text frame of a client, under the mask of noughts, which leaves the text as it is."""
    size = len(text)
    if size < _SHORT:
        head = bytes((0x81, 0x80 | size))
    elif size < 1 << 16:
        head = bytes((0x81, 0x80 | _SHORT)) + size.to_bytes(2, "big")
    else:
        head = bytes((0x81, 0x80 | _LONG)) + size.to_bytes(8, "big")
    return head + b"\0\0\0\0" + text
