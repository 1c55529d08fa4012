"""The live stream: kept open, resumed by cursor, and what is written on it arrives once and in order."""

import asyncio
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from itertools import count
from random import Random
from types import TracebackType
from typing import Final, Self

import aiohttp
import msgspec

from holdfast.client.errors import DirectError, unreachable
from holdfast.client.model import CaughtUp, Change, Heard, Me, Ok, Ping, Refused, Welcome, Written, heard

SUBPROTOCOL: Final = "holdfast.direct.v1"
CHANGES_WAITING_MAX: Final = 1_000
"""Changes that nobody has taken yet; beyond that nothing more is read."""
OPEN_SECONDS: Final = 15.0
SILENCE_SECONDS: Final = 45.0
BACK_OFF_SECONDS: Final = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
FINAL_CODES: Final = {
    4400: ("malformed", "The hub did not understand the first frame."),
    4401: ("unauthorized", "The token is not good."),
    4410: ("forgotten", "The cursor is older than what the hub keeps: read the threads again."),
}
"""Closing codes after which connecting again would not help."""


class Stream:
    """Iterate over it for changes; it connects again by itself.

    Iterating raises DirectError where that cannot help: a token or a cursor that is not good any more.
    """

    def __init__(
        self,
        http: aiohttp.ClientSession,
        url: str,
        token: str,
        *,
        cursor: str = "",
        back_off_seconds: Sequence[float] = BACK_OFF_SECONDS,
    ) -> None:
        self.cursor = cursor
        """The newest change that was taken from the stream: come back with it."""
        self.me = Me(id="")
        self.caught_up = asyncio.Event()
        """Set once what happened before has been told."""
        self._http = http
        self._url = url
        self._token = token
        self._came = cursor
        self._back_off_seconds = back_off_seconds
        self._changes: asyncio.Queue[Change | DirectError] = asyncio.Queue(CHANGES_WAITING_MAX)
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._connected = asyncio.Event()
        self._over: DirectError | None = None
        self._answers: dict[str, asyncio.Future[Ok]] = {}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._random = Random()  # noqa: S311 - spreads returns in time, hides nothing
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._stay(), name="direct-stream")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def __aiter__(self) -> AsyncIterator[Change]:
        return self

    async def __anext__(self) -> Change:
        change = await self._changes.get()
        if isinstance(change, DirectError):
            raise change
        self.cursor = change.cursor or self.cursor
        return change

    # --- writing --------------------------------------------------------------------------------------

    async def send(
        self,
        thread: str,
        text: str,
        *,
        client_id: str = "",
        reply_to: str | None = None,
        attachments: Sequence[str] = (),
    ) -> Written:
        """Write a message and wait until it is safe, over broken connections too. Raises DirectError."""
        frame: dict[str, object] = {"type": "send", "thread": thread, "text": text}
        frame["id"] = client_id or uuid.uuid4().hex
        if reply_to:
            frame["reply_to"] = reply_to
        if attachments:
            frame["attachments"] = list(attachments)
        async with self._turns[thread]:
            ok = await self._told(frame)
        return Written(id=ok.id, at=ok.at, state=ok.state)

    async def edit(self, message: str, text: str) -> None:
        await self._told({"type": "edit", "message": message, "text": text})

    async def unsend(self, message: str) -> None:
        await self._told({"type": "unsend", "message": message})

    async def react(self, message: str, emoji: str) -> None:
        await self._told({"type": "react", "message": message, "emoji": emoji})

    async def read(self, thread: str, upto: int) -> None:
        await self._told({"type": "read", "thread": thread, "upto": upto})

    async def delivered(self, thread: str, upto: int) -> None:
        await self._told({"type": "delivered", "thread": thread, "upto": upto})

    async def type(self, thread: str) -> None:
        """Say that something is being typed; worth nothing later, so that it is not repeated."""
        if self._socket is not None:
            await self._say({"type": "typing", "thread": thread})

    async def _told(self, frame: dict[str, object]) -> Ok:
        """Say it until it is answered. Raises DirectError where it is refused for good."""
        for attempt in count():
            await self._connected.wait()
            if self._over is not None:
                raise self._over
            try:
                return await self._ask(frame)
            except DirectError as error:
                if not error.is_passing:
                    raise
                await asyncio.sleep(error.retry_after or self._pause(attempt) / 10)
        raise AssertionError("count() ends never")

    async def _ask(self, frame: dict[str, object]) -> Ok:
        ref = uuid.uuid4().hex[:16]
        answer: asyncio.Future[Ok] = asyncio.get_running_loop().create_future()
        self._answers[ref] = answer
        try:
            await self._say({**frame, "ref": ref})
            return await answer
        finally:
            self._answers.pop(ref, None)

    async def _say(self, frame: dict[str, object]) -> None:
        socket = self._socket
        if socket is None:
            raise unreachable("not connected")
        try:
            await socket.send_str(msgspec.json.encode(frame).decode())
        except (aiohttp.ClientError, ConnectionError) as error:
            raise unreachable(error) from error

    # --- staying connected ----------------------------------------------------------------------------

    async def _stay(self) -> None:
        attempt = 0
        while True:
            try:
                await self._listen()
                attempt = 0
            except DirectError as error:
                if not error.is_passing:
                    self._end(error)
                    await self._changes.put(error)
                    return
            except (aiohttp.ClientError, TimeoutError, OSError, msgspec.MsgspecError):
                pass  # it is tried again
            self._drop()
            await asyncio.sleep(self._pause(attempt))
            attempt += 1

    def _pause(self, attempt: int) -> float:
        steps = self._back_off_seconds
        return steps[min(attempt, len(steps) - 1)] * (0.5 + self._random.random())

    async def _listen(self) -> None:
        """One connection, until it ends. Raises DirectError with its reason."""
        async with asyncio.timeout(OPEN_SECONDS):
            socket = await self._http.ws_connect(self._url, protocols=(SUBPROTOCOL,))
        async with socket:
            hello: dict[str, object] = {"type": "hello", "token": self._token, "focus": True}
            if self._came:
                hello["cursor"] = self._came
            await socket.send_str(msgspec.json.encode(hello).decode())
            while True:
                received = await socket.receive(timeout=SILENCE_SECONDS)
                if received.type is not aiohttp.WSMsgType.TEXT:
                    raise _ended(socket.close_code)
                frame = heard(received.data)
                if frame is not None:
                    await self._hear(socket, frame)

    async def _hear(self, socket: aiohttp.ClientWebSocketResponse, frame: Heard) -> None:
        match frame:
            case Welcome():
                self.me = frame.member
                self._came = self._came or frame.cursor
                self.cursor = self.cursor or self._came
                self._socket = socket
                self._connected.set()
            case Ok():
                self._settle(frame.ref, frame)
            case Refused():
                refusal = DirectError(
                    422, frame.code, frame.message, field=frame.field, retry_after=frame.retry_after
                )
                self._settle(frame.ref, refusal)
            case CaughtUp():
                self._came = frame.cursor or self._came
                self.caught_up.set()
            case Ping():
                pass
            case _:
                await self._changes.put(frame)
                self._came = frame.cursor or self._came

    def _settle(self, ref: str, answer: Ok | DirectError) -> None:
        waiting = self._answers.get(ref)
        if waiting is None or waiting.done():
            return
        if isinstance(answer, DirectError):
            waiting.set_exception(answer)
        else:
            waiting.set_result(answer)

    def _drop(self) -> None:
        """What is not answered may or may not have arrived: it is said again, with the same id."""
        self._socket = None
        self._connected.clear()
        for ref in list(self._answers):
            self._settle(ref, unreachable("the connection broke"))

    def _end(self, error: DirectError) -> None:
        self._over, self._socket = error, None
        self._connected.set()
        for ref in list(self._answers):
            self._settle(ref, error)


def _ended(code: int | None) -> DirectError:
    known = FINAL_CODES.get(code or 0)
    return DirectError(400, *known) if known else unreachable(f"closed with {code}")
