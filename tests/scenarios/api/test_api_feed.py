"""One reader for many listeners: order, and what happens to the slow."""

import asyncio
from typing import Any

from holdfast.web.feed import FRAMES_MAX, Feed, Frame, Listener


async def test_a_listener_that_does_not_listen_is_dropped_and_holds_nothing() -> None:
    listener = Listener(0)
    for seq in range(1, FRAMES_MAX + 2):
        listener.offer(Frame(seq, b""))
    assert listener.dropped
    assert await listener.take() == []
    listener.offer(Frame(FRAMES_MAX + 2, b""))
    assert await listener.take() == []


async def test_frames_are_taken_in_order() -> None:
    listener = Listener(0)
    waiting = asyncio.create_task(listener.take())
    for seq in (1, 2, 3):
        listener.offer(Frame(seq, b""))
    assert [frame.seq for frame in await waiting] == [1, 2, 3]


async def test_waiting_for_a_conversation_ignores_others(hub: Any) -> None:
    feed = Feed(events=hub.hub.events, database=hub.hub.database, clock=hub.hub.clock, windows=dict)
    running = asyncio.create_task(feed.run())
    try:
        conversation = await hub.first_conversation()
        cursor = await hub.hub.events.last()
        waiting = asyncio.create_task(feed.wait_for(conversation, cursor, 30))
        await hub.write_in(2, person="55501")
        await feed.wait_beyond(cursor, 10)
        assert not waiting.done()
        await hub.write_in(3)
        await asyncio.wait_for(waiting, 10)
        await asyncio.wait_for(feed.wait_for(conversation, cursor, 30), 1)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
