import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from random import Random

import pytest

from holdfast.channels.contract import (
    Adapter,
    Capability,
    ErrorClass,
    Limits,
    ProbeResult,
)
from holdfast.channels.transport import HttpAnswer, HttpRequest, NotConnectedError
from holdfast.kernel import IdSource
from holdfast.radar import Kind, Observation, Radar, Result, Verdict, record_observation
from holdfast.settings.model import Radar as RadarSettings
from holdfast.storage import Event, EventLog, SqliteDatabase, migrate, read_events

START = 1_790_000_000_000
STEPS_MAX = 200


class HandClock:
    """Time that stands still until it is moved."""

    def __init__(self) -> None:
        self.ms = START
        self.run_ms = 0
        self._sleepers: list[tuple[int, asyncio.Future[None]]] = []

    def now_ms(self) -> int:
        return self.ms

    def monotonic(self) -> float:
        return self.run_ms / 1000

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.get_running_loop().create_future()
        self._sleepers.append((self.run_ms + int(seconds * 1000), woken))
        await woken

    def move(self, ms: int) -> None:
        self.ms += ms
        self.run_ms += ms

    async def pass_time(self, seconds: float, step_ms: int = 100) -> None:
        """Let tasks run while time passes in small steps."""
        for _ in range(int(seconds * 1000) // step_ms):
            self.move(step_ms)
            due = [sleeper for sleeper in self._sleepers if sleeper[0] <= self.run_ms]
            self._sleepers = [s for s in self._sleepers if s[0] > self.run_ms and not s[1].done()]
            for _, woken in due:
                if not woken.done():
                    woken.set_result(None)
            for _ in range(20):
                await asyncio.sleep(0)


class ScriptedAdapter:
    """A channel whose probes answer what the test says; ``hangs`` lets them never answer."""

    def __init__(self, platform: str, domain: str, *, silence_ms: int | None = None) -> None:
        self.platform = platform
        self.failure_domain = domain
        self.limits = Limits(text_max=1000, silence_after_send_ms=silence_ms)
        self.results: list[ProbeResult] = []
        self.hangs = False
        self.broken = False
        self.probed = 0

    def answer(self, capability: Capability, error_class: ErrorClass | None = None, detail: str = "") -> None:
        kept = [result for result in self.results if result.capability is not capability]
        self.results = [*kept, ProbeResult(capability, error_class is None, detail, error_class)]

    def answer_all(self, error_class: ErrorClass | None = None, detail: str = "") -> None:
        for capability in (Capability.SIGN_IN, Capability.RECEIVE, Capability.HISTORY):
            self.answer(capability, error_class, detail)

    async def probe(self) -> Sequence[ProbeResult]:
        self.probed += 1
        if self.broken:
            raise RuntimeError("a mistake in an adapter")
        if self.hangs:
            await asyncio.Event().wait()
        return self.results


class ScriptedTransport:
    """Answers by address; an address without an answer is not reachable."""

    def __init__(self) -> None:
        self.answers: dict[str, HttpAnswer] = {}
        self.asked: list[HttpRequest] = []

    async def request(self, request: HttpRequest) -> HttpAnswer:
        self.asked.append(request)
        if request.url not in self.answers:
            raise NotConnectedError("refused")
        return self.answers[request.url]

    async def close(self) -> None:
        pass


class Bench:
    """A radar over a real store, with time in the test's hands."""

    def __init__(self, path: Path, settings: RadarSettings) -> None:
        self.clock = HandClock()
        self.database = SqliteDatabase(path, inline=True)
        self.events = EventLog(self.database, self.clock)
        self.ids = IdSource(self.clock, Random(1))  # noqa: S311 - the same names in every run
        self.adapters: dict[str, ScriptedAdapter] = {}
        self.transport = ScriptedTransport()
        self.settings = settings
        self.may_write = True
        self.radar = self.make_radar()

    def make_radar(self) -> Radar:
        return Radar(
            database=self.database,
            events=self.events,
            clock=self.clock,
            ids=self.ids,
            channels=self.channels,
            names=lambda channel: channel.split(":")[1].title(),
            transport=self.transport,
            settings=self.settings,
            may_write=lambda: self.may_write,
        )

    def channels(self) -> Mapping[str, Adapter]:
        return self.adapters  # type: ignore[return-value]  # scripted: only what the radar uses

    def add(
        self, channel: str = "instagram:shop", domain: str = "meta", silence_ms: int | None = None
    ) -> ScriptedAdapter:
        adapter = ScriptedAdapter(channel.split(":", maxsplit=1)[0], domain, silence_ms=silence_ms)
        adapter.answer_all()
        self.adapters[channel] = adapter
        return adapter

    async def see(self, observation: Observation) -> None:
        await self.database.write(record_observation, observation)

    async def send(
        self, result: Result = Result.OK, error_class: str = "", channel: str = "instagram:shop"
    ) -> None:
        seen = Observation(
            channel=channel,
            capability=Capability.SEND,
            kind=Kind.SEND,
            at=self.clock.now_ms(),
            result=result,
            error_class=error_class,
            detail="connection refused" if result is Result.FAIL else "",
        )
        await self.see(seen)

    async def sends(self, count: int, result: Result = Result.OK, error_class: str = "") -> None:
        """So many sends, a second apart, each judged."""
        for _ in range(count):
            self.clock.move(1000)
            await self.send(result, error_class)
            await self.radar.evaluate()

    async def evaluate_for(self, seconds: int) -> None:
        for _ in range(seconds):
            self.clock.move(1000)
            await self.radar.evaluate()

    def verdict(self, capability: Capability, channel: str = "instagram:shop") -> Verdict:
        return self.radar.verdict(channel, capability)

    async def told(self, *kinds: str) -> list[Event]:
        events = await self.database.read(read_events, 0, 10_000)
        return [event for event in events if event.kind in kinds]


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    settings = RadarSettings(
        burst_seconds=0,
        probe_seconds=5,
        control_seconds=5,
        feed_seconds=60,
        control_urls=("http://127.0.0.1:1/a", "http://127.0.0.1:1/b"),
        feeds={"instagram": "http://127.0.0.1:1/meta"},
    )
    bench = Bench(tmp_path / "hub.db", settings)
    await migrate(bench.database, now_ms=START)
    yield bench
    await bench.database.close()
