"""The floor of the status page: a bare protocol on uvloop that reads nothing and answers the same bytes."""

import asyncio
import sys
from typing import cast

import uvloop

from holdfast.web.public_server import listen

BODY = b"x" * 11_000
HEAD = f"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {len(BODY)}\r\n".encode()
STAYS = HEAD + b"\r\n" + BODY
CLOSES = HEAD + b"connection: close\r\n\r\n" + BODY


class Fixed(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if b"close" in data:
            self._transport.write(CLOSES)
            self._transport.close()
        else:
            self._transport.write(STAYS)


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Fixed, sock=listen("127.0.0.1", int(sys.argv[1])))
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
