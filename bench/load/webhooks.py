"""Signed Instagram webhooks from many senders at once.

Takes ``{"url", "account", "secret", "count", "senders", "run", "per_second"}``; tells how fast the
acknowledgements came, and when each was sent and acknowledged: ``{"mid": [sent, acknowledged]}``.
"""

import hashlib
import hmac
import json
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import uvloop

from bench.load.pace import run_all
from bench.load.wire import Exchange, request

PEOPLE = 500


def main() -> None:
    wanted = json.loads(sys.argv[1])
    print(json.dumps(uvloop.run(send_all(wanted))))  # noqa: T201 - its answer


async def send_all(wanted: dict[str, Any]) -> dict[str, Any]:
    """Raises RuntimeError where a webhook is not acknowledged."""
    count = wanted["count"]
    requests = [_signed(wanted, number) for number in range(count)]
    exchanges = [await Exchange.open(wanted["url"]) for _ in range(wanted["senders"])]
    sent, waits = [0.0] * count, [0.0] * count

    def sender(exchange: Exchange) -> Callable[[int], Awaitable[None]]:
        async def send(number: int) -> None:
            sent[number] = time.monotonic()
            status, _ = await exchange.call(requests[number])
            waits[number] = time.monotonic() - sent[number]
            if status != 200:
                raise RuntimeError(f"a webhook was answered {status}")

        return send

    seconds = await run_all([sender(each) for each in exchanges], count, wanted.get("per_second"))
    for exchange in exchanges:
        exchange.close()
    return {"per_second": count / seconds, "sent": sent, "waits": waits}


def _signed(wanted: dict[str, Any], number: int) -> bytes:
    body = webhook(wanted["account"], f"{wanted['run']}-{number}", number)
    signature = hmac.new(wanted["secret"].encode(), body, hashlib.sha256).hexdigest()
    headers = {"content-type": "application/json", "x-hub-signature-256": f"sha256={signature}"}
    return request("POST", wanted["url"], body, headers)


def webhook(account: str, mid: str, number: int) -> bytes:
    now = time.time_ns() // 1_000_000
    event = {
        "sender": {"id": str(900_000 + number % PEOPLE)},
        "recipient": {"id": account},
        "timestamp": now,
        "message": {"mid": mid, "text": f"message {number}"},
    }
    return msgspec.json.encode(
        {"object": "instagram", "entry": [{"time": now, "id": account, "messaging": [event]}]}
    )


if __name__ == "__main__":
    main()
