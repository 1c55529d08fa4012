"""Devices that are connected and do nothing. Takes ``{"url", "tokens"}``; tells when all are there, and stays until
its input ends.
"""

import asyncio
import json
import sys
from typing import Any

import uvloop

from bench.load.wire import Socket

AT_ONCE = 50


def main() -> None:
    uvloop.run(idle(json.loads(sys.stdin.readline())))


async def idle(wanted: dict[str, Any]) -> None:
    sockets: list[Socket] = []
    tokens = iter(wanted["tokens"])

    async def come() -> None:
        for token in tokens:
            caught_up = asyncio.Event()

            def hear(frame: bytes, caught_up: asyncio.Event = caught_up) -> None:
                if b'"caught_up"' in frame[:40]:
                    caught_up.set()

            socket = await Socket.open(wanted["url"], hear)
            socket.say(json.dumps({"type": "hello", "token": token, "focus": False}).encode())
            await caught_up.wait()
            sockets.append(socket)

    await asyncio.gather(*(come() for _ in range(AT_ONCE)))
    print(len(sockets), flush=True)  # noqa: T201 - its answer
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    main()
