"""What counts as proof that a message was not sent, from when on, and what happens without any."""

from typing import Any

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
    CannotTell,
    Evidence,
    FoundSent,
    InDoubt,
    NotSent,
    SentQuery,
)

# --- absence is proven only once the platform can take it no more -------------------------------------


async def test_a_platform_that_takes_it_late_does_not_get_it_twice(shop: Any) -> None:
    """Accepted 60 seconds after our time-out, and no webhook: the record says no, no, no, then yes."""
    message_id = await doubtful(shop)
    shop.adapters[IG].evidence = [NotSent()] * 99
    await pass_time(shop, 60)
    assert (await state(shop, message_id), sent(shop)) == ("in_doubt", [TEXT])
    shop.adapters[IG].evidence = [FoundSent("m77")]
    await pass_time(shop, 60)
    assert (await state(shop, message_id), sent(shop)) == ("sent", [TEXT])


async def test_what_is_not_there_after_that_was_not_sent(shop: Any) -> None:
    message_id = await doubtful(shop)
    shop.adapters[IG].evidence = [NotSent()] * 99
    await pass_time(shop, 90)
    assert await state(shop, message_id) == "in_doubt"
    assert "can no longer take it" in await why(shop, message_id)
    await pass_time(shop, 15)
    assert (await state(shop, message_id), sent(shop)) == ("sent", [TEXT, TEXT])


async def test_a_call_that_the_platform_ended_itself_has_had_its_effect(shop: Any) -> None:
    await doubtful(shop, over=True)
    shop.adapters[IG].evidence = [NotSent()] * 99
    await pass_time(shop, 20)
    assert sent(shop) == [TEXT, TEXT]


async def test_a_look_begun_before_that_moment_proves_nothing_however_late_it_ends(shop: Any) -> None:
    message_id = await doubtful(shop)

    class Slow(type(shop.adapters[IG])):  # type: ignore[misc]
        async def find_sent(self, query: SentQuery) -> Evidence:
            shop.clock.move(19)
            return NotSent()

    shop.clock.move(80)
    shop.adapters[IG].__class__ = Slow
    await shop.outbox.reconciler.look()
    assert await state(shop, message_id) == "in_doubt"


async def test_a_send_that_a_kill_interrupted_waits_as_long(shop: Any) -> None:
    message_id = await behind_a_kill(shop)
    shop.adapters[IG].evidence = [NotSent()] * 99
    await pass_time(shop, 90)
    assert (await state(shop, message_id), sent(shop)) == ("in_doubt", [])
    await pass_time(shop, 15)
    assert (await state(shop, message_id), sent(shop)) == ("sent", [TEXT])


async def behind_a_kill(shop: Any) -> str:
    message_id = await shop.reply(await someone(shop, IG), TEXT)
    await shop.run(
        "UPDATE delivery SET state = 'sending', attempts = 1, started_at = :now", now=shop.clock.now_ms()
    )
    await shop.outbox.rescuer.take_over_all()
    return str(message_id)


async def test_what_was_learnt_of_one_call_does_not_settle_the_next(shop: Any) -> None:
    """While the record is read a person has it sent again, and that answer is lost as well."""
    message_id = await doubtful(shop, over=True)
    shop.adapters[IG].answers = [InDoubt("again")]

    class Meanwhile(type(shop.adapters[IG])):  # type: ignore[misc]
        async def find_sent(self, query: SentQuery) -> Evidence:
            shop.adapters[IG].__class__ = type(self).__base__
            await shop.outbox.resolve_doubt(message_id, "resend", "mara")
            await shop.dispatch()
            return FoundSent("m1")

    shop.clock.move(9)
    shop.adapters[IG].__class__ = Meanwhile
    await shop.outbox.reconciler.look()
    delivery = await delivery_of(shop, message_id)
    assert (delivery["state"], delivery["attempts"], delivery["external_id"]) == ("in_doubt", 2, None)


async def test_a_record_that_hangs_holds_up_its_own_channel_only(shop: Any) -> None:
    stuck = await doubtful(shop)
    other = await doubtful(shop, WA)
    shop.adapters[WA].evidence = [FoundSent("w1")]

    class Hanging(type(shop.adapters[IG])):  # type: ignore[misc]
        async def find_sent(self, query: SentQuery) -> Evidence:
            await shop.clock.sleep(1_000)
            return CannotTell("too late")

    shop.adapters[IG].__class__ = Hanging
    shop.clock.move(9)
    tasks = await shop.outbox.reconciler._begin()

    async def settled() -> bool:
        return await state(shop, other) == "sent"

    await shop.until(settled)
    assert await state(shop, stuck) == "in_doubt"
    await shop.outbox.reconciler._abandon()
    assert all(task.done() for task in tasks)


# --- without a record: the channel's policy -----------------------------------------------------------


async def test_a_channel_that_resends_waits_for_proof_first(shop: Any) -> None:
    shop.doubt_policy[WA] = "resend"
    message_id = await doubtful(shop, WA)
    await pass_time(shop, 115)
    assert "Without proof it is sent again after 2 minutes" in await why(shop, message_id)
    assert sent(shop, WA) == [TEXT]
    await pass_time(shop, 10)
    assert sent(shop, WA) == [TEXT, TEXT]


async def test_what_is_behind_a_doubt_waits_for_the_person_only_so_long(shop: Any) -> None:
    message_id = await doubtful(shop, WA)
    next_id = await behind(shop)
    assert "waits 10 minutes at most" in (await after(shop, 595, message_id))
    assert (await state(shop, next_id), sent(shop, WA)) == ("waiting", [TEXT])
    assert "what was written after it has gone on" in (await after(shop, 10, message_id))
    assert (await state(shop, message_id), await state(shop, next_id)) == ("in_doubt", "sent")
    await shop.outbox.resolve_doubt(message_id, "resend", "mara")
    last = await behind(shop, "Last")
    await shop.dispatch()
    assert sent(shop, WA) == [TEXT, "Next", TEXT, "Last"]
    assert (await state(shop, message_id), await state(shop, last)) == ("sent", "sent")


async def after(shop: Any, seconds: float, message_id: str) -> str:
    await pass_time(shop, seconds)
    return await why(shop, message_id)


async def test_the_parts_of_a_message_stay_together_when_it_is_set_aside(shop: Any) -> None:
    message_id = await doubtful(shop, WA, text="The first part now\nand the second part")
    next_id = await behind(shop)
    await pass_time(shop, 610)
    assert (await state(shop, next_id), sent(shop, WA)) == ("sent", ["The first part now", "Next"])
    await shop.outbox.resolve_doubt(message_id, "sent", "mara")
    await shop.dispatch()
    assert sent(shop, WA)[2:] == ["and the second part"]
    assert await state(shop, message_id) == "sent"


async def test_what_is_proven_not_sent_after_others_have_gone_is_left_to_a_person(shop: Any) -> None:
    message_id = await doubtful(shop)
    await behind(shop)
    shop.adapters[IG].evidence = [CannotTell("cut off")] * 12
    await pass_time(shop, 615)
    shop.adapters[IG].evidence = [NotSent()] * 99
    await pass_time(shop, 5_000, step=100)
    assert (await state(shop, message_id), sent(shop)) == ("in_doubt", [TEXT, "Next"])
    assert "send it again, or leave it" in await why(shop, message_id)


async def test_nobody_is_asked_about_a_machines_words(shop: Any) -> None:
    shop.adapters[WA].answers = [InDoubt("no answer")]
    message_id = await shop.reply(await someone(shop, WA), TEXT, klass="bot")
    await shop.dispatch()
    await pass_time(shop, 100)
    assert "will not be repeated" in await why(shop, message_id)
    await pass_time(shop, 840)
    assert await state(shop, message_id) == "failed"
    assert "Automatic messages are not repeated" in await why(shop, message_id)


async def test_nobody_is_asked_for_ever(shop: Any) -> None:
    message_id = await doubtful(shop, WA)
    await pass_time(shop, 8 * 86_400, step=7_200)
    assert await state(shop, message_id) == "failed"
    assert "Nobody has said so in seven days" in await why(shop, message_id)
