"""The stream of Direct over WebSocket: what happened since the cursor, then what happens, and a member's writing."""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import msgspec

from holdfast.inbox.access import Buckets, Rate
from holdfast.kernel import Clock
from holdfast.members import Members, Session
from holdfast.portal.direct import Direct
from holdfast.settings import Settings
from holdfast.storage import StoreUnavailableError
from holdfast.web.asgi import Receive, Send, client_address, network_of
from holdfast.web.asgi import Scope as Connection
from holdfast.web.direct import frames
from holdfast.web.direct.doings import MEMBERS_MAX, Doings
from holdfast.web.direct.line import (
    BAD_FRAME,
    GOING_AWAY,
    NO_HELLO,
    NOT_SIGNED_IN,
    TOO_MANY,
    TRY_AGAIN,
    CutOffError,
    Line,
    Surroundings,
    part,
)
from holdfast.web.direct.live import Live
from holdfast.web.direct.presence import Presence
from holdfast.web.direct.views import limits, me
from holdfast.web.metrics import Metrics

STREAMS_MAX: Final = 50_000
DEVICES_OF_MEMBER_MAX: Final = 10
CONNECTS_SHARE_PER_SECOND: Final = 0.1
"""Of the streams that one network address may have open, so many it may open in a second for long, all of them at once:
everybody comes back together when a hub was away.
"""
CONNECTS_OF_MEMBER: Final = Rate(burst=60, per_second=1)
HELLO_SECONDS: Final = 10.0
SWEEP_SECONDS: Final = 5.0
CHECK_SECONDS: Final = 60.0
"""How often it is looked whether the sessions of open streams still are."""
SESSIONS_AT_ONCE: Final = 500


class DirectStreams:
    def __init__(
        self,
        *,
        direct: Direct,
        members: Members,
        live: Live,
        doings: Doings,
        clock: Clock,
        settings: Settings,
        metrics: Metrics,
        bars: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """``bars`` says whether agents keep a network address out."""
        self._direct = direct
        self._bars = bars
        self._live = live
        self._clock = clock
        self._presence = Presence(direct=direct, live=live, clock=clock)
        self._around = Surroundings(live, doings, self._presence, clock)
        self._members = members
        self._limits = limits(settings)
        self._of_address_max = settings.direct.streams_of_address
        self._addresses: Counter[str] = Counter()
        of_address = float(self._of_address_max)
        self._connects = Buckets(clock, Rate(of_address, max(1.0, of_address * CONNECTS_SHARE_PER_SECOND)))
        self._connects_of_member = Buckets(clock, CONNECTS_OF_MEMBER, keys_max=MEMBERS_MAX)
        self._open: set[Line] = set()
        self._metrics = metrics

    def is_here(self, member_id: str) -> bool:
        """Whether a member has one of our pages in front, on a device that is connected to this node."""
        return self._presence.is_here(member_id)

    async def __call__(self, scope: Connection, receive: Receive, send: Send) -> None:
        if (await receive())["type"] != "websocket.connect":
            return
        spoken = frames.SUBPROTOCOL if frames.SUBPROTOCOL in scope.get("subprotocols", ()) else None
        await send({"type": "websocket.accept", "subprotocol": spoken})
        address = network_of(client_address(scope))
        self._addresses[address] += 1
        try:
            self._check_bars(client_address(scope))
            self._check_room(address)
            _take(self._connects, address)
            await self._talk(receive, send)
        except CutOffError as error:
            await part(send, error)
        finally:
            self._addresses[address] -= 1
            if not self._addresses[address]:
                del self._addresses[address]

    def _check_bars(self, address: str) -> None:
        if self._bars(address):
            raise CutOffError(TOO_MANY, "nothing is taken from this network")

    def _check_room(self, address: str) -> None:
        if self._addresses[address] > self._of_address_max or len(self._open) >= STREAMS_MAX:
            raise CutOffError(TOO_MANY, "too many connections")

    async def sweep(self) -> None:
        """Pings for those who heard nothing for a while, and an end for those whose session ended."""
        checked = self._clock.monotonic()
        while True:
            await self._clock.sleep(SWEEP_SECONDS)
            now = self._clock.monotonic()
            for device in tuple(self._open):
                device.ping(now)
            if now - checked >= CHECK_SECONDS:
                checked = now
                with suppress(StoreUnavailableError):
                    await self._end_sessions()

    def retire(self) -> None:
        """The hub stops: devices come back to it, or to another node, with their cursor."""
        for device in tuple(self._open):
            device.cut(GOING_AWAY, "the hub stops")

    async def _end_sessions(self) -> None:
        devices = list(self._open)
        for start in range(0, len(devices), SESSIONS_AT_ONCE):
            some = devices[start : start + SESSIONS_AT_ONCE]
            alive = await self._direct.sessions_alive({each.session_id for each in some})
            for device in some:
                if device.session_id not in alive:
                    device.end()

    async def _talk(self, receive: Receive, send: Send) -> None:
        hello = await _hello(receive)
        session = await self._session(hello.token)
        _take(self._connects_of_member, session.member.id)
        if sum(isinstance(each, Line) for each in self._live.devices.get(session.member.id, ())) >= (
            DEVICES_OF_MEMBER_MAX
        ):
            raise CutOffError(TOO_MANY, "too many connections of this member")
        device = Line(self._around, session, send)
        self._open.add(device)
        self._metrics.devices.set(len(self._open))
        self._live.join(device)
        try:
            cursor = await self._welcome(device, hello)
            catching_up = asyncio.create_task(device.catch_up(cursor)) if hello.cursor else None
            if catching_up is None:
                device.caught_up(cursor)
            try:
                await device.listen(receive)
            finally:
                if catching_up is not None:
                    catching_up.cancel()
        except asyncio.CancelledError:
            if not device.is_cut:
                raise
        finally:
            self._open.discard(device)
            self._metrics.devices.set(len(self._open))
            self._live.leave(device)
            await device.leave()

    async def _session(self, token: str) -> Session:
        try:
            session = await self._members.by_token(token)
        except StoreUnavailableError as error:
            raise CutOffError(TRY_AGAIN, "the store is not available") from error
        if session is None:
            raise CutOffError(NOT_SIGNED_IN, "sign in first")
        return session

    async def _welcome(self, device: Line, hello: frames.Hello) -> str:
        """Where the client begins."""
        now = self._clock.now_ms()
        try:
            cursor = hello.cursor or await self._direct.cursor()
            welcome = frames.Welcome(
                member=me(device.member, now), cursor=cursor, limits=self._limits, now=now
            )
            device.say(frames.encoded(welcome))
            await self._presence.come(device, focus=hello.focus)
        except StoreUnavailableError as error:
            raise CutOffError(TRY_AGAIN, "the store is not available") from error
        return cursor


def _take(buckets: Buckets, key: str) -> None:
    wait = buckets.take(key)
    if wait:
        raise CutOffError(TOO_MANY, "connected too often; wait a little", retry_after=max(0.1, wait))


async def _hello(receive: Receive) -> frames.Hello:
    try:
        async with asyncio.timeout(HELLO_SECONDS):
            message = await receive()
    except TimeoutError as error:
        raise CutOffError(NO_HELLO, "no hello came") from error
    try:
        return frames.read_hello(str(message.get("text", "")))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise CutOffError(BAD_FRAME, "the first frame is a hello") from error
