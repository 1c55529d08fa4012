"""The client against a server that speaks the protocol's frames, with connections that break in the middle."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer

from holdfast.client import Client, DirectError, Kept, MessageChanged, Thread, ThreadChanged

ME = {"id": "mem_me", "kind": "member", "name": "Me", "new_field": 1}


class Hub:
    """Stores messages by id, tells them as changes, and breaks connections where a test wants it."""

    def __init__(self) -> None:
        self.stored: dict[str, dict[str, Any]] = {}
        self.hellos: list[dict[str, Any]] = []
        self.frames: list[dict[str, Any]] = []
        self.break_before_answer = 0
        self.refuse: dict[str, Any] | None = None
        self.close_code = 0
        self.before_changes: list[dict[str, Any]] = []
        self.http: Callable[[web.Request], web.Response] = lambda _: web.json_response({})

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if not request.path.endswith("/stream"):
            return self.http(request)
        socket = web.WebSocketResponse(protocols=("holdfast.direct.v1",))
        await socket.prepare(request)
        hello = await socket.receive_json()
        self.hellos.append(hello)
        if self.close_code:
            await socket.close(code=self.close_code)
            return socket
        after = int(hello.get("cursor") or 0)
        await socket.send_json({"type": "welcome", "member": ME, "cursor": str(after)})
        for frame in self.before_changes:
            await socket.send_json(frame)
        for number, message in enumerate(list(self.stored.values()), start=1):
            if number > after:
                await socket.send_json(_change(number, message))
        await socket.send_json({"type": "caught_up", "cursor": str(max(after, len(self.stored)))})
        async for received in socket:
            if received.type is not WSMsgType.TEXT or not await self._take(socket, received.json()):
                break
        return socket

    async def _take(self, socket: web.WebSocketResponse, frame: dict[str, Any]) -> bool:
        self.frames.append(frame)
        if self.refuse is not None:
            refuse, self.refuse = self.refuse, None
            await socket.send_json({"type": "error", "ref": frame["ref"], **refuse})
            return True
        if frame["type"] == "send" and frame["id"] not in self.stored:
            self.stored[frame["id"]] = frame
            await socket.send_json(_change(len(self.stored), frame))
        if self.break_before_answer:
            self.break_before_answer -= 1
            await socket.close(code=1013)
            return False
        answer = {
            "type": "ok",
            "ref": frame["ref"],
            "id": f"mem_me:{frame.get('id')}",
            "at": 5,
            "state": "safe",
        }
        await socket.send_json(answer)
        return True


def _change(number: int, frame: dict[str, Any]) -> dict[str, Any]:
    message = {
        "id": f"mem_me:{frame['id']}",
        "thread": frame["thread"],
        "order": number,
        "author": "mem_me",
        "at": number,
        "text": frame["text"],
    }
    return {"type": "message", "thread": frame["thread"], "message": message, "cursor": str(number)}


@pytest.fixture
async def hub() -> AsyncIterator[tuple[Hub, str]]:
    served = Hub()
    app = web.Application()
    app.router.add_route("*", "/direct/v1/{rest:.*}", served.answer)
    async with TestServer(app) as server:
        yield served, str(server.make_url(""))


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Any]:
    client = Client(url, "token", back_off_seconds=(0.01,))
    async with client, client.stream() as stream, asyncio.timeout(20):
        yield stream


async def test_a_message_whose_answer_was_lost_is_sent_again_with_its_id_and_told_once(
    hub: tuple[Hub, str],
) -> None:
    served, url = hub
    served.break_before_answer = 1
    async with connected(url) as stream:
        written = await stream.send("thr_1", "one")
        await stream.send("thr_1", "two")
        told = [await anext(stream), await anext(stream)]
    sent = [frame for frame in served.frames if frame["type"] == "send"]
    assert len(sent) == 3
    assert sent[0]["id"] == sent[1]["id"]
    assert written.id == f"mem_me:{sent[0]['id']}"
    assert [change.message.text for change in told] == ["one", "two"]


async def test_it_comes_back_with_the_cursor_of_what_it_was_told(hub: tuple[Hub, str]) -> None:
    served, url = hub
    async with connected(url) as stream:
        await stream.send("thr_1", "one")
        await anext(stream)
        served.break_before_answer = 1
        await stream.send("thr_1", "two")
        change = await anext(stream)
        assert stream.cursor == change.cursor == "2"
    assert served.hellos[0] == {"type": "hello", "token": "token", "focus": True}
    assert served.hellos[-1]["cursor"] in {"1", "2"}


async def test_messages_of_one_thread_leave_in_the_order_in_which_they_were_written(
    hub: tuple[Hub, str],
) -> None:
    served, url = hub
    served.break_before_answer = 2
    async with connected(url) as stream:
        await asyncio.gather(*[stream.send("thr_1", str(number)) for number in range(20)])
    assert [message["text"] for message in served.stored.values()] == [str(number) for number in range(20)]


async def test_a_refusal_for_good_is_raised_and_a_passing_one_is_waited_for(hub: tuple[Hub, str]) -> None:
    served, url = hub
    async with connected(url) as stream:
        served.refuse = {"code": "too_long", "message": "Too long.", "field": "text"}
        with pytest.raises(DirectError) as caught:
            await stream.send("thr_1", "one")
        assert (caught.value.code, caught.value.field) == ("too_long", "text")
        served.refuse = {"code": "too_many", "message": "Wait.", "retry_after": 0.01}
        await stream.send("thr_1", "two")
    assert [message["text"] for message in served.stored.values()] == ["two"]


@pytest.mark.parametrize(("code", "word"), [(4401, "unauthorized"), (4410, "forgotten")])
async def test_what_connecting_again_cannot_mend_is_raised_to_readers_and_writers(
    hub: tuple[Hub, str], code: int, word: str
) -> None:
    served, url = hub
    served.close_code = code
    async with connected(url) as stream:
        with pytest.raises(DirectError) as caught:
            await anext(stream)
        assert caught.value.code == word
        with pytest.raises(DirectError):
            await stream.send("thr_1", "one")


async def test_a_call_that_is_refused_says_why(hub: tuple[Hub, str]) -> None:
    served, url = hub
    error = {"error": {"code": "too_many", "message": "Wait a little.", "field": ""}}
    served.http = lambda _: web.json_response(error, status=429, headers={"retry-after": "7"})
    async with Client(url, "token") as client:
        with pytest.raises(DirectError) as caught:
            await client.send("thr_1", "one")
    assert caught.value.is_passing
    assert caught.value.retry_after == 7


async def test_an_answer_that_is_no_json_and_a_hub_that_is_away_are_told_apart(hub: tuple[Hub, str]) -> None:
    served, url = hub
    served.http = lambda _: web.Response(text="<html>")
    async with Client(url, "token") as client:
        with pytest.raises(DirectError) as caught:
            await client.me()
        assert caught.value.code == "malformed"
    async with Client("http://127.0.0.1:9", "token") as client:
        with pytest.raises(DirectError) as caught:
            await client.me()
        assert caught.value.code == "unreachable"


async def test_ids_with_colons_stay_one_part_of_the_address(hub: tuple[Hub, str]) -> None:
    served, url = hub
    seen: list[str] = []

    def note(request: web.Request) -> web.Response:
        seen.append(f"{request.method} {request.raw_path}")
        return web.Response(status=204)

    served.http = note
    async with Client(url, "token") as client:
        await client.unsend("mem_a/b:1")
        await client.read("business:web", 3)
    assert seen == ["DELETE /direct/v1/messages/mem_a%2Fb:1", "POST /direct/v1/threads/business:web/read"]


async def test_a_stream_hands_out_changes_as_records(hub: tuple[Hub, str]) -> None:
    _, url = hub
    async with connected(url) as stream:
        await stream.caught_up.wait()
        assert stream.me.name == "Me"
        await stream.send("thr_1", "one")
        assert isinstance(await anext(stream), MessageChanged)


async def test_what_a_newer_hub_says_is_passed_over(hub: tuple[Hub, str]) -> None:
    served, url = hub
    served.before_changes = [{"type": "weather", "cursor": "9", "wind": []}]
    async with connected(url) as stream:
        await stream.send("thr_1", "one")
        assert isinstance(await anext(stream), MessageChanged)
    assert len(served.hellos) == 1
    told = [{"type": "weather", "cursor": "9"}, _change(1, {"id": "a", "thread": "thr_1", "text": "one"})]
    served.http = lambda _: web.json_response({"changes": told, "cursor": "10", "more": True})
    async with Client(url, "token") as client:
        page = await client.changes("1")
    assert (page.cursor, page.more, len(page.changes)) == ("10", True, 1)


async def test_a_change_that_cannot_be_read_is_told_as_such(hub: tuple[Hub, str]) -> None:
    served, url = hub
    served.http = lambda _: web.json_response({"changes": [{"type": "thread"}], "cursor": "1"})
    async with Client(url, "token") as client:
        with pytest.raises(DirectError) as caught:
            await client.changes("1")
    assert caught.value.code == "malformed"


async def test_pages_of_two_histories_are_not_put_together(hub: tuple[Hub, str]) -> None:
    served, url = hub
    pages = [
        {"messages": [_said(9)], "before": "9.a", "history": "old"},
        {"messages": [_said(1)], "before": None, "history": "new"},
        {"messages": [_said(5)], "before": "5.a", "history": "new"},
        {"messages": [_said(1)], "before": None, "history": "new"},
    ]
    served.http = lambda _: web.json_response(pages.pop(0))
    async with Client(url, "token") as client:
        kept = Kept(client, "business:web")
        await kept.read()
        assert [each.order for each in kept.messages] == [1, 5]
        thread = Thread(id="business:web", kind="business", history="new")
        await kept.take(ThreadChanged(thread=thread))
        pages.append({"messages": [_said(5)], "before": None, "history": "newest"})
        await kept.take(ThreadChanged(thread=msgspec.structs.replace(thread, history="newest")))
    assert [each.order for each in kept.messages] == [5]
    assert pages == []


def _said(order: int) -> dict[str, Any]:
    return {"id": f"msg_{order}", "thread": "business:web", "order": order, "author": "business", "at": order}
