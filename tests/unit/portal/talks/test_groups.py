"""Groups: who is in them, what they see, and what each may do."""

import pytest
from tests.unit.portal.talks.conftest import Town

from holdfast.members import Member
from holdfast.portal.talks import TalkError
from holdfast.portal.talks.model import GROUP_MEMBERS_MAX, Thread, ThreadPatch, ThreadToMake
from holdfast.portal.talks.seats import KnownSeats


async def group(town: Town) -> tuple[Member, Member, Member, Thread]:
    """Ann's group with Ben, who knows her, and Cleo, who does not."""
    ann, ben, cleo = await town.member("Ann"), await town.member("Ben"), await town.member("Cleo")
    await town.pair(ann, ben)
    wanted = ThreadToMake(kind="group", title="Walks", members=[ben.id, cleo.id])
    return ann, ben, cleo, await town.direct.make_thread(ann, wanted)


async def test_acquaintances_are_in_it_and_strangers_are_asked(town: Town) -> None:
    ann, ben, cleo, made = await group(town)
    assert [(each.id, each.role) for each in made.members][:1] == [(ann.id, "owner")]
    assert made.members_count == 3
    assert (await town.threads(ben))[made.id].state == "open"
    assert (await town.threads(cleo))[made.id].state == "request"
    await town.tell(ben, made.id, "Tomorrow?")
    assert await town.texts(cleo, made.id) == ["Tomorrow?"]
    assert (await town.direct.accept(cleo, made.id)).state == "open"


async def test_whoever_comes_later_sees_what_is_said_from_then_on(town: Town) -> None:
    ann, ben, _, made = await group(town)
    await town.tell(ann, made.id, "Before")
    dora = await town.member("Dora")
    await town.pair(dora, ben)
    await town.direct.add(ben, made.id, dora.id)
    await town.tell(ann, made.id, "After")
    seen = await town.read(dora, made.id)
    assert [each.text for each in seen] == ["Ben added Dora.", "After"]


async def test_whoever_left_hears_no_more(town: Town) -> None:
    ann, ben, _, made = await group(town)
    await town.direct.remove(ben, made.id, ben.id)
    await town.tell(ann, made.id, "He is gone")
    with pytest.raises(TalkError):
        await town.read(ben, made.id)
    with pytest.raises(TalkError):
        await town.say(ben, made.id, "Still here?")
    assert made.id not in await town.threads(ben)
    assert [each.text for each in await town.read(ann, made.id)][-2:] == ["Ben left.", "He is gone"]


async def test_owners_remove_and_a_group_never_lacks_one(town: Town) -> None:
    ann, ben, cleo, made = await group(town)
    with pytest.raises(TalkError) as refused:
        await town.direct.remove(ben, made.id, cleo.id)
    assert refused.value.code == "forbidden"
    await town.direct.remove(ann, made.id, cleo.id)
    await town.direct.remove(ann, made.id, ann.id)
    assert [each.role for each in (await town.direct.thread(ben, made.id)).members] == ["owner"]


async def test_what_was_written_before_one_was_removed_is_refused_and_its_author_is_told(town: Town) -> None:
    ann, ben, _, made = await group(town)
    await town.say(ben, made.id, "Too late")
    await town.direct.remove(ann, made.id, ben.id)
    cursor = await town.direct.cursor()
    await town.apply()
    assert "Too late" not in await town.texts(ann, made.id)
    changes = await town.changes(ben, cursor)
    [message] = [each.message for each in changes.changes if hasattr(each, "message")]
    assert (message.state, message.reason) == ("refused", "You are not in this thread any more.")


async def test_anyone_in_it_names_it(town: Town) -> None:
    _, ben, cleo, made = await group(town)
    renamed = await town.direct.change_thread(ben, made.id, ThreadPatch(title=" Hikes "))
    assert renamed.title == "Hikes"
    assert (await town.read(cleo, made.id))[-1].text == "Ben named the group “Hikes”."
    with pytest.raises(TalkError):
        await town.direct.change_thread(ben, made.id, ThreadPatch(title="x" * 101))


async def test_a_declined_group_is_left(town: Town) -> None:
    ann, _, cleo, made = await group(town)
    await town.direct.decline(cleo, made.id)
    assert made.id not in await town.threads(cleo)
    assert (await town.direct.thread(ann, made.id)).members_count == 2


async def test_who_blocks_whoever_invites_hears_nothing(town: Town) -> None:
    ann, ben, cleo = await town.member("Ann"), await town.member("Ben"), await town.member("Cleo")
    await town.members.block(cleo.id, ann.id)
    made = await town.direct.make_thread(ann, ThreadToMake(kind="group", title="", members=[ben.id, cleo.id]))
    await town.tell(ann, made.id, "Hello")
    assert made.members_count == 3
    assert await town.threads(cleo) == {}


async def test_a_group_has_its_limit(town: Town) -> None:
    ann = await town.member("Ann")
    others = [f"mem_{number}" for number in range(GROUP_MEMBERS_MAX)]
    with pytest.raises(TalkError) as refused:
        await town.direct.make_thread(ann, ThreadToMake(kind="group", members=others))
    assert refused.value.field == "members"
    with pytest.raises(TalkError) as refused:
        await town.direct.make_thread(ann, ThreadToMake(kind="group", members=["mem_nobody"]))
    assert refused.value.status == 404


def test_what_changed_while_it_was_looked_up_is_looked_up_again() -> None:
    seats = KnownSeats()
    before = seats.forgotten
    seats.forget(["thr_1"])  # somebody was added, after the lookup had begun
    seats.note("thr_1", {}, before)
    assert seats.get("thr_1") is None
    seats.note("thr_1", {}, seats.forgotten)
    assert seats.get("thr_1") == {}


async def test_a_title_is_one_line_of_what_can_be_seen(town: Town) -> None:
    ann, _, _, made = await group(town)
    title = "\u202eskla\0W\u2066 <b>\n\tat dawn\ufeff"
    renamed = await town.direct.change_thread(ann, made.id, ThreadPatch(title=title))
    assert renamed.title == "sklaW <b> at dawn"
    assert (await town.read(ann, made.id))[-1].text == "Ann named the group “sklaW <b> at dawn”."
