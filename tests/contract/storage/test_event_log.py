import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import cast

import pytest

from holdfast.kernel import SystemClock
from holdfast.storage import Database, Event, EventLog, Tx, append_event, read_events

WRITERS = 8
EACH = 40
PATIENCE_SECONDS = 10.0


class RefusedError(Exception):
    pass


async def say(tx: Tx, writer: int, number: int, *, fail: bool = False) -> int:
    seq = await append_event(
        tx, at=number, kind="note.added", conversation_id=f"cnv_{writer}", body={"number": number}
    )
    if fail:
        raise RefusedError
    return seq


async def write_many(database: Database, events: EventLog, writer: int) -> list[int]:
    """Every third unit fails after its event was appended."""
    numbers = []
    for number in range(EACH):
        try:
            numbers.append(await database.write(say, writer, number, fail=number % 3 == 2))
        except RefusedError:
            continue
        events.wake()
    return numbers


def following(events: EventLog, cursor: int) -> AsyncGenerator[Event, None]:
    return cast("AsyncGenerator[Event, None]", events.follow(cursor))


async def take(events: EventLog, cursor: int, count: int) -> list[Event]:
    """The next events after a cursor, waiting for those that are still to come."""
    taken: list[Event] = []
    async with asyncio.timeout(PATIENCE_SECONDS), aclosing(following(events, cursor)) as stream:
        async for event in stream:
            taken.append(event)
            if len(taken) == count:
                return taken
    raise AssertionError("the log ended")


async def test_an_event_reads_as_it_was_written(database: Database) -> None:
    seq = await database.write(say, 3, 7)
    [event] = await database.read(read_events, 0, 10)
    assert event == Event(seq, 7, "note.added", "cnv_3", {"number": 7})


async def test_concurrent_writers_leave_no_hole_and_a_follower_misses_and_repeats_nothing(
    database: Database, events: EventLog
) -> None:
    kept = WRITERS * sum(number % 3 != 2 for number in range(EACH))
    follower = asyncio.ensure_future(take(events, 0, kept))
    written = await asyncio.gather(*(write_many(database, events, writer) for writer in range(WRITERS)))
    seen = [event.seq for event in await follower]
    assert sorted(seq for numbers in written for seq in numbers) == seen
    assert all(numbers == sorted(numbers) for numbers in written)
    assert await events.last() == seen[-1]


async def test_followers_that_come_and_go_read_on_from_their_cursor(
    database: Database, events: EventLog
) -> None:
    writing = asyncio.ensure_future(write_many(database, events, 1))
    seen: list[int] = []
    for count in (1, 5, 2, 9):
        taken = await take(events, seen[-1] if seen else 0, count)
        seen += [event.seq for event in taken]
    assert seen == (await writing)[:17]


async def test_more_events_than_a_page_are_followed_to_the_end(database: Database, events: EventLog) -> None:
    async def say_many(tx: Tx) -> None:
        for number in range(1_100):
            await say(tx, 1, number)

    await database.write(say_many)
    assert [event.seq for event in await take(events, 0, 1_100)] == list(range(1, 1_101))
    assert len(await events.after(0, limit=7)) == 7
    assert await events.after(1_100) == []


async def test_what_another_process_commits_is_seen_without_being_woken(
    database: Database, events: EventLog, open_store: Callable[[], Awaitable[Database]]
) -> None:
    other = await open_store()
    following_it = asyncio.ensure_future(take(EventLog(database, SystemClock()), 0, 2))
    await other.write(say, 1, 1)
    await other.write(say, 1, 2)
    assert [event.body["number"] for event in await following_it] == [1, 2]
    assert await events.last() == 2


async def test_waiting_ends_at_a_wake_and_at_the_given_time(events: EventLog) -> None:
    waiting = asyncio.ensure_future(events.wait(PATIENCE_SECONDS * 10))
    await asyncio.wait([waiting], timeout=0)
    assert not waiting.done()
    events.wake()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await waiting
        await events.wait(0.001)


@pytest.mark.parametrize("limit", [1, 3])
async def test_pages_join_without_gap(database: Database, limit: int) -> None:
    for number in range(7):
        await database.write(say, 1, number)
    seen: list[int] = []
    while page := await database.read(read_events, seen[-1] if seen else 0, limit):
        assert len(page) <= limit
        seen += [event.seq for event in page]
    assert seen == list(range(1, 8))
