"""Stages: an adapter and the simulated platform that it speaks with, in one process."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import pytest

from holdfast.channels import PLATFORMS, decode_channel_settings
from holdfast.channels.contract import (
    Adapter,
    Genuine,
    InboundEvent,
    MessageReceived,
    Outgoing,
    RawRequest,
    Verification,
)
from holdfast.channels.transport import AnswerLostError, HttpAnswer, HttpRequest, NotConnectedError
from holdfast.storage import Envelope
from holdfast_simulators.fakes import Fakes, build_fakes
from holdfast_simulators.faults import Fault
from holdfast_simulators.gate import ConnectionDroppedError
from holdfast_simulators.mail import MailSimulator
from holdfast_simulators.people import Message
from holdfast_simulators.phone_line import Writing
from holdfast_simulators.population import populate
from holdfast_simulators.settings import (
    Accounts,
    InstagramAccount,
    MailAccount,
    PersonSettings,
    Settings,
    TwilioAccount,
    WhatsAppAccount,
)
from holdfast_simulators.webhooks import Received
from holdfast_simulators.world import World

PATIENCE_SECONDS: Final = 5.0
START_MS: Final = 1_790_000_000_000

ACCOUNT: Final = "17841400000000001"
NUMBER_ID: Final = "106540352242922"
TWILIO: Final = "AC00000000000000000000000000000001"
OUR_NUMBER: Final = "+15005550006"
SHOP: Final = "help@shop.example"

ADDRESSES: Final = {
    "instagram": "900100200300400",
    "whatsapp": "31612345678",
    "sms": "+31612345678",
    "email": "ann@people.example",
}
TABLES: Final[Mapping[str, dict[str, Any]]] = {
    "instagram": {
        "base_url": "http://instagram",
        "account_id": ACCOUNT,
        "token": "token",
        "app_secret": ["an-old-secret", "secret"],
        "verify_token": "verify",
    },
    "whatsapp": {
        "base_url": "http://whatsapp",
        "phone_number_id": NUMBER_ID,
        "waba_id": "102290129340398",
        "token": "token",
        "app_secret": "secret",
        "verify_token": "verify",
    },
    "sms": {
        "base_url": "http://sms",
        "account_sid": TWILIO,
        "auth_token": "secret",
        "number": OUR_NUMBER,
        "webhook_url": "http://hub/hooks/sms/shop",
    },
    "email": {
        "address": SHOP,
        "name": "The Shop",
        "smtp_host": "127.0.0.1",
        "smtp_security": "none",
        "smtp_user": "shop",
        "smtp_password": "secret",
        "imap_host": "127.0.0.1",
        "imap_security": "none",
        "imap_user": "shop",
        "imap_password": "secret",
        "authserv_id": "mx.shop.example",
        "timeout_seconds": 3,
        "probe_timeout_seconds": 3,
    },
}


class LeapingClock:
    """Sleeping takes no time and moves the clock by all of it."""

    def __init__(self) -> None:
        self._ms = float(START_MS)

    def now_ms(self) -> int:
        return int(self._ms)

    def monotonic(self) -> float:
        return self._ms / 1000

    async def sleep(self, seconds: float) -> None:
        self._ms += seconds * 1000
        await asyncio.sleep(0)


class AsgiTransport:
    """The adapters' way to applications in the same process, chosen by the host's name."""

    def __init__(self, apps: Mapping[str, Any], refusing: Callable[[str], bool]) -> None:
        self._apps = apps
        self._refusing = refusing

    async def request(self, request: HttpRequest) -> HttpAnswer:
        url = urlsplit(request.url)
        if self._refusing(url.netloc):
            raise NotConnectedError("the connection was refused")
        exchange = _Exchange(request)
        try:
            async with asyncio.timeout(request.timeout_seconds):
                await self._apps[url.netloc](exchange.scope, exchange.receive, exchange.send)
        except (TimeoutError, ConnectionDroppedError) as error:
            raise AnswerLostError(str(error)) from error
        return HttpAnswer(status=exchange.status, headers=exchange.headers, body=bytes(exchange.body))

    async def close(self) -> None:
        """Nothing is open."""


class _Exchange:
    def __init__(self, request: HttpRequest) -> None:
        url = urlsplit(request.url)
        headers = {"host": url.netloc, **request.headers}
        self.scope = {
            "type": "http",
            "method": request.method,
            "path": url.path,
            "query_string": url.query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = bytearray()
        self._waiting = [{"type": "http.request", "body": request.body}]

    async def receive(self) -> dict[str, Any]:
        if self._waiting:
            return self._waiting.pop()
        return await asyncio.Future()

    async def send(self, part: Mapping[str, Any]) -> None:
        if part["type"] == "http.response.start":
            self.status = part["status"]
            self.headers = {name.decode().lower(): value.decode() for name, value in part["headers"]}
        else:
            self.body += part.get("body", b"")


class Hub:
    """Where the platforms' webhooks go: verified and parsed, as the road in does."""

    def __init__(self, clock: LeapingClock) -> None:
        self._clock = clock
        self.adapters: dict[str, Adapter] = {}
        self.requests: list[RawRequest] = []
        self.verdicts: list[Verification] = []
        self.events: list[InboundEvent] = []

    async def request(
        self, method: str, url: str, *, body: bytes, headers: Mapping[str, str], timeout_seconds: float
    ) -> Received:
        path, _, query = url.partition("?")
        platform = urlsplit(path).path.split("/")[2]
        request = RawRequest(
            method=method,
            url=url,
            query=dict(parse_qsl(query)),
            headers={name.lower(): value for name, value in headers.items()},
            body=body,
        )
        verdict = self.adapters[platform].verify(request)
        self.requests.append(request)
        self.verdicts.append(verdict)
        if not isinstance(verdict, Genuine):
            return Received(verdict.status)
        self.take(platform, body, "webhook", headers=verdict.keep)
        return Received(verdict.reply.status, verdict.reply.body)

    def take(
        self, platform: str, body: bytes, source: str, headers: dict[str, str] | None = None
    ) -> Sequence[InboundEvent]:
        envelope = Envelope(
            seq=len(self.events) + 1,
            channel=f"{platform}:shop",
            source=source,
            received_at=self._clock.now_ms(),
            body=body,
            headers=headers or {},
        )
        found = self.adapters[platform].parse(envelope)
        self.events += found
        return found


class Stage:
    """One platform, one adapter, one person who can write and be written to."""

    def __init__(self, platform: str, *, world: World, fakes: Fakes, hub: Hub, clock: LeapingClock) -> None:
        self.platform = platform
        self.world = world
        self.hub = hub
        self.clock = clock
        self.address = ADDRESSES[platform]
        self.mail: MailSimulator | None = None
        self._fakes = fakes

    @property
    def adapter(self) -> Adapter:
        return self.hub.adapters[self.platform]

    async def person_writes(self, text: str, **more: Any) -> str:
        """The platform's id of what the person wrote."""
        if self.mail:
            return (await self.mail.person_writes("ann", text)) and text
        account = self.world.accounts.all(self.platform)[0]
        message = await self._fakes.platforms[self.platform].phone.writes(
            account, self.address, Writing(text=text, **more)
        )
        return message.id

    def outgoing(self, text: str, delivery_id: str = "dlv_01J8ZK3Q", **more: Any) -> Outgoing:
        now = self.clock.now_ms()
        return Outgoing(delivery_id=delivery_id, address=self.address, text=text, created_at=now, **more)

    def fault(self, kind: str, **more: Any) -> Fault:
        return self.world.faults.start(Fault(platform=self.platform, kind=kind, **more))

    def reached(self) -> list[Message]:
        """What the person's phone really got from us."""
        return [
            message
            for message in self.world.messages()
            if message.platform == self.platform and message.direction == "in"
        ]

    async def received(self, count: int = 1) -> list[MessageReceived]:
        """Wait until this many messages of the person have arrived."""
        await self.until(lambda: len(self._received()) >= count)
        return self._received()

    def _received(self) -> list[MessageReceived]:
        return [event for event in self.hub.events if isinstance(event, MessageReceived)]

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not condition():
                await self._collect()
                await asyncio.sleep(0.001)

    async def _collect(self) -> None:
        if self.mail:
            mailbox: Any = self.adapter.mailbox  # type: ignore[attr-defined]
            polled = await mailbox.poll(self._cursor)
            self._cursor = polled.cursor
            for body in polled.bodies:
                self.hub.take("email", body, "poll")

    _cursor = ""


@pytest.fixture
def clock() -> LeapingClock:
    return LeapingClock()


@pytest.fixture
async def world(clock: LeapingClock) -> AsyncIterator[World]:
    settings = Settings(control_token="t", accounts=_accounts(), people=[_person()])
    made = World(settings=settings, clock=clock, chance=random.Random(7))  # noqa: S311 - chance, not secrecy
    populate(made)
    yield made
    await made.close()


@pytest.fixture
def hub(clock: LeapingClock) -> Hub:
    return Hub(clock)


@pytest.fixture
async def make_stage(
    world: World, hub: Hub, clock: LeapingClock
) -> AsyncIterator[Callable[[str], Awaitable[Stage]]]:
    fakes = build_fakes(world, hub)
    transport = AsgiTransport(fakes.apps, lambda host: _refuses(world, host))
    stages: list[Stage] = []

    async def make(platform: str) -> Stage:
        stage = Stage(platform, world=world, fakes=fakes, hub=hub, clock=clock)
        table = dict(TABLES[platform])
        if platform == "email":
            stage.mail = await _mail(world, clock)
            table |= {"smtp_port": stage.mail.smtp_port, "imap_port": stage.mail.imap_port}
        settings = decode_channel_settings(platform, table)
        hub.adapters[platform] = PLATFORMS[platform].make(
            f"{platform}:shop", settings, transport=transport, clock=clock
        )
        stages.append(stage)
        return stage

    yield make
    for stage in stages:
        await stage.adapter.close()
        if stage.mail:
            await stage.mail.stop()


async def _mail(world: World, clock: LeapingClock) -> MailSimulator:
    account = world.settings.accounts.mail
    assert account is not None
    mail = MailSimulator(world=world, settings=account, clock=clock)
    await mail.start()
    return mail


def _refuses(world: World, platform: str) -> bool:
    return bool(world.faults.active(platform, "all", None, {"refused"}))


def _person() -> PersonSettings:
    return PersonSettings(id="ann", name="Ann", addresses=dict(ADDRESSES))


def _accounts() -> Accounts:
    return Accounts(
        instagram=[
            InstagramAccount(
                id="24000000000000001",
                user_id=ACCOUNT,
                username="shop",
                name="The Shop",
                token="token",
                app_secret="secret",
                verify_token="verify",
                webhook_url="http://hub/hooks/instagram/shop",
            )
        ],
        whatsapp=[
            WhatsAppAccount(
                waba_id="102290129340398",
                phone_number_id=NUMBER_ID,
                display_phone_number="15550783881",
                token="token",
                app_secret="secret",
                verify_token="verify",
                webhook_url="http://hub/hooks/whatsapp/shop",
            )
        ],
        twilio=[
            TwilioAccount(
                account_sid=TWILIO,
                auth_token="secret",
                number=OUR_NUMBER,
                webhook_url="http://hub/hooks/sms/shop",
            )
        ],
        mail=MailAccount(
            domain="people.example", address=SHOP, user="shop", password="secret", keeps_sent=True
        ),
    )
