"""Pairs that chat: visitors who write, and the other side that reads its live stream over WebSocket.

Takes ``{"url", "stream", "pairs", "in_flight", "count", "per_second"}``; tells when the last message was
delivered, and of each how long its acknowledgement and its delivery took.
"""

import json
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import uvloop

from bench.load.pace import run_all
from bench.load.tally import Tally, number_in, text_of
from bench.load.wire import Exchange, Frames, request


class Said(msgspec.Struct, frozen=True):
    text: str = ""


class Body(msgspec.Struct, frozen=True):
    message: Said | None = None


class Happening(msgspec.Struct, frozen=True):
    kind: str
    body: Body = Body()


class Reader:
    """The other side: notes when each message reached it."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._decode = msgspec.json.Decoder(Happening).decode

    def read(self, frame: bytes) -> None:
        happening = self._decode(frame)
        if happening.kind == "message.received" and happening.body.message is not None:
            self._tally.see(number_in(happening.body.message.text))


def main() -> None:
    print(json.dumps(uvloop.run(chat(json.loads(sys.argv[1])))))  # noqa: T201 - its answer


async def chat(wanted: dict[str, Any]) -> dict[str, Any]:
    """Raises RuntimeError where a message is refused, TimeoutError where one is not delivered."""
    tally = Tally(wanted["count"])
    tokens = [await _guest(wanted["url"]) for _ in range(wanted["pairs"])]
    stream = await Frames.open(wanted["stream"], Reader(tally).read)
    seats = [token for token in tokens for _ in range(wanted["in_flight"])]
    exchanges = [await Exchange.open(wanted["url"]) for _ in seats]

    def writer(token: str, exchange: Exchange) -> Callable[[int], Awaitable[None]]:
        async def write(number: int) -> None:
            data = _message(wanted["url"], token, number)
            tally.sent[number] = time.monotonic()
            status, answer = await exchange.call(data)
            tally.acknowledged[number] = time.monotonic()
            if status != 202:
                raise RuntimeError(f"a message was answered {status}: {answer!r}")

        return write

    writers = [writer(token, each) for token, each in zip(seats, exchanges, strict=True)]
    await run_all(writers, wanted["count"], wanted.get("per_second"))
    told = await tally.told()
    stream.close()
    for each in exchanges:
        each.close()
    return told


async def _guest(url: str) -> str:
    exchange = await Exchange.open(url)
    headers = {"content-type": "application/json"}
    _, answer = await exchange.call(request("POST", f"{url}/direct/v1/guests", b'{"name":"Robin"}', headers))
    exchange.close()
    return str(json.loads(answer)["token"])


def _message(url: str, token: str, number: int) -> bytes:
    body = b'{"id":"%d","text":"%s"}' % (number, text_of(number))
    headers = {"content-type": "application/json", "authorization": f"Bearer {token}"}
    return request("POST", f"{url}/direct/v1/threads/business:web/messages", body, headers)


if __name__ == "__main__":
    main()
