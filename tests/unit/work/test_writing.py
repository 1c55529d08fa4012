"""Canned replies, views, drafts; and replies that leave once, at their time, or not at all."""

from typing import Any

import pytest

from holdfast.channels.contract import MessageReceived
from holdfast.work import TakenError, UnknownError, WorkRefusedError
from holdfast.work.writing import LaterReplies, NewLater, WritingShelf

IG = "instagram:shop"
MARA = "agent:agt_mara"


@pytest.fixture
async def shop(hub: Any) -> Any:
    hub.add(IG, reply_window_ms=3_600_000)
    hub.writing = WritingShelf(database=hub.database, events=hub.events, clock=hub.clock, ids=hub.ids)
    hub.later = LaterReplies(
        database=hub.database, events=hub.events, clock=hub.clock, ids=hub.ids, outbox=hub.outbox
    )
    await hub.arrive(IG, MessageReceived(external_id="m1", address="ann", at=hub.clock.now_ms(), text="Hi"))
    hub.conversation = (await hub.one("SELECT id FROM conversation"))["id"]
    return hub


def later(shop: Any, text: str, send_at: int, conversation: str = "") -> NewLater:
    return NewLater(
        conversation_id=conversation or shop.conversation, text=text, author=MARA, send_at=send_at
    )


async def texts(shop: Any) -> list[str]:
    rows = await shop.rows("SELECT text FROM message WHERE direction = 'out' ORDER BY id")
    return [row["text"] for row in rows]


async def test_a_reply_leaves_once_when_its_time_has_come(shop: Any) -> None:
    at = shop.clock.now_ms() + 60_000
    kept = await shop.later.add(later(shop, "Good morning", at))
    await shop.later.queue_due()
    assert await texts(shop) == []
    shop.clock.move(61)
    await shop.later.queue_due()
    await shop.later.queue_due()
    assert await texts(shop) == ["Good morning"]
    row = await shop.one("SELECT state, message_id FROM later_reply")
    message = await shop.one("SELECT id, author FROM message WHERE direction = 'out'")
    assert (row["state"], row["message_id"], message["author"]) == ("queued", message["id"], MARA)
    assert await shop.later.of(shop.conversation) == []
    with pytest.raises(WorkRefusedError, match="on its way"):
        await shop.later.cancel(kept.id)


async def test_a_reply_that_was_taken_back_never_leaves(shop: Any) -> None:
    kept = await shop.later.add(later(shop, "Oh no", shop.clock.now_ms() + 10_000))
    assert (await shop.later.cancel(kept.id)).state == "cancelled"
    shop.clock.move(11)
    await shop.later.queue_due()
    assert await texts(shop) == []


async def test_a_reply_that_cannot_leave_any_more_says_why_and_stays_in_sight(shop: Any) -> None:
    await shop.later.add(later(shop, "Late", shop.clock.now_ms() + 7_200_000))
    shop.clock.move(7_201)
    await shop.later.queue_due()
    [told] = await shop.later.of(shop.conversation)
    assert told.state == "refused"
    assert told.reason
    assert await texts(shop) == []
    assert (await shop.later.cancel(told.id)).state == "cancelled"
    assert await shop.later.of(shop.conversation) == []


async def test_times_that_are_past_or_years_away_are_refused(shop: Any) -> None:
    for wrong in (shop.clock.now_ms() - 1, shop.clock.now_ms() + 400 * 86_400_000):
        with pytest.raises(WorkRefusedError, match="Say when"):
            await shop.later.add(later(shop, "x", wrong))
    with pytest.raises(WorkRefusedError, match="empty"):
        await shop.later.add(later(shop, " ", shop.clock.now_ms() + 1))
    with pytest.raises(UnknownError):
        await shop.later.add(later(shop, "x", shop.clock.now_ms() + 1, "cnv_none"))


async def test_canned_replies_have_shortcuts_of_their_own(shop: Any) -> None:
    made = await shop.writing.put_canned("", shortcut="/Hours", title="", text="Nine to five", by=MARA)
    assert (made.shortcut, made.title) == ("hours", "hours")
    with pytest.raises(TakenError):
        await shop.writing.put_canned("", shortcut="HOURS", title="", text="x", by=MARA)
    await shop.writing.use_canned(made.id)
    changed = await shop.writing.put_canned(made.id, shortcut="open", title="Open", text="Ten", by=MARA)
    assert [(each.shortcut, each.used) for each in await shop.writing.canned()] == [("open", 1)]
    for shortcut, text in (("two words", "x"), ("", "x"), ("ok", " "), ("x" * 41, "x")):
        with pytest.raises(WorkRefusedError):
            await shop.writing.put_canned("", shortcut=shortcut, title="", text=text, by=MARA)
    await shop.writing.drop_canned(changed.id, MARA)
    for gone in (shop.writing.drop_canned(made.id, MARA), shop.writing.use_canned(made.id)):
        with pytest.raises(UnknownError):
            await gone


async def test_views_are_ones_own_or_everybodys(shop: Any) -> None:
    mine = await shop.writing.add_view("agt_mara", "Urgent", {"label": "lab_1"})
    ours = await shop.writing.add_view("", "All waiting", {"waiting": True})
    assert [each.name for each in await shop.writing.views("agt_mara")] == ["All waiting", "Urgent"]
    assert [each.shared for each in await shop.writing.views("agt_noor")] == [True]
    with pytest.raises(UnknownError):
        await shop.writing.drop_view(mine.id, "agt_noor", may_all=True)
    with pytest.raises(WorkRefusedError):
        await shop.writing.drop_view(ours.id, "agt_noor", may_all=False)
    await shop.writing.drop_view(ours.id, "agt_noor", may_all=True)
    await shop.writing.drop_view(mine.id, "agt_mara", may_all=False)
    assert await shop.writing.views("agt_mara") == []


async def test_a_draft_is_kept_for_each_agent_until_it_is_empty(shop: Any) -> None:
    await shop.writing.put_draft(shop.conversation, "agt_mara", "Dear Ann", "auto")
    await shop.writing.put_draft(shop.conversation, "agt_mara", "Dear Ann,", "sms:shop")
    await shop.writing.put_draft(shop.conversation, "agt_noor", "Hi", "auto")
    [draft] = await shop.writing.drafts("agt_mara")
    assert (draft.text, draft.route) == ("Dear Ann,", "sms:shop")
    await shop.writing.put_draft(shop.conversation, "agt_mara", "  ", "auto")
    assert await shop.writing.drafts("agt_mara") == []
    assert len(await shop.writing.drafts("agt_noor")) == 1


async def test_a_draft_is_never_written_over_what_another_device_kept_since(shop: Any) -> None:
    async def put(text: str, seen_at: int) -> Any:
        return await shop.writing.put_draft(shop.conversation, "agt_mara", text, "auto", seen_at)

    desk = await put("Dear Ann", 0)
    with pytest.raises(TakenError, match="another device"):
        await put("From the telephone, which has not looked", 0)
    phone = await put("Dear Ann, on the train", desk.at)
    assert phone.at > desk.at
    for late in ("Dear Ann!", ""):
        with pytest.raises(TakenError, match="another device"):
            await put(late, desk.at)
    assert await shop.writing.draft(shop.conversation, "agt_mara") == phone
    assert await put("", phone.at) is None
    assert await shop.writing.draft(shop.conversation, "agt_mara") is None
    assert (await put("Begun anew", phone.at)).text == "Begun anew"
