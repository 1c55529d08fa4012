"""Whatever speaks of a send, in whatever order: one message, one effect, states that only go forward."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import permutations
from typing import Any

import pytest

from holdfast.channels.contract import (
    Accepted,
    Deferred,
    ErrorClass,
    InDoubt,
    MessageEchoed,
    MessageReceived,
    Outcome,
    Outgoing,
    ReactionChanged,
    ReceiptArrived,
    ReceiptState,
    Rejected,
)

IG, SMS = "instagram:shop", "sms:shop"
EXTERNAL = "platform-77"
TEXT = "We are open"
TURNS_MAX = 400


@pytest.fixture
async def shop(hub: Any) -> Any:
    hub.add(IG, echoes=True)
    hub.add(SMS, receipts=True)
    return hub


async def someone(hub: Any, channel: str, value: str = "ann") -> str:
    await hub.arrive(channel, MessageReceived(f"in-{channel}-{value}", value, hub.clock.now_ms(), "Hi"))
    row = await hub.one(
        "SELECT v.id FROM conversation v JOIN address a ON a.contact_id = v.contact_id "
        "WHERE a.channel = :channel AND a.value = :value",
        channel=channel,
        value=value,
    )
    return str(row["id"])


class Held:
    """A platform's answer that a test gives when it wants."""

    def __init__(self, outcome: Outcome) -> None:
        self._outcome = outcome
        self.asked = asyncio.Event()
        self.given = asyncio.Event()

    async def __call__(self, outgoing: Outgoing) -> Outcome:
        self.asked.set()
        await self.given.wait()
        return self._outcome


Step = Callable[[], Awaitable[object]]


async def in_order(
    hub: Any, channel: str, answer: Outcome, names: tuple[str, ...], steps: dict[str, Step]
) -> Any:
    """One send, of which the named things happen in the given order, each of them twice; its message."""
    conversation_id = await someone(hub, channel)
    held = Held(answer)
    hub.adapters[channel].answers = [held]
    message_id = await hub.reply(conversation_id, TEXT, route=channel)
    async with hub.dispatching():
        await hub.until(lambda: _is_set(held.asked))
        for name in names:
            if name == "answer":
                held.given.set()
                await hub.until(lambda: _unleased(hub))
            else:
                await steps[name]()
                await steps[name]()
    assert len(hub.adapters[channel].sent) == 1
    assert [row["text"] for row in await hub.thread(conversation_id)] == ["Hi", TEXT]
    return await hub.message(message_id)


async def _is_set(event: asyncio.Event) -> bool:
    return event.is_set()


async def _unleased(hub: Any) -> bool:
    return not await hub.rows("SELECT id FROM lane WHERE lease_until > 0")


def proofs(hub: Any, channel: str, *, correlation: str = "") -> dict[str, Step]:
    async def receipt(state: ReceiptState) -> None:
        handle = correlation and (await hub.one("SELECT id FROM delivery"))["id"]
        event = ReceiptArrived(
            key=f"{state}-1", state=state, at=hub.clock.now_ms(), external_id=EXTERNAL, correlation=handle
        )
        await hub.arrive(channel, event)

    async def echo() -> None:
        event = MessageEchoed(external_id=EXTERNAL, address="ann", at=hub.clock.now_ms(), text=TEXT)
        await hub.arrive(channel, event)

    return {
        "echo": echo,
        "delivered": lambda: receipt(ReceiptState.DELIVERED),
        "read": lambda: receipt(ReceiptState.READ),
        "sent": lambda: receipt(ReceiptState.SENT),
    }


@pytest.mark.parametrize("names", list(permutations(["answer", "echo", "delivered", "read"])), ids=" ".join)
@pytest.mark.parametrize("answer", [Accepted(EXTERNAL), InDoubt("timeout")], ids=["accepted", "no answer"])
async def test_answer_echo_and_receipts_lead_to_the_same_end_in_every_order(
    shop: Any, names: tuple[str, ...], answer: Outcome
) -> None:
    message = await in_order(shop, IG, answer, names, proofs(shop, IG))
    assert (message["state"], message["external_id"]) == ("read", EXTERNAL)
    assert await shop.rows("SELECT id FROM parked_event") == []


@pytest.mark.parametrize("names", list(permutations(["answer", "sent", "delivered"])), ids=" ".join)
@pytest.mark.parametrize("answer", [Accepted(EXTERNAL), InDoubt("timeout")], ids=["accepted", "no answer"])
async def test_a_receipt_with_our_own_handle_is_proof_without_an_answer(
    shop: Any, names: tuple[str, ...], answer: Outcome
) -> None:
    message = await in_order(shop, SMS, answer, names, proofs(shop, SMS, correlation="ours"))
    assert (message["state"], message["external_id"]) == ("delivered", EXTERNAL)


async def test_without_any_proof_nothing_is_shown_as_sent(shop: Any) -> None:
    message = await in_order(shop, IG, InDoubt("timeout"), ("answer",), {})
    assert message["state"] == "in_doubt"
    assert "no answer came. Timeout." in message["state_reason"]


async def test_states_never_go_back(shop: Any) -> None:
    steps = proofs(shop, IG)
    message = await in_order(shop, IG, Accepted(EXTERNAL), ("answer", "read"), steps)
    await steps["delivered"]()
    await steps["sent"]()
    await steps["echo"]()
    assert (await shop.message(message["id"]))["state"] == "read"


async def test_a_read_receipt_covers_what_was_sent_before_it(shop: Any) -> None:
    conversation_id = await someone(shop, IG)
    ids = [await shop.reply(conversation_id, text) for text in ("one", "two", "three")]
    await shop.dispatch()
    read = ReceiptArrived(key="r", state=ReceiptState.READ, at=1, external_id="instagram-2")
    await shop.arrive(IG, read)
    assert [(await shop.message(each))["state"] for each in ids] == ["read", "read", "sent"]
    delivered = ReceiptArrived(key="d", state=ReceiptState.DELIVERED, at=1, external_id="instagram-3")
    await shop.arrive(IG, delivered)
    assert [(await shop.message(each))["state"] for each in ids] == ["read", "read", "delivered"]


async def test_a_read_receipt_covers_nothing_that_was_not_sent(shop: Any) -> None:
    conversation_id = await someone(shop, IG)
    shop.adapters[IG].answers = [Rejected(ErrorClass.MESSAGE, "too odd")]
    refused = await shop.reply(conversation_id, "refused")
    taken_back = await shop.reply(conversation_id, "taken back")
    await shop.outbox.cancel(taken_back, "mara")
    sent = await shop.reply(conversation_id, "sent")
    await shop.dispatch()
    behind = await shop.reply(conversation_id, "behind")
    await shop.arrive(IG, ReceiptArrived(key="r", state=ReceiptState.READ, at=1, external_id="instagram-2"))
    states = [(await shop.message(each))["state"] for each in (refused, taken_back, sent, behind)]
    assert states == ["failed", "cancelled", "read", "waiting"]


async def test_a_platform_that_fails_later_is_believed_until_there_is_proof_of_delivery(shop: Any) -> None:
    conversation_id = await someone(shop, SMS)
    ids = [await shop.reply(conversation_id, text) for text in ("one", "two")]
    await shop.dispatch()
    delivered = ReceiptArrived(key="d", state=ReceiptState.DELIVERED, at=1, external_id="sms-2")
    await shop.arrive(SMS, delivered)
    for number in (1, 2):
        failed = ReceiptArrived(
            key=f"f{number}",
            state=ReceiptState.FAILED,
            at=2,
            external_id=f"sms-{number}",
            reason="No such number.",
        )
        await shop.arrive(SMS, failed)
    rows = [await shop.message(each) for each in ids]
    states = [(row["state"], row["state_reason"]) for row in rows]
    assert states == [("failed", "No such number."), ("delivered", "")]


async def test_a_receipt_of_another_channel_settles_nothing(shop: Any) -> None:
    message = await in_order(shop, IG, Accepted(EXTERNAL), ("answer",), {})
    delivery = await shop.one("SELECT id FROM delivery")
    stray = ReceiptArrived(
        key="x", state=ReceiptState.READ, at=1, external_id=EXTERNAL, correlation=delivery["id"]
    )
    await shop.arrive(SMS, stray)
    assert (await shop.message(message["id"]))["state"] == "sent"


async def test_an_echo_of_the_same_words_to_someone_else_settles_nothing(shop: Any) -> None:
    message = await in_order(shop, IG, InDoubt("timeout"), ("answer",), {})
    for number, (address, text) in enumerate((("ben", TEXT), ("ann", "Other words"))):
        await shop.arrive(IG, MessageEchoed(f"foreign-{number}", address, shop.clock.now_ms(), text))
    assert (await shop.message(message["id"]))["state"] == "in_doubt"


async def test_patience_asked_for_with_one_person_is_no_evidence_against_the_channel(shop: Any) -> None:
    conversation_id = await someone(shop, IG)
    shop.adapters[IG].answers = [Deferred(ErrorClass.THROTTLED, "Too many to this person", wait_ms=9_000)]
    message_id = await shop.reply(conversation_id, TEXT)
    await shop.dispatch()
    assert (await shop.message(message_id))["state"] == "waiting"
    assert await shop.rows("SELECT id FROM observation WHERE kind = 'send'") == []


async def test_an_echo_in_other_words_that_overtakes_the_answer_becomes_its_message(shop: Any) -> None:
    """A platform may change what it was given so far that only its answer tells whose echo that was."""

    async def strange_echo() -> None:
        await shop.arrive(IG, MessageEchoed(EXTERNAL, "ann", shop.clock.now_ms(), "Quite other words"))
        await shop.arrive(
            IG, ReactionChanged(key="r1", external_id=EXTERNAL, address="ann", at=1, emoji="heart")
        )

    steps: dict[str, Step] = {"echo": strange_echo}
    message = await in_order(shop, IG, Accepted(EXTERNAL), ("echo", "answer"), steps)
    assert (message["state"], message["external_id"]) == ("sent", EXTERNAL)
    assert [tuple(row) for row in await shop.rows("SELECT message_id, emoji FROM reaction")] == [
        (message["id"], "heart")
    ]


async def test_an_echo_from_before_the_send_settles_nothing(shop: Any) -> None:
    conversation_id = await someone(shop, IG)
    old = shop.clock.now_ms()
    shop.clock.move(60)
    shop.adapters[IG].answers = [InDoubt("timeout")]
    message_id = await shop.reply(conversation_id, TEXT)
    await shop.dispatch()
    await shop.arrive(IG, MessageEchoed("foreign", "ann", old, TEXT))
    assert (await shop.message(message_id))["state"] == "in_doubt"
    assert len(await shop.thread(conversation_id)) == 3


async def test_a_reaction_that_overtakes_the_answer_has_its_effect(shop: Any) -> None:
    async def react() -> None:
        event = ReactionChanged(key="r1", external_id=EXTERNAL, address="ann", at=1, emoji="heart")
        await shop.arrive(IG, event)

    message = await in_order(shop, IG, Accepted(EXTERNAL), ("react", "answer"), {"react": react})
    assert [tuple(row) for row in await shop.rows("SELECT message_id, emoji FROM reaction")] == [
        (message["id"], "heart")
    ]


async def test_proof_that_comes_after_the_decision_to_send_again_prevents_it(shop: Any) -> None:
    conversation_id = await someone(shop, IG)
    shop.adapters[IG].answers = [Deferred(ErrorClass.PLATFORM, "busy")]
    message_id = await shop.reply(conversation_id, TEXT)
    await shop.dispatch()
    assert (await shop.message(message_id))["state"] == "waiting"
    await shop.arrive(IG, MessageEchoed(EXTERNAL, "ann", shop.clock.now_ms(), TEXT))
    shop.clock.move(600)
    await shop.dispatch()
    assert (await shop.message(message_id))["state"] == "sent"
    assert len(shop.adapters[IG].sent) == 1


async def test_a_receipt_with_our_handle_prevents_sending_again(shop: Any) -> None:
    conversation_id = await someone(shop, SMS)
    shop.adapters[SMS].answers = [Deferred(ErrorClass.PLATFORM, "busy")]
    message_id = await shop.reply(conversation_id, TEXT)
    await shop.dispatch()
    [delivery] = await shop.deliveries(message_id)
    receipt = ReceiptArrived(
        key="d", state=ReceiptState.DELIVERED, at=1, external_id="SM1", correlation=delivery["id"]
    )
    await shop.arrive(SMS, receipt)
    shop.clock.move(600)
    await shop.dispatch()
    assert (await shop.message(message_id))["state"] == "delivered"
    assert len(shop.adapters[SMS].sent) == 1


async def test_each_attempt_is_written_down_with_its_outcome(shop: Any) -> None:
    conversation_id = await someone(shop, SMS)
    shop.adapters[SMS].answers = [
        Deferred(ErrorClass.PLATFORM, "busy"),
        Deferred(ErrorClass.THROTTLED, "slow down", wait_ms=90_000),
    ]
    message_id = await shop.reply(conversation_id, TEXT)
    await shop.dispatch()
    shop.clock.move(10)
    await shop.dispatch()
    [delivery] = await shop.deliveries(message_id)
    assert delivery["next_at"] == shop.clock.now_ms() + 90_000, "as long as the platform asked"
    shop.clock.move(90)
    await shop.dispatch()
    rows = await shop.rows("SELECT number, outcome, detail FROM attempt ORDER BY number")
    assert [tuple(row) for row in rows] == [
        (1, "Deferred", "busy"),
        (2, "Deferred", "slow down"),
        (3, "Accepted", "sms-3"),
    ]
    assert (await shop.message(message_id))["state"] == "sent"


async def test_a_refusal_of_the_message_is_final_and_no_evidence_against_the_channel(shop: Any) -> None:
    conversation_id = await someone(shop, SMS)
    shop.adapters[SMS].answer = Rejected(ErrorClass.RECIPIENT, "no such number")
    for number in range(5):
        message_id = await shop.reply(conversation_id, f"try {number}")
        await shop.dispatch()
        message = await shop.message(message_id)
        assert (message["state"], message["state_reason"]) == ("failed", "no such number")
    assert (await shop.outbox.breakers()).get(SMS) is None
