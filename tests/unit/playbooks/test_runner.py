"""Every step of the playbook is taken once, whatever is repeated or killed in between."""

import asyncio
from contextlib import suppress
from typing import Any

import msgspec
import pytest

from holdfast.channels.contract import HistoryUnavailableError, InDoubt, Unreachable
from holdfast.outbox import incident_ledger
from holdfast.playbooks.runner import BEFORE_ONSET_MS, HISTORY_PATIENCE_MS, PEOPLE_AT_ONCE, RESUBSCRIBE_MS
from holdfast.storage import SpoolUnavailableError, StoreUnavailableError

IG, SMS = "instagram:shop", "sms:shop"
TURNS_MAX = 400


def without(shop: Any, *parts: str) -> None:
    """Switch parts of the playbook off."""
    changed = shop.playbook
    for part in parts:
        section, _, key = part.partition(".")
        table = msgspec.structs.replace(getattr(changed, section), **{key or "enabled": False})
        changed = msgspec.structs.replace(changed, **{section: table})
    shop.playbook = changed


# --- while it fails ---------------------------------------------------------------------------------


async def test_a_person_is_answered_once_an_incident_however_much_they_write(shop: Any) -> None:
    await shop.incident()
    await shop.writes()
    for _ in range(3):
        await shop.step()
        await shop.writes()
    [answer] = shop.sent(SMS)
    assert "Instagram is not working properly" in answer
    assert "SMS +31" in answer
    assert "https://hub.example/c/1" in answer
    assert shop.sent(IG) == []
    [(_, message_id)] = await shop.steps("auto_reply")
    message = await shop.hub.message(message_id)
    assert (message["author"], message["automatic"], message["channel"]) == ("playbook:outage", 1, SMS)
    assert (await shop.hub.one("SELECT waiting_since FROM conversation"))["waiting_since"] is not None
    await shop.incident(incident_id="inc_2", channel=IG)
    await shop.step()
    assert len(shop.sent(SMS)) == 2, "another incident is another answer"


async def test_the_account_says_that_an_automatic_answer_went_another_way(shop: Any) -> None:
    await shop.incident()
    await shop.writes()
    await shop.step()
    ledger = await shop.hub.database.read(incident_ledger, "inc_1")
    assert (ledger["answered_automatically"], ledger["rerouted"], ledger["sent_after_hold"]) == (1, 1, 0)
    assert ledger["lost"] == 0


async def test_a_kill_between_the_answer_and_the_note_of_it_answers_nobody_twice(shop: Any) -> None:
    await shop.incident()
    await shop.writes()
    await shop.step()
    await shop.hub.run("DELETE FROM playbook_step")
    shop.runner = shop.make_runner()
    await shop.step()
    assert len(shop.sent(SMS)) == 1
    assert len(await shop.steps("auto_reply")) == 1


async def test_who_cannot_be_reached_another_way_is_noted_and_not_tried_for_ever(shop: Any) -> None:
    await shop.incident()
    await shop.writes(agreed=False)
    await shop.step()
    assert [outcome for _, outcome in await shop.steps("auto_reply")] == ["no other way"]
    assert shop.sent(SMS) == []


async def test_machines_unproven_senders_and_old_messages_are_not_answered(shop: Any) -> None:
    await shop.writes(3)
    shop.hub.clock.move(BEFORE_ONSET_MS / 1000 + 1)
    await shop.incident()
    await shop.writes(1, automatic=True)
    await shop.writes(2, proven=False)
    await shop.step()
    assert await shop.steps("auto_reply") == []


async def test_who_wrote_just_before_the_failure_is_answered_too(shop: Any) -> None:
    await shop.writes()
    shop.hub.clock.move(BEFORE_ONSET_MS / 1000 - 2)
    await shop.incident()
    await shop.step()
    assert len(shop.sent(SMS)) == 1


async def test_who_was_answered_by_a_person_is_not_answered_by_a_machine(shop: Any) -> None:
    conversation_id = await shop.writes()
    await shop.hub.reply(conversation_id, "A person's words", route=f"only:{SMS}")
    await shop.incident()
    await shop.step()
    assert shop.sent(SMS) == ["A person's words"]


async def test_more_people_than_one_step_takes_are_all_answered(shop: Any) -> None:
    await shop.incident()
    for number in range(PEOPLE_AT_ONCE + 5):
        await shop.writes(number)
    await shop.step()
    await shop.step()
    assert len(shop.sent(SMS)) == PEOPLE_AT_ONCE + 5


async def test_what_is_held_goes_another_way_and_the_page_says_so_once(shop: Any) -> None:
    without(shop, "auto_reply")
    conversation_id = await shop.writes()
    shop.hub.adapters[IG].answer = Unreachable("refused")
    await shop.hub.reply(conversation_id, "We are open", route=IG)
    await shop.incident()
    await shop.step()
    assert shop.sent(SMS) == []
    await shop.step(10)
    await shop.hub.reply(conversation_id, "Until six", route=IG)
    await shop.step(10)
    await shop.step(10)
    assert shop.sent(SMS) == [
        "Kelp & Co here. Instagram is not working at the moment, so we continue here:\nWe are open",
        "Until six",
    ]
    assert await shop.story() == ["We continue conversations on other channels where people agreed to it."]


async def test_what_is_switched_off_is_not_done(shop: Any) -> None:
    without(shop, "hold", "fail_over", "auto_reply", "publish")
    conversation_id = await shop.writes()
    shop.hub.adapters[IG].answer = Unreachable("refused")
    await shop.hub.reply(conversation_id, "We are open", route=IG)
    await shop.incident()
    await shop.step(60)
    assert shop.sent(SMS) == []
    assert await shop.hub.rows("SELECT * FROM playbook_step") == []
    assert await shop.hub.rows("SELECT id FROM delivery WHERE incident_id IS NOT NULL") == []


async def test_a_failure_to_receive_stops_no_sending(shop: Any) -> None:
    await shop.incident(capabilities=("receive",))
    conversation_id = await shop.writes()
    await shop.hub.reply(conversation_id, "We are open", route=IG)
    await shop.step(30)
    assert shop.sent(IG) == ["We are open"]
    assert shop.sent(SMS) == []


async def test_a_lost_subscription_is_asked_for_again_now_and_then(shop: Any) -> None:
    await shop.incident(cause="subscription", capabilities=("receive",))
    await shop.step()
    await shop.step()
    assert shop.hub.adapters[IG].resubscribed == 1
    await shop.step(RESUBSCRIBE_MS / 1000)
    assert shop.hub.adapters[IG].resubscribed == 2


async def test_one_incident_that_makes_trouble_does_not_stop_the_others(shop: Any) -> None:
    async def fail() -> bool:
        raise RuntimeError("a mistake in an adapter")

    shop.hub.adapters[SMS].resubscribe = fail
    await shop.incident(incident_id="inc_0", channel=SMS, cause="subscription", capabilities=("receive",))
    shop.hub.health[SMS] = "up"
    await shop.incident()
    await shop.writes()
    await shop.step()
    assert len(shop.sent(SMS)) == 1


# --- when it works again ----------------------------------------------------------------------------


async def outage(shop: Any, people: int = 1) -> None:
    """An incident that people wrote into, were answered in, and that is over."""
    await shop.incident()
    for number in range(people):
        await shop.writes(number)
    for _ in range(1 + people // PEOPLE_AT_ONCE):
        await shop.step()
    await shop.incident("recovering")
    await shop.step()
    await shop.incident("closed")


async def test_afterwards_people_are_thanked_where_they_wrote_and_the_account_is_given(shop: Any) -> None:
    shop.missing = 3
    await outage(shop)
    for _ in range(4):
        await shop.step()
    assert shop.sent(IG) == ["We are back on Instagram. Thank you for your patience."]
    onset = (await shop.hub.one("SELECT onset_at FROM incident"))["onset_at"]
    assert shop.read_back == [(IG, onset - BEFORE_ONSET_MS)]
    assert await shop.notes() == [
        "3 messages were read back from the history of Instagram.",
        "Instagram: what was held has been given to go out.",
    ]
    [text] = await shop.story()
    assert text.startswith("The account: ")
    assert text.endswith("0 were lost.")


async def test_everyone_who_was_answered_is_thanked_however_many(shop: Any) -> None:
    people = PEOPLE_AT_ONCE * 2 + 3
    await outage(shop, people)
    for _ in range(5):
        await shop.step()
    assert len(shop.sent(IG)) == people
    assert len(await shop.story()) == 1


async def test_nobody_is_thanked_twice_by_a_runner_that_was_killed(shop: Any) -> None:
    await outage(shop)
    await shop.step()
    await shop.hub.run("DELETE FROM playbook_step WHERE step <> 'auto_reply'")
    shop.runner = shop.make_runner()
    await shop.step()
    await shop.step()
    assert len(shop.sent(IG)) == 1


async def test_the_queue_goes_before_the_thanks(shop: Any) -> None:
    without(shop, "fail_over")
    await shop.incident()
    conversation_id = await shop.writes()
    await shop.step()
    shop.hub.adapters[IG].answers = [Unreachable("refused")] * 3
    await shop.hub.reply(conversation_id, "We are open", route=IG)
    for _ in range(3):
        await shop.step(5)
    shop.hub.adapters[IG].sent.clear()
    await shop.incident("recovering")
    await shop.step(30)
    await shop.incident("closed")
    await shop.step()
    await shop.step()
    assert shop.sent(IG) == ["We are open", "We are back on Instagram. Thank you for your patience."]
    assert "The first message went out on Instagram again." in await shop.notes()


async def test_stale_automatic_answers_do_not_go_out_any_more(shop: Any) -> None:
    await shop.incident()
    await shop.writes()
    shop.hub.adapters[SMS].answer = Unreachable("refused")
    await shop.step()
    await shop.incident("closed")
    shop.hub.adapters[SMS].answer = None
    await shop.runner.step()
    shop.hub.clock.move(60)
    await shop.hub.dispatch()
    assert [text for text in shop.sent(SMS) if "not working" in text] == shop.sent(SMS)[:1]
    message = await shop.hub.one(
        "SELECT state FROM message WHERE source = 'playbook' AND channel = :c", c=SMS
    )
    assert message["state"] == "expired"


async def test_the_account_waits_for_the_last_doubt(shop: Any) -> None:
    without(shop, "auto_reply", "fail_over")
    conversation_id = await shop.writes()
    await shop.incident()
    shop.hub.adapters[IG].answers = [InDoubt("timeout")]
    message_id = await shop.hub.reply(conversation_id, "We are open")
    await shop.step()
    await shop.incident("closed")
    await shop.step()
    assert await shop.story() == []
    await shop.hub.outbox.resolve_doubt(message_id, "sent", "mara")
    await shop.step()
    assert len(await shop.story()) == 1


@pytest.mark.parametrize("trouble", [SpoolUnavailableError("full"), HistoryUnavailableError("busy now")])
async def test_a_history_that_is_not_given_now_is_asked_for_again(shop: Any, trouble: Exception) -> None:
    shop.missing = trouble
    await outage(shop)
    await shop.step()
    assert await shop.story() == []
    shop.missing = 2
    await shop.step()
    assert [outcome for _, outcome in await shop.steps("read_back")] == ["2"]
    await shop.step()
    assert len(await shop.story()) == 1


async def test_a_platform_without_history_is_not_waited_for(shop: Any) -> None:
    shop.missing = HistoryUnavailableError("SMS has no history")
    await outage(shop)
    await shop.step()
    await shop.step()
    assert len(await shop.story()) == 1


async def test_patience_with_a_history_has_an_end(shop: Any) -> None:
    shop.missing = HistoryUnavailableError("busy now")
    await outage(shop)
    await shop.step(HISTORY_PATIENCE_MS / 1000 + 1)
    assert [outcome for _, outcome in await shop.steps("read_back")] == ["busy now"]


async def test_a_relapse_is_accounted_for_again(shop: Any) -> None:
    await outage(shop)
    await shop.step()
    await shop.step()
    await shop.incident("open")
    await shop.step()
    await shop.incident("closed")
    for _ in range(3):
        await shop.step()
    assert len(shop.read_back) == 2
    assert len(await shop.story()) == 2
    assert len(shop.sent(IG)) == 1, "thanked once an incident"


# --- the loop ---------------------------------------------------------------------------------------


async def test_the_loop_outlives_a_store_that_is_away(shop: Any) -> None:
    asked = 0

    def playbook() -> Any:
        nonlocal asked
        asked += 1
        if asked < 3:
            raise StoreUnavailableError("it is away")
        return shop.playbook

    shop.runner._playbook = playbook
    running = asyncio.create_task(shop.runner.run())
    for _ in range(TURNS_MAX):
        if asked > 3:
            break
        shop.hub.clock.move(1)
        await asyncio.sleep(0)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert asked > 3


async def test_what_is_well_again_is_settled_while_another_channel_of_the_incident_still_fails(
    shop: Any,
) -> None:
    shop.missing = 3
    await outage(shop)
    await shop.also_failing("whatsapp:shop")
    for _ in range(3):
        await shop.step()
    assert shop.sent(IG) == ["We are back on Instagram. Thank you for your patience."]
    assert len(shop.read_back) == 1
    assert await shop.story() == [], "the account is given when everything is over"
