"""Threads, messages and changes over HTTP."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from holdfast.inbox.access import Buckets, Rate
from holdfast.kernel import Clock
from holdfast.portal.direct import Direct
from holdfast.portal.reading import ForgottenError
from holdfast.portal.talks.model import ThreadPatch, ThreadToMake
from holdfast.web.direct.asking import number, take
from holdfast.web.direct.doings import Doings
from holdfast.web.direct.frames import Delivered, Edit, Order, React, Read, Send, Unsend, Writes
from holdfast.web.direct.live import Live
from holdfast.web.direct.router import Answer, Call, Route
from holdfast.web.errors import ApiError
from holdfast.web.waiting_room import WaitingRoom

WAIT_SECONDS_MAX: Final = 25
STANDING_SECONDS: Final = 1
"""How long whoever finds no seat is kept."""
PAGE_MESSAGES: Final = 50
SEARCHES_OF_MEMBER: Final = Rate(burst=20, per_second=1)
"""Each may read through a hundred thousand messages."""


class ToSay(msgspec.Struct, frozen=True):
    id: Annotated[str, Meta(max_length=200)]
    text: Annotated[str, Meta(max_length=20_000)] = ""
    reply_to: Annotated[str, Meta(max_length=200)] | None = None
    attachments: Annotated[list[str], Meta(max_length=100)] | None = None


class NewText(msgspec.Struct, frozen=True):
    text: Annotated[str, Meta(max_length=20_000)]


class Emoji(msgspec.Struct, frozen=True):
    emoji: Annotated[str, Meta(max_length=200)] = ""


class Upto(msgspec.Struct, frozen=True):
    upto: Order


class Threads:
    def __init__(self, *, direct: Direct, doings: Doings, live: Live, clock: Clock) -> None:
        self._direct = direct
        self._doings = doings
        self._live = live
        self._room = WaitingRoom()
        self._searches = Buckets(clock, SEARCHES_OF_MEMBER)

    def routes(self) -> list[Route]:
        return [
            Route("GET", "threads", self._threads),
            Route("POST", "threads", self._make),
            Route("GET", "threads/{thread}", self._thread),
            Route("PATCH", "threads/{thread}", self._change),
            Route("POST", "threads/{thread}/accept", self._accept),
            Route("POST", "threads/{thread}/decline", self._decline),
            Route("PUT", "threads/{thread}/members/{member}", self._add),
            Route("DELETE", "threads/{thread}/members/{member}", self._remove),
            Route("GET", "threads/{thread}/messages", self._messages),
            Route("POST", "threads/{thread}/messages", self._send),
            Route("POST", "threads/{thread}/read", self._read),
            Route("POST", "threads/{thread}/delivered", self._delivered),
            Route("GET", "members/{member}", self._card),
            Route("PATCH", "messages/{message}", self._edit),
            Route("DELETE", "messages/{message}", self._unsend),
            Route("PUT", "messages/{message}/reaction", self._react),
            Route("GET", "search", self._search),
            Route("GET", "changes", self._changes),
        ]

    async def _threads(self, call: Call) -> Answer:
        return Answer(200, await self._direct.threads(call.member, call.query.get("before", "")))

    async def _make(self, call: Call) -> Answer:
        self._doings.count(call.member)
        return Answer(201, await self._direct.make_thread(call.member, await call.body(ThreadToMake)))

    async def _thread(self, call: Call) -> Answer:
        return Answer(200, await self._direct.thread(call.member, call.params["thread"]))

    async def _change(self, call: Call) -> Answer:
        self._doings.count(call.member)
        patch = await call.body(ThreadPatch)
        return Answer(200, await self._direct.change_thread(call.member, call.params["thread"], patch))

    async def _accept(self, call: Call) -> Answer:
        self._doings.count(call.member)
        return Answer(200, await self._direct.accept(call.member, call.params["thread"]))

    async def _decline(self, call: Call) -> Answer:
        self._doings.count(call.member)
        await self._direct.decline(call.member, call.params["thread"])
        return Answer(204)

    async def _add(self, call: Call) -> Answer:
        self._doings.count(call.member)
        thread, member = call.params["thread"], call.params["member"]
        return Answer(200, await self._direct.add(call.member, thread, member))

    async def _remove(self, call: Call) -> Answer:
        self._doings.count(call.member)
        await self._direct.remove(call.member, call.params["thread"], call.params["member"])
        return Answer(204)

    async def _card(self, call: Call) -> Answer:
        return Answer(200, await self._direct.card(call.member, call.params["member"]))

    async def _messages(self, call: Call) -> Answer:
        limit = number(call.query, "limit", PAGE_MESSAGES * 2, usual=PAGE_MESSAGES)
        before = call.query.get("before", "")
        return Answer(200, await self._direct.messages(call.member, call.params["thread"], before, limit))

    async def _search(self, call: Call) -> Answer:
        take(self._searches, call.member.id)
        query = call.query
        found = await self._direct.search(call.member, query.get("q", ""), query.get("thread", ""))
        return Answer(200, {"messages": found})

    async def _send(self, call: Call) -> Answer:
        said = await call.body(ToSay)
        frame = Send(
            thread=call.params["thread"],
            id=said.id,
            text=said.text,
            reply_to=said.reply_to,
            attachments=said.attachments,
        )
        return await self._write(call, frame)

    async def _edit(self, call: Call) -> Answer:
        wanted = await call.body(NewText)
        return await self._write(call, Edit(message=call.params["message"], text=wanted.text))

    async def _unsend(self, call: Call) -> Answer:
        return await self._write(call, Unsend(message=call.params["message"]))

    async def _react(self, call: Call) -> Answer:
        wanted = await call.body(Emoji)
        return await self._write(call, React(message=call.params["message"], emoji=wanted.emoji))

    async def _write(self, call: Call, frame: Writes) -> Answer:
        prepared = await self._doings.prepare(call.member, frame)
        await self._doings.keep(prepared)
        return Answer(202, prepared.written)

    async def _read(self, call: Call) -> Answer:
        upto = (await call.body(Upto)).upto
        await self._doings.received(call.member, Read(thread=call.params["thread"], upto=upto))
        return Answer(204)

    async def _delivered(self, call: Call) -> Answer:
        upto = (await call.body(Upto)).upto
        await self._doings.received(call.member, Delivered(thread=call.params["thread"], upto=upto))
        return Answer(204)

    async def _changes(self, call: Call) -> Answer:
        query = call.query
        after = query.get("after", "")
        if not after:
            return Answer(200, {"changes": [], "cursor": await self._direct.cursor(), "more": False})
        wait = number(query, "wait", WAIT_SECONDS_MAX)
        try:
            if not wait:
                return Answer(200, await self._live.changes(call.member, after))
            with self._room.seat(call.member.id, call.address) as seated:
                seconds = wait if seated else STANDING_SECONDS
                return Answer(200, await self._live.changes(call.member, after, seconds))
        except ForgottenError as error:
            sentence = "This is older than what is kept: read the threads again and go on with their cursor."
            raise ApiError(410, "forgotten", sentence, field="after") from error
