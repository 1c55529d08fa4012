"""One open connection of a member: what it is told, in its order, and what it writes."""

import asyncio
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

import msgspec

from holdfast.kernel import Clock
from holdfast.members import Session
from holdfast.portal.reading import ForgottenError
from holdfast.portal.talks import TalkError
from holdfast.portal.writing import Prepared
from holdfast.storage import SpoolUnavailableError, StoreUnavailableError
from holdfast.web.asgi import Receive, Send
from holdfast.web.direct import frames
from holdfast.web.direct.doings import Doings
from holdfast.web.direct.live import Frame, Live, Place
from holdfast.web.direct.presence import Presence

FRAMES_WAITING_MAX: Final = 2_000
"""Frames that may wait for one device, and…"""
CHARACTERS_WAITING_MAX: Final = 1_000_000
"""…how long all of them may be together."""
CHARACTERS_WAITING_OF_PAST: Final = 100_000
"""What is read from the past waits for who takes it slowly; the past does not go away."""
STALLED_SECONDS: Final = 45.0
"""Who takes nothing for so long is cut off, and what waits for them is let go."""
WRITES_AT_ONCE: Final = 64
"""What one device may have written and not been acknowledged; nothing more is read from it until then."""
CLOSE_SECONDS: Final = 1.0
PING_SECONDS: Final = 20.0
RETRY_AFTER_SECONDS: Final = 2.0
UNAUTHORIZED: Final = 401

BAD_FRAME: Final = 4400
NOT_SIGNED_IN: Final = 4401
NO_HELLO: Final = 4408
FORGOTTEN: Final = 4410
TOO_MANY: Final = 4429
GOING_AWAY: Final = 1001
TRY_AGAIN: Final = 1013


class CutOffError(Exception):
    """The stream ends; ``code`` tells the client why, and ``retry_after`` in how many seconds it may come again."""

    def __init__(self, code: int, reason: str, *, retry_after: float = 0.0) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.retry_after = retry_after


class Surroundings(msgspec.Struct, frozen=True):
    """What every line of the hub shares."""

    live: Live
    doings: Doings
    presence: Presence
    clock: Clock


class Line:
    """One open connection of a member."""

    __slots__ = (
        "_around",
        "_behind",
        "_cutting",
        "_flushing",
        "_listening",
        "_place",
        "_said_at",
        "_send",
        "_waiting",
        "_waiting_characters",
        "_writes",
        "focus",
        "member",
        "session_id",
    )

    def __init__(self, around: Surroundings, session: Session, send: Send) -> None:
        self.member = session.member
        self.session_id = session.id
        self.focus = False
        self._around = around
        self._send = send
        self._waiting: deque[str] = deque()
        self._waiting_characters = 0
        self._behind: list[Frame] | None = []
        self._place = Place(0, 0)
        self._flushing: asyncio.Task[None] | None = None
        self._writes: set[asyncio.Task[None]] | None = None
        self._listening = asyncio.current_task()
        self._cutting: asyncio.Task[None] | None = None
        self._said_at = around.clock.monotonic()

    # --- what the hub says -------------------------------------------------------------------------------

    def offer(self, frame: Frame) -> None:
        """A change that happens now; until the past was told it waits behind it.

        What the past held already may still be on its way here, and is not told twice.
        """
        if self._behind is None:
            if not frame.is_within(self._place):
                self.say(frame.data)
        elif len(self._behind) < FRAMES_WAITING_MAX:
            self._behind.append(frame)
        else:
            self.cut(TRY_AGAIN, "too much happened; come back with your cursor")

    def say(self, data: str) -> None:
        if self.is_cut:
            return
        if (
            len(self._waiting) >= FRAMES_WAITING_MAX
            or self._waiting_characters + len(data) > CHARACTERS_WAITING_MAX
        ):
            self.cut(TRY_AGAIN, "too slow; come back with your cursor")
            return
        self._waiting.append(data)
        self._waiting_characters += len(data)
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._flush())

    def sign(self, data: str) -> None:
        if self._behind is None:
            self.say(data)

    def again(self) -> None:
        self.cut(TRY_AGAIN, "something stumbled here; come back with your cursor")

    def end(self) -> None:
        self.cut(NOT_SIGNED_IN, "this device was signed out")

    @property
    def is_cut(self) -> bool:
        return self._cutting is not None

    def cut(self, code: int, reason: str) -> None:
        if self._cutting is None:
            self._cutting = asyncio.create_task(self._end(code, reason))

    async def _end(self, code: int, reason: str) -> None:
        """Closing ends the listening; who takes nothing any more is not waited for."""
        if not await close(self._send, code, reason) and self._listening is not None:
            self._listening.cancel()

    def ping(self, now: float) -> None:
        silent = now - self._said_at
        if self._flushing is None and silent > PING_SECONDS:
            self.say(frames.PING)
        elif self._flushing is not None and silent > STALLED_SECONDS:
            self.cut(TRY_AGAIN, "too slow; come back with your cursor")

    async def catch_up(self, cursor: str) -> None:
        """Tell what happened after a cursor, then what waited behind it."""
        try:
            more = True
            while more and not self.is_cut:
                page = await self._around.live.changes(self.member, cursor)
                for change in page.changes:
                    await self._room()
                    self.say(frames.encoded(change))
                cursor, more = page.cursor, page.more
        except ForgottenError:
            self.cut(FORGOTTEN, "the cursor is forgotten; read the threads again")
        except TalkError as error:
            self.cut(BAD_FRAME, error.message)
        except StoreUnavailableError:
            self.cut(TRY_AGAIN, "the store is not available")
        else:
            self.caught_up(cursor)

    def caught_up(self, cursor: str) -> None:
        events, _, seq = cursor.partition(".")
        self._place = Place(int(events), int(seq))
        behind, self._behind = self._behind or [], None
        self.say(frames.encoded(frames.CaughtUp(cursor=cursor)))
        for frame in behind:
            self.offer(frame)

    async def _room(self) -> None:
        """Wait until the client has taken what was said, where that is much."""
        is_much = (
            len(self._waiting) > FRAMES_WAITING_MAX // 2
            or self._waiting_characters > CHARACTERS_WAITING_OF_PAST
        )
        if is_much and self._flushing is not None:
            await asyncio.wait({self._flushing})

    async def _flush(self) -> None:
        try:
            while self._waiting:
                data = self._waiting.popleft()
                self._waiting_characters -= len(data)
                await self._send({"type": "websocket.send", "text": data})
                self._said_at = self._around.clock.monotonic()
        except Exception:  # noqa: BLE001 - the other side is gone; listening ends by itself
            self._waiting.clear()
            self._waiting_characters = 0
        finally:
            self._flushing = None

    # --- what the member says ----------------------------------------------------------------------------

    async def listen(self, receive: Receive) -> None:
        """Work on frames in their order, until either side ends. Raises CutOffError."""
        while (message := await receive())["type"] != "websocket.disconnect":
            await self._hear(message)

    async def _hear(self, message: Mapping[str, object]) -> None:
        text = message.get("text")
        if not isinstance(text, str):
            raise CutOffError(BAD_FRAME, "frames are texts")
        try:
            frame = frames.read_frame(text)
        except msgspec.ValidationError as error:
            self._refuse(_ref_of(text), TalkError(400, "invalid", f"{error}."))
            return
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise CutOffError(BAD_FRAME, "this is not JSON") from error
        try:
            await self._act(frame)
        except TalkError as error:
            if error.status == UNAUTHORIZED:
                raise CutOffError(NOT_SIGNED_IN, error.message) from error
            self._refuse(frame.ref, error)
        except (StoreUnavailableError, SpoolUnavailableError):
            self._refuse(frame.ref, _unavailable())

    async def _act(self, frame: frames.Frame) -> None:
        match frame:
            case frames.Send() | frames.Edit() | frames.Unsend() | frames.React():
                await self._write(frame.ref, await self._around.doings.prepare(self.member, frame))
            case frames.Read() | frames.Delivered():
                await self._around.doings.received(self.member, frame)
                self._agree(frame.ref)
            case frames.Ping():
                self._agree(frame.ref)
            case frames.Typing():
                if self._around.doings.may_sign(self.member):
                    await self._around.presence.types(self.member, frame.thread)
            case frames.Focus():
                if self._around.doings.may_sign(self.member):
                    await self._around.presence.turn(self, focus=frame.focus)

    async def _write(self, ref: str, prepared: Prepared) -> None:
        """Begin to make it durable in the order of the frames; the answer comes when it is."""
        writes = self._writes = self._writes or set()
        if len(writes) >= WRITES_AT_ONCE:
            await asyncio.wait(writes, return_when=asyncio.FIRST_COMPLETED)
        writing = asyncio.create_task(self._keep(ref, prepared))
        writes.add(writing)
        writing.add_done_callback(writes.discard)

    async def _keep(self, ref: str, prepared: Prepared) -> None:
        try:
            await self._around.doings.keep(prepared)
        except SpoolUnavailableError:
            self._refuse(ref, _unavailable())
            return
        written = prepared.written
        if written is None:
            self._agree(ref)
        else:
            self.say(frames.encoded(frames.Ok(ref=ref, id=written.id, at=written.at, state=written.state)))

    def _agree(self, ref: str) -> None:
        self.say(frames.encoded(frames.Ok(ref=ref)))

    def _refuse(self, ref: str, error: TalkError) -> None:
        refused = frames.Refused(
            ref=ref,
            code=error.code,
            message=error.message,
            field=error.field,
            retry_after=error.retry_after,
        )
        self.say(frames.encoded(refused))

    async def leave(self) -> None:
        """What is being made durable goes on; nobody is told of it."""
        if self._flushing is not None:
            self._flushing.cancel()
        with suppress(StoreUnavailableError):
            await self._around.presence.turn(self, focus=False)


def _ref_of(text: str) -> str:
    """The ref of a frame that is not one of ours, where it has any."""
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return ""
    ref = found.get("ref") if isinstance(found, dict) else None
    return ref[:64] if isinstance(ref, str) else ""


def _unavailable() -> TalkError:
    text = "This could not be stored now; send it again."
    return TalkError(503, "unavailable", text, retry_after=RETRY_AFTER_SECONDS)


async def part(send: Send, error: CutOffError) -> None:
    """Close a stream, and say before in words when it may be opened again, where that is known."""
    if error.retry_after:
        told = frames.Refused(
            ref="", code="too_many", message=error.reason, retry_after=round(error.retry_after, 1)
        )
        with suppress(Exception):
            async with asyncio.timeout(CLOSE_SECONDS):
                await send({"type": "websocket.send", "text": frames.encoded(told)})
    await close(send, error.code, error.reason)


async def close(send: Send, code: int, reason: str) -> bool:
    """Whether it could be said; the other side may be gone already, or take nothing any more."""
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await send({"type": "websocket.close", "code": code, "reason": reason})
    except Exception:  # noqa: BLE001 - whatever it was, the connection ends
        return False
    return True
