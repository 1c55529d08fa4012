"""Rules over real stores: each acts once, on what arrived after it, and never twice on a repeat."""

from typing import Any

import pytest

from holdfast.automation import Actions, Conditions, NewRule, Rule, RuleRunner, Rules, Trial
from holdfast.outbox import NewReply
from holdfast.posts import Hours, Profile, Span
from holdfast.posts.store import put_profile
from holdfast.storage import Event
from holdfast.work import UnknownError, WorkRefusedError

IG, SMS = "instagram:shop", "sms:shop"
HOUR_MS = 3_600_000


def rules_of(town: Any) -> Rules:
    return Rules(
        database=town.database,
        events=town.events,
        clock=town.clock,
        ids=town.ids,
        channels=lambda: town.facts,
        business="Kelp & Co",
    )


def runner_of(town: Any) -> RuleRunner:
    return RuleRunner(
        database=town.database, clock=town.clock, ids=town.ids, outbox=town.outbox, business="Kelp & Co"
    )


async def make(town: Any, name: str, then: Actions, **more: Any) -> Rule:
    town.clock.ms += 1
    return await rules_of(town).put("", NewRule(name=name, then=then, **more), "agent:mara")


async def follow(town: Any, *message_ids: str) -> None:
    events = [
        Event(seq, town.clock.ms, "message.received", "", {"message_id": each})
        for seq, each in enumerate(message_ids, 1)
    ]
    await runner_of(town).follow(events)


async def answers(town: Any) -> list[tuple[str, str]]:
    rows = await town.rows("SELECT author, text FROM message WHERE direction = 'out' ORDER BY at, id")
    return [(row["author"], row["text"]) for row in rows]


async def test_a_rule_labels_gives_and_answers_once(town: Any) -> None:
    label = await town.work.add_label("Refund", "red", "agent:mara")
    person = await town.person("Ann Lee", (IG, "ann"))
    then = Actions(add_labels=(label.id,), reply="Hello {{first_name}}, {{business}} looks at it.")
    made = await make(town, "Refunds", then, when=Conditions(words=("refund",)))
    message = await town.says(IG, "ann", "Where is my refund?")
    other = await town.says(IG, "ann", "And hello")
    for _ in range(3):
        await follow(town, message, other)
    assert await answers(town) == [("rule:Refunds", "Hello Ann, Kelp & Co looks at it.")]
    conversation = await town.conversation(person)
    story = await town.work.story(conversation)
    assert [(line.who, line.kind, line.detail) for line in story] == [("rule:Refunds", "labelled", label.id)]
    [rule] = await rules_of(town).all()
    assert (rule.id, rule.used, rule.used_at) == (made.id, 1, town.clock.ms)
    waiting = await town.rows("SELECT waiting_since FROM conversation WHERE id = :id", id=conversation)
    assert waiting[0]["waiting_since"] is not None, "an automatic answer is no answer"


async def test_the_same_person_has_the_same_answer_once_in_a_time(town: Any) -> None:
    await town.person("Ann", (IG, "ann"))
    await make(town, "Greeting", Actions(reply="Hello", reply_every_hours=2))
    for text in ("One", "Two"):
        await follow(town, await town.says(IG, "ann", text))
    assert len(await answers(town)) == 1
    town.clock.ms += 2 * HOUR_MS
    await follow(town, await town.says(IG, "ann", "Three"))
    assert len(await answers(town)) == 2


async def test_what_is_old_automatic_or_answered_is_not_answered(town: Any) -> None:
    await town.person("Ann", (IG, "ann"))
    await make(town, "Greeting", Actions(reply="Hello", reply_every_hours=1))
    old = await town.says(IG, "ann", "Old")
    town.clock.ms += HOUR_MS
    robot = await town.says(IG, "ann", "I am away")
    await town.run("UPDATE message SET automatic = 1 WHERE id = :id", id=robot)
    asked = await town.says(IG, "ann", "Anybody?")
    [row] = await town.rows("SELECT conversation_id AS id FROM message WHERE id = :id", id=asked)
    town.clock.ms += 1
    await town.outbox.enqueue(NewReply(conversation_id=row["id"], text="Me", author="agent:mara"))
    await follow(town, old, robot, asked)
    assert await answers(town) == [("agent:mara", "Me")]


async def test_a_rule_does_not_look_back(town: Any) -> None:
    await town.person("Ann", (IG, "ann"))
    before = await town.says(IG, "ann", "Hello")
    await make(town, "Greeting", Actions(reply="Hello"))
    await follow(town, before)
    assert await answers(town) == []


async def test_what_a_rule_named_may_be_gone_and_the_rest_is_done(town: Any) -> None:
    kept = await town.work.add_label("Kept", "red", "agent:mara")
    gone = await town.work.add_label("Gone", "red", "agent:mara")
    person = await town.person("Ann", (IG, "ann"))
    await make(town, "Both", Actions(add_labels=(kept.id, gone.id)))
    await town.work.remove_label(gone.id, "agent:mara")
    await follow(town, await town.says(IG, "ann", "Hello"))
    story = await town.work.story(await town.conversation(person))
    assert [line.detail for line in story] == [kept.id]


async def test_it_is_known_whether_we_are_open_and_whether_somebody_is_new(town: Any) -> None:
    hours = Hours(zone="UTC", week=((Span("00:00", "00:01"),),) * 7)
    await town.database.write(put_profile, Profile(hours=hours), town.clock.ms, "agent:mara")
    await make(town, "Closed", Actions(reply="{{hours}}."), when=Conditions(hours="closed", first=True))
    first = await town.says(SMS, "+31", "Hello")
    again = await town.says(SMS, "+31", "Anybody?")
    await follow(town, again)
    assert await answers(town) == []
    await follow(town, first)
    [(_, said)] = await answers(town)
    assert said.startswith("Closed, opens ")


async def test_rules_are_changed_ordered_and_removed_by_name(town: Any) -> None:
    rules = rules_of(town)
    one, two = await make(town, "One", Actions(reply="1")), await make(town, "Two", Actions(reply="2"))
    assert [each.name for each in await rules.order([two.id, one.id], "agent:mara")] == ["Two", "One"]
    assert [each.reply for each in await rules.would_do(Trial(text="Hi"))] == ["2", "1"]
    changed = NewRule(name="Two", then=Actions(reply="2"), enabled=False)
    await rules.put(two.id, changed, "agent:mara")
    assert [each.reply for each in await rules.would_do(Trial(text="Hi"))] == ["1"]
    await rules.remove(one.id, "agent:mara")
    assert [each.name for each in await rules.all()] == ["Two"]
    trail = await town.rows(
        "SELECT action, detail FROM audit_entry WHERE action LIKE 'rule.%' ORDER BY at, id"
    )
    assert [row["action"] for row in trail] == [
        "rule.added",
        "rule.added",
        "rule.ordered",
        "rule.changed",
        "rule.removed",
    ]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"when": Conditions(channels=("fax:shop",))}, "when.channels"),
        ({"when": Conditions(labels=("lab_0",))}, "when.labels"),
        ({"then": Actions(team="tea_0")}, "then.team"),
        ({"then": Actions(assignee="agt_0")}, "then.assignee"),
        ({"then": Actions(add_labels=("lab_0",))}, "then.add_labels"),
    ],
)
async def test_what_is_not_there_is_refused(town: Any, more: dict[str, Any], field: str) -> None:
    wanted = NewRule(**{"name": "Odd", "then": Actions(reply="Hello"), **more})
    with pytest.raises(WorkRefusedError) as refused:
        await rules_of(town).put("", wanted, "agent:mara")
    assert refused.value.field == field
    with pytest.raises(UnknownError):
        await rules_of(town).remove("rul_0", "agent:mara")
    with pytest.raises(WorkRefusedError):
        await rules_of(town).order(["rul_0"], "agent:mara")
