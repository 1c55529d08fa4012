"""Reading back what no webhook brought: once, in order, and with a word to the radar."""

from typing import Any

import msgspec
import pytest

from holdfast.channels.contract import HistoryPage, HistoryUnavailableError, MessageReceived
from holdfast.conversations.history_reader import FIRST_LOOK_MS, GRACE_MS, OVERLAP_MS

IG = "instagram:shop"


@pytest.fixture
async def shop(hub: Any) -> Any:
    hub.add(IG)
    return hub


def said(hub: Any, number: int, ago_ms: int) -> MessageReceived:
    return MessageReceived(f"m{number}", "ann", hub.clock.now_ms() - ago_ms, f"text {number}")


def page(*messages: MessageReceived) -> HistoryPage:
    return HistoryPage(
        bodies=tuple(msgspec.json.encode([message]) for message in messages),
        external_ids=tuple(message.external_id for message in messages),
        times=tuple(message.at for message in messages),
    )


async def test_only_what_is_missing_is_read_back_once_and_told(shop: Any) -> None:
    known, lost = said(shop, 1, 60_000), said(shop, 2, 50_000)
    await shop.arrive(IG, known)
    shop.adapters[IG].pages = [page(known, lost)]
    assert await shop.history.read_back(IG) == 1
    await shop.apply()
    rows = await shop.rows("SELECT external_id, source, late FROM message ORDER BY at")
    assert [tuple(row) for row in rows] == [("m1", "webhook", 1), ("m2", "history", 1)]
    assert shop.gaps == [(IG, [lost.at])]
    assert await shop.history.read_back(IG) == 0
    assert len(shop.gaps) == 1


async def test_what_we_sent_ourselves_is_known(shop: Any) -> None:
    await shop.arrive(IG, said(shop, 1, 0))
    row = await shop.one("SELECT id FROM conversation")
    await shop.reply(row["id"])
    await shop.dispatch()
    shop.clock.move(60)
    ours = MessageReceived("instagram-1", "ann", shop.clock.now_ms() - 30_000, "Hello")
    shop.adapters[IG].pages = [page(ours)]
    assert await shop.history.read_back(IG) == 0


async def test_what_may_still_come_by_webhook_is_left_to_the_next_look(shop: Any) -> None:
    young = said(shop, 1, GRACE_MS - 1)
    shop.adapters[IG].pages = [page(young)]
    assert await shop.history.read_back(IG) == 0
    shop.clock.move(1)
    assert await shop.history.read_back(IG) == 1


async def test_each_look_begins_before_the_last_one_ended(shop: Any) -> None:
    shop.adapters[IG].pages = []
    first = shop.clock.now_ms()
    await shop.history.read_back(IG)
    shop.clock.move(600)
    await shop.history.read_back(IG)
    await shop.history.read_back(IG, since_ms=17)
    assert shop.adapters[IG].history_since == [first - FIRST_LOOK_MS - OVERLAP_MS, first - OVERLAP_MS, 17]


async def test_a_history_that_is_not_given_moves_no_cursor(shop: Any) -> None:
    with pytest.raises(HistoryUnavailableError):
        await shop.history.read_back(IG)
    assert await shop.rows("SELECT * FROM reader_cursor WHERE name = :name", name=f"history:{IG}") == []
