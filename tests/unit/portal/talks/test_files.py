"""Files among members and with the business: named by who uploaded them, shown to who reads, gone with the message."""

from typing import Any, Final

import pytest

from holdfast.portal.files import FilesOfMember
from holdfast.portal.talks.model import TalkError, ThreadPatch, ThreadToMake

BUSINESS: Final = "business:web"
INSERT: Final = """
INSERT INTO media (id, owner, state, kind, type, name, bytes, width, height, has_thumb, created_at, unused_since)
VALUES (:id, :owner, 'kept', :kind, 'image/jpeg', 'a.jpg', 5, 4, 3, 1, 1, 1)
"""
SHOWN: Final = {
    "id": "one",
    "kind": "picture",
    "type": "image/jpeg",
    "name": "a.jpg",
    "bytes": 5,
    "width": 4,
    "height": 3,
    "seconds": 0.0,
    "url": "/media/one/a.jpg",
    "thumb": "/media/one/-/thumb.webp",
}


async def upload(town: Any, name: str, owner: str, kind: str = "picture") -> None:
    await town.run(INSERT, id=name, owner=owner, kind=kind)


async def unused(town: Any) -> list[str]:
    rows = await town.rows("SELECT id FROM media WHERE unused_since IS NOT NULL ORDER BY id")
    return [row["id"] for row in rows]


async def test_a_picture_among_members(town: Any) -> None:
    ann, bob = await town.member("Ann"), await town.member("Bob")
    thread = await town.pair(ann, bob)
    await upload(town, "one", ann.id)
    message_id = await town.tell(ann, thread.id, "", attachments=["one"])
    assert (await town.read(bob, thread.id))[-1].attachments == [SHOWN]
    assert await unused(town) == []
    await town.unsend(ann, message_id)
    assert (await town.read(bob, thread.id))[-1].attachments == []
    assert await unused(town) == ["one"]


async def test_a_picture_to_the_business_and_back(town: Any) -> None:
    ann = await town.member("Ann")
    await upload(town, "one", ann.id)
    message_id = await town.tell(ann, BUSINESS, "", attachments=["one"])
    assert (await town.read(ann, BUSINESS))[-1].attachments == [SHOWN]
    assert await unused(town) == []
    await town.unsend(ann, message_id)
    assert await unused(town) == ["one"]


async def test_an_agents_picture_has_its_measures(town: Any) -> None:
    ann = await town.member("Ann")
    await town.tell(ann, BUSINESS, "Hello")
    [conversation] = await town.rows("SELECT id FROM conversation")
    await upload(town, "one", "business")
    await town.answer(conversation["id"], "", files=("one",))
    assert (await town.read(ann, BUSINESS))[-1].attachments == [SHOWN]


@pytest.mark.parametrize("named", [["theirs"], ["nothing"], ["one", "nothing"]])
async def test_only_ones_own_uploads_go_along(town: Any, named: list[str]) -> None:
    ann, bob = await town.member("Ann"), await town.member("Bob")
    thread = await town.pair(ann, bob)
    await upload(town, "one", ann.id)
    await upload(town, "theirs", bob.id)
    for where in (thread.id, BUSINESS):
        with pytest.raises(TalkError) as refused:
            await town.say(ann, where, "Look", attachments=named)
        assert refused.value.code == "unknown_attachment"


async def test_a_groups_picture_is_an_upload_of_who_sets_it(town: Any) -> None:
    ann, bob = await town.member("Ann"), await town.member("Bob")
    group = await town.direct.make_thread(ann, ThreadToMake(kind="group", title="Us", members=[bob.id]))
    await upload(town, "one", ann.id)
    await upload(town, "film", ann.id, kind="video")
    await upload(town, "theirs", bob.id)
    for wrong in ("theirs", "nothing", "film"):
        with pytest.raises(TalkError) as refused:
            await town.direct.change_thread(ann, group.id, ThreadPatch(picture=wrong))
        assert refused.value.code == "unknown_attachment"
    await town.direct.change_thread(ann, group.id, ThreadPatch(picture="one"))
    assert (await town.direct.thread(bob, group.id)).picture == "/media/one/-/square.webp"
    assert await unused(town) == ["film", "theirs"]


async def test_what_becomes_of_files_with_the_account(town: Any) -> None:
    guest, ann = await town.member("Vi", kind="guest"), await town.member("Ann")
    await upload(town, "one", guest.id)
    files = FilesOfMember()
    await town.database.write(files.joined, ann.id, guest.id)
    exported = await town.database.read(files.exported, ann.id)
    assert exported["uploads"] == [SHOWN]
    await town.database.write(files.deleted, ann.id)
    assert [row["state"] for row in await town.rows("SELECT state FROM media")] == ["leaving"]
