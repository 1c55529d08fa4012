"""Lanes: order within one, many at once, and nothing leaves before it is written down that it does."""

import asyncio
from typing import Any

import pytest

from holdfast.channels.contract import (
    Accepted,
    Capability,
    Deferred,
    ErrorClass,
    MessageReceived,
    Outcome,
    Outgoing,
    ProbeResult,
    Scope,
    Sending,
    Throttle,
    Unreachable,
)
from holdfast.outbox.rounds import LANES_BEGUN
from holdfast.storage import StoreUnavailableError

IG, SMS, MAIL = "instagram:shop", "sms:shop", "email:shop"


@pytest.fixture
async def shop(hub: Any) -> Any:
    for channel in (IG, SMS):
        hub.add(channel)
    hub.add(MAIL, threaded=True)
    return hub


async def someone(hub: Any, value: str = "ann", channel: str = IG) -> str:
    await hub.arrive(channel, MessageReceived(f"in-{channel}-{value}", value, hub.clock.now_ms(), "Hi"))
    row = await hub.one(
        "SELECT v.id FROM conversation v JOIN address a ON a.contact_id = v.contact_id "
        "WHERE a.channel = :channel AND a.value = :value",
        channel=channel,
        value=value,
    )
    return str(row["id"])


class Platform:
    """Holds every send until it is let go, and counts how many are there at once."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.inside = 0
        self.most = 0
        self.by_address: dict[str, int] = {}

    async def __call__(self, outgoing: Outgoing) -> Outcome:
        self.inside += 1
        self.most = max(self.most, self.inside)
        mine = self.by_address[outgoing.address] = self.by_address.get(outgoing.address, 0) + 1
        assert mine == 1, "two sends to one person at once"
        await self.open.wait()
        self.inside -= 1
        self.by_address[outgoing.address] -= 1
        return Accepted(f"ext-{outgoing.delivery_id}")

    async def holds(self, count: int) -> bool:
        return self.inside == count


def texts(hub: Any, channel: str = IG) -> list[str]:
    return [sent.text for sent in hub.adapters[channel].sent]


async def test_messages_to_one_person_leave_one_by_one_in_the_order_of_writing(shop: Any) -> None:
    platform = shop.adapters[IG].answer = Platform()
    conversation_id = await someone(shop)
    for number in range(6):
        await shop.reply(conversation_id, f"text {number}")
    async with shop.dispatching():
        await shop.until(lambda: platform.holds(1))
        await shop.reply(conversation_id, "text 6")
        platform.open.set()
        await shop.until(lambda: settled(shop, 7))
    assert texts(shop) == [f"text {number}" for number in range(7)]
    assert platform.most == 1


async def settled(hub: Any, count: int) -> bool:
    return len(await hub.rows("SELECT id FROM delivery WHERE state = 'sent'")) == count


async def test_people_do_not_wait_for_each_other_up_to_a_limit_for_each_channel(shop: Any) -> None:
    platform = shop.adapters[IG].answer = Platform()
    for number in range(LANES_BEGUN + 5):
        await shop.reply(await someone(shop, f"p{number}"))
    telephone = await shop.reply(await someone(shop, "+31", SMS))
    async with shop.dispatching():
        await shop.until(lambda: platform.holds(LANES_BEGUN))
        await shop.quiet()
        assert platform.inside == LANES_BEGUN
        assert (await shop.message(telephone))["state"] == "sent", "a slow platform takes no one else's place"
        platform.open.set()
        await shop.until(lambda: settled(shop, LANES_BEGUN + 6))
    assert platform.most == LANES_BEGUN


async def test_there_is_a_limit_over_all_channels(shop: Any) -> None:
    outbox = shop.outbox = shop.make_outbox(lanes_at_once=3)
    platform = Platform()
    for channel in (IG, SMS, MAIL):
        shop.adapters[channel].answer = platform
        for number in range(2):
            await shop.reply(await someone(shop, f"p{number}{channel}", channel))
    async with shop.dispatching(outbox):
        await shop.until(lambda: platform.holds(3))
        await shop.quiet()
        assert platform.inside == 3
        platform.open.set()
        await shop.until(lambda: settled(shop, 6))
    assert platform.most == 3


async def test_it_is_committed_that_a_message_leaves_before_it_does(shop: Any) -> None:
    seen = []

    async def look(outgoing: Outgoing) -> Outcome:
        row = await shop.one("SELECT state, attempts FROM delivery WHERE id = :id", id=outgoing.delivery_id)
        attempt = await shop.one(
            "SELECT finished_at FROM attempt WHERE delivery_id = :id", id=outgoing.delivery_id
        )
        seen.append((row["state"], row["attempts"], attempt["finished_at"]))
        return Accepted("x")

    shop.adapters[IG].answer = look
    await shop.reply(await someone(shop))
    await shop.dispatch()
    assert seen == [("sending", 1, None)]


async def test_what_waits_at_the_head_keeps_its_place_and_holds_up_no_other_lane(shop: Any) -> None:
    ann, ben = await someone(shop), await someone(shop, "ben")
    shop.adapters[IG].answers = [Deferred(ErrorClass.PLATFORM, "busy")]
    await shop.reply(ann, "first")
    await shop.dispatch()
    await shop.reply(ann, "second")
    await shop.reply(ben, "for ben")
    await shop.dispatch()
    assert texts(shop) == ["first", "for ben"]
    shop.clock.move(3)
    await shop.dispatch()
    assert texts(shop) == ["first", "for ben", "first", "second"]


async def test_a_message_in_doubt_holds_its_lane(shop: Any) -> None:
    ann = await someone(shop)
    shop.adapters[IG].answers = [RuntimeError("a mistake in an adapter")]
    first = await shop.reply(ann, "first")
    second = await shop.reply(ann, "second")
    await shop.dispatch()
    shop.clock.move(3_600)
    await shop.dispatch()
    assert (await shop.message(first))["state"] == "in_doubt", "it may have left"
    assert (await shop.message(second))["state"] == "waiting"
    assert texts(shop) == ["first"]


async def test_when_there_is_not_room_for_all_closing_windows_go_first_and_machines_last(shop: Any) -> None:
    order: list[str] = []

    async def note(outgoing: Outgoing) -> Outcome:
        order.append(outgoing.text)
        return Accepted(outgoing.delivery_id)

    shop.adapters[IG].answer = note
    outbox = shop.outbox = shop.make_outbox(lanes_at_once=1)
    people = []
    for number in range(4):
        people.append(await someone(shop, f"p{number}"))
        shop.clock.move(60)
    await shop.reply(people[0], "machine", klass="bot")
    for number in (3, 1, 2):
        await shop.reply(people[number], f"closes {number}")
    async with shop.dispatching(outbox):
        await shop.until(lambda: settled(shop, 4))
    assert order == ["closes 1", "closes 2", "closes 3", "machine"]


async def test_windows_life_time_and_consent_are_judged_when_sending(shop: Any) -> None:
    ann, ben, cas = await someone(shop), await someone(shop, "ben"), await someone(shop, "cas", SMS)
    late = await shop.reply(ann)
    stale = await shop.reply(ben, klass="bot")
    unwanted = await shop.reply(cas)
    shop.clock.move(24 * 3_600)
    await shop.run("UPDATE address SET consent = 'opted_out' WHERE channel = :c", c=SMS)
    await shop.dispatch()
    assert texts(shop) == texts(shop, SMS) == []
    states = [(await shop.message(each))["state"] for each in (late, stale, unwanted)]
    assert states == ["failed", "expired", "failed"]
    assert "window has closed" in (await shop.message(late))["state_reason"]
    assert "asked not to be written to" in (await shop.message(unwanted))["state_reason"]


async def test_after_three_failures_only_one_message_tries_until_it_gets_through(shop: Any) -> None:
    shop.adapters[IG].answer = Unreachable("connection refused")
    people = [await someone(shop, f"p{number}") for number in range(5)]
    ids = [await shop.reply(person, f"text {number}") for number, person in enumerate(people)]
    await shop.dispatch()
    tried = len(texts(shop))
    assert tried >= 3
    assert {(await shop.message(each))["state"] for each in ids} == {"held"}
    breaker = (await shop.outbox.breakers())[IG]
    assert breaker.reason == "connection refused"
    for probe in range(1, 4):
        at = (await shop.outbox.breakers())[IG].probe_at
        shop.clock.move((at - shop.clock.now_ms()) / 1000)
        await shop.dispatch()
        assert len(texts(shop)) == tried + probe, "one message, not all"
    shop.adapters[IG].answer = None
    at = (await shop.outbox.breakers())[IG].probe_at
    shop.clock.move((at - shop.clock.now_ms()) / 1000)
    await shop.dispatch()
    shop.clock.move(300)
    await shop.dispatch()
    assert {(await shop.message(each))["state"] for each in ids} == {"sent"}
    changes = [(event.body["channel"], event.body["state"]) for event in await shop.told("breaker.changed")]
    assert changes == [(IG, "open"), (IG, "closed")]


async def test_what_speaks_for_the_whole_channel_opens_its_breaker_at_once(shop: Any) -> None:
    shop.adapters[IG].answers = [Deferred(ErrorClass.TOKEN, "the token has expired", Scope.CHANNEL)]
    await shop.reply(await someone(shop), "first")
    async with shop.dispatching():
        await shop.until(lambda: is_open(shop))
        message_id = await shop.reply(await someone(shop, "ben"), "second")
        assert not (await shop.outbox.breakers())[IG].lets_through(shop.clock.now_ms())
        assert (await shop.message(message_id))["state"] == "held"
        shop.clock.move(10)
        await shop.until(lambda: settled(shop, 2))


async def is_open(hub: Any) -> bool:
    return IG in await hub.outbox.breakers()


async def test_a_throttled_channel_rests_as_a_whole_and_its_breaker_stays_closed(shop: Any) -> None:
    throttled = Deferred(ErrorClass.THROTTLED, "slow down", Scope.CHANNEL, wait_ms=30_000)
    shop.adapters[IG].answers = [Sending(throttled, throttle=Throttle(1.0, 30_000))]
    await shop.reply(await someone(shop), "first")
    async with shop.dispatching():
        await shop.until(lambda: asked(shop, 1))
        await shop.reply(await someone(shop, "ben"), "second")
        shop.clock.move(29)
        await shop.quiet()
        assert len(texts(shop)) == 1
        await until_sent(shop, 2)
    assert await shop.outbox.breakers() == {}
    assert texts(shop).count("first") == 2


async def asked(hub: Any, count: int) -> bool:
    return len(texts(hub)) == count


async def until_sent(hub: Any, count: int) -> None:
    """Let time pass until so many are sent."""
    for _ in range(100):
        hub.clock.move(1)
        await hub.quiet()
        if await settled(hub, count):
            return
    raise AssertionError("it did not come to pass")


async def test_a_recovery_is_proven_without_a_message_where_none_waits(shop: Any) -> None:
    conversation_id = await someone(shop)
    shop.adapters[IG].answer = Unreachable("refused")
    outbox = shop.make_outbox(breaker_failures=1)
    shop.outbox = outbox
    message_id = await shop.reply(conversation_id)
    async with shop.dispatching(outbox):
        await shop.until(lambda: is_open(shop))
    await outbox.cancel(message_id, "mara")
    await shop.run("UPDATE lane SET due_at = NULL")
    shop.adapters[IG].touch_result = ProbeResult(Capability.SEND, ok=True, detail="a read mark went through")
    shop.clock.move(60)
    async with shop.dispatching(outbox):
        await shop.until(lambda: is_closed(shop))
    assert shop.adapters[IG].touches[0] == "ann"


async def is_closed(hub: Any) -> bool:
    breaker = (await hub.outbox.breakers()).get(IG)
    return breaker is not None and breaker.lets_through(hub.clock.now_ms()) and breaker.failures == 0


async def test_what_the_platform_answered_is_written_down_however_long_the_store_is_away(shop: Any) -> None:
    message_id = await shop.reply(await someone(shop))
    store = Away(shop.database)
    shop.outbox.dispatcher._database = store

    async def go_away(outgoing: Outgoing) -> Outcome:
        store.calls = 3
        return Accepted("x")

    shop.adapters[IG].answers = [go_away]
    async with shop.dispatching():
        for _ in range(100):
            shop.clock.move(1)
            await shop.quiet()
            if (await shop.message(message_id))["state"] == "sent":
                break
    assert (await shop.message(message_id))["state"] == "sent"
    assert len(texts(shop)) == 1
    assert store.calls == 0


class Away:
    """A store that is away for the next so many writes."""

    def __init__(self, database: Any) -> None:
        self._database = database
        self.calls = 0

    async def write(self, *args: Any, **kwargs: Any) -> Any:
        if self.calls:
            self.calls -= 1
            raise StoreUnavailableError("it is away")
        return await self._database.write(*args, **kwargs)

    async def read(self, *args: Any, **kwargs: Any) -> Any:
        return await self._database.read(*args, **kwargs)


async def test_a_channel_that_is_gone_keeps_its_messages(shop: Any) -> None:
    message_id = await shop.reply(await someone(shop))
    adapter = shop.adapters.pop(IG)
    async with shop.dispatching():
        await shop.quiet()
    shop.adapters[IG] = adapter
    assert (await shop.message(message_id))["state"] == "waiting"
    await shop.dispatch()
    assert (await shop.message(message_id))["state"] == "sent"


async def test_a_sender_keeps_its_lane_however_slow_its_platform_is(shop: Any) -> None:
    outbox = shop.outbox = shop.make_outbox(lease_seconds=10)
    platform = shop.adapters[IG].answer = Platform()
    message_id = await shop.reply(await someone(shop))
    async with shop.dispatching(outbox):
        await shop.until(lambda: platform.holds(1))
        for _ in range(12):
            shop.clock.move(5)
            await shop.quiet()
            assert await outbox.rescuer.rescue() == 0
        platform.open.set()
        await shop.until(lambda: settled(shop, 1))
    assert (await shop.message(message_id))["state"] == "sent"
    assert len(texts(shop)) == 1


async def test_mail_continues_the_thread_that_the_person_began(shop: Any) -> None:
    details = {"subject": "My order", "message_id": "<1@ann>", "references": "<0@ann>"}
    await shop.arrive(
        MAIL, MessageReceived("m1", "a@b", shop.clock.now_ms(), "Where is it?", details=details)
    )
    row = await shop.one("SELECT id FROM conversation")
    await shop.reply(row["id"])
    await shop.dispatch()
    [sent] = shop.adapters[MAIL].sent
    assert (sent.subject, sent.in_reply_to, sent.references) == ("My order", "<1@ann>", "<0@ann>")
