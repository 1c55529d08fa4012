"""A simulated world on virtual time, called as an HTTP client would call it."""

import json
import random
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from holdfast_simulators import Settings, World, build_fakes
from holdfast_simulators.control import build_control
from holdfast_simulators.control.context import Context
from holdfast_simulators.population import populate
from holdfast_simulators.settings import (
    Accounts,
    InstagramAccount,
    PersonSettings,
    TwilioAccount,
    WhatsAppAccount,
)
from holdfast_simulators.virtual_clock import VirtualClock
from holdfast_simulators.webhooks import Received

START_MS = 1_790_000_000_000
SHOP = "17841400000000001"
OTHER_SHOP = "17841400000000002"
ANN = "900100200300400"
BEN = "900100200300401"
NUMBER_ID = "106540352242922"
SID = "AC00000000000000000000000000000001"
SHOP_NUMBER = "+15005550006"


@dataclass
class Hooked:
    at_ms: int
    url: str
    body: bytes
    headers: dict[str, str]

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Hub:
    """Whoever receives the webhooks."""

    clock: VirtualClock
    status: int | None = 200
    """None: no connection."""
    got: list[Hooked] = field(default_factory=list)

    async def request(
        self, method: str, url: str, *, body: bytes, headers: Mapping[str, str], timeout_seconds: float
    ) -> Received | None:
        if self.status is None:
            return None
        if method == "GET":
            query = httpx.URL(url).params
            right = query["hub.verify_token"] == "verify-me"
            return Received(200 if right else 403, query["hub.challenge"].encode() if right else b"no")
        self.got.append(Hooked(self.clock.now_ms(), url, body, dict(headers)))
        return Received(self.status)

    def events(self) -> list[dict[str, Any]]:
        """All Instagram events so far, in the order of their arrival."""
        return [
            event
            for hook in self.got
            for entry in hook.json()["entry"]
            for event in entry.get("messaging", [])
        ]


@dataclass
class Bench:
    world: World
    clock: VirtualClock
    hub: Hub
    clients: dict[str, httpx.AsyncClient]

    async def call(self, name: str, method: str, path: str, **more: Any) -> httpx.Response:
        """Time passes exactly as far as the answer needs."""
        return await self.clock.finish(self.clients[name].request(method, path, **more))

    async def instagram(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"Authorization": "Bearer IG-token"}
        return await self.call("instagram", method, f"/v26.0{path}", headers=headers, **more)

    async def send(self, text: str = "Hello", to: str = ANN, **more: Any) -> httpx.Response:
        body = {"recipient": {"id": to}, "message": {"text": text}, **more}
        return await self.instagram("POST", "/me/messages", json=body)

    async def whatsapp(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"Authorization": "Bearer WA-token"}
        return await self.call("whatsapp", method, f"/v26.0{path}", headers=headers, **more)

    async def twilio(self, method: str, path: str, **more: Any) -> httpx.Response:
        path = f"/2010-04-01/Accounts/{SID}{path}"
        return await self.call("sms", method, path, auth=(SID, "sms-secret"), **more)

    async def control(self, method: str, path: str, **more: Any) -> Any:
        headers = {"Authorization": "Bearer control"}
        answer = await self.call("control", method, f"/control{path}", headers=headers, **more)
        return answer.json()

    async def fault(self, kind: str, platform: str = "instagram", **more: Any) -> str:
        started = await self.control("POST", "/faults", json={"platform": platform, "kind": kind, **more})
        return str(started["id"])

    async def writes(self, text: str, person: str = "ann", platform: str = "instagram", **more: Any) -> str:
        body = {"platform": platform, "text": text, **more}
        written = await self.control("POST", f"/people/{person}/messages", json=body)
        return str(written["id"])


def settings() -> Settings:
    hooks = "http://hub.example/hooks"
    instagram = [
        InstagramAccount(
            id=f"2401{place}",
            user_id=user_id,
            username=f"shop{place}",
            name="The shop",
            token=token,
            app_secret="fixture-app-secret",
            verify_token="verify-me",
            webhook_url=f"{hooks}/instagram/{place}",
        )
        for place, (user_id, token) in enumerate(((SHOP, "IG-token"), (OTHER_SHOP, "IG-other-token")))
    ]
    whatsapp = WhatsAppAccount(
        waba_id="102290129340398",
        phone_number_id=NUMBER_ID,
        display_phone_number="15550783881",
        token="WA-token",
        app_secret="wa-secret",
        verify_token="verify-me",
        webhook_url=f"{hooks}/whatsapp",
    )
    twilio = TwilioAccount(
        account_sid=SID, auth_token="sms-secret", number=SHOP_NUMBER, webhook_url=f"{hooks}/sms?a=1"
    )
    people = [
        PersonSettings(
            id="ann",
            name="Ann de Vries",
            addresses={
                f"instagram:{SHOP}": ANN,
                "instagram:shop1": "900200",
                "whatsapp": "31612345678",
                "sms": "+31612345678",
            },
        ),
        PersonSettings(id="ben", name="Ben", addresses={f"instagram:{SHOP}": BEN, "sms": "+31687654321"}),
    ]
    accounts = Accounts(instagram=instagram, whatsapp=[whatsapp], twilio=[twilio])
    return Settings(control_token="control", seed=7, accounts=accounts, people=people)


async def _nothing_to_settle() -> None:
    return


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    clock = VirtualClock(START_MS)
    chance = random.Random(7)  # noqa: S311 - repeatable, not secret
    world = World(settings=settings(), clock=clock, chance=chance)
    populate(world)
    hub = Hub(clock)
    fakes = build_fakes(world, hub)
    phones = {name: made.phone for name, made in fakes.platforms.items()}
    apps = {**fakes.apps, "control": build_control(Context(fakes, phones, _nothing_to_settle))}
    clients = {
        name: httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"http://{name}.simulated")
        for name, app in apps.items()
    }
    yield Bench(world, clock, hub, clients)
    for client in clients.values():
        await client.aclose()
    await world.close()
