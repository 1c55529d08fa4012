"""Members in pairs who talk over the stream: each writes to the other on one WebSocket and reads the other's words.

Takes ``{"url", "pairs", "in_flight", "count", "per_second"}``, with pairs of ``[token, token, thread]``; tells when
each message was sent, acknowledged and seen by the other.
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import uvloop

from bench.load.pace import run_all
from bench.load.tally import Tally, number_in, text_of
from bench.load.wire import Socket


class Said(msgspec.Struct, frozen=True):
    text: str = ""
    kind: str = ""
    author: str = ""


class Told(msgspec.Struct, frozen=True):
    type: str
    ref: str = ""
    message: Said | None = None
    code: str = ""


class Talker:
    """One device of one member; ``run`` makes the ids of its messages unlike those of another run."""

    socket: Socket

    def __init__(self, tally: Tally, thread: str, run: str) -> None:
        self._tally = tally
        self._thread = thread
        self._run = run
        self._waiting: dict[str, asyncio.Future[None]] = {}
        self._own: set[int] = set()
        self._decode = msgspec.json.Decoder(Told).decode
        self.ready = asyncio.Event()

    @classmethod
    async def come(cls, tally: Tally, thread: str, run: str, *, url: str, token: str) -> "Talker":
        talker = cls(tally, thread, run)
        talker.socket = await Socket.open(url, talker._hear)
        talker.socket.say(json.dumps({"type": "hello", "token": token}).encode())
        await talker.ready.wait()
        return talker

    async def write(self, number: int) -> None:
        """Send one message and wait for its acknowledgement. Raises RuntimeError."""
        ref = str(number)
        self._own.add(number)
        waiting = self._waiting[ref] = asyncio.get_running_loop().create_future()
        self._tally.sent[number] = time.monotonic()
        self.socket.say(
            b'{"type":"send","ref":"%d","thread":"%s","id":"%s-%d","text":"%s"}'
            % (number, self._thread.encode(), self._run.encode(), number, text_of(number))
        )
        await waiting

    def _hear(self, frame: bytes) -> None:
        told = self._decode(frame)
        match told.type:
            case "ok":
                self._tally.acknowledged[int(told.ref)] = time.monotonic()
                self._waiting.pop(told.ref).set_result(None)
            case "message" if told.message is not None and told.message.kind == "text":
                self._see(told.message)
            case "caught_up":
                self.ready.set()
            case "error":
                self._waiting.pop(told.ref).set_exception(RuntimeError(f"refused: {told.code}"))

    def _see(self, message: Said) -> None:
        """What the other wrote; one's own words come back, too, and are not counted."""
        number = number_in(message.text)
        if number not in self._own:
            self._tally.see(number)


def main() -> None:
    print(json.dumps(uvloop.run(talk(json.loads(sys.argv[1])))))  # noqa: T201 - its answer


async def talk(wanted: dict[str, Any]) -> dict[str, Any]:
    """Raises RuntimeError where a message is refused, TimeoutError where one is not delivered."""
    tally, run = Tally(wanted["count"]), f"{time.time_ns():x}"
    talkers = [
        await Talker.come(tally, thread, run, url=wanted["url"], token=token)
        for *tokens, thread in wanted["pairs"]
        for token in tokens
    ]
    writers: list[Callable[[int], Awaitable[None]]] = [
        talker.write for talker in talkers for _ in range(wanted["in_flight"])
    ]
    await run_all(writers, wanted["count"], wanted.get("per_second"))
    told = await tally.told()
    for talker in talkers:
        talker.socket.close()
    return told


if __name__ == "__main__":
    main()
