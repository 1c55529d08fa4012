"""What the team sent is changed or taken back where the channel lets it, and what it said before is kept."""

import asyncio
from typing import Any

import msgspec
import pytest

from holdfast.channels.contract import Limits
from holdfast.inbox import get_message
from holdfast.outbox import ChannelFact, NewReply, ReplyRefusedError
from holdfast.work import UnknownError, WorkRefusedError
from holdfast.work.changing import Changes
from holdfast.work.writing import LaterReplies, NewLater

WEB, IG, SMS = "direct:web", "instagram:shop", "sms:shop"
MARA, NOOR = "agent:agt_mara", "agent:agt_noor"
EDIT_MS = 15 * 60_000


@pytest.fixture
async def desk(town: Any) -> Any:
    """A member who has written on our own chat and by Instagram, and what Mara answered on our own chat."""
    limits = Limits(text_max=100, edit_ms=EDIT_MS, quotes=True)
    town.facts[WEB] = ChannelFact(
        channel=WEB, platform="direct", name="Web chat", domain="own", limits=limits, health="up"
    )
    quoting = msgspec.structs.replace(town.facts[IG].limits, quotes=True)
    town.facts[IG] = msgspec.structs.replace(town.facts[IG], limits=quoting)
    contact = await town.person("Ann", (WEB, "mem_ann"), (IG, "ann"), (SMS, "+31655"))
    town.talk = await town.conversation(contact)
    town.asked = await town.says(IG, "ann", "Is it in stock?")
    town.changes = Changes(
        database=town.database,
        events=town.events,
        clock=town.clock,
        ids=town.ids,
        facts=lambda: town.facts,
    )
    town.answer = await sent(town, "Yes, a blue one", WEB)
    return town


async def sent(town: Any, text: str, channel: str, **more: Any) -> str:
    reply = NewReply(conversation_id=town.talk, text=text, author=MARA, route=channel, **more)
    message_id = (await town.outbox.enqueue(reply)).message_id
    for table, key in (("delivery", "message_id"), ("message", "id")):
        await town.run(
            f"UPDATE {table} SET state = 'sent', external_id = :id WHERE {key} = :id", id=message_id
        )
    return str(message_id)


async def shown(desk: Any, message_id: str) -> Any:
    return await desk.database.read(get_message, message_id)


async def preview(desk: Any) -> str:
    [row] = await desk.rows("SELECT last_preview FROM conversation WHERE id = :id", id=desk.talk)
    return str(row["last_preview"])


async def test_what_was_changed_is_shown_with_what_it_said_before_and_who_did_it(desk: Any) -> None:
    await desk.run(
        "INSERT INTO agent (id, email, name, password_hash, role, created_at) "
        "VALUES ('agt_mara', 'mara@kelp.example', 'Mara', 'x', 'agent', 1)"
    )
    for text in ("Yes, a green one", "Yes, a red one"):
        desk.clock.ms += 1_000
        await desk.changes.edit(desk.answer, text, MARA, may_all=False)
    message = await shown(desk, desk.answer)
    assert (message.text, message.edited_at) == ("Yes, a red one", desk.clock.ms)
    versions = await desk.changes.versions(desk.answer)
    assert [(each.change, each.text, each.by_name) for each in versions] == [
        ("edited", "Yes, a blue one", "Mara"),
        ("edited", "Yes, a green one", "Mara"),
    ]
    assert await preview(desk) == "Yes, a red one"
    story = await desk.work.story(desk.talk)
    assert [(each.who, each.kind, each.detail) for each in story] == [(MARA, "edited", desk.answer)] * 2


async def test_the_same_words_again_are_no_change(desk: Any) -> None:
    await desk.changes.edit(desk.answer, " Yes, a blue one ", MARA, may_all=False)
    assert (await shown(desk, desk.answer)).edited_at is None
    assert await desk.changes.versions(desk.answer) == []


async def test_what_was_taken_back_is_gone_for_the_person_and_kept_for_the_team(desk: Any) -> None:
    desk.clock.ms += 2 * EDIT_MS
    await desk.changes.unsend(desk.answer, NOOR, may_all=True)
    message = await shown(desk, desk.answer)
    assert (message.text, message.unsent_at) == ("", desk.clock.ms)
    assert await preview(desk) == ""
    rows = await desk.rows("SELECT text FROM delivery WHERE message_id = :id", id=desk.answer)
    assert [row["text"] for row in rows] == [""]
    [version] = await desk.changes.versions(desk.answer)
    assert (version.change, version.text, version.by) == ("unsent", "Yes, a blue one", NOOR)
    for again in (
        desk.changes.unsend(desk.answer, NOOR, may_all=True),
        desk.changes.edit(desk.answer, "x", NOOR, may_all=True),
    ):
        with pytest.raises(WorkRefusedError, match="taken back already"):
            await again


async def test_changing_and_taking_back_at_the_same_moment_end_with_it_taken_back(desk: Any) -> None:
    both = (
        desk.changes.unsend(desk.answer, MARA, may_all=False),
        desk.changes.edit(desk.answer, "Something else", MARA, may_all=False),
    )
    await asyncio.gather(*both, return_exceptions=True)
    message = await shown(desk, desk.answer)
    assert (message.text, message.unsent_at is None) == ("", False)


async def test_only_its_author_or_an_owner_within_the_time_and_where_the_channel_can(desk: Any) -> None:
    edit = desk.changes.edit
    with pytest.raises(WorkRefusedError, match="Only who wrote it, or an owner"):
        await edit(desk.answer, "x", NOOR, may_all=False)
    with pytest.raises(WorkRefusedError, match="empty"):
        await edit(desk.answer, "  ", MARA, may_all=False)
    with pytest.raises(WorkRefusedError, match="100 characters"):
        await edit(desk.answer, "x" * 101, MARA, may_all=False)
    with pytest.raises(WorkRefusedError, match="Only what the team wrote"):
        await edit(desk.asked, "x", MARA, may_all=True)
    with pytest.raises(UnknownError):
        await edit("msg_none", "x", MARA, may_all=True)
    elsewhere = await sent(desk, "By Instagram", IG)
    for refused in (
        edit(elsewhere, "x", MARA, may_all=True),
        desk.changes.unsend(elsewhere, MARA, may_all=True),
    ):
        with pytest.raises(WorkRefusedError, match="neither changed nor taken back"):
            await refused
    reply = NewReply(conversation_id=desk.talk, text="Waits", author=MARA, route=WEB)
    waiting = (await desk.outbox.enqueue(reply)).message_id
    with pytest.raises(WorkRefusedError, match="has not been sent"):
        await edit(waiting, "x", MARA, may_all=True)
    desk.clock.ms += EDIT_MS + 1
    with pytest.raises(WorkRefusedError, match="15 minutes"):
        await edit(desk.answer, "x", MARA, may_all=False)


async def test_a_reply_quotes_what_was_said_on_its_own_channel(desk: Any) -> None:
    quoting = await sent(desk, "This one", IG, reply_to=desk.asked)
    assert (await shown(desk, quoting)).reply_to == desk.asked
    for channel, quoted in ((WEB, desk.asked), (SMS, desk.asked), (IG, desk.answer), (IG, "msg_none")):
        with pytest.raises(ReplyRefusedError, match="quote"):
            await sent(desk, "This one", channel, reply_to=quoted)


async def test_a_quote_comes_back_with_a_reply_that_is_taken_back(desk: Any) -> None:
    later = LaterReplies(
        database=desk.database,
        events=desk.events,
        clock=desk.clock,
        ids=desk.ids,
        outbox=desk.outbox,
        undo_ms=5_000,
    )
    new = NewLater(conversation_id=desk.talk, text="This one", author=MARA, route=IG, reply_to=desk.asked)
    held = await later.add(new)
    assert (await later.cancel(held.id)).reply_to == desk.asked
    await later.add(new)
    desk.clock.ms += 5_000
    await later.queue_due()
    [row] = await desk.rows("SELECT id FROM message WHERE text = 'This one'")
    assert (await shown(desk, row["id"])).reply_to == desk.asked
