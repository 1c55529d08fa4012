"""A reply that was just sent waits for a moment: it leaves once, or goes back whole, never both, on every database."""

import asyncio
from typing import Any

import pytest

from holdfast.outbox import NewReply, ReplyRefusedError
from holdfast.outbox.model import AnsweredMeanwhileError
from holdfast.work import TakenError, WorkRefusedError
from holdfast.work.writing import LaterReplies, NewLater

IG = "instagram:shop"
MARA, NOOR = "agent:agt_mara", "agent:agt_noor"
UNDO_MS = 5_000


def replies(town: Any) -> LaterReplies:
    return LaterReplies(
        database=town.database,
        events=town.events,
        clock=town.clock,
        ids=town.ids,
        outbox=town.outbox,
        undo_ms=UNDO_MS,
    )


@pytest.fixture
async def desk(town: Any) -> Any:
    """A conversation with somebody who has written, and the replies that wait in it."""
    contact = await town.person("Ann", (IG, "ann"))
    await town.says(IG, "ann", "Is it in stock?")
    town.talk = await town.conversation(contact)
    town.later = replies(town)
    return town


async def held(desk: Any, text: str, author: str = MARA, **more: Any) -> Any:
    return await desk.later.add(NewLater(conversation_id=desk.talk, text=text, author=author, **more))


async def said(desk: Any) -> list[str]:
    rows = await desk.rows("SELECT text FROM message WHERE direction = 'out' ORDER BY stored_at, id")
    return [row["text"] for row in rows]


async def test_it_waits_and_leaves_once_also_when_nobody_who_saw_it_written_is_left(desk: Any) -> None:
    reply = await held(desk, "Yes, blue ones")
    assert (reply.held, reply.state, reply.send_at - reply.made_at) == (True, "waiting", UNDO_MS)
    desk.clock.ms += UNDO_MS - 1
    await desk.later.queue_due()
    assert await said(desk) == []
    desk.clock.ms += 1
    after_a_kill = [replies(desk) for _ in range(3)]
    await asyncio.gather(*(each.queue_due() for each in after_a_kill))
    assert await said(desk) == ["Yes, blue ones"]
    with pytest.raises(WorkRefusedError, match="on its way"):
        await desk.later.cancel(reply.id)


async def test_several_leave_in_the_order_in_which_they_were_written(desk: Any) -> None:
    for text in ("One", "Two", "Three"):
        await held(desk, text)
        desk.clock.ms += 10
    desk.clock.ms += UNDO_MS
    await desk.later.queue_due()
    assert await said(desk) == ["One", "Two", "Three"]


async def test_taking_back_and_leaving_at_the_same_moment_have_one_outcome(desk: Any) -> None:
    outcomes = set()
    for number in range(30):
        reply = await held(desk, f"Reply {number}")
        desk.clock.ms += UNDO_MS
        [taken, _] = await asyncio.gather(
            _take_back(desk, reply.id, looks=number % 6), desk.later.queue_due()
        )
        assert (f"Reply {number}" in await said(desk)) is not taken
        outcomes.add(taken)
    assert outcomes == {True, False}, "only one end was seen, so that nothing was at the same moment"


async def _take_back(desk: Any, later_id: str, *, looks: int) -> bool:
    """Whether it was taken back, by somebody who looks so many times before."""
    for _ in range(looks):
        await desk.later.of(desk.talk)
    try:
        await desk.later.cancel(later_id)
    except WorkRefusedError:
        return False
    return True


async def test_who_presses_send_is_told_at_once_what_cannot_leave(desk: Any) -> None:
    with pytest.raises(ReplyRefusedError, match="empty"):
        await held(desk, "  ")
    with pytest.raises(ReplyRefusedError, match="no address on sms:shop"):
        await held(desk, "Hi", route="sms:shop")
    with pytest.raises(WorkRefusedError, match="attach it again"):
        await held(desk, "Hi", files=("med_gone",), send_at=desk.clock.ms + 1)
    desk.clock.ms += 2 * 86_400_000
    with pytest.raises(ReplyRefusedError, match="window"):
        await held(desk, "Hi", route=IG)
    assert await desk.later.of(desk.talk) == []


async def test_replies_that_cross_are_seen_when_sent_and_again_when_leaving(desk: Any) -> None:
    newest = (await desk.rows("SELECT id FROM message"))[0]["id"]
    await held(desk, "Mara's", seen=newest)
    late = await held(desk, "Noor's", NOOR, seen=newest)
    desk.clock.ms += UNDO_MS
    await desk.later.queue_due()
    assert await said(desk) == ["Mara's"]
    [told] = await desk.later.of(desk.talk)
    assert (told.id, told.state, told.reason) == (late.id, "refused", "Somebody else has answered meanwhile.")
    with pytest.raises(AnsweredMeanwhileError):
        await held(desk, "Noor's", NOOR, seen=newest)
    assert (await desk.later.cancel(late.id)).text == "Noor's"


async def test_the_same_key_again_is_the_same_reply(desk: Any) -> None:
    first = await held(desk, "Once", key="k-1")
    assert (await held(desk, "Once", key="k-1")).id == first.id
    with pytest.raises(TakenError):
        await held(desk, "Other words", key="k-1")
    desk.clock.ms += UNDO_MS
    await desk.later.queue_due()
    again = await held(desk, "Once", key="k-1")
    assert (again.id, again.state) == (first.id, "queued")
    assert await said(desk) == ["Once"]


async def test_one_that_leaves_by_itself_waits_for_nothing_that_is_held(desk: Any) -> None:
    await held(desk, "Held")
    await desk.outbox.enqueue(NewReply(conversation_id=desk.talk, text="A program's", author="api:till"))
    desk.clock.ms += UNDO_MS
    await desk.later.queue_due()
    assert await said(desk) == ["A program's", "Held"]
