"""Many lanes in one transaction: each is judged by itself, and one at fault holds up no other."""

from typing import Any

from holdfast.channels.contract import (
    Accepted,
    Attachment,
    ErrorClass,
    InDoubt,
    MessageReceived,
    ReceiptArrived,
    ReceiptState,
    Rejected,
    Sending,
    Unreachable,
)
from holdfast.outbox import store
from holdfast.outbox.model import Claimed
from holdfast.outbox.rounds import LANES_BEGUN, LANES_MAX, Ask, GoOn, Returned, Room, Wait, Work
from holdfast.outbox.rounds.room import LANES_MIN, STEP

IG = "instagram:shop"


async def lanes(hub: Any, people: int, each: int = 1) -> list[Claimed]:
    """So many people to whom so much is to be sent, their lanes claimed."""
    for number in range(people):
        arrived = MessageReceived(f"in-{number}", f"p{number}", hub.clock.now_ms(), "Hi")
        await hub.arrive(IG, arrived)
        conversation = await hub.one(
            "SELECT v.id FROM conversation v JOIN address a ON a.contact_id = v.contact_id WHERE a.value = :value",
            value=f"p{number}",
        )
        for text in range(each):
            await hub.reply(conversation["id"], f"{number}.{text}")
    now = hub.clock.now_ms()
    return await hub.database.write(
        store.lease_lanes, channel=IG, limit=people, now=now, until=now + 60_000, node="test", any_lane=False
    )


async def take(hub: Any, *asks: Ask) -> Any:
    return await hub.database.write(hub.outbox.dispatcher._rounds._take, list(asks))


def back(ask: Ask, work: Work, outcome: Any, **more: Any) -> Ask:
    returned = Returned(work.outgoing.delivery_id, work.number, Sending(outcome), work.outgoing.address)
    return Ask(lane=ask.lane, returned=returned, **more)


async def test_each_lane_gets_its_own_head_and_then_the_next(hub: Any) -> None:
    hub.add(IG, echoes=True)
    asks = [Ask(lane=lane) for lane in await lanes(hub, people=3, each=2)]
    first = await take(hub, *asks)
    assert sorted(step.outgoing.text for step in first) == ["0.0", "1.0", "2.0"]
    again = [
        back(ask, step, Accepted(f"x{n}")) for n, (ask, step) in enumerate(zip(asks, first, strict=True))
    ]
    second = await take(hub, *again)
    assert sorted(step.outgoing.text for step in second) == ["0.1", "1.1", "2.1"]
    rows = await hub.rows("SELECT state, external_id, attempts FROM delivery ORDER BY state, external_id")
    assert [(row["state"], row["external_id"], row["attempts"]) for row in rows] == [
        *[("sending", None, 1)] * 3,
        *[("sent", f"x{n}", 1) for n in range(3)],
    ]
    shown = await hub.rows("SELECT state, external_id FROM message WHERE direction = 'out' ORDER BY state")
    assert [row["state"] for row in shown] == ["sending"] * 3 + ["sent"] * 3
    assert sorted(row["external_id"] for row in shown[3:]) == ["x0", "x1", "x2"]
    ended = await hub.rows(
        "SELECT outcome, detail FROM attempt WHERE finished_at IS NOT NULL ORDER BY detail"
    )
    assert [(row["outcome"], row["detail"]) for row in ended] == [("Accepted", f"x{n}") for n in range(3)]
    kinds = await hub.rows("SELECT kind, detail FROM observation ORDER BY kind, detail")
    assert [(row["kind"], row["detail"]) for row in kinds] == [
        *[("echo_expected", f"x{n}") for n in range(3)],
        *[("send", f"x{n}") for n in range(3)],
    ]
    told = [event.body["state"] for event in await hub.told("message.changed")]
    assert told == ["sending"] * 3 + ["sent"] * 3 + ["sending"] * 3


async def test_a_lane_that_was_lost_waits_and_the_others_go_on(hub: Any) -> None:
    hub.add(IG)
    mine, lost, freed = [Ask(lane=lane) for lane in await lanes(hub, people=3)]
    await hub.run("UPDATE lane SET fence = fence + 1 WHERE id = :id", id=lost.lane.lane)
    await hub.run("UPDATE lane SET leased_by = NULL WHERE id = :id", id=freed.lane.lane)
    steps = await take(hub, mine, lost, freed)
    assert isinstance(steps[0], Work)
    assert steps[1:] == [Wait(None), Wait(None)]
    states = await hub.rows("SELECT state FROM delivery ORDER BY state")
    assert [row["state"] for row in states] == ["queued", "queued", "sending"]


async def test_what_is_not_plain_is_settled_beside_what_is(hub: Any) -> None:
    hub.add(IG)
    asks = [Ask(lane=lane) for lane in await lanes(hub, people=4, each=2)]
    works = await take(hub, *asks)
    outcomes = [Accepted("x"), Rejected(ErrorClass.MESSAGE, "no"), InDoubt("lost"), Unreachable("refused")]
    steps = await take(
        hub, *(back(ask, work, each) for ask, work, each in zip(asks, works, outcomes, strict=True))
    )
    assert [type(step) for step in steps] == [Work, Work, Wait, Wait]
    states = [
        (await hub.one("SELECT state FROM delivery WHERE id = :id", id=w.outgoing.delivery_id)) for w in works
    ]
    assert [row["state"] for row in states] == ["sent", "rejected", "in_doubt", "queued"]


async def test_an_answer_is_written_down_though_its_turn_to_go_on_has_not_come(hub: Any) -> None:
    hub.add(IG)
    [ask] = [Ask(lane=lane) for lane in await lanes(hub, people=1, each=2)]
    [work] = await take(hub, ask)
    assert await take(hub, back(ask, work, Accepted("x"), begins=False)) == [GoOn()]
    states = await hub.rows("SELECT state FROM delivery ORDER BY position")
    assert [row["state"] for row in states] == ["sent", "queued"]


async def test_a_probe_tries_one_message_and_lets_its_lane_go(hub: Any) -> None:
    hub.add(IG)
    [ask] = [Ask(lane=lane, probing=True) for lane in await lanes(hub, people=1, each=2)]
    [work] = await take(hub, ask)
    [step] = await take(hub, back(ask, work, Accepted("x"), probing=True))
    assert isinstance(step, Wait)
    assert (await hub.one("SELECT leased_by FROM lane"))["leased_by"] is None


async def test_a_receipt_that_came_first_counts_when_the_answer_names_its_message(hub: Any) -> None:
    hub.add(IG)
    [ask] = [Ask(lane=lane) for lane in await lanes(hub, people=1)]
    [work] = await take(hub, ask)
    early = ReceiptArrived(key="r", state=ReceiptState.READ, at=hub.clock.now_ms(), external_id="x")
    await hub.arrive(IG, early)
    await take(hub, back(ask, work, Accepted("x")))
    assert (await hub.one("SELECT state FROM delivery"))["state"] == "read"
    assert (await hub.one("SELECT state FROM message WHERE direction = 'out'"))["state"] == "read"


async def test_a_message_of_several_parts_shows_all_of_them(hub: Any) -> None:
    hub.add(IG, text_max=20)
    await hub.arrive(IG, MessageReceived("in", "ann", hub.clock.now_ms(), "Hi"))
    conversation = (await hub.one("SELECT id FROM conversation"))["id"]
    picture = (Attachment(kind="image", url="https://a.example/1.png"),)
    message_id = await hub.reply(conversation, "one two three four five six", attachments=picture)
    now = hub.clock.now_ms()
    [lane] = await hub.database.write(
        store.lease_lanes, channel=IG, limit=1, now=now, until=now + 60_000, node="test", any_lane=False
    )
    [work] = await take(hub, ask := Ask(lane=lane))
    assert work.outgoing.attachments == picture
    [work] = await take(hub, back(ask, work, Accepted("x1")))
    assert work.outgoing.attachments == ()
    assert (await hub.message(message_id))["state"] == "sending"
    [step] = await take(hub, back(ask, work, Accepted("x2")))
    assert isinstance(step, Wait)
    shown = await hub.message(message_id)
    assert (shown["state"], shown["external_id"]) == ("sent", "x1")


async def test_a_lane_at_fault_is_told_alone(hub: Any) -> None:
    hub.add(IG)
    hub.add("sms:shop")
    good, bad = [Ask(lane=lane) for lane in await lanes(hub, people=2)]
    await hub.run("UPDATE delivery SET channel = 'gone:away' WHERE lane = :lane", lane=bad.lane.lane)
    rounds = hub.outbox.dispatcher._rounds
    steps = [rounds.step(ask) for ask in (good, bad)]
    told = [await _or_error(each) for each in steps]
    assert isinstance(told[0], Work)
    assert isinstance(told[1], KeyError)


async def _or_error(step: Any) -> Any:
    try:
        return await step
    except KeyError as error:
        return error


def test_a_channel_gets_more_lanes_as_its_platform_accepts_and_loses_them_at_once() -> None:
    room = Room()
    assert room.lanes == LANES_BEGUN
    grown = [room.learn(Accepted("x")) for _ in range(2 * LANES_MAX)]
    assert room.lanes == LANES_MAX
    assert sum(grown) == (LANES_MAX - LANES_BEGUN) // STEP
    assert not room.learn(Rejected(ErrorClass.MESSAGE, "no"))
    assert room.lanes == LANES_MAX
    for outcome in (InDoubt("lost"), Unreachable("refused")) * 4:
        room.learn(outcome)
    assert room.lanes == LANES_MIN
