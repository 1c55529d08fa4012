"""Our own chat over HTTP: for the widget on any site, the chat page and programs. No cookies, ever."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from holdfast.inbox.access import Buckets, Rate
from holdfast.kernel import Clock
from holdfast.portal import ChatRefusedError, Portal, ThreadPage, Visitor
from holdfast.radar import Radar
from holdfast.settings import Settings
from holdfast.storage import SpoolUnavailableError, StoreUnavailableError
from holdfast.web.asgi import (
    ClientGoneError,
    Receive,
    Scope,
    Send,
    answer,
    answer_error,
    answer_json,
    client_address,
    header,
    query_of,
)
from holdfast.web.direct.asking import decoded, number, take
from holdfast.web.direct.cors import PREFLIGHT, cors
from holdfast.web.errors import ApiError
from holdfast.web.feed import Feed
from holdfast.web.identify import bearer
from holdfast.web.services import ChannelFace
from holdfast.web.waiting_room import WaitingRoom

PREFIX: Final = "/direct/v1/"
WAIT_SECONDS_MAX: Final = 25
STANDING_SECONDS: Final = 1
"""How long whoever finds no seat is kept."""
UNKNOWN_SECONDS: Final = 2.0
"""How often a waiting visitor without a conversation is looked up again."""
SEQ_DIGITS_MAX: Final = 18
SEQ_MAX: Final = 10**18
REQUESTS_BURST_SECONDS: Final = 10
"""How much of an address's steady rate may come at once; likewise for a visitor's messages."""
MESSAGES_BURST_SECONDS: Final = 12
VISITORS_OF_ADDRESS: Final = Rate(burst=300, per_second=5)


class InfoView(msgspec.Struct, frozen=True):
    business: str
    greeting: str
    notice: str | None
    status_url: str


class VisitorToMake(msgspec.Struct, frozen=True):
    name: Annotated[str, Meta(max_length=200)] = ""
    continue_token: Annotated[str, Meta(max_length=200)] | None = msgspec.field(name="continue", default=None)


class ChatMessage(msgspec.Struct, frozen=True):
    id: Annotated[str, Meta(max_length=200)]
    text: Annotated[str, Meta(max_length=20_000)]


class Seen(msgspec.Struct, frozen=True):
    seq: Annotated[int, Meta(ge=0, le=SEQ_MAX)]


class MessagesView(msgspec.Struct, frozen=True):
    items: list[Any]
    cursor: int


Action = Literal["info", "visitors", "messages", "seen"]
_METHODS: Final[Mapping[str, tuple[str, ...]]] = {
    "info": ("GET",),
    "visitors": ("POST",),
    "messages": ("GET", "POST"),
    "seen": ("POST",),
}


class Chat:
    def __init__(
        self,
        *,
        portal: Portal,
        radar: Radar,
        feed: Feed,
        clock: Clock,
        settings: Settings,
        faces: Callable[[], Mapping[str, ChannelFace]],
    ) -> None:
        self._portal = portal
        self._radar = radar
        self._feed = feed
        self._clock = clock
        self._settings = settings
        self._faces = faces
        self._requests = Buckets(clock, _rate(settings.direct.requests_per_second, REQUESTS_BURST_SECONDS))
        self._visitors = Buckets(clock, VISITORS_OF_ADDRESS)
        self._messages = Buckets(clock, _rate(settings.direct.messages_per_second, MESSAGES_BURST_SECONDS))
        self._room = WaitingRoom()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        allowed = cors(scope, self._settings.direct.allowed_origins)
        if scope["method"] == "OPTIONS":
            await answer(send, 204, b"", headers=[*allowed, *PREFLIGHT])
            return
        try:
            status, value = await self._act(scope, receive)
        except ApiError as error:
            named = [*allowed, *error.headers.items()]
            await answer_error(
                send, error.status, error.code, error.message, field=error.field, headers=named
            )
        except (SpoolUnavailableError, StoreUnavailableError):
            sentence = "This could not be stored now; send it again."
            await answer_error(send, 503, "unavailable", sentence, headers=[*allowed, ("retry-after", "2")])
        except ClientGoneError:
            return
        else:
            if value is None:
                await answer(send, status, b"", headers=allowed)
            else:
                await answer_json(send, status, value, headers=[*allowed, ("cache-control", "no-store")])

    async def _act(self, scope: Scope, receive: Receive) -> tuple[int, object]:
        take(self._requests, client_address(scope))
        channel, action = self._target(scope)
        match action, scope["method"]:
            case "info", _:
                return 200, self._info()
            case "visitors", _:
                return 201, await self._make_visitor(channel, scope, receive)
        visitor = await self._visitor(channel, scope)
        match action, scope["method"]:
            case "messages", "POST":
                return 202, await self._write(visitor, scope, receive)
            case "messages", _:
                return 200, await self._read(visitor, scope)
            case _:
                seen = await decoded(scope, receive, Seen)
                await self._portal.seen(visitor, seen.seq)
                return 204, None

    def _target(self, scope: Scope) -> tuple[str, str]:
        """(channel, action) of a path. Raises ApiError."""
        name, _, action = scope["path"].removeprefix(PREFIX).partition("/")
        channel = f"direct:{name}"
        if channel not in self._faces() or action not in _METHODS:
            raise ApiError(404, "not_found", "There is no such chat.")
        allowed = _METHODS[action]
        if scope["method"] not in allowed:
            raise ApiError(
                405,
                "method",
                "This address does not take that method.",
                headers={"allow": ", ".join(allowed)},
            )
        return channel, action

    def _info(self) -> InfoView:
        incidents = self._radar.open_incidents()
        return InfoView(
            business=self._settings.hub.name,
            greeting=self._settings.direct.greeting,
            notice=f"{incidents[0].title}." if incidents else None,
            status_url=self._settings.status_url,
        )

    async def _make_visitor(self, channel: str, scope: Scope, receive: Receive) -> object:
        take(self._visitors, client_address(scope))
        wanted = await decoded(scope, receive, VisitorToMake)
        return await self._portal.create_visitor(channel, wanted.name, wanted.continue_token or "")

    async def _visitor(self, channel: str, scope: Scope) -> Visitor:
        token = bearer(header(scope, b"authorization"))
        visitor = await self._portal.visitor(channel, token) if token else None
        if visitor is None:
            raise ApiError(
                401, "unauthorized", "This visitor is not known.", headers={"www-authenticate": "Bearer"}
            )
        return visitor

    async def _write(self, visitor: Visitor, scope: Scope, receive: Receive) -> object:
        take(self._messages, visitor.id)
        message = await decoded(scope, receive, ChatMessage)
        try:
            return await self._portal.write(visitor, message.id, message.text)
        except ChatRefusedError as error:
            raise ApiError(422, error.code, error.message, field=error.field) from error

    async def _read(self, visitor: Visitor, scope: Scope) -> MessagesView:
        query = query_of(scope)
        after = number(query, "after", 10**SEQ_DIGITS_MAX)
        wait = number(query, "wait", WAIT_SECONDS_MAX)
        page = await self._portal.thread(visitor, after)
        if wait and not page.items:
            with self._room.seat(visitor.id, client_address(scope)) as seated:
                # Clients ask again as soon as they are answered, so that nobody without a seat is answered at once.
                page = await self._wait(
                    visitor, after or page.cursor, page, wait if seated else STANDING_SECONDS
                )
        return MessagesView(list(page.items), page.cursor)

    async def _wait(self, visitor: Visitor, after: int, page: ThreadPage, seconds: float) -> ThreadPage:
        """Wait until the visitor's thread has something new, or the time is up."""
        until = self._clock.monotonic() + seconds
        while not page.items and not self._feed.is_retired and (left := until - self._clock.monotonic()) > 0:
            if page.conversation_id is None:
                await self._feed.pause(min(left, UNKNOWN_SECONDS))
                # A conversation that has just come to be is shown whole.
                page = await self._portal.thread(visitor, 0)
            else:
                await self._feed.wait_for(page.conversation_id, page.cursor, left)
                page = await self._portal.thread(visitor, after)
        return page


def _rate(per_second: float, burst_seconds: int) -> Rate:
    return Rate(burst=max(1.0, per_second * burst_seconds), per_second=per_second)
