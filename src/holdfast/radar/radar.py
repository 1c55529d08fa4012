"""The radar at work: it looks, gathers what others saw, judges each second and tells of every change."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

import msgspec

from holdfast.channels.contract import Adapter, Capability
from holdfast.channels.transport import Transport
from holdfast.kernel import Clock, IdSource, get_log
from holdfast.radar.controls import ask_controls
from holdfast.radar.evidence import SKEW_MS, ChannelFacts
from holdfast.radar.feeds import FeedReader
from holdfast.radar.incidents import (
    Casebook,
    Change,
    OutdatedError,
    enter_all,
    load_incident,
    load_present,
    write_changes,
)
from holdfast.radar.memory import Memory
from holdfast.radar.method import Method
from holdfast.radar.model import Incident, IncidentState, Observation, Verdict
from holdfast.radar.patience import wait_for_wake
from holdfast.radar.probes import Prober
from holdfast.radar.rhythm import ROUND_SECONDS, Past, RhythmWatch, no_past
from holdfast.radar.store import (
    UptimeDay,
    add_uptime,
    load_verdicts,
    record_observations,
    save_verdict,
)
from holdfast.radar.surroundings import Surroundings
from holdfast.radar.titles import place_name
from holdfast.radar.uptime import UptimeMeter
from holdfast.radar.watch import Watch
from holdfast.settings import model as settings_model
from holdfast.storage import Database, EventLog, StoreUnavailableError, Tx, append_event

EVALUATE_SECONDS: Final = 1.0
CLOSER_SECONDS: Final = 5.0
"""From a first failure on, and while a return is being proven, it is looked this often …"""
CLOSER_MS_MAX: Final = 2 * 60 * 1000
"""… for so long at most."""
REST_SECONDS: Final = 0.2
"""However often it is woken, it judges no more often than this."""
REFRESH_MS: Final = 5_000
"""How often evidence that merely counts on is written to the store."""
UPTIME_MS: Final = 10_000
CONTROL_ROUNDS: Final = 3
"""An unrelated address that has not been asked for so many rounds says nothing."""

Key = tuple[str, Capability]


class _Outcome(msgspec.Struct, frozen=True):
    """What one evaluation has to commit."""

    saved: Sequence[Verdict]
    told: Sequence[Verdict]
    changes: Sequence[Change]
    uptime: Sequence[UptimeDay]

    @property
    def empty(self) -> bool:
        return not (self.saved or self.changes or self.uptime)


class Radar:
    """Watches all channels of a hub.

    ``channels`` gives the present adapters by channel id, ``names`` a channel's name for people. Verdicts
    are answered from memory; the store holds what a restart needs. ``may_write``: whether this node may still
    take itself for the one that watches. ``past`` counts the messages of the last weeks, for what is usual.
    """

    def __init__(
        self,
        *,
        database: Database,
        events: EventLog,
        clock: Clock,
        ids: IdSource,
        channels: Callable[[], Mapping[str, Adapter]],
        names: Callable[[str], str],
        transport: Transport,
        settings: settings_model.Radar,
        may_write: Callable[[], bool] = lambda: True,
        past: Past = no_past,
    ) -> None:
        self._may_write = may_write
        self._database = database
        self._events = events
        self._clock = clock
        self._ids = ids
        self._channels = channels
        self._names = names
        self._transport = transport
        self._settings = settings
        self._prober = Prober(clock, self.hand)
        self._feeds = [
            FeedReader(platform, url, transport, clock) for platform, url in settings.feeds.items()
        ]
        self._method = Method(
            false_alarms_per_year=settings.false_alarms_per_year, burst_ms=int(settings.burst_seconds * 1000)
        )
        self._rhythm = RhythmWatch(
            database=database,
            clock=clock,
            places=self._places,
            hand=self.hand,
            past=past,
            false_alarms_per_year=settings.false_alarms_per_year,
        )
        self._memory = Memory()
        self._watch = Watch(self._method)
        self._meter = UptimeMeter()
        self._stored: dict[Key, Verdict] = {}
        self._incidents: dict[str, Incident] = {}
        self._started_at: int | None = None
        self._looked = clock.monotonic()
        self._written_at = self._metered_at = 0
        self._wake = asyncio.Event()
        self._turn = asyncio.Lock()

    # --- what others ask --------------------------------------------------------------------------

    def verdict(self, channel: str, capability: Capability) -> Verdict:
        return self._watch.verdict(channel, capability)

    def all_verdicts(self) -> list[Verdict]:
        """Of the channels that exist now, by channel and capability."""
        return [
            self.verdict(channel, capability) for channel in self._channels() for capability in Capability
        ]

    def open_incidents(self) -> list[Incident]:
        """With their updates as of the radar's own last change."""
        return [i for i in self._incidents.values() if i.state is not IncidentState.CLOSED]

    def wake(self) -> None:
        """Say that something was observed, so that it is judged at once."""
        self._wake.set()

    async def hand(self, observations: Sequence[Observation]) -> None:
        """Write observations down; those that a failing store refuses are lost, for there will be more."""
        if not observations:
            return
        try:
            await self._database.write(record_observations, observations)
        except StoreUnavailableError as error:
            get_log("radar").warning("observations_lost", count=len(observations), error=str(error))
        self.wake()

    # --- the watch --------------------------------------------------------------------------------

    async def run(self) -> None:
        """Watch until cancelled."""
        self._rhythm.forget()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._evaluate_for_ever())
            group.create_task(self._repeat("rhythm", ROUND_SECONDS, self._rhythm.round))
            group.create_task(self._probe_for_ever(group))
            if self._settings.probe_seconds > CLOSER_SECONDS:
                group.create_task(self._look_closer_for_ever(group))
            if self._settings.control_urls:
                group.create_task(
                    self._repeat("controls", self._settings.control_seconds, self._ask_controls)
                )
            for reader in self._feeds:
                group.create_task(self._repeat("feed", self._settings.feed_seconds, self._read_feed(reader)))

    async def follow(self) -> None:
        """Answer from what another node's radar finds, until cancelled; this one starts afresh after that."""
        while True:
            self._started_at = None
            await self._guarded("follow", self._remember)
            await self._clock.sleep(EVALUATE_SECONDS)

    async def _evaluate_for_ever(self) -> None:
        while True:
            await wait_for_wake(self._clock, EVALUATE_SECONDS, self._wake)
            self._wake.clear()
            await self._guarded("evaluate", self.evaluate)
            await self._clock.sleep(REST_SECONDS)

    async def _probe_for_ever(self, group: asyncio.TaskGroup) -> None:
        while True:
            for channel, adapter in self._channels().items():
                if self._prober.has_room(channel):
                    group.create_task(self._look(channel, adapter))
            await self._clock.sleep(self._settings.probe_seconds)

    async def _look_closer_for_ever(self, group: asyncio.TaskGroup) -> None:
        wavering_since: dict[str, int] = {}
        while True:
            await self._clock.sleep(CLOSER_SECONDS)
            now = self._clock.now_ms()
            wavering = {name for name in self._channels() if self._watch.wavers(name)}
            wavering_since = {name: wavering_since.get(name, now) for name in wavering}
            for channel, adapter in self._channels().items():
                soon = channel in wavering and abs(now - wavering_since[channel]) < CLOSER_MS_MAX
                if soon and self._prober.has_room(channel):
                    group.create_task(self._look(channel, adapter))

    async def _look(self, channel: str, adapter: Adapter) -> None:
        await self._guarded("probe", lambda: self._prober.look(channel, adapter))

    async def _repeat(self, name: str, seconds: float, step: Callable[[], Awaitable[None]]) -> None:
        while True:
            await self._guarded(name, step)
            await self._clock.sleep(seconds)

    async def _guarded(self, name: str, step: Callable[[], Awaitable[None]]) -> None:
        try:
            await step()
        except Exception as error:  # noqa: BLE001 - one broken round must not end the watch
            get_log("radar").error("round_failed", step=name, error=repr(error))

    async def _ask_controls(self) -> None:
        await self.hand(await ask_controls(self._settings.control_urls, self._transport, self._clock))

    def _places(self) -> dict[str, str]:
        platforms = [adapter.platform for adapter in self._channels().values()]
        return {
            channel: place_name(
                adapter.platform, self._names(channel) if platforms.count(adapter.platform) > 1 else ""
            )
            for channel, adapter in self._channels().items()
        }

    def _read_feed(self, reader: FeedReader) -> Callable[[], Awaitable[None]]:
        async def step() -> None:
            await self.hand([await reader.read()])

        return step

    # --- one evaluation ---------------------------------------------------------------------------

    async def evaluate(self) -> None:
        """Judge every channel once and commit what has changed, in one transaction."""
        async with self._turn:
            now = self._clock.now_ms()
            if self._started_at is None:
                await self._remember()
                self._started_at = now
            channels = _facts(self._channels())
            self._watch.know(channels, self._started_at)
            for seen in await self._memory.catch_up(self._database, now):
                if seen.at <= now + SKEW_MS:
                    self._watch.see(seen)
            around = self._look_around(channels, now, self._started_at)
            self._judge(around, now)
            await self._recall(now)
            await self._commit(self._outcome(around, now), now)

    async def _remember(self) -> None:
        self._watch = Watch(self._method, await self._database.read(load_verdicts))
        self._memory = Memory()
        self._stored = dict(self._watch.verdicts)
        await self._recall(self._clock.now_ms())

    async def _recall(self, now: int) -> None:
        """What stands about incidents in the store, where people and other nodes change them as well."""
        known, self._incidents = self._incidents, {}
        for each in await self._database.read(load_present, now):
            held = known.get(each.id)
            if held is None or held.revision != each.revision:
                held = await self._database.read(load_incident, each.id)
            self._incidents[each.id] = held or each

    def _look_around(self, channels: Mapping[str, ChannelFacts], now: int, started_at: int) -> Surroundings:
        platforms = {facts.platform for facts in channels.values()}
        feeds = {platform: self._watch.feed(platform) for platform in platforms}
        fresh_ms = int(self._settings.control_seconds * 1000) * CONTROL_ROUNDS
        return Surroundings(
            channels=channels,
            names=self._names,
            verdicts=self._watch.verdicts,
            controls=self._watch.fresh_controls(now - fresh_ms),
            controls_answer_since=self._watch.controls_answer_since,
            feeds={platform: seen for platform, seen in feeds.items() if seen is not None},
            last_errors=self._watch.last_error,
            started_at=started_at,
        )

    def _judge(self, around: Surroundings, now: int) -> None:
        self._watch.pass_time(now)
        self._watch.judge(now, around.context, everything=True)
        monotonic = self._clock.monotonic()
        elapsed_ms = int((monotonic - self._looked) * 1000)
        self._looked = monotonic
        self._meter.add(self.all_verdicts(), elapsed_ms=elapsed_ms, now=now)

    def _outcome(self, around: Surroundings, now: int) -> _Outcome:
        verdicts = self.all_verdicts()
        told = [verdict for verdict in verdicts if self._is_news(verdict)]
        due = abs(now - self._written_at) >= REFRESH_MS
        fresh = [v for v in verdicts if v not in told and self._differs(v) and (due or self._is_new(v))]
        metered = abs(now - self._metered_at) >= UPTIME_MS
        return _Outcome(
            saved=[*told, *fresh],
            told=told,
            changes=self._changes(around, verdicts, now),
            uptime=self._meter.take() if metered else (),
        )

    def _is_new(self, verdict: Verdict) -> bool:
        return (verdict.channel, verdict.capability) not in self._stored

    def _is_news(self, verdict: Verdict) -> bool:
        """Worth an event: another state, another cause, or another tenth of what fails."""
        before = self._stored.get(
            (verdict.channel, verdict.capability),
            Verdict(channel=verdict.channel, capability=verdict.capability),
        )
        return _gist(verdict) != _gist(before)

    def _differs(self, verdict: Verdict) -> bool:
        before = self._stored.get((verdict.channel, verdict.capability))
        return before is None or _without_clock(verdict) != _without_clock(before)

    def _changes(self, around: Surroundings, verdicts: Sequence[Verdict], now: int) -> Sequence[Change]:
        casebook = Casebook(self._incidents.values(), now=now, new_id=lambda: self._ids.new("inc"))
        return enter_all(casebook, verdicts, {name: around.face(name) for name in self._channels()})

    async def _commit(self, outcome: _Outcome, now: int) -> None:
        if outcome.empty or not self._may_write():
            return
        try:
            incidents = await self._database.write(_write_outcome, outcome, now)
        except OutdatedError:
            get_log("radar").warning("an incident was changed meanwhile, starting afresh")
            self._started_at = None
            return
        self._incidents.update({incident.id: incident for incident in incidents})
        self._stored.update({(v.channel, v.capability): v for v in outcome.saved})
        self._written_at = now if outcome.saved else self._written_at
        self._metered_at = now if outcome.uptime else self._metered_at
        self._events.wake()


def _gist(verdict: Verdict) -> tuple[object, ...]:
    return verdict.state, verdict.cause, round(verdict.share, 1)


def _without_clock(verdict: Verdict) -> Verdict:
    """What is ordinary is written again when it is known from twice as many signs."""
    known = tuple(float(int(each).bit_length()) for each in verdict.score.learnt)
    return msgspec.structs.replace(
        verdict, score=msgspec.structs.replace(verdict.score, good_at=0, learnt=known, learnt_classes=())
    )


def _facts(adapters: Mapping[str, Adapter]) -> dict[str, ChannelFacts]:
    return {
        name: ChannelFacts(
            platform=adapter.platform,
            failure_domain=adapter.failure_domain,
            silence_ms=adapter.limits.silence_after_send_ms,
        )
        for name, adapter in adapters.items()
    }


async def _write_outcome(tx: Tx, outcome: _Outcome, now: int) -> list[Incident]:
    """Verdicts, incidents, their stories and the events that tell of them, all or nothing.

    Raises OutdatedError.
    """
    for verdict in outcome.saved:
        await save_verdict(tx, verdict, now)
    for verdict in outcome.told:
        body = {"channel": verdict.channel, "verdict": verdict.body()}
        await append_event(tx, at=now, kind="verdict.changed", body=body)
    await add_uptime(tx, outcome.uptime)
    return await write_changes(tx, outcome.changes, now=now)
