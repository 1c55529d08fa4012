"""Sends whose fate is unknown: what finds them, what proves them, and what a person may decide."""

from typing import Any

import pytest

from holdfast.channels.contract import (
    CannotTell,
    FoundSent,
    InDoubt,
    MessageEchoed,
    MessageReceived,
    NotSent,
    Unreachable,
)
from holdfast.outbox import ReplyRefusedError

IG, SMS = "instagram:shop", "sms:shop"
TEXT = "We are open"


@pytest.fixture
async def shop(hub: Any) -> Any:
    hub.add(IG)
    hub.add(SMS, text_max=160)
    return hub


async def someone(hub: Any, value: str = "ann", channel: str = IG) -> str:
    await hub.arrive(channel, MessageReceived(f"in-{value}", value, hub.clock.now_ms(), "Hi"))
    return str((await hub.one("SELECT id FROM conversation ORDER BY id DESC LIMIT 1"))["id"])


async def doubtful(hub: Any, channel: str = IG) -> str:
    hub.adapters[channel].answers = [InDoubt("timeout")]
    message_id = await hub.reply(await someone(hub, channel=channel), TEXT, route=channel)
    await hub.dispatch()
    return str(message_id)


async def look(hub: Any, seconds: float) -> int:
    hub.clock.move(seconds)
    return int(await hub.outbox.reconciler.look())


async def state(hub: Any, message_id: str) -> str:
    return str((await hub.message(message_id))["state"])


# --- the platform's record --------------------------------------------------------------------------


async def test_the_record_is_asked_only_after_the_echo_had_its_time(shop: Any) -> None:
    await doubtful(shop)
    assert await look(shop, 7.9) == 0
    assert await look(shop, 0.2) == 1
    [query] = shop.adapters[IG].queries
    assert (query.address, query.text, query.known) == ("ann", TEXT, frozenset({"in-ann"}))
    assert (query.earlier, query.heard) == (frozenset(), frozenset({"in-ann"}))


async def test_what_the_record_holds_was_sent_and_is_not_sent_again(shop: Any) -> None:
    message_id = await doubtful(shop)
    shop.adapters[IG].evidence = [FoundSent("m77")]
    await look(shop, 9)
    message = await shop.message(message_id)
    assert (message["state"], message["external_id"], message["state_reason"]) == ("sent", "m77", "")
    await shop.dispatch()
    assert len(shop.adapters[IG].sent) == 1


async def heard(hub: Any, channel: str, latency_ms: int = 0) -> None:
    await hub.run(
        "INSERT INTO observation (channel, capability, kind, result, latency_ms, at) "
        "VALUES (:channel, 'receive', 'arrival', 'ok', :latency_ms, :now)",
        channel=channel,
        latency_ms=latency_ms,
        now=hub.clock.now_ms(),
    )


async def test_absence_is_believed_at_the_second_look_and_then_it_goes_out_again(shop: Any) -> None:
    message_id = await doubtful(shop)
    shop.adapters[IG].evidence = [NotSent(), NotSent()]
    await look(shop, 9)
    assert await state(shop, message_id) == "in_doubt"
    assert await look(shop, 1) == 0, "two looks stand apart"
    await look(shop, 15)
    message = await shop.message(message_id)
    assert (message["state"], "shows it was not sent" in message["state_reason"]) == ("waiting", True)
    await shop.dispatch()
    assert await state(shop, message_id) == "sent"
    assert len(shop.adapters[IG].sent) == 2


async def test_a_look_that_found_it_after_one_that_did_not_is_right(shop: Any) -> None:
    message_id = await doubtful(shop)
    shop.adapters[IG].evidence = [NotSent(), FoundSent("m77")]
    await look(shop, 9)
    await look(shop, 15)
    assert await state(shop, message_id) == "sent"
    assert len(shop.adapters[IG].sent) == 1


async def test_an_echo_between_the_looks_settles_it(shop: Any) -> None:
    message_id = await doubtful(shop)
    shop.adapters[IG].evidence = [NotSent(), NotSent()]
    await look(shop, 9)
    await shop.arrive(IG, MessageEchoed("m77", "ann", shop.clock.now_ms() - 9_000, TEXT))
    assert await look(shop, 60) == 0
    await shop.dispatch()
    assert await state(shop, message_id) == "sent"
    assert len(shop.adapters[IG].sent) == 1


async def test_where_no_record_tells_a_person_is_asked_and_nothing_is_sent_again_by_itself(shop: Any) -> None:
    shop.doubt_policy[SMS] = "ask"
    message_id = await doubtful(shop, SMS)
    for _ in range(10):
        await look(shop, 300)
        await shop.dispatch()
    message = await shop.message(message_id)
    assert message["state"] == "in_doubt"
    assert "person has to say whether to send it again" in message["state_reason"]
    assert len(shop.adapters[SMS].sent) == 1
    assert 4 <= len(shop.adapters[SMS].queries) < 10, "ever more seldom"


async def test_a_channel_that_never_repeats_gives_up_in_the_end_and_says_so(shop: Any) -> None:
    shop.doubt_policy[SMS] = "never"
    message_id = await doubtful(shop, SMS)
    await look(shop, 300)
    assert "It will not be repeated" in (await shop.message(message_id))["state_reason"]
    await look(shop, 901)
    message = await shop.message(message_id)
    assert (message["state"], len(shop.adapters[SMS].sent)) == ("failed", 1)
    assert "not known whether this arrived" in message["state_reason"]


async def test_where_a_repeat_is_folded_it_is_sent_again_with_the_same_identity(shop: Any) -> None:
    shop.doubt_policy[SMS] = "resend"
    message_id = await doubtful(shop, SMS)
    shop.clock.move(9)
    await shop.outbox.reconciler.look()
    await shop.dispatch()
    first, second = shop.adapters[SMS].sent
    assert (first.delivery_id, first.created_at) == (second.delivery_id, second.created_at)
    assert await state(shop, message_id) == "sent"


async def test_a_look_that_fails_is_no_evidence(shop: Any) -> None:
    message_id = await doubtful(shop)
    shop.adapters[IG].evidence = [RuntimeError("a mistake"), CannotTell("cut off"), FoundSent("m77")]
    await look(shop, 9)
    assert await state(shop, message_id) == "in_doubt"
    await look(shop, 400)
    assert await state(shop, message_id) == "in_doubt"
    await look(shop, 500)
    assert await state(shop, message_id) == "sent"


async def test_what_is_matched_already_is_not_taken_for_this_one(shop: Any) -> None:
    conversation_id = await someone(shop)
    await shop.reply(conversation_id, TEXT)
    await shop.dispatch()
    shop.adapters[IG].answers = [InDoubt("timeout")]
    await shop.reply(conversation_id, TEXT)
    await shop.dispatch()
    await look(shop, 9)
    [query] = shop.adapters[IG].queries
    assert query.known == frozenset({"instagram-1", "in-ann"})
    assert query.earlier == frozenset({"instagram-1"})


async def test_a_channel_that_is_gone_cannot_tell(shop: Any) -> None:
    message_id = await doubtful(shop)
    del shop.adapters[IG]
    await look(shop, 9)
    assert await state(shop, message_id) == "in_doubt"


# --- what a kill leaves behind ----------------------------------------------------------------------


async def killed_while_sending(hub: Any) -> str:
    """A process died between marking a delivery and hearing the answer."""
    message_id = await hub.reply(await someone(hub), TEXT)
    now = hub.clock.now_ms()
    await hub.run("UPDATE delivery SET state = 'sending', attempts = 1, started_at = :now", now=now)
    await hub.run(
        "INSERT INTO attempt (delivery_id, number, started_at) SELECT id, 1, :now FROM delivery", now=now
    )
    await hub.run("UPDATE lane SET leased_by = 'gone', lease_until = :until", until=now + 60_000)
    return str(message_id)


async def test_an_interrupted_send_is_in_doubt_once_its_lease_has_run_out(shop: Any) -> None:
    message_id = await killed_while_sending(shop)
    assert await shop.outbox.rescuer.rescue() == 0
    shop.clock.move(60)
    assert await shop.outbox.rescuer.rescue() == 1
    assert await shop.outbox.rescuer.rescue() == 0
    message = await shop.message(message_id)
    assert (message["state"], message["state_reason"].startswith("Holdfast stopped while")) == (
        "in_doubt",
        True,
    )
    attempt = await shop.one("SELECT outcome, detail FROM attempt")
    assert tuple(attempt) == ("InDoubt", "interrupted")


async def test_at_the_start_nothing_waits_for_leases_of_the_dead(shop: Any) -> None:
    message_id = await killed_while_sending(shop)
    await shop.outbox.rescuer.take_over_all()
    assert await state(shop, message_id) == "in_doubt"
    shop.adapters[IG].evidence = [NotSent(), NotSent()]
    await look(shop, 60)
    await look(shop, 60)
    await shop.dispatch()
    assert await state(shop, message_id) == "sent"
    assert len(shop.adapters[IG].sent) == 1


async def test_a_lane_that_nobody_will_wake_is_woken(shop: Any) -> None:
    message_id = await shop.reply(await someone(shop), TEXT)
    await shop.run("UPDATE lane SET due_at = NULL")
    await shop.dispatch()
    assert await state(shop, message_id) == "waiting"
    await shop.outbox.rescuer.rescue()
    await shop.dispatch()
    assert await state(shop, message_id) == "sent"


async def test_a_lane_that_waits_for_proof_is_not_woken(shop: Any) -> None:
    message_id = await doubtful(shop)
    second = await shop.reply((await shop.one("SELECT id FROM conversation"))["id"], "second")
    await shop.run("UPDATE lane SET due_at = NULL")
    await shop.outbox.rescuer.rescue()
    assert (await shop.one("SELECT due_at FROM lane"))["due_at"] is None
    assert (await state(shop, message_id), await state(shop, second)) == ("in_doubt", "waiting")


# --- what a person decides --------------------------------------------------------------------------


async def refused(hub: Any, action: Any) -> str:
    with pytest.raises(ReplyRefusedError) as refusal:
        await action
    return refusal.value.code


async def test_a_person_may_say_that_it_arrived(shop: Any) -> None:
    message_id = await doubtful(shop, SMS)
    await shop.outbox.resolve_doubt(message_id, "sent", "mara")
    assert await state(shop, message_id) == "sent"
    await shop.dispatch()
    assert len(shop.adapters[SMS].sent) == 1


async def test_the_echo_of_what_a_person_called_sent_is_no_second_message(shop: Any) -> None:
    message_id = await doubtful(shop)
    await shop.outbox.resolve_doubt(message_id, "sent", "mara")
    await shop.arrive(IG, MessageEchoed("m77", "ann", shop.clock.now_ms(), TEXT))
    message = await shop.message(message_id)
    assert (message["state"], message["external_id"]) == ("sent", "m77")
    assert len(await shop.thread(message["conversation_id"])) == 2


async def test_a_person_may_have_it_sent_again(shop: Any) -> None:
    message_id = await doubtful(shop, SMS)
    await shop.outbox.resolve_doubt(message_id, "resend", "mara")
    assert "the word of mara" in (await shop.message(message_id))["state_reason"]
    await shop.dispatch()
    assert await state(shop, message_id) == "sent"
    assert len(shop.adapters[SMS].sent) == 2


async def test_a_person_may_give_it_up_and_what_stood_behind_it_goes_on(shop: Any) -> None:
    message_id = await doubtful(shop, SMS)
    behind = await shop.reply((await shop.one("SELECT id FROM conversation"))["id"], "Next", route=SMS)
    await shop.outbox.resolve_doubt(message_id, "give_up", "mara")
    await shop.dispatch()
    message = await shop.message(message_id)
    assert (message["state"], message["state_reason"]) == ("cancelled", "Given up by mara.")
    assert await state(shop, behind) == "sent"


async def test_only_a_doubt_can_be_decided_and_only_in_known_ways(shop: Any) -> None:
    message_id = await doubtful(shop)
    assert await refused(shop, shop.outbox.resolve_doubt(message_id, "perhaps", "mara")) == "bad_decision"
    assert await refused(shop, shop.outbox.resolve_doubt("msg_none", "sent", "mara")) == "not_in_doubt"
    await shop.outbox.resolve_doubt(message_id, "sent", "mara")
    assert await refused(shop, shop.outbox.resolve_doubt(message_id, "resend", "mara")) == "not_in_doubt"


async def test_what_has_not_left_can_be_taken_back(shop: Any) -> None:
    conversation_id = await someone(shop)
    first, second = await shop.reply(conversation_id, "first"), await shop.reply(conversation_id, "second")
    await shop.outbox.cancel(first, "mara")
    await shop.dispatch()
    assert [sent.text for sent in shop.adapters[IG].sent] == ["second"]
    message = await shop.message(first)
    assert (message["state"], message["state_reason"]) == ("cancelled", "Taken back by mara.")
    for message_id in (first, second, "msg_none"):
        assert await refused(shop, shop.outbox.cancel(message_id, "mara")) == "already_sent"


async def test_what_has_left_in_part_cannot_be_taken_back(shop: Any) -> None:
    text = "x" * 159 + " " + "y" * 159
    shop.adapters[SMS].answers = [None, Unreachable("refused")]
    message_id = await shop.reply(await someone(shop, "+31", SMS), text)
    await shop.dispatch()
    assert [row["state"] for row in await shop.deliveries(message_id)] == ["sent", "queued"]
    assert await refused(shop, shop.outbox.cancel(message_id, "mara")) == "already_sent"


async def test_what_is_in_doubt_cannot_be_taken_back(shop: Any) -> None:
    assert await refused(shop, shop.outbox.cancel(await doubtful(shop), "mara")) == "already_sent"
