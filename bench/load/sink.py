"""A platform that accepts everything at once and remembers when, from whom to whom, and in which order.

``GET /_received`` tells ``[[at, recipient, text], …]`` of what came, ``DELETE /_received`` forgets it.
"""

import asyncio
import sys
import time

import msgspec
import uvloop

from bench.load.wire import END_OF_HEAD, content_length

ANYTHING = b'{"data":[],"success":true}'


class Recipient(msgspec.Struct, frozen=True):
    id: str = ""


class Text(msgspec.Struct, frozen=True):
    text: str = ""


class Message(msgspec.Struct, frozen=True):
    recipient: Recipient = Recipient()
    message: Text = Text()


def main() -> None:
    uvloop.run(serve(int(sys.argv[1])))


async def serve(port: int) -> None:
    book: list[tuple[float, str, str]] = []
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Sink(book), "127.0.0.1", port)
    await server.serve_forever()


class Sink(asyncio.Protocol):
    def __init__(self, book: list[tuple[float, str, str]]) -> None:
        self._book = book
        self._buffer = b""
        self._decode = msgspec.json.Decoder(Message).decode

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer = self._buffer + data if self._buffer else data
        at = buffer.find(END_OF_HEAD)
        start = at + len(END_OF_HEAD)
        if at < 0 or len(buffer) < (whole := start + content_length(buffer[:start])):
            return
        self._buffer = buffer[whole:]
        answer = self._answer(buffer[:at], buffer[start:whole])
        head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
        self._transport.write(head % len(answer) + answer)  # type: ignore[attr-defined]

    def _answer(self, head: bytes, body: bytes) -> bytes:
        line = head[: head.find(b"\r\n")]
        if line.startswith(b"POST ") and b"/messages " in line:
            said = self._decode(body)
            self._book.append((time.monotonic(), said.recipient.id, said.message.text))
            return b'{"recipient_id":"%s","message_id":"mid.%d"}' % (
                said.recipient.id.encode(),
                len(self._book),
            )
        if line.startswith(b"GET /_received"):
            return msgspec.json.encode(self._book)
        if line.startswith(b"DELETE /_received"):
            self._book.clear()
        return ANYTHING


if __name__ == "__main__":
    main()
