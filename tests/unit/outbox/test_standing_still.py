"""A node without a recent sign of life: others may be about to take its lanes, so it begins nothing."""

from itertools import chain, repeat
from typing import Any

from holdfast.channels.contract import MessageReceived

IG = "instagram:shop"


async def waiting_reply(hub: Any) -> str:
    hub.add(IG)
    await hub.arrive(IG, MessageReceived("in-1", "ann", hub.clock.now_ms(), "Hi"))
    return await hub.reply((await hub.one("SELECT id FROM conversation"))["id"], "Yes")


async def test_it_claims_nothing(hub: Any) -> None:
    message_id = await waiting_reply(hub)
    hub.looks_fresh = repeat(object=False)
    async with hub.dispatching():
        await hub.quiet()
    assert await hub.rows("SELECT 1 AS found FROM lane WHERE lease_until > 0") == []
    assert (await hub.message(message_id))["state"] == "waiting"
    hub.looks_fresh = repeat(object=True)
    await hub.dispatch()
    assert (await hub.message(message_id))["state"] == "sent"


async def test_what_it_had_claimed_goes_later_and_the_platform_is_not_blamed(hub: Any) -> None:
    message_id = await waiting_reply(hub)
    hub.looks_fresh = chain([True], repeat(object=False))
    async with hub.dispatching():
        await hub.until(lambda: attempted(hub))
    assert (await hub.message(message_id))["state"] == "waiting"
    assert hub.adapters[IG].sent == []
    assert await hub.rows("SELECT id FROM observation WHERE kind = 'send'") == []
    assert await hub.rows("SELECT channel FROM breaker WHERE failures > 0 OR state = 'open'") == []
    hub.looks_fresh = repeat(object=True)
    hub.clock.move(9)
    await hub.dispatch()
    assert (await hub.message(message_id))["state"] == "sent"
    assert len(hub.adapters[IG].sent) == 1


async def attempted(hub: Any) -> bool:
    return bool(await hub.rows("SELECT 1 AS found FROM attempt WHERE outcome = 'Unreachable'"))
