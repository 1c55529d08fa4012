"""The event log: polled by cursor, and streamed."""

import asyncio
from typing import Any

from holdfast.retention.store import forget_events


async def test_polling_by_cursor_misses_nothing_and_repeats_nothing(hub: Any) -> None:
    for number in range(5):
        await hub.write_in(number)
    await hub.applied(5)
    cursor, received = 0, []
    while True:
        page = (await hub.get("/events", cursor=cursor, limit=3)).json()
        received += [event["seq"] for event in page["items"]]
        if not page["items"]:
            break
        cursor = page["cursor"]
    assert received == sorted(set(received))
    assert len(received) > 5, "each message, and that its conversation has changed"
    assert (await hub.get("/events", cursor="latest")).json() == {"items": [], "cursor": cursor}


async def test_a_waiting_poll_answers_when_something_happens(hub: Any) -> None:
    cursor = (await hub.get("/events", cursor="latest")).json()["cursor"]
    waiting = asyncio.create_task(hub.get("/events", cursor=cursor, wait=10))
    await hub.write_in(1)
    items = (await waiting).json()["items"]
    assert items[0]["kind"] == "message.received"
    assert items[0]["body"]["message"]["text"] == "message 1"


async def test_a_server_that_stops_is_not_held_up_by_polls(hub: Any) -> None:
    cursor = (await hub.get("/events", cursor="latest")).json()["cursor"]
    guest = await hub.guest()
    newest = (await hub.direct(guest, "GET", "/changes")).json()["cursor"]
    waiting = [
        asyncio.create_task(hub.get("/events", cursor=cursor, wait=30)),
        asyncio.create_task(hub.direct(guest, "GET", "/changes", params={"after": newest, "wait": 25})),
    ]
    await asyncio.wait(waiting, timeout=0.2)
    hub.app.retire()
    async with asyncio.timeout(5):
        assert [answer.status_code for answer in await asyncio.gather(*waiting)] == [200, 200]


async def test_the_stream_gives_the_past_then_the_present(hub: Any) -> None:
    await hub.write_in(1)
    await hub.applied(1)
    async with hub.listen("cursor=0") as stream:
        past = await stream.frames_until("caught_up")
        assert past[0]["kind"] == "message.received"
        assert past[-1]["cursor"] == past[-2]["seq"]
        await hub.write_in(2)
        present = await stream.frames_until("conversation.changed")
        assert present[0]["body"]["message"]["text"] == "message 2"
        assert present[-1]["body"]["conversation"]["unread"] == 2
        seqs = [frame["seq"] for frame in past[:-1] + present]
        assert seqs == sorted(set(seqs))


async def test_coming_back_with_a_cursor_misses_nothing(hub: Any) -> None:
    await hub.write_in(1)
    await hub.applied(1)
    async with hub.listen("cursor=0") as stream:
        first = await stream.frame()
    await hub.write_in(2)
    await hub.applied(2)
    async with hub.listen(f"cursor={first['seq']}") as stream:
        frames = await stream.frames_until("caught_up")
    seqs = [frame["seq"] for frame in frames[:-1]]
    assert seqs[0] == first["seq"] + 1
    assert seqs == list(range(seqs[0], seqs[-1] + 1))


async def test_a_stream_needs_the_right_to_read(hub: Any) -> None:
    for query, headers in (
        ("cursor=0", {"x": "y"}),
        ("cursor=0&token=hf_no", {"x": "y"}),
        ("cursor=no", hub.with_scope("read")),
    ):
        async with hub.listen(query, **headers) as stream:
            assert (await stream.hear())["type"] == "websocket.accept"
            assert (await stream.hear())["type"] == "websocket.close"


async def test_a_token_in_the_address_opens_the_stream_and_another_sites_cookie_does_not(hub: Any) -> None:
    async with hub.listen(f"cursor=0&token={hub.tokens['read']}", x="y") as stream:
        assert (await stream.frames_until("caught_up"))[-1]["kind"] == "caught_up"
    await hub.sign_in()
    cookie = "; ".join(f"{name}={value}" for name, value in hub.client.cookies.items())
    async with hub.listen(cookie=cookie, host="hub.test", origin="http://hub.test") as stream:
        assert (await stream.frames_until("caught_up"))[-1]["kind"] == "caught_up"
    async with hub.listen(cookie=cookie, host="hub.test", origin="https://evil.example") as stream:
        assert (await stream.hear())["type"] == "websocket.accept"
        assert (await stream.hear())["code"] == 4401


async def test_a_cursor_from_before_the_oldest_event_is_told_so(hub: Any) -> None:
    for number in range(4):
        await hub.write_in(number)
    await hub.applied(4)
    events = (await hub.get("/events")).json()["items"]
    gone = events[3]["seq"]
    await hub.hub.database.write(forget_events, gone)
    answer = await hub.get("/events", cursor=events[0]["seq"])
    assert answer.status_code == 410
    assert answer.json()["error"]["code"] == "events_forgotten"
    assert f"up to {gone}" in answer.json()["error"]["message"]
    async with hub.listen(f"cursor={events[0]['seq']}") as stream:
        assert (await stream.hear())["type"] == "websocket.accept"
        assert (await stream.hear())["code"] == 4410
    for cursor in (0, gone):
        page = (await hub.get("/events", cursor=cursor)).json()
        assert [event["seq"] for event in page["items"]] == [event["seq"] for event in events[4:]], cursor
