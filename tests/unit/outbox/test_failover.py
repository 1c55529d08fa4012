"""Carrying what is held another way, and accounting for every message afterwards."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from holdfast.channels.contract import (
    Accepted,
    Deferred,
    ErrorClass,
    FoundSent,
    InDoubt,
    MessageReceived,
    Outcome,
    Rejected,
    Unreachable,
)
from holdfast.conversations import NewAddress
from holdfast.outbox import FailoverRule, incident_ledger, ledger_since, waiting_counts

IG, WA, SMS, MAIL = "instagram:shop", "whatsapp:shop", "sms:shop", "email:shop"
RULE = FailoverRule(after_ms=10_000, order=("whatsapp", "sms", "email"), lead_in="The shop here:")
COUNTED = ("sent_after_hold", "rerouted", "waiting", "in_doubt", "failed", "expired", "cancelled", "lost")
SEEDS = (1, 2, 3, 4)


@pytest.fixture
async def shop(hub: Any) -> Any:
    for channel in (IG, WA, SMS, MAIL):
        hub.add(channel)
    await hub.run(
        "INSERT INTO incident (id, channel, capabilities, cause, title, state, onset_at, opened_at) "
        "VALUES ('inc_1', :c, '[\"send\"]', 'platform', 't', 'open', :now, :now)",
        c=IG,
        now=hub.clock.now_ms(),
    )
    await hub.run(
        "INSERT INTO incident_component (incident_id, channel, capabilities, cause, cause_since, title, state, "
        "onset_at, joined_at) SELECT id, channel, capabilities, cause, 1, title, state, onset_at, opened_at "
        "FROM incident"
    )
    hub.health[IG] = "down"
    return hub


async def ann(hub: Any, number: int = 1, **consents: Any) -> str:
    """Somebody who writes on Instagram; the other addresses as agreed."""
    addresses = [NewAddress(channel=IG, value=f"ann{number}", proof="wrote", consent="reply")]
    for platform, consent in consents.items():
        addresses.append(
            NewAddress(
                channel=f"{platform}:shop",
                value=f"{platform}{number}",
                proof=None if consent == "unproven" else "confirmed",
                consent="failover" if consent == "unproven" else consent,
            )
        )
    _, conversation_id = await hub.person(*addresses)
    message = MessageReceived(f"in{number}", f"ann{number}", hub.clock.now_ms(), "Hi")
    await hub.arrive(IG, message)
    return str(conversation_id)


async def fail_over(hub: Any, seconds: float = 11, rule: FailoverRule = RULE) -> int:
    hub.clock.move(seconds)
    return int(await hub.outbox.fail_over(IG, "inc_1", rule))


async def states(hub: Any, message_id: str) -> list[tuple[str, str]]:
    return [(row["channel"], row["state"]) for row in await hub.deliveries(message_id)]


async def test_what_has_waited_long_enough_goes_where_the_person_agreed_to(shop: Any) -> None:
    message_id = await shop.reply(await ann(shop, sms="failover", email="failover"), "We are open")
    assert await fail_over(shop, 9) == 0
    assert await fail_over(shop, 2) == 1
    assert await states(shop, message_id) == [(IG, "superseded"), (SMS, "queued")]
    message = await shop.message(message_id)
    assert (message["state"], message["channel"]) == ("rerouted", SMS)
    assert message["state_reason"] == "Instagram is failing; sent by Sms instead."
    await shop.dispatch()
    assert [sent.text for sent in shop.adapters[SMS].sent] == ["The shop here:\nWe are open"]
    assert (await shop.message(message_id))["state"] == "sent"
    [event] = await shop.told("message.rerouted")
    assert (event.body["from"], event.body["to"]) == (IG, SMS)


async def test_what_went_another_way_is_not_sent_again_when_the_channel_returns(shop: Any) -> None:
    await shop.reply(await ann(shop, sms="failover"))
    await fail_over(shop)
    await shop.dispatch()
    shop.health[IG] = "up"
    await shop.outbox.drain(IG)
    shop.clock.move(3_600)
    await shop.dispatch()
    assert shop.adapters[IG].sent == []
    assert len(shop.adapters[SMS].sent) == 1
    assert await fail_over(shop) == 0


async def test_nothing_overtakes_what_is_being_tried_once_more(shop: Any) -> None:
    conversation_id = await ann(shop, sms="failover")
    first = await shop.reply(conversation_id, "first")
    await shop.reply(conversation_id, "second")
    await shop.run("UPDATE delivery SET state = 'sending' WHERE message_id = :id", id=first)
    assert await fail_over(shop) == 0
    await shop.run("UPDATE delivery SET state = 'held' WHERE message_id = :id", id=first)
    assert await fail_over(shop) == 2
    await shop.dispatch()
    assert [sent.text for sent in shop.adapters[SMS].sent] == ["The shop here:\nfirst", "second"]


async def test_what_follows_a_doubt_waits_for_the_proof_but_not_for_ever(shop: Any) -> None:
    conversation_id = await ann(shop, sms="failover")
    first = await shop.reply(conversation_id, "first")
    await shop.reply(conversation_id, "second")
    await shop.run(
        "UPDATE delivery SET state = 'in_doubt', doubt_since = :now WHERE message_id = :id",
        id=first,
        now=shop.clock.now_ms(),
    )
    assert await fail_over(shop, 25) == 0
    assert await fail_over(shop, 10) == 1
    await shop.run("UPDATE delivery SET state = 'held', doubt_since = NULL WHERE message_id = :id", id=first)
    assert await fail_over(shop) == 0, "it would arrive there after what was written later"
    shop.health[IG] = "up"
    await shop.outbox.drain(IG)
    await shop.dispatch()
    assert [sent.text for sent in shop.adapters[SMS].sent] == ["The shop here:\nsecond"]
    assert [sent.text for sent in shop.adapters[IG].sent] == ["first"]


@pytest.mark.parametrize(
    ("consents", "goes"),
    [
        ({"sms": "failover"}, SMS),
        ({"sms": "reply", "email": "failover"}, MAIL),
        ({"sms": "unproven", "email": "failover"}, MAIL),
        ({"sms": "opted_out"}, None),
        ({"sms": "reply"}, None),
        ({"sms": "unproven"}, None),
        ({"whatsapp": "failover"}, None),
        ({}, None),
    ],
)
async def test_nobody_is_written_to_where_they_did_not_agree_to_it(
    shop: Any, consents: dict[str, str], goes: str | None
) -> None:
    message_id = await shop.reply(await ann(shop, 1, **consents))
    assert await fail_over(shop) == (goes is not None)
    [*_, last] = await states(shop, message_id)
    assert last == ((goes, "queued") if goes else (IG, "queued"))


async def test_another_failure_domain_is_taken_before_the_wished_order(shop: Any) -> None:
    conversation_id = await ann(shop, whatsapp="failover", email="failover")
    await shop.arrive(WA, MessageReceived("wa", "whatsapp1", shop.clock.now_ms(), "Here too"))
    message_id = await shop.reply(conversation_id, route=IG)
    await fail_over(shop)
    assert await states(shop, message_id) == [(IG, "superseded"), (MAIL, "queued")]


async def test_a_failing_way_out_is_no_way_out(shop: Any) -> None:
    shop.health[SMS] = "down"
    message_id = await shop.reply(await ann(shop, sms="failover", email="failover"))
    await fail_over(shop)
    assert (await states(shop, message_id))[-1] == (MAIL, "queued")


async def test_a_pinned_message_and_a_machines_words_stay(shop: Any) -> None:
    conversation_id = await ann(shop, sms="failover")
    pinned = await shop.reply(conversation_id, "here only", route=f"only:{IG}")
    machine = await shop.reply(conversation_id, "beep", klass="bot")
    assert await fail_over(shop) == 0
    assert (await states(shop, pinned), await states(shop, machine)) == ([(IG, "queued")], [(IG, "queued")])
    rule = FailoverRule(after_ms=0, order=("sms",), bots=True)
    assert await fail_over(shop, 0, rule) == 1
    assert (await states(shop, machine))[-1] == (SMS, "queued")


async def test_what_may_have_left_stays(shop: Any) -> None:
    shop.adapters[IG].answers = [InDoubt("timeout")]
    message_id = await shop.reply(await ann(shop, sms="failover"))
    await shop.dispatch()
    assert await fail_over(shop) == 0
    assert await states(shop, message_id) == [(IG, "in_doubt")]


async def test_the_lead_in_stands_before_the_first_message_only(shop: Any) -> None:
    conversation_id = await ann(shop, sms="failover")
    for text in ("one", "two"):
        await shop.reply(conversation_id, text)
    await fail_over(shop)
    await shop.reply(conversation_id, "three", route=IG)
    await fail_over(shop)
    await shop.dispatch()
    assert [sent.text for sent in shop.adapters[SMS].sent] == ["The shop here:\none", "two", "three"]


async def test_a_long_message_is_cut_for_the_channel_it_goes_by(shop: Any) -> None:
    shop.add(SMS, text_max=40)
    text = " ".join(f"word{number}" for number in range(12))
    message_id = await shop.reply(await ann(shop, sms="failover"), text)
    await fail_over(shop)
    await shop.dispatch()
    sent = " ".join(each.text for each in shop.adapters[SMS].sent)
    assert sent.split() == ["The", "shop", "here:", *text.split()]
    assert len(shop.adapters[SMS].sent) > 1
    assert (await shop.message(message_id))["state"] == "sent"


async def test_stale_answers_of_machines_are_dropped_when_it_is_over(shop: Any) -> None:
    conversation_id = await ann(shop)
    machine = await shop.reply(conversation_id, "beep", klass="bot")
    person = await shop.reply(conversation_id, "a person's words")
    assert await shop.outbox.hold(IG, "inc_1") == 0, "both are in the account already"
    assert await shop.outbox.drop_stale_bots("inc_1") == 1
    await shop.dispatch()
    assert (await shop.message(machine))["state"] == "expired"
    assert (await shop.message(person))["state"] == "sent"
    assert [sent.text for sent in shop.adapters[IG].sent] == ["a person's words"]


async def test_what_was_queued_before_the_incident_is_put_to_its_account(shop: Any) -> None:
    await shop.run("UPDATE incident_component SET state = 'closed'")
    message_id = await shop.reply(await ann(shop))
    assert await shop.outbox.hold(IG, "inc_1") == 1
    [delivery] = await shop.deliveries(message_id)
    assert delivery["incident_id"] == "inc_1"


@pytest.mark.parametrize(
    ("script", "word", "column"),
    [
        ([Unreachable("refused"), Accepted("a")], "sent", "sent_after_hold"),
        ([Unreachable("refused"), Unreachable("refused")], "waiting", "waiting"),
        ([InDoubt("timeout")], "in_doubt", "in_doubt"),
        ([Rejected(ErrorClass.MESSAGE, "too odd")], "failed", "failed"),
    ],
)
async def test_the_ledger_has_a_word_for_each_end(
    shop: Any, script: list[Any], word: str, column: str
) -> None:
    shop.adapters[IG].answers = [*script]
    message_id = await shop.reply(await ann(shop))
    for _ in script:
        await shop.dispatch()
        shop.clock.move(5)
    await accounted(shop, message_id, word, column)


async def accounted(hub: Any, message_id: str, word: str, column: str) -> dict[str, Any]:
    ledger: dict[str, Any] = await hub.database.read(incident_ledger, "inc_1")
    [entry] = ledger["entries"]
    assert (entry["message_id"], entry["outcome"], entry["contact_name"]) == (message_id, word, "Ann")
    assert {name: ledger[name] for name in COUNTED if ledger[name]} == {column: 1}
    assert (ledger["received"], ledger["stored"], ledger["held"]) == (1, 1, 1)
    return ledger


async def test_the_ledger_tells_what_went_another_way(shop: Any) -> None:
    moved = await shop.reply(await ann(shop, sms="failover"))
    await fail_over(shop)
    await accounted(shop, moved, "waiting", "waiting")
    await shop.dispatch()
    await accounted(shop, moved, "rerouted", "rerouted")


async def test_the_ledger_tells_what_was_taken_back(shop: Any) -> None:
    taken = await shop.reply(await ann(shop))
    await shop.outbox.cancel(taken, "mara")
    await accounted(shop, taken, "cancelled", "cancelled")


async def test_the_ledger_tells_what_expired(shop: Any) -> None:
    stale = await shop.reply(await ann(shop), klass="bot")
    shop.clock.move(3_600)
    await shop.dispatch()
    await accounted(shop, stale, "expired", "expired")


async def test_the_ledger_tells_which_doubts_were_resolved(shop: Any) -> None:
    shop.adapters[IG].answers = [InDoubt("timeout")]
    shop.adapters[IG].evidence = [FoundSent("m77")]
    found = await shop.reply(await ann(shop))
    await shop.dispatch()
    shop.clock.move(9)
    await shop.outbox.reconciler.look()
    ledger = await accounted(shop, found, "sent", "sent_after_hold")
    assert ledger["resolved_in_doubt"] == 1


async def test_there_is_no_ledger_without_an_incident(shop: Any) -> None:
    with pytest.raises(LookupError):
        await shop.database.read(incident_ledger, "inc_none")


@pytest.mark.parametrize("seed", SEEDS)
async def test_the_ledger_adds_up_whatever_happens(shop: Any, seed: int) -> None:
    random = Random(seed)  # noqa: S311 - the same story for the same seed
    answers: list[Callable[[str], Outcome]] = [
        Accepted,
        lambda name: Unreachable(f"refused {name}"),
        lambda name: InDoubt(f"timeout {name}"),
        lambda name: Rejected(ErrorClass.MESSAGE, f"no {name}"),
        lambda name: Deferred(ErrorClass.PLATFORM, f"busy {name}"),
    ]
    for number in range(12):
        conversation_id = await ann(
            shop, number, **random.choice([{}, {"sms": "failover"}, {"email": "failover"}])
        )
        shop.adapters[IG].answers = [random.choice(answers)(f"{number}-{k}") for k in range(2)]
        message_id = await shop.reply(
            conversation_id, f"text {number}", klass=random.choice(["person", "bot"])
        )
        if random.random() < 0.7:
            await shop.dispatch()
        if random.random() < 0.2 and (await shop.message(message_id))["state"] in {"waiting", "held"}:
            await shop.outbox.cancel(message_id, "mara")
        if random.random() < 0.4:
            await fail_over(shop)
        shop.clock.move(random.choice([1, 30, 4_000]))
    for account in (
        await shop.database.read(incident_ledger, "inc_1"),
        await shop.database.read(ledger_since, 0),
    ):
        assert account["held"] == 12
        assert sum(account[name] for name in COUNTED) == 12
        assert account["lost"] == 0
        assert len(account["entries"]) == 12
    open_now = await shop.rows(
        "SELECT id FROM delivery WHERE state IN ('queued', 'held', 'sending', 'in_doubt')"
    )
    counts = await shop.database.read(waiting_counts)
    assert sum(count for states in counts.values() for count in states.values()) == len(open_now)
