"""The floor of sending: a bare aiohttp loop that calls the sink, and keeps nothing.

Takes ``{"url", "count", "at_once", "per_second"}``; tells how fast, when each call was made, and the
processor time of all.
"""

import asyncio
import json
import sys
import time
from typing import Any

import aiohttp
import uvloop

from bench.load.pace import run_all


def main() -> None:
    print(json.dumps(uvloop.run(call_all(json.loads(sys.argv[1])))))  # noqa: T201 - its answer


async def call_all(wanted: dict[str, Any]) -> dict[str, Any]:
    used = time.process_time()
    count, called = wanted["count"], [0.0] * wanted["count"]
    connector = aiohttp.TCPConnector(limit=wanted["at_once"])
    async with aiohttp.ClientSession(connector=connector) as session:

        async def call(number: int) -> None:
            called[number] = time.monotonic()
            body = {"recipient": {"id": str(number % 200)}, "message": {"text": f"{number}"}}
            async with session.post(wanted["url"], json=body) as response:
                await response.read()

        seconds = await run_all([call] * wanted["at_once"], count, wanted.get("per_second"))
    await asyncio.sleep(0)
    return {"per_second": count / seconds, "called": called, "cpu_seconds": time.process_time() - used}


if __name__ == "__main__":
    main()
