"""The event stream over WebSocket: the past by cursor, then what happens, in order and once."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Final

import msgspec

from holdfast.inbox import Happening, Principal, Scope
from holdfast.kernel import Clock, get_log
from holdfast.storage import StoreUnavailableError
from holdfast.storage.event_log import PAGE_EVENTS
from holdfast.web.asgi import Receive, Send, query_of
from holdfast.web.asgi import Scope as Connection
from holdfast.web.feed import SIGN, Feed, ForgottenError, Frame, Listener, encode_frame
from holdfast.web.metrics import Metrics

STREAMS_MAX: Final = 500
PING_SECONDS: Final = 20.0
SEND_SECONDS: Final = 15.0
CHECK_SECONDS: Final = 60.0
"""How often an open stream's right to read is looked at again."""
CURSOR_DIGITS_MAX: Final = 18

NOT_ALLOWED: Final = 4401
BAD_CURSOR: Final = 4400
FORGOTTEN: Final = 4410
TRY_AGAIN: Final = 1013
GOING_AWAY: Final = 1001

Identify = Callable[[Connection], Awaitable[Principal | None]]


class _CutOffError(Exception):
    """The stream ends; ``code`` tells the client why."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Streams:
    def __init__(self, *, feed: Feed, clock: Clock, identify: Identify, metrics: Metrics) -> None:
        self._feed = feed
        self._clock = clock
        self._identify = identify
        self._metrics = metrics
        self._open = 0
        self._log = get_log("stream")

    async def __call__(self, scope: Connection, receive: Receive, send: Send) -> None:
        if (await receive())["type"] != "websocket.connect":
            return
        try:
            cursor = await self._admit(scope)
        except _CutOffError as error:
            # Browsers learn a reason only from a connection that was opened first.
            await send({"type": "websocket.accept"})
            await send({"type": "websocket.close", "code": error.code, "reason": error.reason})
            return
        await send({"type": "websocket.accept"})
        self._open += 1
        self._metrics.streams.set(self._open)
        try:
            await self._run(scope, receive, send, cursor)
        finally:
            self._open -= 1
            self._metrics.streams.set(self._open)

    async def _admit(self, scope: Connection) -> int:
        """The cursor at which the client begins. Raises _CutOffError."""
        await self._check(scope)
        if self._open >= STREAMS_MAX:
            raise _CutOffError(TRY_AGAIN, "too many streams are open")
        text = query_of(scope).get("cursor", "latest")
        if text == "latest":
            return self._feed.position
        if not (text.isascii() and text.isdigit()) or len(text) > CURSOR_DIGITS_MAX:
            raise _CutOffError(BAD_CURSOR, "the cursor is not a number")
        return int(text)

    async def _check(self, scope: Connection) -> None:
        try:
            principal = await self._identify(scope)
        except StoreUnavailableError as error:
            raise _CutOffError(TRY_AGAIN, "the store is not available") from error
        if principal is None or Scope.READ not in principal.scopes:
            raise _CutOffError(NOT_ALLOWED, "sign in first")

    async def _run(self, scope: Connection, receive: Receive, send: Send, cursor: int) -> None:
        """Feed the client until either side goes."""
        feeding = asyncio.create_task(self._feed_client(scope, send, cursor))
        listening = asyncio.create_task(_until_gone(receive))
        try:
            await asyncio.wait({feeding, listening}, return_when=asyncio.FIRST_COMPLETED)
            if feeding.done():
                await _close(send, feeding.exception())
        finally:
            for task in (feeding, listening):
                task.cancel()
            await asyncio.gather(feeding, listening, return_exceptions=True)

    async def _feed_client(self, scope: Connection, send: Send, cursor: int) -> None:
        cursor = await self._send_past(send, cursor)
        listener = self._feed.listen()
        try:
            # Once more, for what was committed before this client began to listen.
            cursor = await self._send_past(send, cursor)
            await _send(send, msgspec.json.encode({"kind": "caught_up", "cursor": cursor}))
            await self._send_present(scope, send, listener, cursor)
        finally:
            self._feed.leave(listener)

    async def _send_past(self, send: Send, cursor: int) -> int:
        while True:
            happenings = await self._past(cursor)
            for happening in happenings:
                await _send(send, encode_frame(happening).data)
                cursor = happening.seq
            if len(happenings) < PAGE_EVENTS:
                return cursor

    async def _past(self, cursor: int) -> Sequence[Happening]:
        try:
            return await self._feed.past(cursor)
        except ForgottenError as error:
            raise _CutOffError(FORGOTTEN, str(error)) from error
        except StoreUnavailableError as error:
            raise _CutOffError(TRY_AGAIN, "the store is not available") from error

    async def _send_present(self, scope: Connection, send: Send, listener: Listener, cursor: int) -> None:
        checked = self._clock.monotonic()
        while True:
            frames: list[Frame] = []
            with suppress(TimeoutError):
                async with asyncio.timeout(PING_SECONDS):
                    frames = await listener.take()
            if listener.dropped:
                raise _CutOffError(TRY_AGAIN, "too slow; come back with your cursor")
            for frame in frames:
                if frame.seq > cursor or frame.seq == SIGN:
                    await _send(send, frame.data)
                    cursor = max(cursor, frame.seq)
            if not frames:
                await _send(send, msgspec.json.encode({"kind": "ping", "cursor": cursor}))
            if self._clock.monotonic() - checked > CHECK_SECONDS:
                await self._check(scope)
                checked = self._clock.monotonic()


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "websocket.disconnect":
        pass  # clients have nothing to say here


async def _send(send: Send, data: bytes) -> None:
    try:
        async with asyncio.timeout(SEND_SECONDS):
            await send({"type": "websocket.send", "text": data.decode()})
    except TimeoutError as error:
        raise _CutOffError(TRY_AGAIN, "too slow; come back with your cursor") from error


async def _close(send: Send, error: BaseException | None) -> None:
    code, reason = (error.code, error.reason) if isinstance(error, _CutOffError) else (1011, "an error here")
    if error is not None and not isinstance(error, _CutOffError):
        get_log("stream").error("a stream failed", error=repr(error))
    with suppress(Exception):  # the other side may be gone already
        await send({"type": "websocket.close", "code": code, "reason": reason})
