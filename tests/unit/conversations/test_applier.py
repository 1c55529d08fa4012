"""The applier gives every envelope its effect exactly once, and none can stop the ones behind it."""

import asyncio
from contextlib import suppress
from typing import Any

import msgspec
import pytest

from holdfast.channels.contract import MessageReceived, Unrecognised
from holdfast.conversations.applier import BATCH_ENVELOPES
from holdfast.conversations.store import read_cursor
from holdfast.storage import Database, NewEnvelope, StoreUnavailableError

IG = "instagram:shop"
TURNS_MAX = 2_000


@pytest.fixture
async def shop(hub: Any) -> Any:
    hub.add(IG)
    return hub


def encoded(*events: MessageReceived) -> bytes:
    return msgspec.json.encode(events)


def wrote(number: int, **more: Any) -> MessageReceived:
    return MessageReceived(**{"external_id": f"m{number}", "address": f"9{number}", "at": number, **more})


async def cursor(hub: Any) -> int:
    return int(await hub.database.read(read_cursor, hub.spool.cursor_name))


async def kept(hub: Any) -> list[tuple[int, str]]:
    rows = await hub.rows("SELECT spool_seq, problem FROM unread_envelope ORDER BY spool_seq")
    return [(row["spool_seq"], row["problem"]) for row in rows]


async def test_what_cannot_be_read_is_kept_and_shown_and_blocks_nothing(shop: Any) -> None:
    await shop.spool.append(NewEnvelope(IG, "webhook", 1, b"unreadable"))
    await shop.spool.append(NewEnvelope(IG, "webhook", 1, b"\xff not json at all"))
    await shop.spool.append(NewEnvelope("telegram:gone", "webhook", 1, b"[]"))
    await shop.arrive(IG, wrote(1))
    assert await kept(shop) == [
        (1, "this says nothing"),
        (2, "Could not be read: DecodeError"),
        (3, "The channel is no longer connected."),
    ]
    assert len(await shop.rows("SELECT id FROM message")) == 1
    assert [event.body["spool_seq"] for event in await shop.told("envelope.unreadable")] == [1, 2, 3]
    excerpt = await shop.one("SELECT excerpt FROM unread_envelope WHERE spool_seq = 2")
    assert excerpt["excerpt"].endswith("not json at all")


async def test_an_unknown_kind_is_shown_once_beside_what_was_understood(shop: Any) -> None:
    odd = Unrecognised(key="k1", at=1, summary="a poll")
    await shop.arrive(IG, wrote(1), odd)
    await shop.arrive(IG, odd)
    assert await kept(shop) == [(1, "a poll")]
    assert len(await shop.rows("SELECT id FROM message")) == 1


async def test_a_poison_envelope_is_set_aside_alone(shop: Any) -> None:
    """A time beyond what the store can hold fails inside the transaction, not in the parser."""
    for number in range(1, 4):
        await shop.spool.append(NewEnvelope(IG, "webhook", 1, encoded(wrote(number))))
    await shop.spool.append(NewEnvelope(IG, "webhook", 1, encoded(wrote(4, at=1 << 70))))
    for number in range(5, 8):
        await shop.spool.append(NewEnvelope(IG, "webhook", 1, encoded(wrote(number))))
    assert await shop.apply() == 7
    assert await kept(shop) == [(4, "Could not be applied: OverflowError")]
    stored = await shop.rows("SELECT external_id FROM message ORDER BY spool_seq")
    assert [row["external_id"] for row in stored] == ["m1", "m2", "m3", "m5", "m6", "m7"]
    assert await cursor(shop) == 7


async def test_a_flood_is_applied_in_batches_to_the_end(shop: Any) -> None:
    count = BATCH_ENVELOPES * 2 + 17
    for number in range(count):
        await shop.spool.append(NewEnvelope(IG, "webhook", 1, encoded(wrote(number, address="9"))))
    assert await shop.applier.apply_batch() == BATCH_ENVELOPES
    assert await shop.apply() == count - BATCH_ENVELOPES
    assert await cursor(shop) == count
    assert len(await shop.rows("SELECT id FROM message")) == count
    assert len(await shop.rows("SELECT id FROM contact")) == 1


async def test_a_kill_between_effect_and_cursor_is_impossible_because_they_are_one(shop: Any) -> None:
    await shop.arrive(IG, wrote(1))
    before = await cursor(shop)
    await shop.run(
        "CREATE TRIGGER broken BEFORE UPDATE ON reader_cursor BEGIN SELECT RAISE(ABORT, 'no'); END"
    )
    await shop.spool.append(NewEnvelope(IG, "webhook", 1, encoded(wrote(2))))
    with pytest.raises(Exception, match="no"):
        await shop.applier.apply_batch()
    assert await cursor(shop) == before
    assert len(await shop.rows("SELECT id FROM message")) == 1
    await shop.run("DROP TRIGGER broken")
    await shop.apply()
    assert len(await shop.rows("SELECT id FROM message")) == 2
    assert await kept(shop) == []


async def test_applying_again_from_an_older_cursor_changes_nothing(shop: Any) -> None:
    for number in range(5):
        await shop.arrive(IG, wrote(number))
    before = [tuple(row) for row in await shop.rows("SELECT * FROM message ORDER BY id")]
    unread = [tuple(row) for row in await shop.rows("SELECT unread FROM conversation ORDER BY id")]
    await shop.run("UPDATE reader_cursor SET value = 0 WHERE name = 'applier'")
    assert await shop.apply() == 5
    assert [tuple(row) for row in await shop.rows("SELECT * FROM message ORDER BY id")] == before
    assert [tuple(row) for row in await shop.rows("SELECT unread FROM conversation ORDER BY id")] == unread


async def test_only_what_was_read_is_told_to_the_radar(shop: Any) -> None:
    await shop.spool.append(NewEnvelope(IG, "webhook", 1, b"unreadable"))
    await shop.arrive(IG, Unrecognised(key="k1", at=1, summary="a poll"))
    assert shop.observed == []
    await shop.arrive(IG, wrote(1))
    assert shop.observed == [(IG, "MessageReceived")]


class Away:
    """A store that is away for the next so many calls."""

    def __init__(self, database: Database, calls: int) -> None:
        self._database = database
        self.calls = calls

    async def write(self, *args: Any, **kwargs: Any) -> Any:
        self._fail()
        return await self._database.write(*args, **kwargs)

    async def read(self, *args: Any, **kwargs: Any) -> Any:
        self._fail()
        return await self._database.read(*args, **kwargs)

    def _fail(self) -> None:
        if self.calls:
            self.calls -= 1
            raise StoreUnavailableError("it is away")


async def test_a_store_that_is_away_only_makes_the_spool_longer(shop: Any) -> None:
    away = Away(shop.database, calls=3)
    shop.applier._database = away
    for number in range(3):
        await shop.spool.append(NewEnvelope(IG, "webhook", 1, encoded(wrote(number))))
    running = asyncio.create_task(shop.applier.run())
    try:
        for _ in range(TURNS_MAX):
            if await cursor(shop) == 3:
                break
            shop.clock.move(0.1)
            await asyncio.sleep(0)
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
    assert away.calls == 0
    assert len(await shop.rows("SELECT id FROM message")) == 3
