"""Signed Instagram webhooks, sent by many senders at once."""

import asyncio
import hashlib
import hmac
import json
import time
from http import HTTPStatus
from typing import Any

import aiohttp
import msgspec

from bench.place import ACCOUNT, SECRET

PEOPLE = 500


class Sent(msgspec.Struct, frozen=True):
    """How fast the acknowledgements came."""

    per_second: float
    p99_ms: float


def webhook(number: int, run: str) -> bytes:
    now = time.time_ns() // 1_000_000
    event: dict[str, Any] = {
        "sender": {"id": str(900_000 + number % PEOPLE)},
        "recipient": {"id": ACCOUNT},
        "timestamp": now,
        "message": {"mid": f"{run}-{number}", "text": f"message {number}"},
    }
    return json.dumps(
        {"object": "instagram", "entry": [{"time": now, "id": ACCOUNT, "messaging": [event]}]}
    ).encode()


async def send_all(url: str, *, count: int, senders: int, run: str) -> Sent:
    """Every webhook once; raises RuntimeError where one is not acknowledged."""
    numbers, waits = iter(range(count)), []
    connector = aiohttp.TCPConnector(limit=senders)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def sender() -> None:
            for number in numbers:
                body = webhook(number, run)
                signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
                started = time.perf_counter()
                headers = {"X-Hub-Signature-256": f"sha256={signature}"}
                async with session.post(url, data=body, headers=headers) as response:
                    if response.status != HTTPStatus.OK:
                        raise RuntimeError(f"answered {response.status}")
                waits.append(time.perf_counter() - started)

        started = time.perf_counter()
        await asyncio.gather(*(sender() for _ in range(senders)))
        took = time.perf_counter() - started
    waits.sort()
    return Sent(count / took, waits[int(len(waits) * 0.99)] * 1000)
