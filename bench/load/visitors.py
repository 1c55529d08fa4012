"""Visitors of a page, many at once, on kept connections or each request on a new one.

Takes ``{"url", "connections", "kept", "seconds"}``; tells ``{"per_second"}``.
"""

import asyncio
import json
import sys
import time
from typing import Any

import uvloop

from bench.load.wire import content_length

END = b"\r\n\r\n"


def main() -> None:
    wanted = json.loads(sys.argv[1])
    print(json.dumps({"per_second": uvloop.run(_visit(wanted))}))  # noqa: T201 - its answer


async def _visit(wanted: dict[str, Any]) -> float:
    host, _, port = wanted["url"].removeprefix("http://").rstrip("/").partition(":")
    began = time.monotonic()
    end = began + wanted["seconds"]
    visitors = (_visitor(host, int(port), end, kept=wanted["kept"]) for _ in range(wanted["connections"]))
    answered = sum(await asyncio.gather(*visitors))
    return answered / (time.monotonic() - began)


async def _visitor(host: str, port: int, end: float, *, kept: bool) -> int:
    close = "" if kept else "connection: close\r\n"
    asked = f"GET / HTTP/1.1\r\nhost: {host}\r\n{close}\r\n".encode()
    answered = 0
    while time.monotonic() < end:
        reader, writer = await asyncio.open_connection(host, port)
        try:
            while time.monotonic() < end:
                writer.write(asked)
                head = await reader.readuntil(END)
                await reader.readexactly(content_length(head))
                answered += 1
                if not kept:
                    break
        finally:
            writer.close()
    return answered


if __name__ == "__main__":
    main()
