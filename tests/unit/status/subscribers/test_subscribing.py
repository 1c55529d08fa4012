"""Asking, confirming and leaving."""

import json

import pytest
from tests.unit.status.subscribers.conftest import World

from holdfast.status.subscribers import Kind, State, SubscriptionRefusedError
from holdfast.status.subscribers.model import ASK_AGAIN_MS


async def test_nobody_is_told_before_they_confirmed(world: World) -> None:
    await world.subscriptions.ask(Kind.EMAIL, "ana@example.org", ["email:shop"])
    await world.carry()

    mail = world.mail_server.mails[0]
    assert mail.address == "ana@example.org"
    assert mail.leave_url == ""
    assert [each.state for each in await world.subscriptions.page()] == [State.ASKED]

    assert not await world.subscriptions.confirm(world.token(mail)[:-1] + "x")
    assert await world.subscriptions.confirm(world.token(mail))
    found = (await world.subscriptions.page())[0]
    assert (found.state, found.channels) == (State.ACTIVE, ("email:shop",))


async def test_whoever_asks_twice_gets_one_mail_for_a_while(world: World) -> None:
    for spelling in ("Ana@example.org", "ana@example.org"):
        await world.subscriptions.ask(Kind.EMAIL, spelling, [])
        await world.carry()
    assert len(world.mail_server.mails) == 1

    world.clock.move(ASK_AGAIN_MS / 1000)
    await world.subscriptions.ask(Kind.EMAIL, "ana@example.org", [])
    await world.carry()
    assert len(world.mail_server.mails) == 2
    assert len(await world.subscriptions.page()) == 1


async def test_a_stranger_changes_nothing_without_the_link(world: World) -> None:
    await world.subscribed("ana@example.org", "email:shop")
    world.clock.move(ASK_AGAIN_MS / 1000)

    await world.subscriptions.ask(Kind.EMAIL, "ana@example.org", ["instagram:shop"])

    assert (await world.subscriptions.page())[0].channels == ("email:shop",)


async def test_leaving_forgets_the_address(world: World) -> None:
    await world.subscriptions.ask(Kind.EMAIL, "ana@example.org", [])
    await world.carry()
    confirm = world.token(world.mail_server.mails[0])

    assert not await world.subscriptions.leave(confirm)
    await world.subscriptions.confirm(confirm)
    await world.works.announce(
        title="New server",
        text="",
        channels=[],
        starts_at=world.clock.now_ms() + 1_000,
        ends_at=world.clock.now_ms() + 2_000,
        by="Ana",
    )
    await world.announcer.look()
    await world.carry()
    news = world.mail_server.mails[1]
    leave = news.leave_url.partition("?t=")[2]

    assert await world.subscriptions.leave(leave)
    assert await world.subscriptions.page() == []
    assert await world.subscriptions.leave(leave)


async def test_a_webhook_proves_itself_by_its_challenge(world: World) -> None:
    await world.subscriptions.ask(Kind.WEBHOOK, "https://hook.example/in", [])
    await world.carry()

    asked = json.loads(world.web.requests[0].body)
    assert asked["type"] == "verification"
    assert asked["key"]
    assert [each.state for each in await world.subscriptions.page()] == [State.ACTIVE]


async def test_a_webhook_that_does_not_answer_the_challenge_is_told_nothing(world: World) -> None:
    world.web.answers = [404]
    await world.subscriptions.ask(Kind.WEBHOOK, "https://hook.example/in", [])
    await world.carry()

    found = (await world.subscriptions.page())[0]
    assert (found.state, found.problem) == (State.ASKED, "It answered 404.")


@pytest.mark.parametrize(
    ("kind", "address", "channels", "field"),
    [
        (Kind.EMAIL, "no address", [], "address"),
        (Kind.EMAIL, "a@b.example,c@d.example", [], "address"),
        (Kind.EMAIL, f"{'a' * 250}@b.example", [], "address"),
        (Kind.EMAIL, "a@b.example", ["sms:none"], "channel"),
        (Kind.WEBHOOK, "http://hook.example/", [], "address"),
        (Kind.WEBHOOK, "https://127.0.0.1/", [], "address"),
        (Kind.WEBHOOK, "https://[::ffff:10.0.0.1]/", [], "address"),
        (Kind.WEBHOOK, "https://localhost/", [], "address"),
        (Kind.WEBHOOK, "https://me:pw@hook.example/", [], "address"),
        (Kind.WEBHOOK, "file:///etc/passwd", [], "address"),
    ],
)
async def test_what_cannot_be_is_refused_in_words(
    world: World, kind: Kind, address: str, channels: list[str], field: str
) -> None:
    with pytest.raises(SubscriptionRefusedError) as refused:
        await world.subscriptions.ask(kind, address, channels)

    assert refused.value.field == field
    assert str(refused.value).endswith(".")
