"""A bench for the core: real units on a real store, scripted adapters, and time in the test's hands."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import repeat
from pathlib import Path
from random import Random
from typing import Any, Final

import msgspec
import pytest

from holdfast.channels.contract import (
    Accepted,
    Adapter,
    CannotTell,
    Capability,
    Evidence,
    Forged,
    HistoryPage,
    HistoryUnavailableError,
    InboundEvent,
    Limits,
    Outcome,
    Outgoing,
    ProbeResult,
    RawRequest,
    Sending,
    SentQuery,
    UnreadableError,
    Verification,
)
from holdfast.contacts import ContactBook, ContactJoining
from holdfast.conversations import Applier, Conversations, HistoryReader, NewAddress
from holdfast.kernel import IdSource
from holdfast.media import MediaUses
from holdfast.outbox import ChannelFact, NewReply, Outbox
from holdfast.radar import Verdict
from holdfast.radar.round_trips import Marks, RoundTrips, Way
from holdfast.settings.model import Outbox as OutboxSettings
from holdfast.storage import (
    Envelope,
    Event,
    EventLog,
    NewEnvelope,
    Row,
    Spool,
    SqliteDatabase,
    Tx,
    migrate,
    read_events,
)
from holdfast.work import Work, WorkJoining

START_MS: Final = 1_790_000_000_000
TURNS_MAX: Final = 400
BATCHES_MAX: Final = 50
DOMAINS: Final = {"instagram": "meta", "whatsapp": "meta", "sms": "twilio", "email": "email", "direct": "own"}
DAY_MS: Final = 86_400_000


class HandClock:
    """Time that stands still until a test moves it."""

    def __init__(self) -> None:
        self.ms = START_MS
        self._sleepers: list[tuple[int, asyncio.Future[None]]] = []

    def now_ms(self) -> int:
        return self.ms

    def monotonic(self) -> float:
        return self.ms / 1000

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.get_running_loop().create_future()
        self._sleepers.append((self.ms + int(seconds * 1000), woken))
        await woken

    def move(self, seconds: float) -> None:
        self.ms += int(seconds * 1000)
        for due, woken in self._sleepers:
            if due <= self.ms and not woken.done():
                woken.set_result(None)
        self._sleepers = [(due, woken) for due, woken in self._sleepers if not woken.done()]


Answer = Outcome | Sending | Exception | Callable[[Outgoing], Awaitable[Outcome]]


class ScriptedAdapter:
    """A platform that does what the test says; without a script it accepts everything.

    A body is JSON of a list of neutral events, ``unreadable``, or anything else, which makes it fail.
    """

    def __init__(self, channel: str, limits: Limits) -> None:
        self.platform = channel.split(":", maxsplit=1)[0]
        self.failure_domain = DOMAINS[self.platform]
        self.limits = limits
        self.sent: list[Outgoing] = []
        self.answers: list[Answer] = []
        self.answer: Answer | None = None
        self.evidence: list[Evidence | Exception] = []
        self.queries: list[SentQuery] = []
        self.pages: list[HistoryPage] | None = None
        self.history_since: list[int] = []
        self.touches: list[str] = []
        self.touch_result: ProbeResult | None = None
        self.resubscribed = 0

    def verify(self, request: RawRequest) -> Verification:
        return Forged("never asked here")

    def parse(self, envelope: Envelope) -> Sequence[InboundEvent]:
        if envelope.body == b"unreadable":
            raise UnreadableError("this says nothing")
        return msgspec.json.decode(envelope.body, type=list[InboundEvent])

    async def send(self, outgoing: Outgoing) -> Sending:
        self.sent.append(outgoing)
        answer = self.answers.pop(0) if self.answers else self.answer
        if isinstance(answer, Exception):
            raise answer
        if answer is None:
            return Sending(Accepted(f"{self.platform}-{len(self.sent)}"), latency_ms=5)
        if isinstance(answer, Sending):
            return answer
        return Sending(answer if isinstance(answer, msgspec.Struct) else await answer(outgoing))

    async def touch(self, address: str) -> ProbeResult | None:
        self.touches.append(address)
        return self.touch_result

    async def probe(self) -> Sequence[ProbeResult]:
        return ()

    async def find_sent(self, query: SentQuery) -> Evidence:
        self.queries.append(query)
        found = self.evidence.pop(0) if self.evidence else CannotTell("it keeps no record")
        if isinstance(found, Exception):
            raise found
        return found

    async def history(self, since_ms: int) -> AsyncGenerator[HistoryPage, None]:
        self.history_since.append(since_ms)
        if self.pages is None:
            raise HistoryUnavailableError("this platform keeps no history")
        for page in self.pages:
            yield page

    async def resubscribe(self) -> bool:
        self.resubscribed += 1
        return True

    async def close(self) -> None:
        pass


class Bench:
    """Conversations and outbox of one hub, wired as the composition root does it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = HandClock()
        self.database = SqliteDatabase(folder / "hub.db", inline=True, synchronous="OFF")
        self.spool = Spool(folder / "spool.db", inline=True, synchronous="OFF")
        self.events = EventLog(self.database, self.clock)
        self.random = Random(1)  # noqa: S311 - the same in every run
        self.ids = IdSource(self.clock, self.random)
        self.adapters: dict[str, ScriptedAdapter] = {}
        self.health: dict[str, str] = {}
        self.doubt_policy: dict[str, str] = {}
        self.doubt_times: dict[str, int] = {"late_ms": 0, "resend_after_ms": 0}
        self.observed: list[tuple[str, str]] = []
        self.gaps: list[tuple[str, Sequence[int]]] = []
        self.conversations = Conversations(
            database=self.database,
            events=self.events,
            clock=self.clock,
            ids=self.ids,
            beside={"work": WorkJoining(), "contacts": ContactJoining()},
        )
        self.work = Work(database=self.database, events=self.events, clock=self.clock, ids=self.ids)
        self.book = ContactBook(
            database=self.database, events=self.events, clock=self.clock, ids=self.ids, facts=self.facts
        )
        self.looks_fresh: Iterator[bool] = repeat(object=True)
        self.outbox = self.make_outbox()
        self.ways: list[Way] = []
        self.verdicts: dict[tuple[str, Capability], Verdict] = {}
        self.round_trips = self.make_round_trips()
        self.applier = Applier(
            spool=self.spool,
            database=self.database,
            events=self.events,
            clock=self.clock,
            ids=self.ids,
            channels=self.channels,
            settlement=self.outbox.settle,
            observe=self._observe,
            aside=self.round_trips,
            files=MediaUses(),
        )
        self.history = HistoryReader(
            database=self.database,
            spool=self.spool,
            clock=self.clock,
            channels=self.channels,
            on_gap=self._gap,
            ours=self._is_of_a_round_trip,
            every_seconds=60,
        )

    def make_outbox(self, **settings: Any) -> Outbox:
        """The road out as a process makes it when it starts."""
        return Outbox(
            database=self.database,
            events=self.events,
            clock=self.clock,
            ids=self.ids,
            random=self.random,
            channels=self.channels,
            facts=self.facts,
            settings=OutboxSettings(**settings),
            node="test",
            may_begin=lambda: next(self.looks_fresh),
        )

    def channels(self) -> Mapping[str, Adapter]:
        return self.adapters

    def facts(self) -> Mapping[str, ChannelFact]:
        return {name: self._fact(name, adapter) for name, adapter in self.adapters.items()}

    def _fact(self, name: str, adapter: ScriptedAdapter) -> ChannelFact:
        return ChannelFact(
            channel=name,
            platform=adapter.platform,
            name=name.split(":", maxsplit=1)[0].title(),
            domain=adapter.failure_domain,
            limits=adapter.limits,
            health=self.health.get(name, "up"),
            doubt_policy=self.doubt_policy.get(name, "ask"),
            **self.doubt_times,
        )

    def add(self, channel: str, **limits: Any) -> ScriptedAdapter:
        """Connect a channel. Instagram and WhatsApp have a reply window of a day, others none."""
        known: dict[str, Any] = {"text_max": 1000, "sends_per_second": 1000.0}
        if channel.split(":", maxsplit=1)[0] in {"instagram", "whatsapp"}:
            known["reply_window_ms"] = DAY_MS
        else:
            known["first_contact"] = True
        adapter = ScriptedAdapter(channel, Limits(**{**known, **limits}))
        self.adapters[channel] = adapter
        return adapter

    async def _observe(self, tx: Tx, envelope: Envelope, events: Sequence[InboundEvent]) -> None:
        self.observed += [(envelope.channel, type(event).__name__) for event in events]

    def make_round_trips(self) -> RoundTrips:
        """The messages between our own accounts as a process makes them when it starts."""
        return RoundTrips(
            database=self.database,
            clock=self.clock,
            ids=self.ids,
            channels=self.channels,
            ways=lambda: self.ways,
            verdict=self._verdict,
            marks=Marks(b"the key of this hub"),
            may_begin=lambda: True,
            told=lambda: None,
        )

    def _verdict(self, channel: str, capability: Capability) -> Verdict:
        none = Verdict(channel=channel, capability=capability)
        return self.verdicts.get((channel, capability), none)

    def _is_of_a_round_trip(self, channel: str, body: bytes) -> bool:
        told = Envelope(seq=0, channel=channel, source="history", received_at=0, body=body, headers={})
        return any(self.round_trips.owns(event) for event in self.adapters[channel].parse(told))

    async def _gap(self, channel: str, times: Sequence[int]) -> None:
        self.gaps.append((channel, times))

    async def arrive(
        self,
        channel: str,
        *events: InboundEvent,
        body: bytes | None = None,
        source: str = "webhook",
        lag_ms: int = 0,
    ) -> int:
        """Put one envelope in the spool and apply all that waits; its number."""
        raw = body if body is not None else msgspec.json.encode(events)
        seq = await self.spool.append(NewEnvelope(channel, source, self.clock.now_ms() + lag_ms, raw))
        await self.apply()
        return seq

    async def apply(self) -> int:
        """Apply all that waits; how many envelopes."""
        applied = 0
        for _ in range(BATCHES_MAX):
            count = await self.applier.apply_batch()
            if not count:
                return applied
            applied += count
        raise AssertionError("the applier does not come to an end")

    async def person(self, *addresses: NewAddress, name: str = "Ann") -> tuple[str, str]:
        """(contact, conversation) of a new person."""
        contact_id = await self.conversations.create_contact(name, addresses, "test")
        row = await self.one("SELECT id FROM conversation WHERE contact_id = :id", id=contact_id)
        return contact_id, row["id"]

    async def reply(self, conversation_id: str, text: str = "Hello", **more: Any) -> str:
        """Enqueue a reply of an agent; the message's id."""
        reply = NewReply(conversation_id=conversation_id, text=text, author="agent:mara", **more)
        return (await self.outbox.enqueue(reply)).message_id

    async def rows(self, sql: str, **values: object) -> list[Row]:
        return await self.database.read(lambda tx: tx.all(sql, **values))

    async def one(self, sql: str, **values: object) -> Row:
        [row] = await self.rows(sql, **values)
        return row

    async def run(self, sql: str, **values: object) -> None:
        await self.database.write(lambda tx: tx.run(sql, **values))

    async def message(self, message_id: str) -> Row:
        return await self.one("SELECT * FROM message WHERE id = :id", id=message_id)

    async def thread(self, conversation_id: str) -> list[Row]:
        return await self.rows(
            "SELECT * FROM message WHERE conversation_id = :id ORDER BY at, id", id=conversation_id
        )

    async def deliveries(self, message_id: str) -> list[Row]:
        return await self.rows(
            "SELECT * FROM delivery WHERE message_id = :id ORDER BY created_at, part, id", id=message_id
        )

    async def told(self, *kinds: str) -> list[Event]:
        events = await self.database.read(read_events, 0, 10_000)
        return [event for event in events if event.kind in kinds]

    @asynccontextmanager
    async def dispatching(self, outbox: Outbox | None = None) -> AsyncIterator[None]:
        task = asyncio.create_task((outbox or self.outbox).dispatcher.run())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def until(self, condition: Callable[[], Awaitable[bool]], outbox: Outbox | None = None) -> None:
        """Let tasks run until the condition holds; a bounded number of turns, no time passes."""
        for _ in range(TURNS_MAX):
            if await condition():
                return
            (outbox or self.outbox).dispatcher.wake()
            await asyncio.sleep(0)
        raise AssertionError("it did not come to pass")

    async def quiet(self) -> None:
        """Let tasks run for a while, for what should not happen."""
        for _ in range(60):
            self.outbox.dispatcher.wake()
            await asyncio.sleep(0)

    async def dispatch(self) -> None:
        """Send everything that may go now."""
        async with self.dispatching():
            await self.until(self._nothing_due)

    async def _nothing_due(self) -> bool:
        lanes = await self.rows(
            "SELECT 1 AS found FROM lane WHERE (due_at <= :now AND channel NOT IN (SELECT channel FROM breaker "
            "WHERE state = 'open' AND probe_at > :now)) OR lease_until > 0",
            now=self.clock.now_ms(),
        )
        return not lanes

    async def close(self) -> None:
        await self.spool.close()
        await self.database.close()


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Bench]:
    bench = Bench(tmp_path)
    await migrate(bench.database, now_ms=START_MS)
    yield bench
    await bench.close()
