"""The floors of ingest and chat on the hub's own web server: what any program with the same promise must do.

A webhook's signature is checked and its raw body inserted by group commit, then it is answered. A chat
message is inserted by group commit, then answered and handed to every WebSocket. Nothing else.
"""

import asyncio
import hashlib
import hmac
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import msgspec
import uvicorn

from holdfast.storage import NewEnvelope, Spool


class Floor:
    def __init__(self, spool: Spool, secret: bytes) -> None:
        self._spool = spool
        self._secret = secret
        self._streams: set[asyncio.Queue[str]] = set()
        self._pairs: dict[str, set[Any]] = defaultdict(set)
        self._saying: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket" and scope["path"].startswith("/direct"):
            await self._talk(receive, send)
        elif scope["type"] == "websocket":
            await self._stream(receive, send)
        elif scope["type"] == "http":
            status, body = await self._act(scope, await _body(receive))
            await send({"type": "http.response.start", "status": status, "headers": _sized(body)})
            await send({"type": "http.response.body", "body": body})

    async def _act(self, scope: Any, body: bytes) -> tuple[int, bytes]:
        if scope["path"].endswith("/guests"):
            return 201, b'{"token":"anybody"}'
        if scope["path"].endswith("/messages"):
            return 202, await self._chat(body)
        return await self._webhook(dict(scope["headers"]), body), b"ok"

    async def _webhook(self, headers: dict[bytes, bytes], body: bytes) -> int:
        expected = "sha256=" + hmac.new(self._secret, body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(headers.get(b"x-hub-signature-256", b"").decode(), expected):
            return 401
        await self._spool.append(NewEnvelope("floor", "webhook", time.time_ns() // 1_000_000, body))
        return 200

    async def _chat(self, body: bytes) -> bytes:
        await self._spool.append(NewEnvelope("floor", "direct", time.time_ns() // 1_000_000, body))
        message = msgspec.json.decode(body)
        frame = msgspec.json.encode({"kind": "message.received", "body": {"message": message}}).decode()
        for stream in self._streams:
            stream.put_nowait(frame)
        return b'{"id":"x"}'

    async def _talk(self, receive: Any, send: Any) -> None:
        """A member's device: what it writes is inserted by group commit, acknowledged, and handed to its thread."""
        await receive()
        await send({"type": "websocket.accept"})
        hello = msgspec.json.decode((await receive())["text"])
        await send({"type": "websocket.send", "text": '{"type":"caught_up"}'})
        here = self._pairs[hello["token"][1:]]
        here.add(send)
        while (message := await receive())["type"] == "websocket.receive":
            said = msgspec.json.decode(message["text"])
            task = asyncio.create_task(self._say(send, here, said, hello["token"]))
            self._saying.add(task)
            task.add_done_callback(self._saying.discard)
        here.discard(send)

    async def _say(self, send: Any, here: set[Any], said: Any, author: str) -> None:
        await self._spool.append(
            NewEnvelope("floor", "direct", time.time_ns() // 1_000_000, said["text"].encode())
        )
        answer = msgspec.json.encode({"type": "ok", "ref": said["ref"]}).decode()
        await send({"type": "websocket.send", "text": answer})
        change = {"type": "message", "message": {"text": said["text"], "kind": "text", "author": author}}
        frame = msgspec.json.encode(change).decode()
        for each in tuple(here):
            await each({"type": "websocket.send", "text": frame})

    async def _stream(self, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        frames: asyncio.Queue[str] = asyncio.Queue()
        self._streams.add(frames)
        try:
            while True:
                await send({"type": "websocket.send", "text": await frames.get()})
        finally:
            self._streams.discard(frames)


async def _body(receive: Any) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def _sized(body: bytes) -> list[tuple[bytes, bytes]]:
    return [(b"content-length", str(len(body)).encode())]


def main() -> None:
    port, folder, secret = int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3].encode()
    floor = Floor(Spool(folder / "floor.db"), secret)
    uvicorn.run(
        floor,
        host="127.0.0.1",
        port=port,
        ws="websockets-sansio",
        lifespan="off",
        timeout_graceful_shutdown=1,
        access_log=False,
        log_config=None,
    )


if __name__ == "__main__":
    main()
