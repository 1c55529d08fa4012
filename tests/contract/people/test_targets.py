"""Targets on every database: clocks from arrival to what is really out, through everything that happens between."""

from typing import Any

import pytest

from holdfast.outbox import NewReply
from holdfast.posts import Hours, Profile, Span
from holdfast.posts.store import put_profile
from holdfast.storage import Tx, read_events
from holdfast.targets import Target, TargetKeeper, Targets
from holdfast.work import Decision, TakenError, UnknownError, WorkRefusedError

IG, SMS = "instagram:shop", "sms:shop"
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
BY = "agent:mara"


class Desk:
    def __init__(self, town: Any) -> None:
        self.town = town
        shared = {"database": town.database, "events": town.events, "clock": town.clock, "ids": town.ids}
        self.targets = Targets(**shared, channels=lambda: list(town.facts))
        self.keeper = TargetKeeper(**shared, facts=lambda: town.facts)
        self.cursor = 0

    async def follow(self) -> int:
        """Let the keeper see what happened, until nothing follows from it; how many rounds it took."""
        rounds = 0
        while events := await self.town.events.after(self.cursor):
            await self.keeper.follow(events)
            self.cursor = events[-1].seq
            rounds += 1
            assert rounds < 10, "it goes round in circles"
        return rounds

    async def promise(self, **values: Any) -> Target:
        target = await self.targets.put(Target(**{"name": "All", "first_within_ms": HOUR, **values}), BY)
        await self.follow()
        return target

    async def says(self, value: str = "ada", channel: str = IG) -> str:
        message = await self.town.says(channel, value, "hello")
        conversation = (
            await self.town.rows("SELECT conversation_id FROM message WHERE id = :id", id=message)
        )[0]["conversation_id"]
        await self.town.database.write(_tell, conversation, self.town.clock.ms)
        await self.follow()
        return message

    async def reply(self, conversation_id: str, **more: Any) -> str:
        made = await self.town.outbox.enqueue(
            NewReply(conversation_id=conversation_id, text="hi", author=BY, **more)
        )
        await self.follow()
        return str(made.message_id)

    async def goes_out(self, message_id: str) -> None:
        await self.town.database.write(self._out, message_id)
        await self.follow()

    async def _out(self, tx: Tx, message_id: str) -> None:
        now = self.town.clock.ms
        [row] = await tx.all("SELECT * FROM delivery WHERE message_id = :id", id=message_id)
        await tx.run(
            "INSERT INTO attempt (delivery_id, number, started_at, finished_at, outcome) "
            "VALUES (:id, 1, :at, :at, 'Accepted')",
            id=row["id"],
            at=now,
        )
        await self.town.outbox.settle.accepted(tx, row, f"ext-{message_id}", now)

    async def passes(self, ms: int) -> None:
        """Time passes; whoever is to be told is told."""
        self.town.clock.ms += ms
        await self.keeper.tell_due()
        await self.follow()

    async def timers(self) -> list[tuple[str, str, str | None]]:
        """(message, kind, how it stands) of each clock."""
        rows = await self.town.rows("SELECT * FROM target_timer ORDER BY started_at, kind")
        return [
            (row["message_id"], row["kind"], row["outcome"] + ("" if row["ended_at"] else "*"))
            for row in rows
        ]

    async def timer(self, kind: str = "first") -> Any:
        [row] = await self.town.rows("SELECT * FROM target_timer WHERE kind = :kind", kind=kind)
        return row

    async def conversation(self) -> Any:
        [row] = await self.town.rows("SELECT * FROM conversation WHERE last_channel IS NOT NULL")
        return row

    async def told(self) -> list[str]:
        events = await self.town.database.read(read_events, 0, 1000)
        return [each.kind for each in events if each.kind.startswith("target.")]


async def _tell(tx: Tx, conversation_id: str, at: int) -> None:
    await tx.run(
        "INSERT INTO event (at, kind, conversation_id, body) VALUES (:at, 'message.received', :id, '{}')",
        id=conversation_id,
        at=at,
    )


@pytest.fixture
def desk(town: Any) -> Desk:
    return Desk(town)


async def test_a_clock_runs_from_the_arrival_until_the_reply_is_out_and_not_until_it_is_queued(
    desk: Desk,
) -> None:
    await desk.promise(next_within_ms=2 * HOUR)
    message = await desk.says()
    arrived = desk.town.clock.ms
    row = await desk.conversation()
    assert row["due_at"] == row["answer_by"] == arrived + HOUR
    desk.town.clock.ms += 10 * MINUTE
    reply = await desk.reply(row["id"])
    assert await desk.timers() == [(message, "first", "*")]
    desk.town.clock.ms += 10 * MINUTE
    await desk.goes_out(reply)
    first = await desk.timer()
    assert (first["outcome"], first["ended_at"], first["agent_id"]) == ("met", arrived + 20 * MINUTE, "mara")
    assert (await desk.conversation())["due_at"] is None
    desk.town.clock.ms += MINUTE
    again = await desk.says()
    assert (again, "next", "*") in await desk.timers()


async def test_the_time_of_arrival_counts_and_not_when_it_was_stored_or_written(desk: Desk) -> None:
    await desk.promise()
    message = await desk.says()
    await desk.town.run(
        "UPDATE message SET arrived_at = :at WHERE id = :id", at=desk.town.clock.ms - 7, id=message
    )
    await desk.town.run(
        "INSERT INTO event (at, kind, conversation_id, body) VALUES (1, 'conversation.changed', :id, '{}')",
        id=(await desk.conversation())["id"],
    )
    await desk.follow()
    assert (await desk.timer())["started_at"] == desk.town.clock.ms - 7


async def test_a_machine_answers_nobody(desk: Desk) -> None:
    await desk.promise()
    message = await desk.says()
    reply = await desk.reply((await desk.conversation())["id"], klass="bot")
    await desk.goes_out(reply)
    assert await desk.timers() == [(message, "first", "*")]


async def test_who_had_it_when_it_was_missed_missed_it_and_it_is_told_twice_once_nearly_once_missed(
    desk: Desk,
) -> None:
    await desk.promise()
    message = await desk.says()
    row = await desk.conversation()
    await desk.town.work.decide([row["id"]], Decision(assignee=None), BY)
    await desk.town.run("UPDATE conversation SET assignee_id = 'ben' WHERE id = :id", id=row["id"])
    await desk.passes(46 * MINUTE)
    await desk.passes(1)
    assert await desk.told() == ["target.near"]
    await desk.passes(14 * MINUTE)
    await desk.passes(1)
    assert await desk.told() == ["target.near", "target.missed"]
    missed = await desk.timer()
    assert (missed["outcome"], missed["counted_at"], missed["agent_id"]) == (
        "missed",
        missed["due_at"],
        "ben",
    )
    await desk.goes_out(await desk.reply(row["id"]))
    missed = await desk.timer()
    assert (missed["outcome"], missed["agent_id"], missed["ended_at"]) == (
        "missed",
        "ben",
        desk.town.clock.ms,
    )
    assert await desk.timers() == [(message, "first", "missed")]
    story = await desk.town.work.story(row["id"])
    assert [(line.kind, line.detail) for line in story] == [("target_missed", "first:All")]


async def test_putting_off_stops_it_and_waking_lets_it_go_on(desk: Desk) -> None:
    await desk.promise()
    await desk.says()
    row, began = await desk.conversation(), desk.town.clock.ms
    desk.town.clock.ms += 10 * MINUTE
    until = desk.town.clock.ms + 5 * HOUR
    await desk.town.work.decide([row["id"]], Decision(status="snoozed", snoozed_until=until), BY)
    await desk.follow()
    assert (await desk.timer())["due_at"] == began + 6 * HOUR
    desk.town.clock.ms += HOUR
    await desk.town.work.decide([row["id"]], Decision(status="open"), BY)
    await desk.follow()
    assert (await desk.timer())["due_at"] == began + 2 * HOUR
    assert (await desk.conversation())["answer_by"] == began + 2 * HOUR


async def test_their_turn_stops_the_end_of_a_talk_and_resolving_meets_it(desk: Desk) -> None:
    await desk.promise(first_within_ms=None, resolved_within_ms=DAY)
    await desk.says()
    row, began = await desk.conversation(), desk.town.clock.ms
    desk.town.clock.ms += HOUR
    await desk.goes_out(await desk.reply(row["id"]))
    standing = await desk.timer("resolve")
    assert (standing["due_at"], standing["left_ms"]) == (None, DAY - HOUR)
    desk.town.clock.ms += 40 * HOUR - 1_000
    await desk.says()
    assert (await desk.timer("resolve"))["due_at"] == began + DAY + 40 * HOUR
    await desk.town.work.decide([row["id"]], Decision(status="resolved"), BY)
    await desk.follow()
    assert (await desk.timer("resolve"))["outcome"] == "met"
    desk.town.clock.ms += MINUTE
    await desk.town.work.decide([row["id"]], Decision(status="open"), BY)
    await desk.follow()
    assert (await desk.timer("resolve"))["outcome"] == ""


async def test_outside_opening_hours_it_stands_still_and_new_hours_count_at_once(desk: Desk) -> None:
    never = Hours(zone="UTC", week=((), (), (), (), (), (), ()))
    always = Hours(zone="UTC", week=((Span("00:00", "24:00"),),) * 7)
    await desk.town.database.write(put_profile, Profile(hours=never), 1, BY)
    await desk.promise(in_hours=True)
    await desk.says()
    assert (await desk.timer())["due_at"] is None
    await desk.town.database.write(put_profile, Profile(hours=always), 2, BY)
    await desk.town.run("INSERT INTO event (at, kind, body) VALUES (1, 'profile.changed', '{}')")
    await desk.follow()
    assert (await desk.timer())["due_at"] == desk.town.clock.ms + HOUR


async def outage(desk: Desk, channel: str, since: int, until: int | None) -> None:
    await desk.town.run(
        "INSERT INTO incident (id, channel, capabilities, cause, title, state, onset_at, opened_at, recovered_at) "
        "VALUES (:id, :channel, '[]', 'platform', '', 'open', :since, :since, :until)",
        id=f"inc-{channel}",
        channel=channel,
        since=since,
        until=until,
    )
    await desk.town.run(
        "INSERT INTO incident_component (incident_id, channel, capabilities, cause, cause_since, title, state, "
        "onset_at, joined_at, recovered_at) VALUES (:id, :channel, '[\"send\"]', 'platform', 1, '', 'open', :since, "
        ":since, :until)",
        id=f"inc-{channel}",
        channel=channel,
        since=since,
        until=until,
    )
    await desk.town.run("INSERT INTO event (at, kind, body) VALUES (1, 'incident.opened', '{}')")
    await desk.follow()


async def test_while_no_channel_reaches_them_it_stands_still_and_goes_on_afterwards(desk: Desk) -> None:
    await desk.promise()
    await desk.says()
    began = desk.town.clock.ms
    desk.town.clock.ms += 10 * MINUTE
    await outage(desk, IG, began + 5 * MINUTE, None)
    standing = await desk.timer()
    assert (standing["due_at"], standing["left_ms"]) == (None, 55 * MINUTE)
    assert (await desk.conversation())["due_at"] is None
    await desk.passes(3 * HOUR)
    assert await desk.told() == []
    await desk.town.run("UPDATE incident_component SET recovered_at = :at", at=began + 2 * HOUR + 5 * MINUTE)
    await desk.town.run("INSERT INTO event (at, kind, body) VALUES (1, 'incident.changed', '{}')")
    await desk.follow()
    assert (await desk.timer())["due_at"] == began + 3 * HOUR


async def test_where_another_channel_reaches_them_an_outage_stops_nothing(desk: Desk) -> None:
    await desk.promise()
    await desk.town.person("Ada", (IG, "ada"), (SMS, "+3161"), consent="failover")
    await desk.town.run("UPDATE address SET created_at = 1")
    await desk.says()
    began = desk.town.clock.ms
    await outage(desk, IG, began, None)
    assert (await desk.timer())["due_at"] == began + HOUR
    await outage(desk, SMS, began + MINUTE, None)
    assert (await desk.timer())["due_at"] is None


async def test_joining_and_parting_people_loses_no_clock_and_doubles_none(desk: Desk) -> None:
    await desk.promise(next_within_ms=HOUR, resolved_within_ms=DAY)
    ada = await desk.town.person("Ada", (IG, "ada"))
    ben = await desk.town.person("Ben", (SMS, "+3161"))
    one = await desk.says("ada")
    two = await desk.says("+3161", SMS)
    before = await desk.timers()
    assert len(before) == 4
    merge = await desk.town.conversations.merge(ada, ben, BY)
    await desk.follow()
    assert await desk.timers() == [(one, "first", "*"), (one, "resolve", "*")]
    await desk.town.conversations.unmerge(merge, BY)
    await desk.follow()
    assert await desk.timers() == before
    homes = await desk.town.rows(
        "SELECT t.message_id FROM target_timer t JOIN message m ON m.id = t.message_id "
        "WHERE t.conversation_id <> m.conversation_id"
    )
    assert homes == []
    assert {row["message_id"] for row in await desk.town.rows("SELECT message_id FROM target_timer")} == {
        one,
        two,
    }


async def test_who_has_it_changes_no_clock(desk: Desk) -> None:
    await desk.promise()
    await desk.says()
    before = dict(await desk.timer())
    row = await desk.conversation()
    await desk.town.run("UPDATE conversation SET assignee_id = 'ben' WHERE id = :id", id=row["id"])
    await desk.town.run(
        "INSERT INTO event (at, kind, conversation_id, body) VALUES (1, 'conversation.changed', :id, '{}')",
        id=row["id"],
    )
    assert await desk.follow() == 1, "nothing follows from what changed nothing"
    assert dict(await desk.timer()) == before


async def test_a_label_chooses_another_target_and_the_first_that_fits_counts(desk: Desk) -> None:
    label = await desk.town.work.add_label("VIP", "red", BY)
    vip = await desk.promise(name="VIP", label=label.id, first_within_ms=5 * MINUTE)
    rest = await desk.promise(name="Rest", channels=(IG,))
    await desk.says()
    began, row = desk.town.clock.ms, await desk.conversation()
    assert (await desk.timer())["target_id"] == rest.id
    await desk.town.work.decide([row["id"]], Decision(add_labels=(label.id,)), BY)
    await desk.follow()
    timer = await desk.timer()
    assert (timer["target_id"], timer["due_at"]) == (vip.id, began + 5 * MINUTE)
    await desk.targets.order([rest.id, vip.id], BY)
    await desk.follow()
    assert (await desk.timer())["target_id"] == rest.id


async def test_a_target_that_is_changed_or_removed_counts_for_who_waits_and_leaves_what_was_counted(
    desk: Desk,
) -> None:
    await desk.says("early")
    began = desk.town.clock.ms
    target = await desk.promise()
    assert (await desk.timer())["due_at"] == began + HOUR, "who waited already is promised it too"
    await desk.passes(2 * HOUR)
    assert (await desk.timer())["outcome"] == "missed"
    await desk.promise(id=target.id, first_within_ms=10 * HOUR)
    timer = await desk.timer()
    assert (timer["outcome"], timer["due_at"]) == ("", began + 10 * HOUR)
    row = await desk.conversation()
    await desk.goes_out(await desk.reply(row["id"]))
    await desk.says("late")
    assert len(await desk.timers()) == 2
    await desk.targets.remove(target.id, BY)
    await desk.follow()
    assert [outcome for _, _, outcome in await desk.timers()] == ["met"]
    [late] = await desk.town.rows("SELECT * FROM conversation WHERE due_at IS NULL AND answer_by IS NOT NULL")
    assert late["answer_by"] == desk.town.clock.ms + DAY
    trail = await desk.town.rows("SELECT action FROM audit_entry WHERE action LIKE 'target.%' ORDER BY id")
    assert [each["action"] for each in trail] == ["target.added", "target.changed", "target.removed"]


async def test_what_cannot_be_promised_is_refused_with_the_field(desk: Desk) -> None:
    for wrong, field in (
        (Target(name=" ", first_within_ms=HOUR), "name"),
        (Target(name="x"), "first_within_ms"),
        (Target(name="x", next_within_ms=59_999), "next_within_ms"),
        (Target(name="x", resolved_within_ms=31 * DAY), "resolved_within_ms"),
        (Target(name="x", first_within_ms=HOUR, channels=("fax:1",)), "channels"),
        (Target(name="x", first_within_ms=HOUR, label="lab_none"), "label"),
    ):
        with pytest.raises(WorkRefusedError) as refused:
            await desk.targets.put(wrong, BY)
        assert refused.value.field == field
    with pytest.raises(UnknownError):
        await desk.targets.put(Target(id="tgt_none", name="x", first_within_ms=HOUR), BY)
    with pytest.raises(UnknownError):
        await desk.targets.remove("tgt_none", BY)
    await desk.promise()
    with pytest.raises(TakenError):
        await desk.targets.put(Target(name="All", first_within_ms=HOUR), BY)
    with pytest.raises(WorkRefusedError):
        await desk.targets.order([], BY)
