"""A guest signs in to an account that is there: what was taken in before has its effect in the account's name."""

import pytest
from tests.unit.portal.talks.conftest import SHOP, Town

from holdfast.conversations import Conversations
from holdfast.members import Member, Session
from holdfast.members.joining import Joiner
from holdfast.members.signing_in import ComingAlong
from holdfast.portal.talks import TalkError
from holdfast.portal.talks.model import ThreadToMake


async def sign_in(town: Town, guest: Member, account: Member) -> None:
    conversations = Conversations(database=town.database, events=town.events, clock=town.clock, ids=town.ids)
    joiner = Joiner(conversations=conversations, ids=town.ids, direct=lambda: "direct:web")
    coming_along = ComingAlong(members=town.members, joiner=joiner, clock=town.clock)
    session = Session(id="ses_guest", member=guest, seen_at=0)
    await town.database.write(coming_along.bring, account, session)
    town.direct.writing.seats.forget(list(town.direct.writing.seats._known))


async def guest_and_account(town: Town) -> tuple[Member, Member]:
    return await town.member("Guest", kind="guest"), await town.member("Ann")


async def pair_with_guest(town: Town, guest: Member, ben: Member) -> str:
    made = await town.direct.make_thread(ben, ThreadToMake(kind="pair", member=guest.id))
    await town.tell(ben, made.id, "Who are you?")
    await town.direct.accept(guest, made.id)
    return made.id


async def test_what_was_acknowledged_before_is_the_accounts_in_its_thread_and_order(town: Town) -> None:
    (guest, ann), ben = await guest_and_account(town), await town.member("Ben")
    thread = await pair_with_guest(town, guest, ben)
    said = [await town.say(guest, thread, f"n{number}") for number in range(3)]
    changed = await town.direct.writing.edit(guest, said[1], "changed")
    await town.direct.writing.keep(changed)
    await sign_in(town, guest, ann)
    await town.say(ann, thread, "n3")
    await town.apply()
    mine = await town.read(ann, thread)
    assert [each.text for each in mine] == ["Who are you?", "n0", "changed", "n2", "n3"]
    assert [each.author for each in mine[1:]] == [ann.id] * 4
    assert [each.id for each in mine[1:4]] == said
    assert {each.state for each in mine[1:]} == {"safe"}
    assert await town.texts(ben, thread) == ["Who are you?", "n0", "changed", "n2", "n3"]
    assert [each.id for each in (await town.direct.thread(ben, thread)).members] == [ben.id, ann.id]


async def test_what_was_said_to_the_business_is_the_accounts(town: Town) -> None:
    guest, ann = await guest_and_account(town)
    await town.say(guest, SHOP, "First word ever")
    await sign_in(town, guest, ann)
    await town.apply()
    assert await town.texts(ann, SHOP) == ["First word ever"]
    [address] = await town.rows("SELECT value, name FROM address")
    assert (address["value"], address["name"]) == (ann.id, "Ann")


async def test_what_was_said_to_the_business_goes_on_in_one_conversation(town: Town) -> None:
    guest, ann = await guest_and_account(town)
    await town.tell(ann, SHOP, "Long ago")
    await town.tell(guest, SHOP, "Just now")
    late = await town.say(guest, SHOP, "In the spool")
    await sign_in(town, guest, ann)
    await town.apply()
    assert await town.texts(ann, SHOP) == ["Long ago", "Just now", "In the spool"]
    assert len(await town.rows("SELECT id FROM conversation WHERE last_preview <> ''")) >= 1
    assert len({row["contact_id"] for row in await town.rows("SELECT contact_id FROM address")}) == 1
    await town.edit(ann, late, "In the spool, mended")
    assert (await town.texts(ann, SHOP))[-1] == "In the spool, mended"


@pytest.mark.parametrize("is_applied_between", [True, False])
async def test_what_a_device_says_again_as_the_account_is_said_once(
    town: Town, *, is_applied_between: bool
) -> None:
    (guest, ann), ben = await guest_and_account(town), await town.member("Ben")
    thread = await pair_with_guest(town, guest, ben)
    for place in (thread, SHOP):
        await town.say(guest, place, "Did it arrive?", client_id=f"again-{len(place)}")
    await sign_in(town, guest, ann)
    if is_applied_between:
        await town.apply()
    for place in (thread, SHOP):
        await town.say(ann, place, "Did it arrive?", client_id=f"again-{len(place)}")
    await town.apply()
    assert (await town.texts(ben, thread)).count("Did it arrive?") == 1
    assert await town.texts(ann, SHOP) == ["Did it arrive?"]


async def test_an_edit_that_came_first_is_no_reason_to_drop_the_message(town: Town) -> None:
    guest, ann = await guest_and_account(town)
    await town.edit(guest, f"{guest.id}:c", "Later words")
    await sign_in(town, guest, ann)
    await town.tell(ann, SHOP, "Words", client_id="c")
    assert await town.texts(ann, SHOP) == ["Words"]


async def test_a_device_that_still_speaks_for_the_guest_is_told_to_go_on_as_the_account(town: Town) -> None:
    (guest, ann), ben = await guest_and_account(town), await town.member("Ben")
    thread = await pair_with_guest(town, guest, ben)
    said = await town.tell(guest, thread, "Mine")
    await sign_in(town, guest, ann)
    for attempt in (
        town.say(guest, thread, "Again"),
        town.edit(guest, said, "Other"),
        town.react(guest, said, "👍"),
    ):
        with pytest.raises(TalkError) as refused:
            await attempt
        assert (refused.value.status, refused.value.code) == (401, "unauthorized")


async def test_whoever_became_the_guest_before_becomes_the_account(town: Town) -> None:
    guest, ann = await guest_and_account(town)
    first = await town.member("First", kind="guest")
    await town.say(first, SHOP, "From the first device")
    await sign_in(town, first, guest)
    await town.say(guest, SHOP, "From the second")
    await sign_in(town, guest, ann)
    await town.apply()
    assert await town.texts(ann, SHOP) == ["From the first device", "From the second"]


async def test_whom_a_guest_blocked_or_who_blocked_the_guest_stays_so(town: Town) -> None:
    (guest, ann), ben, eve = (
        await guest_and_account(town),
        await town.member("Ben"),
        await town.member("Eve"),
    )
    thread = await pair_with_guest(town, guest, ben)
    await town.members.block(ben.id, guest.id)
    await town.members.block(guest.id, eve.id)
    await town.say(guest, thread, "Hear me")
    await sign_in(town, guest, ann)
    await town.say(ann, thread, "Hear me now")
    await town.apply()
    assert await town.texts(ben, thread) == ["Who are you?"]
    assert await town.database.read(town.members.is_blocked, ann.id, eve.id)


async def test_the_answer_of_the_business_can_be_reacted_to_by_the_account(town: Town) -> None:
    guest, ann = await guest_and_account(town)
    await town.tell(guest, SHOP, "Are you there?")
    [row] = await town.rows("SELECT id FROM conversation")
    await town.answer(str(row["id"]), "We are.")
    await sign_in(town, guest, ann)
    answer = (await town.read(ann, SHOP))[-1]
    await town.react(ann, answer.id, "👍")
    [reaction] = (await town.read(ann, SHOP))[-1].reactions
    assert (reaction.emoji, reaction.members) == ("👍", [ann.id])
