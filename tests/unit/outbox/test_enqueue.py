"""Taking a reply: one transaction, once a key, refused with a reason or durable."""

from typing import Any

import pytest

from holdfast.channels.contract import Attachment
from holdfast.conversations import NewAddress
from holdfast.outbox import NewReply, ReplyRefusedError
from holdfast.outbox.breaker import held_because
from holdfast.outbox.model import TEXT_BYTES_MAX, AnsweredMeanwhileError

IG, SMS = "instagram:shop", "sms:shop"
DAY_SECONDS = 86_400


@pytest.fixture
async def shop(hub: Any) -> Any:
    hub.add(IG)
    hub.add(SMS, text_max=160)
    return hub


async def ann(hub: Any, *, wrote: bool = True, consent: str = "failover") -> str:
    """A conversation with someone who is on Instagram and has a telephone."""
    _, conversation_id = await hub.person(
        NewAddress(channel=IG, value="ann", proof="wrote", consent="reply"),
        NewAddress(channel=SMS, value="+31", proof="confirmed", consent=consent),
    )
    if wrote:
        await hub.run("UPDATE address SET last_in_at = :at WHERE value = 'ann'", at=hub.clock.now_ms())
    return str(conversation_id)


async def refusal(hub: Any, conversation_id: str, text: str = "Hello", **more: Any) -> tuple[str, str]:
    before = await hub.rows("SELECT id FROM message")
    with pytest.raises(ReplyRefusedError) as refused:
        await hub.reply(conversation_id, text, **more)
    assert await hub.rows("SELECT id FROM message") == before, "nothing is stored"
    return refused.value.code, refused.value.field


async def test_who_did_not_see_what_somebody_else_answered_is_asked_first(shop: Any) -> None:
    conversation_id = await ann(shop)
    first = await shop.reply(conversation_id, "I look it up")
    assert await shop.reply(conversation_id, "One moment", seen=first), "one's own answers are no surprise"
    other = NewReply(conversation_id=conversation_id, text="It is in stock", author="agent:jo")
    second = (await shop.outbox.enqueue(other)).message_id
    robot = NewReply(conversation_id=conversation_id, text="We are closed", author="playbook:x", klass="bot")
    await shop.outbox.enqueue(robot)
    assert await refusal(shop, conversation_id, "It is sold out", seen=first) == (
        "answered_meanwhile",
        "seen",
    )
    assert await refusal(shop, conversation_id, "It is sold out", seen="") == ("answered_meanwhile", "seen")
    with pytest.raises(AnsweredMeanwhileError) as refused:
        await shop.reply(conversation_id, "It is sold out", seen=first)
    assert refused.value.message_ids == (second,)
    assert await shop.reply(conversation_id, "It is sold out", seen=second)
    assert await shop.reply(conversation_id, "It is sold out")


async def test_the_same_key_answers_the_same_message_whatever_was_said_since(shop: Any) -> None:
    conversation_id = await ann(shop)
    message_id = await shop.reply(conversation_id, seen="", idempotency_key="one")
    other = NewReply(conversation_id=conversation_id, text="It is in stock", author="agent:jo")
    await shop.outbox.enqueue(other)
    assert await shop.reply(conversation_id, seen="", idempotency_key="one") == message_id


async def test_a_reply_is_message_intent_delivery_lane_and_event_at_once(shop: Any) -> None:
    conversation_id = await ann(shop)
    message_id = await shop.reply(conversation_id, "  We are open  ")
    message = await shop.message(message_id)
    assert (message["direction"], message["author"], message["text"]) == ("out", "agent:mara", "We are open")
    assert (message["state"], message["channel"], message["at"]) == ("waiting", IG, shop.clock.now_ms())
    [delivery] = await shop.deliveries(message_id)
    assert (delivery["state"], delivery["channel"], delivery["position"]) == ("queued", IG, 1)
    lane = await shop.one("SELECT * FROM lane")
    assert (lane["id"], lane["due_at"]) == (delivery["lane"], shop.clock.now_ms())
    assert [event.body["message_id"] for event in await shop.told("message.created")] == [message_id]
    row = await shop.one("SELECT waiting_since, last_preview FROM conversation")
    assert tuple(row) == (None, "We are open")


async def test_a_key_makes_one_message_however_often_it_is_used(shop: Any) -> None:
    conversation_id = await ann(shop)
    reply = NewReply(conversation_id=conversation_id, text="Hi", author="api:x", idempotency_key="k1")
    first = await shop.outbox.enqueue(reply)
    again = await shop.outbox.enqueue(reply)
    assert (first.created, again.created) == (True, False)
    assert first.message_id == again.message_id
    assert len(await shop.rows("SELECT id FROM delivery")) == 1
    await shop.dispatch()
    assert (await shop.outbox.enqueue(reply)).message_id == first.message_id
    await shop.dispatch()
    assert len(shop.adapters[IG].sent) == 1


async def test_a_key_that_was_used_for_something_else_is_refused(shop: Any) -> None:
    conversation_id = await ann(shop)
    await shop.reply(conversation_id, "Hi", idempotency_key="k1")
    assert await refusal(shop, conversation_id, "Other", idempotency_key="k1") == (
        "key_reused",
        "idempotency_key",
    )
    _, other = await shop.person(NewAddress(channel=SMS, value="+32", proof="wrote", consent="failover"))
    assert (await refusal(shop, other, "Hi", idempotency_key="k1"))[0] == "key_reused"


async def test_each_refusal_has_its_reason(shop: Any) -> None:
    conversation_id = await ann(shop)
    assert await refusal(shop, "cnv_none") == ("unknown_conversation", "")
    assert await refusal(shop, conversation_id, " \n\x00 ") == ("empty", "text")
    assert await refusal(shop, conversation_id, "é" * (TEXT_BYTES_MAX // 2 + 1)) == ("too_long", "text")
    assert await refusal(shop, conversation_id, route="email:shop") == ("no_route", "channel")
    shop.clock.move(DAY_SECONDS)
    assert await refusal(shop, conversation_id, route=f"only:{IG}") == ("window_closed", "channel")
    assert await refusal(shop, conversation_id, route=IG) == ("window_closed", "channel")


async def test_without_any_way_there_is_nothing_to_queue(shop: Any) -> None:
    conversation_id = await ann(shop, wrote=False, consent="reply")
    assert await refusal(shop, conversation_id) == ("no_route", "")
    assert (await refusal(shop, conversation_id, route=IG))[0] == "no_route"
    await shop.run("UPDATE address SET consent = 'opted_out'")
    assert (await refusal(shop, conversation_id, route=SMS))[0] == "no_route"


async def test_attachments_need_no_text(shop: Any) -> None:
    conversation_id = await ann(shop)
    picture = Attachment(kind="image", url="https://cdn.example/1")
    message_id = await shop.reply(conversation_id, "", attachments=(picture,))
    await shop.dispatch()
    assert [sent.attachments for sent in shop.adapters[IG].sent] == [(picture,)]
    assert (await shop.message(message_id))["state"] == "sent"


async def test_a_long_text_goes_in_parts_in_order_and_is_sent_when_all_are(shop: Any) -> None:
    conversation_id = await ann(shop)
    text = " ".join(f"word{number}" for number in range(60))
    message_id = await shop.reply(conversation_id, text, route=SMS)
    rows = await shop.deliveries(message_id)
    assert [row["part"] for row in rows] == [1, 2, 3]
    assert " ".join(row["text"] for row in rows) == text
    await shop.dispatch()
    assert [sent.text for sent in shop.adapters[SMS].sent] == [row["text"] for row in rows]
    assert (await shop.message(message_id))["state"] == "sent"


async def test_a_reply_on_a_channel_that_refuses_is_shown_as_held_from_the_beginning(shop: Any) -> None:
    conversation_id = await ann(shop)
    await shop.run(
        "INSERT INTO breaker (channel, state, failures, opened_at, probe_at) VALUES (:c, 'open', 3, 1, :at)",
        c=IG,
        at=shop.clock.now_ms() + 60_000,
    )
    message = await shop.message(await shop.reply(conversation_id))
    assert message["state"] == "held"
    assert message["state_reason"] == held_because("Instagram")


async def test_a_machines_answer_leaves_the_person_waiting_and_expires_sooner(shop: Any) -> None:
    conversation_id = await ann(shop)
    await shop.run("UPDATE conversation SET waiting_since = 5")
    bot = await shop.reply(conversation_id, "Soon", klass="bot")
    assert (await shop.one("SELECT waiting_since FROM conversation"))["waiting_since"] == 5
    assert (await shop.message(bot))["automatic"] == 1
    person = await shop.reply(conversation_id, "Now")
    lives = {
        row["message_id"]: row["expires_at"] - row["created_at"]
        for row in await shop.rows("SELECT * FROM intent")
    }
    assert lives == {bot: 3_600_000, person: 96 * 3_600_000}


async def test_what_an_open_incident_touches_is_put_to_its_account(shop: Any) -> None:
    conversation_id = await ann(shop)
    await shop.run(
        "INSERT INTO incident (id, channel, capabilities, cause, title, state, onset_at, opened_at) "
        "VALUES ('inc_1', :c, '[]', 'platform', 't', 'open', 1, 1)",
        c=IG,
    )
    await shop.run(
        "INSERT INTO incident_component (incident_id, channel, capabilities, cause, cause_since, title, state, "
        "onset_at, joined_at) SELECT id, channel, capabilities, cause, 1, title, state, onset_at, opened_at "
        "FROM incident"
    )
    [delivery] = await shop.deliveries(await shop.reply(conversation_id))
    assert delivery["incident_id"] == "inc_1"
