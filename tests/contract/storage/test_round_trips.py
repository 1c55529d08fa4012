"""What keeps test messages between accounts from being two at once, or being told twice, holds on every database."""

import asyncio
from collections.abc import Awaitable

import msgspec

from holdfast.radar.round_trips import Trip, TripState, latest, store
from holdfast.storage import Database

AT_ONCE = 6
TRIP = Trip(
    id="rt_1",
    sender="sms:shop",
    receiver="sms:backup",
    state=TripState.SENDING,
    began_at=1_790_000_000_000,
    due_at=1_790_000_030_000,
)


def other(number: int, **more: str | int) -> Trip:
    return msgspec.structs.replace(TRIP, id=f"rt_{number}", began_at=TRIP.began_at + number, **more)


async def test_of_many_that_begin_at_once_one_goes(database: Database) -> None:
    begun = await asyncio.gather(*(database.write(store.begin, other(number)) for number in range(AT_ONCE)))
    assert sorted(begun) == [False] * (AT_ONCE - 1) + [True]
    assert await database.write(store.begin, other(9, sender="sms:backup", receiver="sms:shop"))


async def test_each_end_is_told_once_and_the_next_may_begin(database: Database) -> None:
    await database.write(store.begin, TRIP)

    def end(state: TripState) -> Awaitable[bool]:
        return database.write(lambda tx: store.ended(tx, TRIP, state, now=TRIP.due_at, latency_ms=5))

    ended = await asyncio.gather(end(TripState.ARRIVED), end(TripState.LATE), end(TripState.ARRIVED))
    assert sorted(ended) == [False, False, True]
    assert not await database.write(
        lambda tx: store.answered(tx, TRIP.id, TripState.UNDER_WAY, now=1, due_at=2)
    )
    assert await database.write(store.begin, other(2))
    newest = await database.read(latest, TRIP.sender, 5)
    assert [trip.id for trip in newest] == ["rt_2", "rt_1"]
    assert newest[1].latency_ms == 5
    assert [trip.id for trip in await database.read(store.overdue, TRIP.due_at)] == ["rt_2"]
    assert await database.read(store.overdue, TRIP.due_at - 1) == []
