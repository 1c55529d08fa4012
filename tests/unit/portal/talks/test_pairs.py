"""Two members write to one another: requests, messages, receipts, and who may see what."""

import asyncio

import msgspec
import pytest
from tests.unit.portal.talks.conftest import Town

from holdfast.channels.direct import EDIT_MS
from holdfast.members import Member
from holdfast.portal.talks import SOURCE, TalkError
from holdfast.portal.talks.model import STRANGERS_A_DAY, ThreadPatch, ThreadToMake
from holdfast.portal.talks.store import PARKED_AT_ONCE
from holdfast.portal.writing import ToSend
from holdfast.storage import NewEnvelope


async def two(town: Town) -> tuple[Member, Member]:
    return await town.member("Ann"), await town.member("Ben")


async def test_a_stranger_is_found_as_a_request_once_something_is_said(town: Town) -> None:
    ann, ben = await two(town)
    made = await town.direct.make_thread(ann, ThreadToMake(kind="pair", member=ben.id))
    assert await town.threads(ben) == {}
    await town.tell(ann, made.id, "Hello")
    asked = (await town.threads(ben))[made.id]
    assert (asked.state, asked.unread, asked.last and asked.last.text) == ("request", 1, "Hello")
    assert (await town.threads(ann))[made.id].state == "open"


async def test_a_pair_exists_once(town: Town) -> None:
    ann, ben = await two(town)
    made = await town.direct.make_thread(ann, ThreadToMake(kind="pair", member=ben.id))
    again = await town.direct.make_thread(ben, ThreadToMake(kind="pair", member=ann.id))
    assert made.id == again.id
    assert again.state == "open"


async def test_whoever_answers_has_accepted(town: Town) -> None:
    ann, ben = await two(town)
    made = await town.direct.make_thread(ann, ThreadToMake(kind="pair", member=ben.id))
    await town.tell(ann, made.id, "Hello")
    await town.tell(ben, made.id, "Hello yourself")
    assert (await town.threads(ben))[made.id].state == "open"


async def test_what_was_declined_is_not_heard_and_its_author_is_not_told(town: Town) -> None:
    ann, ben = await two(town)
    made = await town.direct.make_thread(ann, ThreadToMake(kind="pair", member=ben.id))
    await town.tell(ann, made.id, "Hello")
    await town.direct.decline(ben, made.id)
    await town.tell(ann, made.id, "Are you there?")
    assert await town.threads(ben) == {}
    assert [each.state for each in await town.read(ann, made.id)] == ["safe", "safe"]
    with pytest.raises(TalkError, match="not one of your threads"):
        await town.read(ben, made.id)
    await town.direct.make_thread(ben, ThreadToMake(kind="pair", member=ann.id))
    assert await town.texts(ben, made.id) == ["Hello"]


async def test_who_is_blocked_is_not_heard_and_not_told(town: Town) -> None:
    ann, ben = await two(town)
    pair = await town.pair(ann, ben)
    await town.members.block(ben.id, ann.id)
    await town.tell(ann, pair.id, "Can you hear me?")
    assert await town.texts(ben, pair.id) == ["Hello"]
    assert [each.state for each in await town.read(ann, pair.id)] == ["safe", "safe"]
    assert (await town.threads(ben))[pair.id].unread == 1


async def test_a_repeat_has_no_second_effect(town: Town) -> None:
    ann, ben = await two(town)
    pair = await town.pair(ann, ben)
    for _ in range(3):
        await town.say(ann, pair.id, "Once", "same")
    await town.apply()
    await town.tell(ann, pair.id, "Once", "same")
    assert await town.texts(ben, pair.id) == ["Hello", "Once"]
    rows = await town.rows("SELECT * FROM direct_log WHERE subject = :id", id=f"{ann.id}:same")
    assert len(rows) == 1


async def test_receipts_move_forward_and_are_shown_among_those_who_show_theirs(town: Town) -> None:
    ann, ben = await two(town)
    pair = await town.pair(ann, ben)
    await town.tell(ann, pair.id, "News")
    orders = [each.order for each in await town.read(ben, pair.id)]
    await town.direct.received(ben, pair.id, delivered=orders[-1])
    assert [each.state for each in await town.read(ann, pair.id)] == ["delivered", "delivered"]
    await town.direct.received(ben, pair.id, seen=orders[0])
    assert [each.state for each in await town.read(ann, pair.id)] == ["read", "delivered"]
    await town.direct.received(ben, pair.id, seen=0)
    assert (await town.threads(ben))[pair.id].unread == 1
    await town.run("UPDATE member SET receipts = 0 WHERE id = :id", id=ann.id)
    assert [each.state for each in await town.read(ann, pair.id)] == ["safe", "safe"]


async def test_a_receipt_goes_no_further_than_what_was_said(town: Town) -> None:
    ann, ben = await two(town)
    pair = await town.pair(ann, ben)
    await town.direct.received(ben, pair.id, seen=10**15)
    await town.tell(ann, pair.id, "Later")
    assert (await town.threads(ben))[pair.id].unread == 1


async def test_an_edit_a_withdrawal_and_a_reaction_are_seen_by_both(town: Town) -> None:
    ann, ben = await two(town)
    pair = await town.pair(ann, ben)
    first, second = await town.tell(ann, pair.id, "Helo"), await town.tell(ann, pair.id, "Oh no")
    await town.edit(ann, first, "Hello again")
    await town.unsend(ann, second)
    await town.react(ben, first, "👍")
    seen = {each.id: each for each in await town.read(ben, pair.id)}
    assert (seen[first].text, seen[first].edited_at is not None) == ("Hello again", True)
    assert [(each.emoji, each.members) for each in seen[first].reactions] == [("👍", [ben.id])]
    assert (seen[second].text, seen[second].unsent) == ("", True)
    await town.react(ben, first, "")
    assert (await town.read(ann, pair.id))[1].reactions == []


async def test_only_the_author_changes_a_message_and_not_after_a_while(town: Town) -> None:
    ann, ben = await two(town)
    pair = await town.pair(ann, ben)
    message_id = await town.tell(ann, pair.id, "Mine")
    with pytest.raises(TalkError) as refused:
        await town.edit(ben, message_id, "Yours")
    assert refused.value.code == "forbidden"
    town.clock.ms += EDIT_MS + 1
    with pytest.raises(TalkError) as refused:
        await town.edit(ann, message_id, "Mine, later")
    assert (refused.value.status, refused.value.code) == (409, "too_late")
    await town.unsend(ann, message_id)
    assert await town.texts(ben, pair.id) == ["Hello", ""]


async def test_what_overtakes_its_message_waits_for_it(town: Town) -> None:
    ann, ben = await two(town)
    pair = await town.pair(ann, ben)
    await town.edit(ann, f"{ann.id}:late", "Mended")
    await town.react(ben, f"{ann.id}:late", "❤️")
    await town.tell(ann, pair.id, "Brokn", "late")
    message = (await town.read(ben, pair.id))[-1]
    assert (message.text, [each.emoji for each in message.reactions]) == ("Mended", ["❤️"])
    assert await town.rows("SELECT * FROM direct_parked") == []


async def test_of_very_much_that_waits_nothing_is_lost(town: Town) -> None:
    ann, ben = await two(town)
    pair = await town.pair(ann, ben)
    for _ in range(PARKED_AT_ONCE):
        await town.react(ben, f"{ann.id}:late", "❤️")
    await town.edit(ann, f"{ann.id}:late", "Mended")
    await town.tell(ann, pair.id, "Brokn", "late")
    assert (await town.texts(ben, pair.id))[-1] == "Mended"
    assert await town.rows("SELECT * FROM direct_parked") == []


async def test_what_may_not_be_said_is_not_edited_into_what_is_still_under_way(town: Town) -> None:
    ann, ben = await two(town)
    pair = await town.pair(ann, ben)
    town.direct.writing.judge = lambda _, __, text: "Not here." if "casino" in text else ""
    first = await town.say(ann, pair.id, "Hello")
    with pytest.raises(TalkError) as refused:
        await town.edit(ann, first, "Come to the casino")
    assert refused.value.code == "refused"
    await town.apply()
    assert "Come to the casino" not in await town.texts(ben, pair.id)


async def test_who_is_muted_says_nothing_to_others_by_any_road(town: Town) -> None:
    ann, ben = await two(town)
    pair = await town.pair(ann, ben)
    first = await town.tell(ann, pair.id, "Hello")
    made = await town.direct.make_thread(ann, ThreadToMake(kind="group", title="Walks", members=[ben.id]))
    muted = msgspec.structs.replace(ann, standing="muted")
    attempts = [
        lambda: town.say(muted, pair.id, "Still here"),
        lambda: town.edit(muted, first, "Still here"),
        lambda: town.react(muted, first, "still here"),
        lambda: town.direct.change_thread(muted, made.id, ThreadPatch(title="Still here")),
        lambda: town.direct.add(muted, made.id, ben.id),
    ]
    for attempt in attempts:
        with pytest.raises(TalkError) as refused:
            await attempt()
        assert refused.value.status == 403
    await town.unsend(muted, first)
    await town.direct.change_thread(muted, made.id, ThreadPatch(pinned=True))


async def test_a_stranger_to_the_thread_can_do_nothing_in_it(town: Town) -> None:
    ann, ben = await two(town)
    eve = await town.member("Eve")
    pair = await town.pair(ann, ben)
    message_id = await town.tell(ann, pair.id, "Secret")
    attempts = [
        lambda: town.say(eve, pair.id, "Let me in"),
        lambda: town.read(eve, pair.id),
        lambda: town.react(eve, message_id, "👀"),
        lambda: town.direct.received(eve, pair.id, seen=1),
        lambda: town.direct.thread(eve, pair.id),
        lambda: town.direct.change_thread(eve, pair.id, ThreadPatch(pinned=True)),
        lambda: town.direct.search(eve, "Secret", pair.id),
        lambda: town.direct.add(eve, pair.id, eve.id),
    ]
    for attempt in attempts:
        with pytest.raises(TalkError) as refused:
            await attempt()
        assert refused.value.status == 403
    assert await town.direct.search(eve, "Secret", "") == []


async def test_the_card_of_whoever_shares_a_thread_is_seen_and_no_other(town: Town) -> None:
    ann, ben = await two(town)
    eve = await town.member("Eve")
    await town.pair(ann, ben)
    assert (await town.direct.card(ann, ben.id)).name == "Ben"
    for who in (eve.id, "mem_nobody"):
        with pytest.raises(TalkError) as refused:
            await town.direct.card(ann, who)
        assert refused.value.status == 404


async def test_guests_do_not_write_to_strangers_but_answer_them(town: Town) -> None:
    ann = await town.member("Ann")
    guest = await town.member("Gus", kind="guest")
    with pytest.raises(TalkError) as refused:
        await town.direct.make_thread(guest, ThreadToMake(kind="pair", member=ann.id))
    assert (refused.value.status, refused.value.code) == (403, "guest")
    made = await town.direct.make_thread(ann, ThreadToMake(kind="pair", member=guest.id))
    await town.tell(ann, made.id, "Hello")
    await town.tell(guest, made.id, "Hello")
    assert await town.texts(ann, made.id) == ["Hello", "Hello"]


async def test_who_takes_no_requests_gets_none(town: Town) -> None:
    ann = await town.member("Ann")
    await town.member("Quiet", requests="nobody")
    with pytest.raises(TalkError) as refused:
        await town.direct.make_thread(ann, ThreadToMake(kind="pair", member="mem_quiet"))
    assert refused.value.code == "refused"


async def test_so_many_strangers_a_day_and_no_more(town: Town) -> None:
    ann = await town.member("Ann")
    others = [await town.member(f"M{number}") for number in range(STRANGERS_A_DAY + 1)]
    for other in others[:-1]:
        await town.direct.make_thread(ann, ThreadToMake(kind="pair", member=other.id))
    with pytest.raises(TalkError) as refused:
        await town.direct.make_thread(ann, ThreadToMake(kind="pair", member=others[-1].id))
    assert (refused.value.status, refused.value.code) == (429, "too_many")
    town.clock.ms += 86_400_001
    await town.direct.make_thread(ann, ThreadToMake(kind="pair", member=others[-1].id))


@pytest.mark.parametrize(
    ("client_id", "text", "code"),
    [("", "x", "bad_id"), ("a b", "x", "bad_id"), ("a" * 65, "x", "bad_id"), ("a", " \0", "empty")],
)
async def test_what_cannot_be_a_message_is_refused(town: Town, client_id: str, text: str, code: str) -> None:
    ann, ben = await two(town)
    pair = await town.pair(ann, ben)
    wanted = {"id": client_id, "text": text}
    with pytest.raises(TalkError) as refused:
        await town.direct.message(ann, pair.id, _to_send(wanted))
    assert refused.value.code == code


def _to_send(wanted: dict[str, str]) -> ToSend:
    return ToSend(**wanted)


async def test_a_reply_quotes_what_it_answers(town: Town) -> None:
    ann, ben = await two(town)
    pair = await town.pair(ann, ben)
    asked = await town.tell(ann, pair.id, "q" * 300)
    await town.tell(ben, pair.id, "Yes", reply_to=asked)
    quote = (await town.read(ann, pair.id))[-1].reply_to
    assert quote is not None
    assert (quote.id, quote.author, quote.name, len(quote.text)) == (asked, ann.id, "Ann", 140)


async def test_pin_mute_and_draft_are_ones_own(town: Town) -> None:
    ann, ben = await two(town)
    pair = await town.pair(ann, ben)
    noted = await town.direct.change_thread(
        ann, pair.id, ThreadPatch(pinned=True, muted_until=5, draft="Well")
    )
    assert (noted.pinned, noted.muted_until, noted.draft) == (True, 5, "Well")
    theirs = (await town.threads(ben))[pair.id]
    assert (theirs.pinned, theirs.muted_until, theirs.draft) == (False, 0, "")


async def test_history_comes_by_page(town: Town) -> None:
    ann, ben = await two(town)
    pair = await town.pair(ann, ben)
    for number in range(7):
        await town.say(ann, pair.id, f"n{number}")
    await town.apply()
    page = await town.direct.messages(ben, pair.id, "", 5)
    assert [each.text for each in page.messages] == ["n2", "n3", "n4", "n5", "n6"]
    page = await town.direct.messages(ben, pair.id, page.before or "", 5)
    assert ([each.text for each in page.messages], page.before) == (["Hello", "n0", "n1"], None)


async def test_search_finds_what_one_may_read(town: Town) -> None:
    ann, ben = await two(town)
    pair = await town.pair(ann, ben)
    await town.tell(ann, pair.id, "The blue 100% umbrella")
    assert [each.text for each in await town.direct.search(ben, "BLUE", "")] == ["The blue 100% umbrella"]
    assert [each.text for each in await town.direct.search(ben, "0% u", pair.id)] == [
        "The blue 100% umbrella"
    ]
    assert await town.direct.search(ben, "b_ue", "") == []


async def test_many_who_write_at_once_stand_in_one_order(town: Town) -> None:
    ann, ben = await two(town)
    pair = await town.pair(ann, ben)
    await asyncio.gather(*(town.say(ann, pair.id, f"a{number}") for number in range(40)))
    await asyncio.gather(*(town.say(ben, pair.id, f"b{number}") for number in range(40)))
    await town.apply()
    mine, theirs = await town.read(ann, pair.id), await town.read(ben, pair.id)
    assert [each.id for each in mine] == [each.id for each in theirs]
    orders = [each.order for each in mine]
    assert orders == sorted(set(orders))


@pytest.mark.parametrize("until", [-1, 2**63, 2**64])
def test_a_time_that_no_store_holds_is_no_patch(until: int) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(f'{{"muted_until": {until}}}', type=ThreadPatch)


@pytest.mark.parametrize(
    "body", [b"not JSON", b'{"do":"fly","by":"mem_ann"}', b'{"do":"say","by":7}', b"\xff\xfe"]
)
async def test_a_doing_that_cannot_be_read_is_set_aside_and_the_rest_goes_on(town: Town, body: bytes) -> None:
    ann, ben = await town.member("Ann"), await town.member("Ben")
    pair = await town.pair(ann, ben)
    await town.say(ann, pair.id, "before")
    await town.spool.append(
        NewEnvelope(channel="direct", source=SOURCE, received_at=town.clock.ms, body=body)
    )
    await town.say(ann, pair.id, "after")
    await town.apply()
    assert await town.texts(ben, pair.id) == ["Hello", "before", "after"]
    [kept] = await town.rows("SELECT channel, problem FROM unread_envelope")
    assert (kept["channel"], "Could not be applied" in kept["problem"]) == ("direct", True)
