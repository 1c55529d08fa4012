"""A whole hub on the simulated platforms in virtual time; a test runs those of its loops that it needs."""

import random
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from holdfast.app.hub import Hub
from holdfast.channels.contract import Genuine, RawRequest
from holdfast.channels.transport import AnswerLostError, HttpAnswer, HttpRequest, NotConnectedError
from holdfast.radar import Incident
from holdfast.settings import Settings
from holdfast.storage import NewEnvelope, Spool, SqliteDatabase
from holdfast_simulators.fakes import build_fakes
from holdfast_simulators.faults import Fault
from holdfast_simulators.gate import ConnectionDroppedError
from holdfast_simulators.population import populate
from holdfast_simulators.settings import Settings as WorldSettings
from holdfast_simulators.virtual_clock import VirtualClock
from holdfast_simulators.webhooks import Received
from holdfast_simulators.world import World

START_MS: Final = 1_790_000_000_000
KEY: Final = "c2ltdWxhdGlvbi1rZXktb2YtMzItYnl0ZXMtaGVyZSE="


class Time(VirtualClock):
    def monotonic(self) -> float:
        return self.now_ms() / 1000


class VirtualHub:
    """Webhooks have their effect at once."""

    def __init__(self, folder: Path, settings: Settings, world: WorldSettings) -> None:
        self.clock = Time(START_MS)
        self.world = World(settings=world, clock=self.clock, chance=random.Random(7))  # noqa: S311 - chance, not secrecy
        populate(self.world)
        self.fakes = build_fakes(self.world, self)
        self.hub = Hub(
            settings=settings,
            database=SqliteDatabase(folder / "hub.db", inline=True, synchronous="OFF"),
            spool=Spool(folder / "spool.db", inline=True, synchronous="OFF"),
            transport=InProcess(self),
            clock=self.clock,
            random=random.Random(1),  # noqa: S311 - the same names in every run
            node="only",
        )

    async def request(
        self, method: str, url: str, *, body: bytes, headers: Mapping[str, str], timeout_seconds: float
    ) -> Received:
        """A webhook arrives, and has its effect at once."""
        channel = ":".join(urlsplit(url).path.split("/")[-2:])
        lowered = {name.lower(): value for name, value in headers.items()}
        query = dict(parse_qsl(urlsplit(url).query))
        adapter = self.hub.channels.adapters()[channel]
        verdict = adapter.verify(RawRequest(method, url, query, lowered, body))
        assert isinstance(verdict, Genuine)
        arrived = NewEnvelope(channel, "webhook", self.clock.now_ms(), body, verdict.keep)
        await self.hub.spool.append(arrived)
        await self.hub.applier.apply_batch()
        return Received(verdict.reply.status, verdict.reply.body)

    async def close(self) -> None:
        await self.world.close()
        await self.hub.close()

    def fail(self, platform: str, kind: str, **more: Any) -> Fault:
        return self.world.faults.start(Fault(platform=platform, kind=kind, **more))

    async def until(self, what: Callable[[], Awaitable[bool]], seconds: int) -> int:
        """How many seconds it took."""
        for passed in range(seconds):
            if await what():
                return passed
            await self.clock.advance(1)
        raise AssertionError(self.hub.radar.all_verdicts())

    async def is_failing(self) -> bool:
        return bool(self.hub.radar.open_incidents())

    async def is_well(self) -> bool:
        return not self.hub.radar.open_incidents()

    @property
    def incident(self) -> Incident:
        [only] = self.hub.radar.open_incidents()
        return only

    async def count(self, table: str) -> int:
        rows = await self.hub.database.read(lambda tx: tx.all(f"SELECT 1 FROM {table}"))
        return len(rows)


class InProcess:
    """The way to the fakes' applications, by the host's name."""

    def __init__(self, accounts: VirtualHub) -> None:
        self._accounts = accounts

    async def request(self, request: HttpRequest) -> HttpAnswer:
        fakes, url = self._accounts.fakes, urlsplit(request.url)
        if fakes.world.faults.active(url.netloc.split("_")[0], "all", None, ("refused",)):
            raise NotConnectedError("the connection was refused")
        parts: list[Mapping[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": request.body}

        async def send(part: Mapping[str, Any]) -> None:
            parts.append(part)

        headers = [(k.lower().encode(), v.encode()) for k, v in request.headers.items()]
        scope = {"type": "http", "method": request.method, "path": url.path, "headers": headers}
        try:
            await fakes.apps[url.netloc](scope | {"query_string": url.query.encode()}, receive, send)
        except ConnectionDroppedError as error:
            raise AnswerLostError(str(error)) from error
        answered = {name.decode().lower(): value.decode() for name, value in parts[0]["headers"]}
        return HttpAnswer(parts[0]["status"], answered, b"".join(part.get("body", b"") for part in parts[1:]))

    async def close(self) -> None:
        """Nothing is open."""
