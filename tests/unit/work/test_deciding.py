"""Deciding about conversations: all or none, told once, undone exactly."""

from typing import Any

import msgspec
import pytest

from holdfast.channels.contract import MessageReceived
from holdfast.conversations import NewAddress
from holdfast.work import Decision, TakenError, UnknownError, WorkRefusedError
from holdfast.work.deciding import wake_due

IG = "instagram:shop"
MARA = "agt_mara"
HOUR_MS = 3_600_000


@pytest.fixture
async def shop(hub: Any) -> Any:
    hub.add(IG, reply_window_ms=24 * HOUR_MS)
    hub.add("sms:shop")
    for agent in (MARA, "agt_noor"):
        await hub.run(
            "INSERT INTO agent (id, email, name, password_hash, role, created_at) "
            "VALUES (:id, :id, :id, '', 'agent', 0)",
            id=agent,
        )
    return hub


async def written(shop: Any, who: str, channel: str = IG) -> str:
    """The conversation of somebody who has just written."""
    event = MessageReceived(
        external_id=f"{who}{shop.clock.now_ms()}", address=who, at=shop.clock.now_ms(), text="Hello"
    )
    await shop.arrive(channel, event)
    row = await shop.one(
        "SELECT conversation.id FROM conversation JOIN address ON address.contact_id = conversation.contact_id "
        "WHERE address.value = :who",
        who=who,
    )
    return str(row["id"])


async def row_of(shop: Any, conversation_id: str) -> Any:
    return await shop.one("SELECT * FROM conversation WHERE id = :id", id=conversation_id)


async def kinds(shop: Any, conversation_id: str) -> list[str]:
    return [line.kind for line in await shop.work.story(conversation_id)]


async def test_a_decision_on_many_is_undone_exactly(shop: Any) -> None:
    ann, bob = await written(shop, "ann"), await written(shop, "bob")
    urgent = await shop.work.add_label("Urgent", "red", MARA)
    await shop.work.decide([ann], Decision(assignee="agt_noor"), "agent:agt_noor")
    before = await shop.work.decide(
        [ann, bob], Decision(status="resolved", assignee=MARA, add_labels=(urgent.id,)), "agent:x"
    )
    assert [(await row_of(shop, each))["assignee_id"] for each in (ann, bob)] == [MARA, MARA]
    stood = await shop.work.restore(before, "agent:x")
    rows = [await row_of(shop, each) for each in (ann, bob)]
    assert [(row["status"], row["assignee_id"]) for row in rows] == [("open", "agt_noor"), ("open", None)]
    assert await shop.rows("SELECT * FROM conversation_label") == []
    assert [(each.status, each.labels) for each in stood] == [("resolved", (urgent.id,))] * 2
    assert await kinds(shop, bob) == [
        *("resolved", "assigned", "labelled"),
        *("reopened", "assigned", "unlabelled"),
    ]


async def test_nothing_is_changed_where_one_of_many_is_unknown(shop: Any) -> None:
    ann = await written(shop, "ann")
    told = len(await shop.told("conversation.changed"))
    for wrong, problem in (
        ((["cnv_none", ann], Decision(status="resolved")), "no conversation"),
        (([ann], Decision(assignee="agt_none")), "no agent"),
        (([ann], Decision(team="tea_none")), "no team"),
        (([ann], Decision(add_labels=("lab_none",))), "no label"),
    ):
        with pytest.raises(UnknownError, match=problem):
            await shop.work.decide(*wrong, "agent:x")
    with pytest.raises(WorkRefusedError):
        await shop.work.decide([], Decision(), "agent:x")
    assert (await row_of(shop, ann))["status"] == "open"
    assert len(await shop.told("conversation.changed")) == told
    assert await kinds(shop, ann) == []


async def test_two_who_take_the_same_conversation_do_not_both_get_it(shop: Any) -> None:
    ann = await written(shop, "ann")
    await shop.work.decide([ann], Decision(assignee=MARA, if_assignee=""), "agent:agt_mara")
    with pytest.raises(TakenError, match="Somebody else"):
        await shop.work.decide([ann], Decision(assignee="agt_noor", if_assignee=""), "agent:agt_noor")
    assert (await row_of(shop, ann))["assignee_id"] == MARA


async def test_what_is_snoozed_wakes_in_time_or_when_the_person_writes(shop: Any) -> None:
    ann, bob = await written(shop, "ann"), await written(shop, "bob")
    until = shop.clock.now_ms() + HOUR_MS
    await shop.work.decide([ann, bob], Decision(status="snoozed", snoozed_until=until), "agent:x")
    shop.clock.move(60)
    assert await shop.database.write(wake_due, shop.ids, shop.clock.now_ms()) == 0
    await written(shop, "bob")
    woken = await row_of(shop, bob)
    assert (woken["status"], woken["snoozed_until"]) == ("open", None)
    shop.clock.move(3_600)
    assert await shop.database.write(wake_due, shop.ids, shop.clock.now_ms()) == 1
    assert await kinds(shop, ann) == ["snoozed", "woken"]


@pytest.mark.parametrize(
    "decision",
    [
        Decision(status="snoozed"),
        Decision(status="snoozed", snoozed_until=5),
        Decision(status="snoozed", snoozed_until=1 << 60),
        Decision(status="open", snoozed_until=1_790_000_100_000),
    ],
)
async def test_a_snooze_without_an_end_in_sight_is_refused(shop: Any, decision: Decision) -> None:
    ann = await written(shop, "ann")
    with pytest.raises(WorkRefusedError):
        await shop.work.decide([ann], decision, "agent:x")


async def test_an_answer_is_due_when_the_window_closes_or_a_day_has_passed(shop: Any) -> None:
    ann, bob = await written(shop, "ann"), await written(shop, "bob", "sms:shop")
    asked = shop.clock.now_ms()
    assert (await row_of(shop, ann))["answer_by"] == asked + 24 * HOUR_MS
    shop.clock.move(3_600)
    await written(shop, "ann")
    await written(shop, "bob", "sms:shop")
    assert [(await row_of(shop, each))["answer_by"] for each in (ann, bob)] == [asked + 24 * HOUR_MS] * 2
    await shop.reply(ann)
    assert (await row_of(shop, ann))["answer_by"] is None


async def test_a_short_window_makes_an_answer_due_sooner(shop: Any) -> None:
    shop.add("whatsapp:shop", reply_window_ms=HOUR_MS)
    ann = await written(shop, "ann", "whatsapp:shop")
    first = shop.clock.now_ms()
    assert (await row_of(shop, ann))["answer_by"] == first + HOUR_MS
    shop.clock.move(600)
    await written(shop, "ann", "whatsapp:shop")
    assert (await row_of(shop, ann))["answer_by"] == first + 600_000 + HOUR_MS


async def test_what_was_decided_moves_with_a_conversation_that_is_joined(shop: Any) -> None:
    ann, other = await written(shop, "ann"), await written(shop, "annie")
    label = await shop.work.add_label("Urgent", "red", MARA)
    await shop.work.decide([other, ann], Decision(add_labels=(label.id,)), "agent:x")
    note = await shop.work.add_note(other, "The same person", [MARA], "agent:agt_noor")
    contacts = [(await row_of(shop, each))["contact_id"] for each in (ann, other)]
    await shop.conversations.merge(*contacts, "agent:x")
    assert [each.id for each in await shop.work.notes(ann)] == [note.id]
    assert (await shop.one("SELECT conversation_id FROM mention"))["conversation_id"] == ann
    assert [row["conversation_id"] for row in await shop.rows("SELECT * FROM conversation_label")] == [ann]
    assert await kinds(shop, ann) == ["labelled", "labelled"]


async def test_a_standing_survives_the_wire(shop: Any) -> None:
    ann = await written(shop, "ann")
    [before] = await shop.work.decide([ann], Decision(status="resolved"), "agent:x")
    again = msgspec.json.decode(msgspec.json.encode(before), type=type(before))
    await shop.work.restore([again], "agent:x")
    assert (await row_of(shop, ann))["status"] == "open"


async def test_people_without_addresses_here_have_nothing_due(shop: Any) -> None:
    await shop.person(NewAddress(channel=IG, value="cleo", proof="agent"))
    assert (await shop.one("SELECT answer_by FROM conversation"))["answer_by"] is None
