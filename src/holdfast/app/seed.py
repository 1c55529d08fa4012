"""Filling a fresh hub with the demo's shop: people, consent, past messages, a sign-in and a token."""

import secrets
from random import SystemRandom
from typing import Final

import msgspec

from holdfast.app.demo_page import demo_face, demo_posts, demo_profile
from holdfast.app.demo_world import MINUTE_MS, DemoPerson
from holdfast.app.hub import Hub, open_hub
from holdfast.app.posts import posts_of
from holdfast.app.services import access
from holdfast.channels.transport import HttpTransport
from holdfast.conversations import NewAddress
from holdfast.conversations.past import PastMessage, take_over
from holdfast.inbox import Role, Scope
from holdfast.kernel import SystemClock
from holdfast.settings import Settings

SEEDED_BY: Final = "demo"
SIGN_IN_EMAIL: Final = "mara@kelpandco.example"


class SignIn(msgspec.Struct, frozen=True):
    """How to get in: the console's sign-in and a token for the API."""

    email: str
    password: str
    token: str


async def seed(settings: Settings, people: list[DemoPerson]) -> SignIn:
    """Make the demo's store; what is needed to get in."""
    hub = open_hub(
        settings, clock=SystemClock(), random=SystemRandom(), transport=HttpTransport(), node="seed"
    )
    try:
        await hub.prepare()
        for person in people:
            await _seed_person(hub, person)
        password = secrets.token_urlsafe(9)
        await _seed_page(hub)
        gate = access(hub)
        await gate.put_agent(email=SIGN_IN_EMAIL, name="Mara", password=password, role=Role.OWNER)
        token = await gate.create_token("demo", [Scope.READ, Scope.WRITE, Scope.ADMIN], SEEDED_BY)
        return SignIn(SIGN_IN_EMAIL, password, token.token)
    finally:
        await hub.close()


async def _seed_page(hub: Hub) -> None:
    """The shop's profile, and two posts of its own; what it published on Instagram is mirrored by itself."""
    desk, now = posts_of(hub), hub.clock.now_ms()
    face = await desk.keep_picture(demo_face())
    await desk.put_profile(msgspec.structs.replace(demo_profile(), picture=face), SEEDED_BY)
    for writing in demo_posts(now):
        await desk.add(writing, SEEDED_BY)


async def _seed_person(hub: Hub, person: DemoPerson) -> None:
    addresses = [
        NewAddress(
            channel=f"{platform}:shop",
            value=value,
            name=person.name,
            proof="confirmed",
            consent="failover" if platform in person.agreed else "reply",
        )
        for platform, value in person.addresses.items()
    ]
    await hub.conversations.create_contact(person.name, addresses, SEEDED_BY)
    now = hub.clock.now_ms()
    past = [
        PastMessage(
            channel=f"{said.platform}:shop",
            value=person.addresses[said.platform],
            direction=said.direction,
            text=said.text,
            at=now - int(said.minutes_ago * MINUTE_MS),
            external_id=f"past:{person.id}:{number}",
        )
        for number, said in enumerate(person.said)
    ]
    await hub.database.write(take_over, hub.ids, past, now)
