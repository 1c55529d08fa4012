"""Files that members send along are kept for as long as their message shows them, whatever comes first."""

from typing import Any, Final

import pytest

from holdfast.channels.contract import Attachment, MessageReceived, MessageUnsent
from holdfast.inbox import messages_by_id
from holdfast.outbox import ReplyRefusedError

DIRECT: Final = "direct:web"
INSERT: Final = """
INSERT INTO media (id, owner, state, kind, type, name, bytes, width, height, has_thumb, created_at, unused_since)
VALUES (:id, :owner, 'kept', 'picture', 'image/jpeg', 'a.jpg', 5, 4, 3, 1, 1, 1)
"""


def said(number: int, at: int, *files: str) -> MessageReceived:
    attachments = tuple(Attachment("image", f"/media/{each}/a.jpg", "a.jpg", media_id=each) for each in files)
    return MessageReceived(external_id=f"vi:{number}", address="vi", at=at, text="", attachments=attachments)


async def unused(hub: Any) -> list[str]:
    rows = await hub.rows("SELECT id FROM media WHERE unused_since IS NOT NULL ORDER BY id")
    return [row["id"] for row in rows]


async def upload(hub: Any, *names: str, owner: str = "vi") -> None:
    for name in names:
        await hub.run(INSERT, id=name, owner=owner)


async def test_what_a_message_shows_is_kept_until_it_is_taken_back(hub: Any) -> None:
    hub.add(DIRECT)
    await upload(hub, "one", "two", "three")
    at = hub.clock.now_ms()
    await hub.arrive(DIRECT, said(1, at, "one"), source="direct")
    await hub.arrive(DIRECT, said(2, at + 1, "two", "nothing"), said(3, at + 2), source="direct")
    assert await unused(hub) == ["three"]
    unsend = MessageUnsent(key="unsend:vi:2", external_id="vi:2", at=at + 3)
    await hub.arrive(DIRECT, unsend, source="direct")
    assert await unused(hub) == ["three", "two"]


async def test_taken_back_before_it_came(hub: Any) -> None:
    hub.add(DIRECT)
    await upload(hub, "one")
    at = hub.clock.now_ms()
    unsend = MessageUnsent(key="unsend:vi:1", external_id="vi:1", at=at + 3)
    await hub.arrive(DIRECT, unsend, source="direct")
    await hub.arrive(DIRECT, said(1, at, "one"), source="direct")
    assert await unused(hub) == ["one"]


async def test_a_platform_names_no_files_of_ours(hub: Any) -> None:
    hub.add("instagram:shop")
    await upload(hub, "one")
    await hub.arrive("instagram:shop", said(1, hub.clock.now_ms(), "one"))
    assert await unused(hub) == ["one"]


async def conversation(hub: Any) -> str:
    await hub.arrive(DIRECT, said(1, hub.clock.now_ms()), source="direct")
    return str((await hub.one("SELECT id FROM conversation"))["id"])


async def test_an_agent_sends_a_file_where_files_can_go(hub: Any) -> None:
    hub.add(DIRECT, files=True)
    await upload(hub, "one", owner="business")
    message_id = await hub.reply(await conversation(hub), "", files=("one",))
    assert await unused(hub) == []
    view = (await hub.database.read(messages_by_id, [message_id]))[message_id]
    [shown] = view.attachments
    assert (shown.kind, shown.url, shown.thumb) == ("image", "/media/one/a.jpg", "/media/one/-/thumb.webp")
    assert (shown.width, shown.height, shown.bytes) == (4, 3, 5)
    await hub.dispatch()
    [sent] = hub.adapters[DIRECT].sent
    assert [each.media_id for each in sent.attachments] == ["one"]
    assert (await hub.one("SELECT route FROM intent"))["route"] == f"only:{DIRECT}"


async def test_a_file_goes_nowhere_else(hub: Any) -> None:
    hub.add("instagram:shop")
    await upload(hub, "one", owner="business")
    await hub.arrive("instagram:shop", said(1, hub.clock.now_ms()))
    conversation_id = (await hub.one("SELECT id FROM conversation"))["id"]
    with pytest.raises(ReplyRefusedError) as refused:
        await hub.reply(conversation_id, "Look", files=("one",))
    assert (refused.value.code, refused.value.field) == ("no_route", "files")
    assert await unused(hub) == ["one"]


async def test_an_agent_sends_no_file_of_a_member_and_none_that_is_gone(hub: Any) -> None:
    hub.add(DIRECT, files=True)
    await upload(hub, "theirs")
    conversation_id = await conversation(hub)
    for name in ("theirs", "gone"):
        with pytest.raises(ReplyRefusedError) as refused:
            await hub.reply(conversation_id, "Look", files=(name,))
        assert refused.value.code == "unknown_file"


async def test_a_file_that_is_gone_has_no_address_any_more(hub: Any) -> None:
    hub.add(DIRECT)
    await hub.arrive(DIRECT, said(1, hub.clock.now_ms(), "gone"), source="direct")
    message_id = (await hub.one("SELECT id FROM message"))["id"]
    view = (await hub.database.read(messages_by_id, [message_id]))[message_id]
    assert [(each.kind, each.url, each.name) for each in view.attachments] == [("image", "", "a.jpg")]
