"""Proof that comes late, echoes that are a little off, and messages in parts."""

from typing import Any

import pytest
from tests.unit.outbox.doubt.story import (
    IG,
    TEXT,
    WA,
    behind,
    delivery_of,
    doubtful,
    pass_time,
    sent,
    someone,
    state,
    why,
)

from holdfast.channels.contract import (
    Accepted,
    CannotTell,
    Deferred,
    ErrorClass,
    InDoubt,
    MessageEchoed,
    NotSent,
    ReceiptArrived,
    ReceiptState,
    Rejected,
)


def echo(hub: Any, key: str = "m77", text: str = TEXT) -> MessageEchoed:
    return MessageEchoed(key, "ann", hub.clock.now_ms(), text)


def receipt(delivery: str, told: ReceiptState, external_id: str = "m77") -> ReceiptArrived:
    return ReceiptArrived(f"{external_id}:{told}", told, 1, external_id=external_id, correlation=delivery)


# --- proof that comes late ----------------------------------------------------------------------------


async def test_the_echo_of_what_was_given_up_belongs_to_its_message(shop: Any) -> None:
    message_id = await doubtful(shop)
    await shop.outbox.resolve_doubt(message_id, "give_up", "mara")
    await shop.arrive(IG, echo(shop), echo(shop))
    message = await shop.message(message_id)
    assert (message["state"], message["external_id"]) == ("sent", "m77")
    assert "was sent after all" in message["state_reason"]
    assert len(await shop.thread(message["conversation_id"])) == 2


async def test_a_status_of_what_was_given_up_belongs_to_its_message(shop: Any) -> None:
    message_id = await doubtful(shop, WA)
    await shop.outbox.resolve_doubt(message_id, "give_up", "mara")
    delivery = await delivery_of(shop, message_id)
    await shop.arrive(WA, receipt(delivery["id"], ReceiptState.DELIVERED))
    assert await state(shop, message_id) == "delivered"


async def test_what_was_taken_back_before_it_left_is_not_found_in_anothers_words(shop: Any) -> None:
    shop.adapters[IG].answers = [Deferred(ErrorClass.PLATFORM, "busy", wait_ms=60_000)]
    message_id = await shop.reply(await someone(shop, IG), TEXT)
    await shop.outbox.cancel(message_id, "mara")
    await shop.arrive(IG, echo(shop))
    message = await shop.message(message_id)
    assert message["state"] == "cancelled"
    assert len(await shop.thread(message["conversation_id"])) == 3, "somebody wrote it in the app"


async def sent_twice(shop: Any, channel: str = IG) -> str:
    message_id = await doubtful(shop, channel)
    await shop.outbox.resolve_doubt(message_id, "resend", "mara")
    shop.adapters[channel].answers = [Accepted("m2")]
    await shop.dispatch()
    return message_id


async def test_the_echo_of_a_first_call_after_the_second_is_no_message_of_its_own(shop: Any) -> None:
    message_id = await sent_twice(shop)
    await shop.arrive(IG, echo(shop, "m1"))
    await shop.arrive(IG, echo(shop, "m1"), echo(shop, "m2"))
    message = await shop.message(message_id)
    assert (message["state"], message["external_id"]) == ("sent", "m2")
    assert "took it twice" in message["state_reason"]
    assert len(await shop.thread(message["conversation_id"])) == 2
    await shop.arrive(IG, echo(shop, "m3"))
    assert len(await shop.thread(message["conversation_id"])) == 3, "two calls make two messages, not three"


async def test_the_fate_of_a_first_call_is_not_that_of_the_second(shop: Any) -> None:
    message_id = await sent_twice(shop, WA)
    delivery = await delivery_of(shop, message_id)
    await shop.arrive(WA, receipt(delivery["id"], ReceiptState.FAILED, "m1"))
    assert await state(shop, message_id) == "sent"
    await shop.arrive(WA, receipt(delivery["id"], ReceiptState.DELIVERED, "m2"))
    assert await state(shop, message_id) == "delivered"
    await shop.arrive(WA, receipt(delivery["id"], ReceiptState.SENT, "m1"))
    assert "took it twice" in await why(shop, message_id)


@pytest.mark.parametrize(
    ("told", "shown"), [(ReceiptState.SENT, "failed"), (ReceiptState.DELIVERED, "delivered")]
)
async def test_a_failure_stands_unless_it_was_delivered_after_all(
    shop: Any, told: ReceiptState, shown: str
) -> None:
    message_id = await doubtful(shop, WA)
    delivery = await delivery_of(shop, message_id)
    await shop.arrive(WA, receipt(delivery["id"], ReceiptState.FAILED))
    assert await state(shop, message_id) == "failed"
    await shop.arrive(WA, receipt(delivery["id"], told))
    assert await state(shop, message_id) == shown


# --- messages in parts --------------------------------------------------------------------------------


async def in_parts(shop: Any, *answers: Any) -> str:
    shop.adapters[WA].answers = list(answers)
    text = "The first part now\nand a second part\nand then the third"
    message_id = await shop.reply(await someone(shop, WA), text)
    await shop.dispatch()
    return str(message_id)


async def test_after_a_part_that_is_refused_nothing_more_of_the_message_is_sent(shop: Any) -> None:
    message_id = await in_parts(shop, None, Rejected(ErrorClass.MESSAGE, "Not these words."))
    next_id = await behind(shop)
    await shop.dispatch()
    assert sent(shop, WA) == ["The first part now", "and a second part", "Next"]
    assert [row["state"] for row in await shop.deliveries(message_id)] == ["sent", "rejected", "cancelled"]
    assert await state(shop, message_id) == "failed"
    assert await why(shop, message_id) == "Part 2 of 3: Not these words. Part 1 was sent."
    assert await state(shop, next_id) == "sent"


async def test_a_part_that_fails_later_stops_those_that_wait(shop: Any) -> None:
    message_id = await in_parts(shop, Accepted("m1"), Deferred(ErrorClass.PLATFORM, "busy", wait_ms=60_000))
    first = await delivery_of(shop, message_id)
    failed = ReceiptArrived("k", ReceiptState.FAILED, 1, external_id="m1", reason="No such number.")
    await shop.arrive(WA, failed)
    assert [row["state"] for row in await shop.deliveries(message_id)] == [
        "rejected",
        "cancelled",
        "cancelled",
    ]
    assert await why(shop, message_id) == "Part 1 of 3: No such number."
    assert first["part"] == 1


async def test_a_part_that_is_given_up_takes_the_rest_with_it(shop: Any) -> None:
    message_id = await in_parts(shop, InDoubt("no answer"))
    await shop.outbox.resolve_doubt(message_id, "give_up", "mara")
    await shop.dispatch()
    assert sent(shop, WA) == ["The first part now"]
    assert await state(shop, message_id) == "cancelled"


async def test_an_echo_with_other_quotation_marks_is_still_ours(shop: Any) -> None:
    message_id = await doubtful(shop, text="It's open - come!")
    await shop.arrive(IG, echo(shop, text="It\u2019s open \u2013 come!"))
    message = await shop.message(message_id)
    assert (message["state"], message["external_id"]) == ("sent", "m77")
    assert len(await shop.thread(message["conversation_id"])) == 2


@pytest.mark.parametrize(("behind", "shown"), [(20, "sent"), (400, "in_doubt")])
async def test_a_clock_that_is_wrong_sends_nothing_twice(shop: Any, behind: int, shown: str) -> None:
    """The platform's clock is behind ours, so that what it took seems to be older than our call."""
    message_id = await doubtful(shop)
    at = shop.clock.now_ms() - behind * 1000
    await shop.arrive(IG, MessageEchoed("m77", "ann", at, TEXT))
    shop.adapters[IG].evidence = [NotSent()] * 99
    await pass_time(shop, 300)
    assert (await state(shop, message_id), sent(shop)) == (shown, [TEXT])
    if shown == "in_doubt":
        assert "as if written in the platform's own app" in await why(shop, message_id)


async def test_of_equal_words_an_echo_proves_the_call_that_is_nearest_to_it(shop: Any) -> None:
    first = await doubtful(shop)
    wrote_first = shop.clock.now_ms()
    shop.adapters[IG].evidence = [CannotTell("the record is away")] * 999
    shop.adapters[IG].answers = [InDoubt("no answer in time")]
    second = await behind(shop, TEXT)
    await pass_time(shop, 605)
    assert [await state(shop, each) for each in (first, second)] == ["in_doubt", "in_doubt"]
    started = (await delivery_of(shop, second))["started_at"]
    await shop.arrive(IG, MessageEchoed("m2", "ann", started, TEXT))
    await shop.arrive(IG, MessageEchoed("m1", "ann", wrote_first, TEXT))
    messages = [await shop.message(each) for each in (first, second)]
    assert [message["external_id"] for message in messages] == ["m1", "m2"]
    assert len(await shop.thread(messages[0]["conversation_id"])) == 3, "nobody wrote in the app"


async def test_an_old_echo_that_comes_again_is_no_proof_of_the_same_words(shop: Any) -> None:
    conversation_id = await someone(shop, IG)
    old = MessageEchoed("m1", "ann", shop.clock.now_ms(), TEXT)
    await shop.arrive(IG, old)
    shop.clock.move(20)
    shop.adapters[IG].answers = [InDoubt("no answer")]
    message_id = await shop.reply(conversation_id, TEXT)
    await shop.dispatch()
    await shop.arrive(IG, old)
    assert await state(shop, message_id) == "in_doubt"


async def test_an_echo_that_carries_our_handle_finds_even_what_was_given_up(shop: Any) -> None:
    """As Messenger's do."""
    message_id = await doubtful(shop)
    delivery = await delivery_of(shop, message_id)
    await shop.outbox.resolve_doubt(message_id, "give_up", "mara")
    told = MessageEchoed("m77", "ann", shop.clock.now_ms(), "other words", correlation=delivery["id"])
    await shop.arrive(IG, told)
    assert await state(shop, message_id) == "sent"
