"""What the business says over our own chat is news for the member, until they have read it."""

import pytest
from tests.unit.conftest import Bench

from holdfast.conversations import NewAddress
from holdfast.push import BusinessLog
from holdfast.push.model import News, Telling
from holdfast.storage import Tx

SOURCE = BusinessLog(business="The shop", posts_path=lambda _: "/")


@pytest.fixture
async def talk(hub: Bench) -> str:
    """The conversation of a member who writes on the chat and by text message."""
    hub.add("direct:web")
    hub.add("sms:shop")
    _, conversation_id = await hub.person(
        NewAddress(channel="direct:web", value="mem_ann", proof="confirmed", consent="failover"),
        NewAddress(channel="sms:shop", value="+31612345678", proof="confirmed", consent="failover"),
    )
    return conversation_id


async def news(hub: Bench) -> list[News]:
    return list((await hub.database.read(SOURCE.after, 0)).news)


async def telling(hub: Bench, about: News) -> Telling | None:
    return await hub.database.read(SOURCE.telling, about, hub.clock.now_ms())


async def test_a_reply_on_the_chat_is_news(hub: Bench, talk: str) -> None:
    message_id = await hub.reply(talk, "We are open", route="direct:web")
    assert await news(hub) == []
    await hub.dispatch()
    [found] = await news(hub)
    assert (found.member_id, found.thread, found.message_id) == ("mem_ann", "business:web", message_id)
    told = await telling(hub, found)
    assert told == Telling(title="The shop", text="We are open", path="/chat/web")


async def test_a_reply_elsewhere_is_not(hub: Bench, talk: str) -> None:
    await hub.reply(talk, "We are open", route="sms:shop")
    await hub.dispatch()
    assert await news(hub) == []


async def test_what_was_read_is_not_told(hub: Bench, talk: str) -> None:
    await hub.reply(talk, route="direct:web")
    await hub.dispatch()
    [found] = await news(hub)
    await hub.run("UPDATE delivery SET state = 'read'")
    assert await telling(hub, found) is None


async def test_a_muted_thread_is_quiet(hub: Bench, talk: str) -> None:
    await hub.reply(talk, route="direct:web")
    await hub.dispatch()
    [found] = await news(hub)
    await hub.run(
        "INSERT INTO direct_participant (thread_id, member_id, state, muted_until) "
        "VALUES ('business:web', 'mem_ann', 'open', :until)",
        until=hub.clock.now_ms() + 1,
    )
    assert await telling(hub, found) is None
    hub.clock.move(1)
    assert await telling(hub, found) is not None


async def test_the_agent_is_named_who_wrote(hub: Bench, talk: str) -> None:
    await hub.run(
        "INSERT INTO agent (id, email, name, password_hash, role, created_at) "
        "VALUES ('mara', 'm@shop.example', 'Mara Jansen', '', 'agent', 1)"
    )
    await hub.reply(talk, route="direct:web")
    await hub.dispatch()
    [found] = await news(hub)
    told = await telling(hub, found)
    assert told is not None
    assert told.title == "Mara · The shop"


async def test_a_post_is_for_followers(hub: Bench) -> None:
    async def publish(tx: Tx) -> None:
        await tx.run(
            "INSERT INTO event (at, kind, body) VALUES (1, 'post.published', :body)",
            body='{"title": "Open on Sunday"}',
        )

    await hub.database.write(publish)
    found = await hub.database.read(SOURCE.after, 0)
    assert found.news == []
    [post] = found.of_posts
    assert await telling(hub, post) == Telling(title="The shop", text="Open on Sunday", path="/")
