"""What arrives in one batch is applied in its order, however much of it is written together."""

from itertools import pairwise
from typing import Any

import msgspec
import pytest

from holdfast.channels.contract import MessageEdited, MessageReceived, MessageUnsent, ReactionChanged
from holdfast.conversations.applier import OBSERVED_OF_BATCH, Read, telling
from holdfast.storage import Envelope, NewEnvelope

IG = "instagram:shop"


@pytest.fixture
async def shop(hub: Any) -> Any:
    hub.add(IG)
    return hub


def wrote(said: str, at: int, address: str = "ann", **more: Any) -> MessageReceived:
    return MessageReceived(**{"external_id": said, "address": address, "at": at, "text": said, **more})


async def batch(hub: Any, *envelopes: list[Any]) -> None:
    """Several envelopes that the applier finds at once."""
    for events in envelopes:
        await hub.spool.append(NewEnvelope(IG, "webhook", hub.clock.now_ms(), msgspec.json.encode(events)))
    assert await hub.applier.apply_batch() == len(envelopes)


async def texts(hub: Any) -> list[str]:
    return [row["text"] for row in await hub.rows("SELECT text FROM message ORDER BY at, id")]


async def test_the_same_message_counts_once_in_one_batch_and_over_batches(shop: Any) -> None:
    now = shop.clock.now_ms()
    await batch(shop, [wrote("a", now)], [wrote("b", now + 1)], [wrote("b", now + 1)], [wrote("a", now)])
    await batch(shop, [wrote("b", now + 1)], [wrote("c", now + 2)])
    assert await texts(shop) == ["a", "b", "c"]
    row = await shop.one("SELECT unread, last_preview, last_in_at FROM conversation")
    assert (row["unread"], row["last_preview"], row["last_in_at"]) == (3, "c", now + 2)


async def test_changes_find_their_message_wherever_they_stand_in_the_batch(shop: Any) -> None:
    now = shop.clock.now_ms()
    await batch(shop, [wrote("first", now)])
    await batch(
        shop,
        [MessageEdited(key="e", external_id="early", text="edited before", at=now + 5)],
        [wrote("one", now + 1)],
        [wrote("early", now + 2)],
        [wrote("gone", now + 3)],
        [MessageUnsent(key="u", external_id="gone", at=now + 6)],
        [ReactionChanged(key="r", external_id="one", address="ann", emoji="x", at=now + 7)],
    )
    assert await texts(shop) == ["first", "one", "edited before", ""]
    assert len(await shop.rows("SELECT emoji FROM reaction")) == 1


async def test_many_people_are_kept_apart_and_known_from_their_first_message(shop: Any) -> None:
    now = shop.clock.now_ms()
    await batch(
        shop, *([wrote(f"{who}{n}", now + n, address=who)] for n in range(3) for who in ("ann", "ben"))
    )
    rows = await shop.rows(
        "SELECT conversation_id, COUNT(*) AS count FROM message GROUP BY conversation_id ORDER BY count"
    )
    assert [row["count"] for row in rows] == [3, 3]
    assert len(await shop.rows("SELECT id FROM contact")) == 2


async def test_every_message_is_told_in_order_and_a_conversation_once(shop: Any) -> None:
    now = shop.clock.now_ms()
    await batch(shop, [wrote("first", now)])
    before = len(await shop.told("conversation.changed"))
    await batch(shop, *([wrote(f"m{n}", now + n)] for n in range(5)))
    told = [event.body["message_id"] for event in await shop.told("message.received")]
    rows = await shop.rows("SELECT id FROM message ORDER BY id")
    assert told == [row["id"] for row in rows]
    assert len(await shop.told("conversation.changed")) == before + 1


async def test_a_new_name_is_learnt_and_an_unproven_address_stays_so(shop: Any) -> None:
    now = shop.clock.now_ms()
    await batch(shop, [wrote("a", now, proven=False)])
    await batch(shop, [wrote("b", now, proven=False)])
    assert (await shop.one("SELECT proof FROM address"))["proof"] is None
    await batch(shop, [wrote("c", now, name="Ann")], [wrote("d", now, name="Ann")])
    assert (await shop.one("SELECT name FROM contact"))["name"] == "Ann"
    assert (await shop.one("SELECT proof FROM address"))["proof"] == "wrote"


def test_of_a_flood_an_even_sample_tells_of_its_channel() -> None:
    few = [Read(Envelope(n, IG, "webhook", n, b""), (wrote("x", n),)) for n in range(5)]
    many = [Read(Envelope(n, IG, "webhook", n, b""), (wrote("x", n),)) for n in range(500)]
    assert telling(few) == few
    seqs = [read.envelope.seq for read in telling(many)]
    assert OBSERVED_OF_BATCH <= len(seqs) <= OBSERVED_OF_BATCH + 1
    assert len({later - seq for seq, later in pairwise(seqs)}) == 1
    assert telling([Read(Envelope(1, IG, "webhook", 1, b""), problem="unreadable")]) == []
