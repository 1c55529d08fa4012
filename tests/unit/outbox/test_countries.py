"""A country whose networks fail: its messages wait, and those to all others go."""

from typing import Any

import pytest

from holdfast.channels.contract import Accepted, Deferred, ErrorClass, MessageReceived, Outcome, Outgoing
from holdfast.outbox.breaker import BreakerState

SMS = "sms:shop"


@pytest.fixture
async def shop(hub: Any) -> Any:
    hub.add(SMS)
    return hub


async def someone(hub: Any, value: str, channel: str) -> str:
    await hub.arrive(channel, MessageReceived(f"in-{value}", value, hub.clock.now_ms(), "Hi"))
    row = await hub.one(
        "SELECT v.id FROM conversation v JOIN address a ON a.contact_id = v.contact_id WHERE a.value = :value",
        value=value,
    )
    return str(row["id"])


async def test_a_country_that_fails_holds_no_other(shop: Any) -> None:
    async def but_brazil(outgoing: Outgoing) -> Outcome:
        if outgoing.address.startswith("+55"):
            return Deferred(ErrorClass.PLATFORM, "no route to the network")
        return Accepted(f"sms-{outgoing.delivery_id}")

    shop.adapters[SMS].answer = but_brazil
    brazil = [await someone(shop, f"+55119876543{number:02}", SMS) for number in range(6)]
    others = [await someone(shop, f"+1415555{number:04}", SMS) for number in range(2671, 2677)]
    held, sent = [], []
    for there, here in zip(brazil, others, strict=True):
        held.append(await shop.reply(there, "text", route=SMS))
        sent.append(await shop.reply(here, "text", route=SMS))
        await shop.dispatch()
        shop.clock.move(1)
    for _ in range(20):
        shop.clock.move(5)
        await shop.dispatch()
    assert {(await shop.message(each))["state"] for each in sent} == {"sent"}
    assert {(await shop.message(each))["state"] for each in held} == {"waiting"}
    late = await shop.reply(others[0], "and another", route=SMS)
    await shop.dispatch()
    assert (await shop.message(late))["state"] == "sent", "at once, while Brazil is tried again and again"
    shop.adapters[SMS].answer = None
    shop.clock.move(600)
    await shop.dispatch()
    assert {(await shop.message(each))["state"] for each in held} == {"sent"}


async def test_where_everything_fails_the_last_country_that_worked_excuses_nothing(shop: Any) -> None:
    shop.adapters[SMS].answer = Deferred(ErrorClass.PLATFORM, "down")
    for number in range(4):
        await shop.reply(await someone(shop, f"+1415555{2671 + number}", SMS), "text", route=SMS)
        await shop.reply(await someone(shop, f"+55119876543{number:02}", SMS), "text", route=SMS)
    await shop.dispatch()
    assert (await shop.outbox.breakers())[SMS].state is BreakerState.OPEN
