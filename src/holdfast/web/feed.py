"""The newest events, read once for everybody who listens.

Clients read the past by their own cursors; what happens from then on reaches all of them from here, each
through a bounded queue. Whoever cannot keep up is dropped and comes back with its cursor.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

import msgspec

from holdfast.inbox import Happening, Windows, with_subjects
from holdfast.kernel import Clock, get_log
from holdfast.storage import Database, Event, EventLog, StoreUnavailableError, Tx, read_events
from holdfast.storage.event_log import PAGE_EVENTS, first_event_seq

POLL_SECONDS: Final = 0.25
"""How soon a commit is seen that another process made."""
RETRY_SECONDS: Final = 1.0
FRAMES_MAX: Final = 2_000
"""Frames that may wait for one listener."""
CONVERSATIONS_MAX: Final = 20_000
"""Conversations whose latest change is remembered for those who wait for one."""


class ForgottenError(Exception):
    """A client was away for longer than events are kept: it must read everything anew."""

    def __init__(self, until: int) -> None:
        super().__init__(f"events up to {until} are no longer kept; read anew and go on from cursor=latest")


SIGN: Final = 0
"""The number of frames that are no events: what they say holds now, and nobody reads it later."""


class Frame(msgspec.Struct, frozen=True):
    """An event as it goes over the wire, or a sign."""

    seq: int
    data: bytes


class Listener:
    """One client's queue of frames that follow the position at which it began to listen."""

    def __init__(self, position: int) -> None:
        self.position = position
        self.dropped = False
        self._frames: deque[Frame] = deque()
        self._filled = asyncio.Event()

    def offer(self, frame: Frame) -> None:
        if len(self._frames) >= FRAMES_MAX:
            self.dropped = True
            self._frames.clear()
        if not self.dropped:
            self._frames.append(frame)
        self._filled.set()

    async def take(self) -> list[Frame]:
        """Wait for frames and take them all; none when this listener was dropped."""
        await self._filled.wait()
        self._filled.clear()
        frames = list(self._frames)
        self._frames.clear()
        return frames


class Feed:
    def __init__(
        self, *, events: EventLog, database: Database, clock: Clock, windows: Callable[[], Windows]
    ) -> None:
        self._events = events
        self._database = database
        self._clock = clock
        self._windows = windows
        self._listeners: set[Listener] = set()
        self._moved = asyncio.Event()
        self._touched: OrderedDict[str, int] = OrderedDict()
        self._retired = asyncio.Event()
        self._log = get_log("feed")
        self.position = -1
        """The newest event that was handed out; -1 before the first look."""

    async def run(self) -> None:
        while True:
            try:
                await self._follow()
            except StoreUnavailableError as error:
                self._log.warning("the store is away, listeners wait", error=str(error))
            except Exception:  # noqa: BLE001 - listeners of the whole hub hang on this loop
                self._log.exception("the feed stumbled and starts again from its position")
            await self._clock.sleep(RETRY_SECONDS)

    def listen(self) -> Listener:
        listener = Listener(self.position)
        self._listeners.add(listener)
        return listener

    def sign(self, data: bytes) -> None:
        """Tell everybody who listens on this node something that is not kept."""
        for listener in self._listeners:
            listener.offer(Frame(SIGN, data))

    def leave(self, listener: Listener) -> None:
        self._listeners.discard(listener)

    async def wait_beyond(self, cursor: int, seconds: float) -> None:
        """Return once there is an event after the cursor, or after the given time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self.position <= cursor and not self._retired.is_set():
                    await self._moved.wait()

    async def wait_for(self, conversation_id: str, cursor: int, seconds: float) -> None:
        """Return once something happened in a conversation after the cursor, or after the given time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._touched.get(conversation_id, 0) <= cursor and not self._retired.is_set():
                    await self._moved.wait()

    async def pause(self, seconds: float) -> None:
        """Let time pass, but no longer than the server stays."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._retired.wait()

    def retire(self) -> None:
        """The server is about to stop: whoever waits is answered now."""
        self._retired.set()
        self._moved.set()

    @property
    def is_retired(self) -> bool:
        return self._retired.is_set()

    async def past(self, cursor: int, limit: int = PAGE_EVENTS) -> Sequence[Happening]:
        """Events after a cursor with their subjects, as a client sees them. Cursor 0 is the oldest event kept.

        Raises ForgottenError where events that follow the cursor are no longer kept.
        """
        return await self._database.read(_past, cursor, limit, self._windows())

    async def _follow(self) -> None:
        if self.position < 0:
            self.position = await self._events.last()
        while True:
            moment = self._events.moment()
            events = await self._events.after(self.position)
            if events:
                await self._hand_out(events)
            else:
                await self._events.wait(POLL_SECONDS, moment)

    async def _hand_out(self, events: Sequence[Event]) -> None:
        if self._listeners:
            for happening in await self._database.read(with_subjects, events, self._windows()):
                frame = encode_frame(happening)
                for listener in self._listeners:
                    if listener.position < frame.seq:
                        listener.offer(frame)
        self.position = events[-1].seq
        for event in events:
            if event.conversation_id:
                self._touch(event.conversation_id, event.seq)
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    def _touch(self, conversation_id: str, seq: int) -> None:
        self._touched[conversation_id] = seq
        self._touched.move_to_end(conversation_id)
        if len(self._touched) > CONVERSATIONS_MAX:
            self._touched.popitem(last=False)


def encode_frame(happening: Happening) -> Frame:
    return Frame(happening.seq, msgspec.json.encode(happening))


async def _past(tx: Tx, cursor: int, limit: int, windows: Windows) -> Sequence[Happening]:
    first = await first_event_seq(tx)
    if 0 < cursor < first - 1:
        raise ForgottenError(first - 1)
    return await with_subjects(tx, await read_events(tx, cursor, limit), windows)
