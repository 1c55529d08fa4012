"""What neutral events do to conversations, in every order in which platforms deliver them."""

from itertools import permutations
from typing import Any

import msgspec
import pytest

from holdfast.channels.contract import (
    Attachment,
    ConsentWithdrawn,
    InboundEvent,
    MessageEchoed,
    MessageEdited,
    MessageReceived,
    MessageUnsent,
    ReactionChanged,
    ReceiptArrived,
    ReceiptState,
)
from holdfast.conversations import NewAddress
from holdfast.conversations.model import LATE_AFTER_MS
from holdfast.work import Decision

IG = "instagram:shop"
SMS = "sms:shop"
ANN = "900100"


@pytest.fixture
async def shop(hub: Any) -> Any:
    hub.add(IG)
    hub.add(SMS)
    return hub


def wrote(
    hub: Any, external_id: str = "m1", text: str = "Hi", *, ago_ms: int = 0, **more: Any
) -> MessageReceived:
    values = {"external_id": external_id, "address": ANN, "at": hub.clock.now_ms() - ago_ms, "text": text}
    return MessageReceived(**{**values, **more})


async def thread_of(hub: Any, channel: str = IG, value: str = ANN) -> list[Any]:
    rows = await hub.rows(
        "SELECT m.* FROM message m JOIN address a ON a.id = m.address_id "
        "WHERE a.channel = :channel AND a.value = :value ORDER BY m.at, m.id",
        channel=channel,
        value=value,
    )
    return list(rows)


async def test_a_first_message_makes_a_person_with_a_proven_address_and_a_conversation(shop: Any) -> None:
    seq = await shop.arrive(IG, wrote(shop, name="Ann", text="Is it open?"))
    [message] = await thread_of(shop)
    assert (message["direction"], message["author"], message["text"]) == ("in", "contact", "Is it open?")
    assert (message["state"], message["late"], message["spool_seq"]) == ("received", 0, seq)
    address = await shop.one("SELECT * FROM address WHERE value = :value", value=ANN)
    assert (address["proof"], address["consent"], address["last_in_at"]) == ("wrote", "reply", message["at"])
    conversation = await shop.one("SELECT * FROM conversation")
    assert (conversation["unread"], conversation["waiting_since"]) == (1, message["at"])
    assert (conversation["last_preview"], conversation["last_channel"]) == ("Is it open?", IG)
    assert (await shop.one("SELECT name FROM contact"))["name"] == "Ann"
    assert [event.body for event in await shop.told("message.received")] == [
        {"message_id": message["id"], "channel": IG}
    ]


async def test_the_same_message_is_stored_once_however_it_comes_again(shop: Any) -> None:
    message = wrote(shop)
    await shop.arrive(IG, message)
    await shop.arrive(IG, message)
    await shop.arrive(IG, message, message)
    await shop.arrive(IG, message, source="history")
    assert len(await thread_of(shop)) == 1
    assert (await shop.one("SELECT unread FROM conversation"))["unread"] == 1
    assert len(await shop.told("message.received")) == 1


async def test_the_same_id_on_another_channel_is_another_message(shop: Any) -> None:
    await shop.arrive(IG, wrote(shop))
    await shop.arrive(SMS, wrote(shop))
    assert len(await shop.rows("SELECT id FROM message")) == 2
    assert len(await shop.rows("SELECT id FROM contact")) == 2, (
        "channels are joined by people, never by likeness"
    )


async def test_a_message_that_was_long_on_its_way_stands_in_order_and_is_marked(shop: Any) -> None:
    await shop.arrive(IG, wrote(shop, "m2", "second"))
    await shop.arrive(IG, wrote(shop, "m1", "first", ago_ms=LATE_AFTER_MS + 1))
    await shop.arrive(IG, wrote(shop, "m3", "just in time", ago_ms=LATE_AFTER_MS), lag_ms=0)
    thread = await thread_of(shop)
    assert [(row["text"], row["late"]) for row in thread] == [
        ("first", 1),
        ("just in time", 0),
        ("second", 0),
    ]
    conversation = await shop.one("SELECT * FROM conversation")
    assert (conversation["last_preview"], conversation["last_at"]) == ("second", thread[-1]["at"])


async def test_a_webhook_after_the_history_tells_the_place_within_the_second(shop: Any) -> None:
    now = shop.clock.now_ms() // 1000 * 1000
    await shop.arrive(IG, wrote(shop, "m2", "second", at=now), source="history")
    await shop.arrive(IG, wrote(shop, "m1", "first", at=now + 200))
    await shop.arrive(IG, wrote(shop, "m2", "second", at=now + 500))
    await shop.arrive(IG, wrote(shop, "m1", "first", at=now + 900))
    assert [(row["text"], row["at"] - now) for row in await thread_of(shop)] == [
        ("first", 200),
        ("second", 500),
    ]
    assert len(await shop.told("message.changed")) == 1


async def test_one_envelope_may_hold_several_messages_of_several_people(shop: Any) -> None:
    await shop.arrive(IG, wrote(shop, "a"), wrote(shop, "b", address="900200"), wrote(shop, "c"))
    assert len(await thread_of(shop)) == 2
    assert len(await thread_of(shop, value="900200")) == 1


async def test_attachments_are_kept_and_stand_in_for_a_missing_text(shop: Any) -> None:
    picture = Attachment(kind="image", url="https://cdn.example/1")
    await shop.arrive(IG, wrote(shop, text="", attachments=(picture,), reply_to="m0"))
    [message] = await thread_of(shop)
    assert msgspec.json.decode(message["attachments"], type=list[Attachment]) == [picture]
    assert msgspec.json.decode(message["details"])["reply_to"] == "m0"
    assert (await shop.one("SELECT last_preview FROM conversation"))["last_preview"] == "[image]"


async def test_an_unproven_sender_proves_nothing_but_is_heard(shop: Any) -> None:
    await shop.arrive(IG, wrote(shop, proven=False))
    [message] = await thread_of(shop)
    assert "not proven" in message["state_reason"]
    address = await shop.one("SELECT * FROM address")
    assert address["proof"] is None
    await shop.arrive(IG, wrote(shop, "m2"))
    assert (await shop.one("SELECT proof FROM address"))["proof"] == "wrote"


async def test_a_resolved_conversation_opens_again_when_the_person_writes(shop: Any) -> None:
    await shop.arrive(IG, wrote(shop))
    conversation = await shop.one("SELECT id FROM conversation")
    await shop.work.decide([conversation["id"]], Decision(status="resolved"), "agent:mara")
    await shop.conversations.mark_read(conversation["id"])
    await shop.arrive(IG, wrote(shop, "m2"))
    after = await shop.one("SELECT status, unread FROM conversation")
    assert tuple(after) == ("open", 1)


def changes(at: int) -> dict[str, InboundEvent]:
    return {
        "edit": MessageEdited(key="e1", external_id="m1", at=at + 1, text="Hello"),
        "later edit": MessageEdited(key="e2", external_id="m1", at=at + 2, text="Hello!"),
        "reaction": ReactionChanged(key="r1", external_id="m1", address=ANN, at=at + 1, emoji="x"),
        "later reaction": ReactionChanged(key="r2", external_id="m1", address=ANN, at=at + 2, emoji="y"),
    }


@pytest.mark.parametrize("names", list(permutations(["message", "edit", "later edit"])), ids=" then ".join)
async def test_edits_end_at_the_newest_text_in_every_order(shop: Any, names: tuple[str, ...]) -> None:
    message = wrote(shop)
    events = {"message": message, **changes(message.at)}
    for name in (*names, *names):
        await shop.arrive(IG, events[name])
    [row] = await thread_of(shop)
    assert (row["text"], row["edited_at"]) == ("Hello!", message.at + 2)


@pytest.mark.parametrize(
    "names", list(permutations(["message", "reaction", "later reaction"])), ids=" then ".join
)
async def test_a_reaction_ends_at_the_newest_in_every_order(shop: Any, names: tuple[str, ...]) -> None:
    message = wrote(shop)
    events = {"message": message, **changes(message.at)}
    for name in (*names, *names):
        await shop.arrive(IG, events[name])
    assert [row["emoji"] for row in await shop.rows("SELECT emoji FROM reaction")] == ["y"]


@pytest.mark.parametrize("names", list(permutations(["message", "edit", "unsend"])), ids=" then ".join)
async def test_what_a_person_took_back_is_gone_in_every_order(shop: Any, names: tuple[str, ...]) -> None:
    message = wrote(shop, attachments=(Attachment(kind="image", url="https://cdn.example/1"),))
    unsend = MessageUnsent(key="u1", external_id="m1", at=message.at + 5)
    events = {"message": message, "unsend": unsend, **changes(message.at)}
    for name in (*names, *names):
        await shop.arrive(IG, events[name])
    [row] = await thread_of(shop)
    assert (row["text"], row["attachments"], row["unsent_at"]) == ("", "[]", message.at + 5)


async def test_a_reaction_is_taken_back(shop: Any) -> None:
    message = wrote(shop)
    await shop.arrive(IG, message, changes(message.at)["reaction"])
    await shop.arrive(IG, ReactionChanged(key="r9", external_id="m1", address=ANN, at=message.at + 9))
    assert (await shop.one("SELECT emoji FROM reaction"))["emoji"] == ""


async def test_what_waits_for_a_message_waits_once_and_only_on_its_channel(shop: Any) -> None:
    early = MessageEdited(key="e1", external_id="m1", at=shop.clock.now_ms() + 1, text="Hello")
    await shop.arrive(IG, early)
    await shop.arrive(IG, early)
    assert len(await shop.rows("SELECT id FROM parked_event")) == 1
    await shop.arrive(SMS, wrote(shop))
    assert (await thread_of(shop, SMS))[0]["text"] == "Hi"
    await shop.arrive(IG, wrote(shop))
    assert (await thread_of(shop))[0]["text"] == "Hello"
    assert await shop.rows("SELECT id FROM parked_event") == []


async def test_a_receipt_for_a_message_we_do_not_know_yet_waits(shop: Any) -> None:
    receipt = ReceiptArrived(key="d1", state=ReceiptState.DELIVERED, at=1, external_id="instagram-1")
    await shop.arrive(IG, receipt)
    assert len(await shop.rows("SELECT id FROM parked_event")) == 1


async def test_what_was_written_in_the_platforms_own_app_joins_the_thread_and_answers(shop: Any) -> None:
    await shop.arrive(IG, wrote(shop))
    echo = MessageEchoed(external_id="e1", address=ANN, at=shop.clock.now_ms() + 1, text="From the app")
    await shop.arrive(IG, echo)
    await shop.arrive(IG, echo)
    thread = await thread_of(shop)
    assert [(row["direction"], row["author"]) for row in thread] == [("in", "contact"), ("out", "platform")]
    assert (thread[1]["state"], thread[1]["text"]) == ("sent", "From the app")
    assert (await shop.one("SELECT waiting_since FROM conversation"))["waiting_since"] is None


async def test_an_echo_of_our_own_send_is_no_second_message(shop: Any) -> None:
    await shop.arrive(IG, wrote(shop))
    conversation = await shop.one("SELECT id FROM conversation")
    await shop.reply(conversation["id"], "We are open")
    await shop.dispatch()
    echo = MessageEchoed(external_id="instagram-1", address=ANN, at=shop.clock.now_ms(), text="We are open")
    await shop.arrive(IG, echo)
    assert [row["text"] for row in await thread_of(shop)] == ["Hi", "We are open"]


async def test_an_echo_to_someone_who_never_wrote_begins_a_conversation_that_is_no_proof(shop: Any) -> None:
    echo = MessageEchoed(external_id="e1", address="900900", at=shop.clock.now_ms(), text="Hello you")
    await shop.arrive(IG, echo)
    [row] = await thread_of(shop, value="900900")
    assert row["direction"] == "out"
    address = await shop.one("SELECT * FROM address")
    assert address["last_in_at"] is None
    assert address["proof"] is None


async def test_whoever_asks_not_to_be_written_to_is_not_and_may_return(shop: Any) -> None:
    await shop.arrive(SMS, wrote(shop))
    at = shop.clock.now_ms()
    await shop.arrive(SMS, ConsentWithdrawn(key="s1", address=ANN, at=at + 1))
    assert (await shop.one("SELECT consent FROM address"))["consent"] == "opted_out"
    await shop.arrive(SMS, wrote(shop, "m2"))
    assert (await shop.one("SELECT consent FROM address"))["consent"] == "opted_out"
    await shop.arrive(SMS, ConsentWithdrawn(key="s2", address=ANN, at=at + 2, returned=True))
    await shop.arrive(SMS, ConsentWithdrawn(key="s1", address=ANN, at=at + 1))
    assert (await shop.one("SELECT consent FROM address"))["consent"] == "reply"


async def test_a_return_that_is_older_than_the_withdrawal_changes_nothing(shop: Any) -> None:
    await shop.arrive(SMS, wrote(shop))
    at = shop.clock.now_ms()
    await shop.arrive(SMS, ConsentWithdrawn(key="s2", address=ANN, at=at + 2))
    await shop.arrive(SMS, ConsentWithdrawn(key="s1", address=ANN, at=at + 1, returned=True))
    assert (await shop.one("SELECT consent FROM address"))["consent"] == "opted_out"


async def test_someone_unknown_may_ask_not_to_be_written_to(shop: Any) -> None:
    await shop.arrive(SMS, ConsentWithdrawn(key="s1", address="+3161", at=shop.clock.now_ms()))
    assert (await shop.one("SELECT consent FROM address"))["consent"] == "opted_out"


async def test_a_known_address_is_found_again_and_a_given_name_is_kept(shop: Any) -> None:
    contact_id, _ = await shop.person(
        NewAddress(channel=IG, value=ANN, proof="confirmed", consent="failover"), name="Ann Example"
    )
    await shop.arrive(IG, wrote(shop, name="ann_93"))
    address = await shop.one("SELECT * FROM address")
    assert (address["contact_id"], address["name"], address["consent"]) == (contact_id, "ann_93", "failover")
    assert address["proof"] == "confirmed"
    assert (await shop.one("SELECT name FROM contact"))["name"] == "Ann Example"
