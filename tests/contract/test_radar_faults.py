"""The radar against the simulated Instagram, in virtual time: every fault is found, named and closed once."""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest

from holdfast.channels import PLATFORMS, decode_channel_settings
from holdfast.channels.contract import (
    Accepted,
    Adapter,
    Capability,
    Genuine,
    MessageEchoed,
    MessageReceived,
    Outgoing,
    RawRequest,
)
from holdfast.channels.transport import AnswerLostError, HttpAnswer, HttpRequest, NotConnectedError
from holdfast.kernel import IdSource
from holdfast.radar import (
    Incident,
    Kind,
    Observation,
    Radar,
    Result,
    State,
    UpdateKind,
    load_incidents,
    record_observation,
)
from holdfast.settings.model import Radar as RadarSettings
from holdfast.storage import Envelope, EventLog, SqliteDatabase, migrate
from holdfast_simulators.fakes import Fakes, build_fakes
from holdfast_simulators.faults import Fault
from holdfast_simulators.gate import ConnectionDroppedError
from holdfast_simulators.phone_line import Writing
from holdfast_simulators.population import populate
from holdfast_simulators.settings import Accounts, InstagramAccount, PersonSettings, Settings
from holdfast_simulators.virtual_clock import VirtualClock
from holdfast_simulators.webhooks import Received
from holdfast_simulators.world import World

CHANNEL: Final = "instagram:shop"
ACCOUNT: Final = "17841400000000001"
PERSON: Final = "900100200300400"
START_MS: Final = 1_790_000_000_000
BURST_SECONDS: Final = 5
FOUND_WITHIN_SECONDS: Final = 30
SHARE_FOUND_WITHIN_SECONDS: Final = 60
CLOSED_WITHIN_SECONDS: Final = 90
QUIET_SECONDS: Final = 24
CONTROLS: Final = ("http://uplink_a/", "http://uplink_b/")


class Time(VirtualClock):
    def monotonic(self) -> float:
        return self.now_ms() / 1000


class InProcess:
    """The way to the fakes' applications, by the host's name; time-outs run on the virtual clock."""

    def __init__(self, fakes: Fakes) -> None:
        self._fakes = fakes

    async def request(self, request: HttpRequest) -> HttpAnswer:
        url = urlsplit(request.url)
        if self._fakes.world.faults.active(url.netloc.split("_")[0], "all", None, ("refused",)):
            raise NotConnectedError("the connection was refused")
        parts: list[Mapping[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": request.body}

        async def send(part: Mapping[str, Any]) -> None:
            parts.append(part)

        headers = [(k.encode(), v.encode()) for k, v in {"host": url.netloc, **request.headers}.items()]
        scope = {"type": "http", "method": request.method, "path": url.path, "headers": headers}
        try:
            await self._fakes.apps[url.netloc](scope | {"query_string": url.query.encode()}, receive, send)
        except ConnectionDroppedError as error:
            raise AnswerLostError(str(error)) from error
        answered = {name.decode().lower(): value.decode() for name, value in parts[0]["headers"]}
        return HttpAnswer(parts[0]["status"], answered, b"".join(part.get("body", b"") for part in parts[1:]))

    async def close(self) -> None:
        """Nothing is open."""


class MiniHub:
    """As much of a hub as the radar needs: sends and arrivals that leave their observations."""

    def __init__(self, path: Path) -> None:
        self.clock = Time(START_MS)
        self.database = SqliteDatabase(path, inline=True)
        self.world = World(settings=_settings(), clock=self.clock, chance=random.Random(7))  # noqa: S311 - chance, not secrecy
        populate(self.world)
        self.fakes = build_fakes(self.world, self)
        transport = InProcess(self.fakes)
        settings = decode_channel_settings("instagram", _table())
        self.adapter: Adapter = PLATFORMS["instagram"].make(
            CHANNEL, settings, transport=transport, clock=self.clock
        )
        self.radar = Radar(
            database=self.database,
            events=EventLog(self.database, self.clock),
            clock=self.clock,
            ids=IdSource(self.clock, random.Random(1)),  # noqa: S311 - the same names in every run
            channels=lambda: {CHANNEL: self.adapter},
            names=lambda _: "Shop",
            transport=transport,
            settings=RadarSettings(
                probe_seconds=5, control_seconds=5, control_urls=CONTROLS, burst_seconds=BURST_SECONDS
            ),
        )
        self._sent = 0
        self.quiet = False

    async def request(
        self, method: str, url: str, *, body: bytes, headers: Mapping[str, str], timeout_seconds: float
    ) -> Received:
        """A webhook arrives."""
        lowered = {name.lower(): value for name, value in headers.items()}
        verdict = self.adapter.verify(RawRequest(method, url, {}, lowered, body))
        assert isinstance(verdict, Genuine)
        now = self.clock.now_ms()
        envelope = Envelope(seq=1, channel=CHANNEL, source="webhook", received_at=now, body=body, headers={})
        for event in self.adapter.parse(envelope):
            if isinstance(event, MessageReceived):
                await self.see(Kind.ARRIVAL, latency_ms=now - event.at)
            elif isinstance(event, MessageEchoed):
                await self.see(Kind.ECHO_SEEN, detail=event.external_id)
        return Received(verdict.reply.status, verdict.reply.body)

    async def see(self, kind: Kind, **more: Any) -> None:
        capability = Capability.SEND if kind is Kind.SEND else Capability.RECEIVE
        seen = Observation(channel=CHANNEL, capability=capability, kind=kind, at=self.clock.now_ms(), **more)
        await self.database.write(record_observation, seen)

    async def talk(self) -> None:
        """A message in and an answer out, every two seconds; answers do not wait for one another."""
        async with asyncio.TaskGroup() as group:
            while not self.quiet:
                self._sent += 1
                account = self.world.accounts.all("instagram")[0]
                phone = self.fakes.platforms["instagram"].phone
                group.create_task(phone.writes(account, PERSON, Writing(text=f"question {self._sent}")))
                group.create_task(self.send(f"answer {self._sent}"))
                await self.clock.sleep(2)

    async def send(self, text: str) -> None:
        outgoing = Outgoing(delivery_id=text, address=PERSON, text=text, created_at=self.clock.now_ms())
        sending = await self.adapter.send(outgoing)
        if isinstance(sending.outcome, Accepted):
            await self.see(Kind.SEND, latency_ms=sending.latency_ms)
            await self.see(Kind.ECHO_EXPECTED, detail=sending.outcome.external_id)
            return
        outcome = sending.outcome
        await self.see(
            Kind.SEND,
            result=Result.FAIL,
            error_class=outcome.error_class.value,
            detail=outcome.reason,
            latency_ms=sending.latency_ms,
        )

    async def until_open(self, seconds: int) -> Incident:
        for _ in range(seconds):
            if self.radar.open_incidents():
                return self.radar.open_incidents()[0]
            await self.clock.advance(1)
        raise AssertionError(self.radar.all_verdicts())

    async def until_closed(self) -> None:
        for _ in range(CLOSED_WITHIN_SECONDS):
            if not self.radar.open_incidents():
                return
            await self.clock.advance(1)
        raise AssertionError(self.radar.all_verdicts())


def _settings() -> Settings:
    account = InstagramAccount(
        id=ACCOUNT,
        user_id=ACCOUNT,
        username="kelp",
        name="Kelp & Co",
        token="token",
        app_id="app",
        app_secret="secret",
        verify_token="verify",
        webhook_url="http://hub/hooks/instagram/shop",
    )
    ann = PersonSettings(id="ann", name="Ann", addresses={f"instagram:{ACCOUNT}": PERSON})
    return Settings(control_token="t", accounts=Accounts(instagram=[account]), people=[ann])


def _table() -> dict[str, Any]:
    return {
        "base_url": "http://instagram",
        "account_id": ACCOUNT,
        "token": "token",
        "app_secret": "secret",
        "verify_token": "verify",
        "echo_seconds": 10,
    }


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[MiniHub]:
    hub = MiniHub(tmp_path / "hub.db")
    await migrate(hub.database, now_ms=START_MS)
    tasks = [asyncio.create_task(hub.radar.run()), asyncio.create_task(hub.talk())]
    yield hub
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    await hub.adapter.close()
    await hub.world.close()
    await hub.database.close()


@pytest.mark.parametrize(
    ("kind", "capability", "title", "cause"),
    [
        ("refused", "all", "Instagram is not accepting messages", "platform"),
        ("server_error", "all", "Instagram is not accepting messages", "platform"),
        ("server_error", "send", "Instagram is not accepting messages", "platform"),
        ("html_error", "all", "Instagram is not accepting messages", "platform"),
        ("slow", "all", "Instagram is answering very slowly", "platform"),
        ("accept_then_reset", "send", "Instagram is not accepting messages", "platform"),
        ("throttle", "all", "Instagram is limiting how much we may do", "platform"),
        ("token_error", "all", "Instagram refuses our sign-in", "token"),
        ("permission_error", "all", "Instagram is refusing our account", "account"),
        ("webhooks_silent", "all", "Messages from Instagram are not arriving", "platform"),
        ("subscription_removed", "all", "Messages from Instagram are not arriving", "subscription"),
    ],
)
async def test_every_fault_is_found_in_time_named_and_closed_once(
    hub: MiniHub, kind: str, capability: str, title: str, cause: str
) -> None:
    await hub.clock.advance(QUIET_SECONDS)
    assert {verdict.state for verdict in hub.radar.all_verdicts()} == {State.UP}
    fault = hub.world.faults.start(Fault(platform="instagram", kind=kind, capability=capability))
    await hub.until_open(FOUND_WITHIN_SECONDS)
    await hub.clock.advance(30)
    [incident] = hub.radar.open_incidents()
    assert (incident.title, incident.cause) == (title, cause)
    hub.world.faults.end(fault.id)
    if kind == "subscription_removed":
        assert await hub.adapter.resubscribe()
    await closed_once(hub)


async def closed_once(hub: MiniHub) -> None:
    """The incident closes, stays closed and was the only one."""
    await hub.until_closed()
    await hub.clock.advance(60)
    [incident] = await hub.database.read(load_incidents)
    assert [update.kind for update in incident.updates].count(UpdateKind.OPENED) == 1
    assert incident.updates[-1].kind is UpdateKind.CLOSED


async def test_a_share_of_failing_sends_is_told_as_such(hub: MiniHub) -> None:
    await hub.clock.advance(QUIET_SECONDS)
    fault = hub.world.faults.start(
        Fault(platform="instagram", kind="server_error", capability="send", rate=0.5)
    )
    await hub.until_open(SHARE_FOUND_WITHIN_SECONDS)
    await hub.clock.advance(30)
    [incident] = hub.radar.open_incidents()
    assert incident.title == "Some messages to Instagram fail"
    hub.world.faults.end(fault.id)
    await closed_once(hub)


async def test_held_back_webhooks_are_found_and_their_flood_reopens_nothing(hub: MiniHub) -> None:
    await hub.clock.advance(QUIET_SECONDS)
    fault = hub.world.faults.start(Fault(platform="instagram", kind="webhooks_delayed"))
    incident = await hub.until_open(FOUND_WITHIN_SECONDS)
    assert incident.title == "Messages from Instagram are not arriving"
    await hub.clock.advance(90)
    hub.world.faults.end(fault.id)
    await closed_once(hub)


async def test_a_silent_platform_that_nobody_writes_to_is_found_by_probes(hub: MiniHub) -> None:
    hub.quiet = True
    await hub.clock.advance(QUIET_SECONDS)
    hub.world.faults.start(Fault(platform="instagram", kind="refused"))
    await hub.until_open(FOUND_WITHIN_SECONDS)


@pytest.mark.parametrize("kind", ["webhooks_duplicated", "webhooks_reordered", "webhooks_regrouped"])
async def test_what_harms_nobody_opens_nothing(hub: MiniHub, kind: str) -> None:
    hub.world.faults.start(Fault(platform="instagram", kind=kind))
    await hub.clock.advance(90)
    assert await hub.database.read(load_incidents) == []


async def test_nothing_is_opened_in_five_ordinary_minutes(hub: MiniHub) -> None:
    await hub.clock.advance(300)
    assert await hub.database.read(load_incidents) == []
