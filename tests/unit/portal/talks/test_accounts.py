"""What becomes of a member's talks with the account."""

import pytest
from tests.unit.portal.talks.conftest import Town

from holdfast.portal.accounts import TalksOfMember
from holdfast.portal.talks import TalkError
from holdfast.portal.talks.model import MessageChanged, ThreadToMake


async def test_what_a_guest_wrote_is_the_members_after_signing_in(town: Town) -> None:
    ann, ben = await town.member("Ann"), await town.member("Ben")
    guest = await town.member("Guest", kind="guest")
    old = await town.pair(ann, ben)
    made = await town.direct.make_thread(ben, ThreadToMake(kind="pair", member=guest.id))
    await town.tell(ben, made.id, "Who are you?")
    said = await town.tell(guest, made.id, "Ann, really")
    await town.database.write(TalksOfMember(town.clock).joined, ann.id, guest.id)
    assert set(await town.threads(ann)) == {old.id, made.id}
    mine = {each.id: each for each in await town.read(ann, made.id)}
    assert (mine[said].author, mine[said].state) == (ann.id, "safe")
    await town.edit(ann, said, "Ann, truly")
    assert (await town.texts(ben, made.id))[-1] == "Ann, truly"
    assert (await town.direct.make_thread(ben, ThreadToMake(kind="pair", member=ann.id))).id == old.id


async def test_a_deleted_members_messages_are_emptied_for_everybody(town: Town) -> None:
    ann, ben = await town.member("Ann"), await town.member("Ben")
    pair = await town.pair(ann, ben)
    group = await town.direct.make_thread(ann, ThreadToMake(kind="group", members=[ben.id]))
    await town.tell(ann, group.id, "In the group")
    cursor = await town.direct.cursor()
    await town.database.write(TalksOfMember(town.clock).deleted, ann.id)
    assert await town.texts(ben, pair.id) == [""]
    changes = (await town.changes(ben, cursor)).changes
    emptied = [each.message for each in changes if isinstance(each, MessageChanged)]
    assert [(each.text, each.unsent) for each in emptied] == [("", True), ("", True)]
    assert [each.role for each in (await town.direct.thread(ben, group.id)).members] == ["owner"]
    with pytest.raises(TalkError):
        await town.read(ann, pair.id)


async def test_members_take_along_what_they_wrote(town: Town) -> None:
    ann, ben = await town.member("Ann"), await town.member("Ben")
    pair = await town.pair(ann, ben)
    await town.tell(ben, pair.id, "Not hers")
    parts = await town.database.read(TalksOfMember(town.clock).exported, ann.id)
    assert [each["text"] for each in parts["messages"]] == ["Hello"]
    assert [each["id"] for each in parts["threads"]] == [pair.id]


async def test_only_what_a_member_may_read_is_quoted(town: Town) -> None:
    ann, ben, eve = await town.member("Ann"), await town.member("Ben"), await town.member("Eve")
    pair = await town.pair(ann, ben)
    said = await town.tell(ann, pair.id, "Rude words")
    neighbour = TalksOfMember(town.clock)
    quote = await town.database.read(neighbour.quoted, ben.id, said)
    assert quote is not None
    assert (quote.author, quote.text) == (ann.id, "Rude words")
    assert await town.database.read(neighbour.quoted, eve.id, said) is None
