"""Everybody whom it concerns is told once, whatever is killed meanwhile."""

import hashlib
import hmac
import json

import pytest
from tests.unit.status.subscribers.conftest import CHANNELS, World

from holdfast.channels.contract import Deferred, ErrorClass, InDoubt, Rejected
from holdfast.posts import Post, PostState
from holdfast.posts.desk import save
from holdfast.posts.store import delete_post
from holdfast.radar import add_incident_update
from holdfast.status.subscribers import Kind, State, store
from holdfast.storage import Tx

HOUR = 3_600.0

_INCIDENT = """
INSERT INTO incident (id, channel, capabilities, cause, title, state, onset_at, opened_at)
VALUES ('inc_1', 'instagram:shop', '["send"]', 'platform', 'Instagram is not accepting messages', 'open', :at, :at)
"""
_PART = """
INSERT INTO incident_component
    (incident_id, channel, capabilities, cause, cause_since, title, state, onset_at, joined_at)
VALUES ('inc_1', 'instagram:shop', '["send"]', 'platform', :at, 'Instagram is not accepting messages', 'open', :at, :at)
"""


async def _open(tx: Tx, at: int) -> None:
    await tx.run(_INCIDENT, at=at)
    await tx.run(_PART, at=at)


async def _happens(world: World, text: str = "We hold your answers.", *, public: bool = True) -> None:
    await world.database.write(
        add_incident_update, "inc_1", kind="note", text=text, at=world.clock.now_ms(), public=public
    )


@pytest.fixture
async def failing(world: World) -> World:
    await world.database.write(_open, world.clock.now_ms())
    return world


async def test_each_public_word_reaches_whom_it_concerns_once(failing: World) -> None:
    await failing.subscribed("all@example.org")
    await failing.subscribed("mail@example.org", "email:shop")
    await failing.subscribed("insta@example.org", "instagram:shop")
    await _happens(failing)
    await _happens(failing, "secret", public=False)

    for _ in range(3):
        await failing.announcer.look()
        await failing.carry()

    mails = failing.mail_server.mails
    assert sorted(mail.address for mail in mails) == ["all@example.org", "insta@example.org"]
    assert {mail.subject for mail in mails} == {"[Kelp & Co] Failing: Instagram is not accepting messages"}
    assert "https://status.example/incidents/inc_1" in mails[0].text
    assert mails[0].leave_url.startswith("https://hub.example/subscriptions/leave?t=")


async def test_who_subscribes_later_is_not_told_of_the_past(failing: World) -> None:
    await _happens(failing)
    failing.clock.move(1)
    await failing.subscribed("late@example.org")
    await failing.announcer.look()
    await failing.carry()

    assert failing.mail_server.mails == []


async def test_a_kill_while_sending_loses_nothing_and_repeats_the_same_mail(failing: World) -> None:
    await failing.subscribed("ana@example.org")
    await _happens(failing)
    await failing.announcer.look()
    await failing.database.write(store.begin_due, Kind.EMAIL, failing.clock.now_ms(), 10)

    await failing.carry()
    assert failing.mail_server.mails == []

    await failing.database.write(store.take_back, Kind.EMAIL)
    await failing.carry()
    await failing.carry()
    assert len(failing.mail_server.mails) == 1


async def test_a_doubt_is_repeated_as_the_same_mail(failing: World) -> None:
    failing.mail_server.outcomes = [InDoubt("lost"), Deferred(ErrorClass.PLATFORM, "later")]
    await failing.subscribed("ana@example.org")
    await _happens(failing)
    await failing.announcer.look()
    for _ in range(4):
        await failing.carry()
        failing.clock.move(60)

    first, *others = failing.mail_server.mails
    assert others == [first, first]


async def test_news_reach_one_subscriber_in_their_order(failing: World) -> None:
    failing.mail_server.outcomes = [Deferred(ErrorClass.PLATFORM, "later")]
    await failing.subscribed("ana@example.org")
    for text in ("first", "second"):
        await _happens(failing, text)
        failing.clock.move(1)
    await failing.announcer.look()
    await failing.carry()
    assert len(failing.mail_server.mails) == 1

    failing.clock.move(60)
    await failing.carry()
    told = [mail.text.split("\n\n")[1] for mail in failing.mail_server.mails]
    assert told == ["first", "first", "second"]


async def test_an_address_that_is_refused_is_not_written_to_again(failing: World) -> None:
    failing.mail_server.outcomes = [Rejected(ErrorClass.RECIPIENT, "no such person")]
    await failing.subscribed("gone@example.org")
    for _ in range(2):
        await _happens(failing)
        failing.clock.move(1)
        await failing.announcer.look()
        await failing.carry()

    assert len(failing.mail_server.mails) == 1
    found = (await failing.subscriptions.page())[0]
    assert (found.state, found.problem) == (State.DISABLED, "no such person")


async def test_webhooks_are_signed_repeated_and_given_up_after_days(failing: World) -> None:
    await failing.subscriptions.ask(Kind.WEBHOOK, "https://hook.example/in", [])
    await failing.carry()
    key = json.loads(failing.web.requests[0].body)["key"]
    failing.clock.move(1)
    await _happens(failing)
    await failing.announcer.look()
    failing.web.answers = [500]
    await failing.carry()
    failing.clock.move(60)
    await failing.carry()

    first, second = failing.web.requests[1:]
    assert json.loads(first.body)["id"] == json.loads(second.body)["id"]
    signed = second.headers["holdfast-timestamp"].encode() + b"." + second.body
    wanted = hmac.new(key.encode(), signed, hashlib.sha256).hexdigest()
    assert second.headers["holdfast-signature"] == f"v1={wanted}"

    failing.web.answers = [500] * 200
    for _ in range(100):
        await _happens(failing)
        await failing.announcer.look()
        await failing.carry()
        failing.clock.move(HOUR)
    assert (await failing.subscriptions.page())[0].state is State.DISABLED


async def test_maintenance_is_told_at_each_turn(world: World) -> None:
    await world.subscribed("ana@example.org")
    world.clock.move(1)
    start = world.clock.now_ms() + 3_600_000
    await world.works.announce(
        title="New server",
        text="",
        channels=["email:shop"],
        starts_at=start,
        ends_at=start + 3_600_000,
        by="A",
    )
    for _ in range(4):
        await world.announcer.look()
        await world.carry()
        world.clock.move(HOUR)

    assert [mail.subject.partition("] ")[2] for mail in world.mail_server.mails] == [
        "Maintenance to come: New server",
        "Maintenance begins: New server",
        "Maintenance is over: New server",
    ]


async def test_a_failure_that_outlives_the_work_is_told_after_it(world: World) -> None:
    await world.subscribed("ana@example.org")
    now = world.clock.now_ms()
    await world.works.announce(
        title="Work", text="", channels=["instagram:shop"], starts_at=now, ends_at=now + 3_600_000, by="A"
    )
    world.clock.move(60)
    await world.database.write(_open, world.clock.now_ms())
    await _happens(world)
    await world.announcer.look()
    await world.carry()
    assert [mail for mail in world.mail_server.mails if "Failing" in mail.subject] == []

    world.clock.move(2 * HOUR)
    await world.announcer.look()
    await world.carry()
    assert len([mail for mail in world.mail_server.mails if "Failing" in mail.subject]) == 1


async def _posts(world: World, text: str = "Hello", **more: object) -> str:
    post_id = f"pst_{text.lower()}"
    post = Post(
        id=post_id,
        slug=text.lower(),
        state=PostState.PUBLISHED,
        at=world.clock.now_ms(),
        text=text,
        created_at=0,
        updated_at=0,
        **more,  # type: ignore[arg-type]
    )
    await world.database.write(lambda tx: save(tx, post, world.clock.now_ms(), is_news=True))
    return post_id


async def test_a_post_is_told_once_to_those_who_asked_for_posts(failing: World) -> None:
    await failing.subscribed("outages@example.org")
    await failing.subscribed("posts@example.org", "posts")
    await failing.subscribed("both@example.org", "posts", *CHANNELS)
    await failing.announcer.look()
    await _posts(failing)
    await _happens(failing)

    for _ in range(3):
        await failing.announcer.look()
        await failing.carry()

    got = sorted((mail.address, mail.subject.split("] ")[1][:3]) for mail in failing.mail_server.mails)
    assert got == [
        ("both@example.org", "Fai"),
        ("both@example.org", "New"),
        ("outages@example.org", "Fai"),
        ("posts@example.org", "New"),
    ]
    [mail] = [each for each in failing.mail_server.mails if each.address == "posts@example.org"]
    assert "https://status.example/posts/hello" in mail.text


async def test_a_post_that_was_taken_back_is_told_to_nobody(failing: World) -> None:
    await failing.subscribed("posts@example.org", "posts")
    await failing.announcer.look()
    post_id = await _posts(failing)
    await failing.database.write(delete_post, post_id)
    await failing.announcer.look()
    await failing.carry()

    assert failing.mail_server.mails == []


async def test_asking_for_posts_keeps_the_channels_and_the_other_way_round(failing: World) -> None:
    await failing.subscribed("a@example.org", "email:shop")
    await failing.subscribed("a@example.org", "posts")
    assert [each.channels for each in await failing.subscriptions.page()] == [("email:shop", "posts")]

    await failing.subscribed("a@example.org", *CHANNELS)
    assert [each.channels for each in await failing.subscriptions.page()] == [("*", "posts")]
