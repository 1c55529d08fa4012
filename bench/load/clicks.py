"""Agents who answer: API calls at a given rate.

Takes ``{"url", "token", "conversations", "count", "per_second"}``; tells when each call was made.
"""

import json
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import uvloop

from bench.load.pace import run_all
from bench.load.wire import Exchange, request

AGENTS = 8


def main() -> None:
    print(json.dumps(uvloop.run(click_all(json.loads(sys.argv[1])))))  # noqa: T201 - its answer


async def click_all(wanted: dict[str, Any]) -> dict[str, Any]:
    """Raises RuntimeError where a reply is not taken."""
    count, clicked = wanted["count"], [0.0] * wanted["count"]
    exchanges = [await Exchange.open(wanted["url"]) for _ in range(AGENTS)]
    headers = {"authorization": f"Bearer {wanted['token']}", "content-type": "application/json"}

    def agent(exchange: Exchange) -> Callable[[int], Awaitable[None]]:
        async def click(number: int) -> None:
            conversation = wanted["conversations"][number % len(wanted["conversations"])]
            url = f"{wanted['url']}/api/v1/conversations/{conversation}/messages"
            data = request("POST", url, json.dumps({"text": f"{number}"}).encode(), headers)
            clicked[number] = time.monotonic()
            status, answer = await exchange.call(data)
            if status != 201:
                raise RuntimeError(f"a reply was answered {status}: {answer!r}")

        return click

    await run_all([agent(each) for each in exchanges], count, wanted["per_second"])
    for exchange in exchanges:
        exchange.close()
    return {"called": clicked}


if __name__ == "__main__":
    main()
