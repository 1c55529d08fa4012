"""The thread with the business: one conversation for both sides, as far as it is the member's."""

from typing import Any

import pytest
from tests.unit.portal.talks.conftest import CHANNEL, SHOP, Town

from holdfast.members import BUSINESS, Member
from holdfast.portal.talks import TalkError
from holdfast.portal.talks.model import MessageChanged, ReceiptChanged


async def conversation(town: Town) -> str:
    [row] = await town.rows("SELECT id FROM conversation")
    return str(row["id"])


async def agent(town: Town) -> None:
    await town.run(
        "INSERT INTO agent (id, email, name, password_hash, role, created_at) "
        "VALUES ('mara', 'm@x', 'Mara Lind', '', 'agent', 0)"
    )


async def test_both_sides_talk_in_one_thread(town: Town) -> None:
    ann = await town.member("Ann")
    await agent(town)
    await town.tell(ann, SHOP, "Are you open?", "q1")
    await town.answer(await conversation(town), "Until six.")
    mine, theirs = await town.read(ann, SHOP)
    assert (mine.id, mine.author, mine.state, mine.via) == (f"{ann.id}:q1", ann.id, "safe", None)
    assert (theirs.author, theirs.name, theirs.text, theirs.state) == (BUSINESS, "Mara", "Until six.", None)
    [thread] = (await town.direct.threads(ann, "")).threads
    assert (thread.id, thread.title, thread.unread, thread.last) == (SHOP, "The Shop", 1, theirs)


async def test_what_agents_read_is_read(town: Town) -> None:
    ann = await town.member("Ann")
    await town.tell(ann, SHOP, "Hello")
    cursor = await town.direct.cursor()
    await town.run("UPDATE conversation SET unread = 0")
    await town.run(
        "INSERT INTO event (at, kind, conversation_id, body) "
        "SELECT 1, 'conversation.changed', id, '{}' FROM conversation"
    )
    [receipt] = (await town.changes(ann, cursor)).changes
    assert isinstance(receipt, ReceiptChanged)
    [message] = await town.read(ann, SHOP)
    assert (receipt.member, receipt.read, message.state) == (BUSINESS, message.order, "read")


async def test_reading_is_told_to_the_business_and_to_ones_other_devices(town: Town) -> None:
    ann = await town.member("Ann")
    await town.tell(ann, SHOP, "Hello")
    answer = await town.answer(await conversation(town), "Hello")
    cursor = await town.direct.cursor()
    order = (await town.read(ann, SHOP))[-1].order
    await town.direct.received(ann, SHOP, seen=order)
    await town.apply()
    [row] = await town.rows("SELECT state FROM message WHERE id = :id", id=answer)
    assert row["state"] == "read"
    assert ReceiptChanged in [type(each) for each in (await town.changes(ann, cursor)).changes]
    assert (await town.direct.thread(ann, SHOP)).unread == 0


async def test_edits_withdrawals_reactions_and_replies_reach_the_conversation(town: Town) -> None:
    ann = await town.member("Ann")
    first = await town.tell(ann, SHOP, "Helo")
    answer = await town.answer(await conversation(town), "Yes?")
    await town.edit(ann, first, "Hello")
    await town.react(ann, answer, "❤️")
    second = await town.tell(ann, SHOP, "About that", reply_to=answer)
    third = await town.tell(ann, SHOP, "Never mind")
    await town.unsend(ann, third)
    seen = {each.id: each for each in await town.read(ann, SHOP)}
    assert (seen[first].text, seen[first].edited_at is not None) == ("Hello", True)
    assert [(each.emoji, each.members) for each in seen[answer].reactions] == [("❤️", [ann.id])]
    quote = seen[second].reply_to
    assert quote is not None
    assert (quote.id, quote.author, quote.text) == (answer, BUSINESS, "Yes?")
    assert seen[third].unsent


async def test_what_overtakes_its_message_waits_for_it(town: Town) -> None:
    ann = await town.member("Ann")
    await town.edit(ann, f"{ann.id}:late", "Mended")
    await town.tell(ann, SHOP, "Brokn", "late")
    assert await town.texts(ann, SHOP) == ["Mended"]


async def other_address(town: Town, conversation_id: str) -> str:
    """An address on another platform that an agent joined, with a message from there."""
    await town.run(
        "INSERT INTO address (id, contact_id, channel, value, created_at) "
        "SELECT 'adr_ig', contact_id, 'instagram:shop', '77', 0 FROM conversation WHERE id = :id",
        id=conversation_id,
    )
    values: dict[str, Any] = {"id": "msg_ig", "conversation_id": conversation_id, "at": town.clock.ms + 5}
    await town.run(
        "INSERT INTO message (id, conversation_id, direction, author, channel, address_id, external_id, text, at, "
        "stored_at, source, state) VALUES (:id, :conversation_id, 'in', 'contact', 'instagram:shop', 'adr_ig', 'ig1', "
        "'From over there', :at, :at, 'webhook', 'received')",
        **values,
    )
    return "adr_ig"


async def test_only_what_went_over_proven_addresses_is_seen(town: Town) -> None:
    ann = await town.member("Ann")
    await town.tell(ann, SHOP, "Hello")
    address = await other_address(town, await conversation(town))
    assert await town.texts(ann, SHOP) == ["Hello"]
    assert await town.direct.search(ann, "over there", "") == []
    await town.run(
        "INSERT INTO member_address (member_id, address_id, proven_at) VALUES (:m, :a, 0)",
        m=ann.id,
        a=address,
    )
    assert [(each.text, each.via) for each in await town.read(ann, SHOP)] == [
        ("Hello", None),
        ("From over there", "instagram"),
    ]
    assert [each.text for each in await town.direct.search(ann, "over there", SHOP)] == ["From over there"]


async def test_a_reply_shows_nothing_of_what_is_not_seen(town: Town) -> None:
    ann = await town.member("Ann")
    await town.tell(ann, SHOP, "Hello")
    talk = await conversation(town)
    await other_address(town, talk)
    await town.run(
        "INSERT INTO message (id, conversation_id, direction, author, channel, text, at, stored_at, source, state) "
        "VALUES ('msg_note', :talk, 'note', 'agent:mara', '', 'She haggles', 1, 1, 'console', 'stored')",
        talk=talk,
    )
    for hidden in ("msg_note", "msg_ig"):
        await town.tell(ann, SHOP, "What is this?", reply_to=hidden)
        assert (await town.read(ann, SHOP))[-1].reply_to is None


async def test_nobody_sees_or_changes_what_another_wrote(town: Town) -> None:
    ann, eve = await town.member("Ann"), await town.member("Eve")
    first = await town.tell(ann, SHOP, "Private")
    assert await town.read(eve, SHOP) == []
    for attempt in (town.unsend(eve, first), town.edit(eve, first, "Mine")):
        with pytest.raises(TalkError) as refused:
            await attempt
        assert refused.value.status == 403
    await town.react(eve, first, "💥")
    [message] = await town.read(ann, SHOP)
    assert (message.text, message.reactions) == ("Private", [])


async def test_an_answer_is_a_change_with_its_cursor(town: Town) -> None:
    ann, eve = await town.member("Ann"), await town.member("Eve")
    await town.tell(ann, SHOP, "Hello")
    cursor = await town.direct.cursor()
    await town.answer(await conversation(town), "Good day")
    changes = (await town.changes(ann, cursor)).changes
    assert [each.message.text for each in changes if isinstance(each, MessageChanged)] == ["Good day"]
    assert (await town.changes(ann, changes[-1].cursor)).changes == []
    assert (await town.changes(eve, cursor)).changes == []


async def test_a_thread_of_no_channel_is_nobodys(town: Town) -> None:
    ann: Member = await town.member("Ann")
    with pytest.raises(TalkError):
        await town.say(ann, "business:nowhere", "Hello")
    town.adapters.pop(CHANNEL)
    with pytest.raises(TalkError):
        await town.read(ann, SHOP)
