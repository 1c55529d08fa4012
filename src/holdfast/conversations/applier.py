"""The applier: reads the spool in order and gives every envelope its effect exactly once.

The cursor moves in the transaction that makes the effects, so a kill repeats nothing and skips nothing.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType
from typing import Final, Protocol

import msgspec

from holdfast.channels.contract import Adapter, InboundEvent, UnreadableError, Unrecognised
from holdfast.conversations import store
from holdfast.conversations.apply_event import OWN_SOURCE, Context, Files, Settlement, note_unreadable
from holdfast.conversations.arrivals import apply_all
from holdfast.conversations.becoming import WhoBecameWhom, as_they_are_now
from holdfast.kernel import Clock, IdSource, get_log
from holdfast.storage import Database, Envelope, EventLog, Spool, StoreUnavailableError, Tx

BATCH_ENVELOPES: Final = 500
READ_AT_ONCE: Final = 50
"""Envelopes that are read before whoever else waits for the loop has a turn."""
CROWD: Final = 24
"""So many who wait for their acknowledgement at once go before what was acknowledged already…"""
GIVE_WAY_SECONDS_MAX: Final = 0.25
"""…for this long before each batch."""
GIVE_WAY_STEP_SECONDS: Final = 0.01
OBSERVED_OF_BATCH: Final = 16
"""About how many envelopes of one channel in a batch are written down as observations."""
ASIDE_BYTES_MIN: Final = 32 * 1024
IDLE_SECONDS: Final = 1.0
RETRY_SECONDS: Final = 0.5
CONFIRM_SECONDS_MAX: Final = 0.5
"""How long an arrival's answer waits to be safe in a shared store, too; its own disk holds it already."""

Observe = Callable[[Tx, Envelope, Sequence[InboundEvent]], Awaitable[None]]
"""Told of every envelope that was read, inside the transaction that applies it."""

HandOver = Callable[[Tx, Sequence[Envelope], int], Awaitable[None]]
"""Applies envelopes that are no platform's, in their order, inside the transaction; the last is the time in ms."""


class Aside(Protocol):
    """What arrives and belongs to no conversation; handed in from beside."""

    def owns(self, event: InboundEvent) -> bool: ...

    def arrived(self, tx: Tx, envelope: Envelope, event: InboundEvent) -> Awaitable[None]:
        """Told of each such event, inside the transaction that applies its envelope."""
        ...


class Read(msgspec.Struct, frozen=True):
    """An envelope with what it says, or with the reason why it cannot be read. ``aside``: what of it belongs
    to no conversation.
    """

    envelope: Envelope
    events: tuple[InboundEvent, ...] = ()
    aside: tuple[InboundEvent, ...] = ()
    problem: str = ""


class Applier:
    def __init__(
        self,
        *,
        spool: Spool,
        database: Database,
        events: EventLog,
        clock: Clock,
        ids: IdSource,
        channels: Callable[[], Mapping[str, Adapter]],
        settlement: Settlement,
        observe: Observe,
        aside: Aside,
        files: Files,
        others: Mapping[str, HandOver] = MappingProxyType({}),
        who_became_whom: WhoBecameWhom | None = None,
    ) -> None:
        """``others`` apply what comes from a source of their own, which no adapter reads. ``who_became_whom`` is
        asked about those who write on our own pages.
        """
        self._others = others
        self._who_became_whom = who_became_whom
        self._spool = spool
        self._database = database
        self._events = events
        self._clock = clock
        self._ids = ids
        self._channels = channels
        self._settlement = settlement
        self._observe = observe
        self._aside = aside
        self._files = files
        self._cursor = spool.cursor_name
        self._applied = 0
        self._is_stalled = False
        self._turned = asyncio.Event()
        self._log = get_log("applier")
        self.on_applied: Callable[[], None] = lambda: None

    async def run(self) -> None:
        """Apply what arrives until cancelled; a store that is away only makes the spool longer."""
        while True:
            await self._give_way()
            try:
                applied = await self.apply_batch()
            except StoreUnavailableError as error:
                self._log.warning("store unavailable, the spool keeps what arrives", error=str(error))
                self._turn(is_stalled=True)
                await self._clock.sleep(RETRY_SECONDS)
                continue
            if not applied:
                await self._wait()

    async def _give_way(self) -> None:
        """In a flood receiving comes first, so that nobody has to send again; the spool only gets longer."""
        until = self._clock.monotonic() + GIVE_WAY_SECONDS_MAX
        while self._spool.appending >= CROWD and self._spool.confirm is None:
            if self._clock.monotonic() >= until:
                return
            await self._clock.sleep(GIVE_WAY_STEP_SECONDS)

    async def confirm(self, seq: int) -> None:
        """Return once an envelope has its effect in the store, or soon anyway: a stalled store stops nobody."""
        with suppress(TimeoutError):
            async with asyncio.timeout(CONFIRM_SECONDS_MAX):
                while self._applied < seq and not self._is_stalled:
                    await self._turned.wait()

    def _turn(self, *, is_stalled: bool) -> None:
        self._is_stalled = is_stalled
        self._turned.set()
        self._turned = asyncio.Event()

    async def _wait(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(IDLE_SECONDS):
                await self._spool.arrived.wait()

    async def apply_batch(self) -> int:
        """Apply the next envelopes; how many there were."""
        self._spool.arrived.clear()
        cursor = await self._database.read(store.read_cursor, self._cursor)
        envelopes = await self._spool.after(cursor, BATCH_ENVELOPES)
        if not envelopes:
            return 0
        batch = await self._read_all(envelopes)
        try:
            await self._database.write(self._apply, batch)
        except StoreUnavailableError:
            raise
        except Exception as error:  # noqa: BLE001 - one of the batch is poison: find it, keep it, go on
            self._log.warning("a batch failed, applying one by one", error=repr(error))
            for read in batch:
                await self._apply_alone(read)
        self._applied = envelopes[-1].seq
        self._turn(is_stalled=False)
        self._events.wake()
        self.on_applied()
        return len(envelopes)

    async def _apply_alone(self, read: Read) -> None:
        try:
            await self._database.write(self._apply, [read])
        except StoreUnavailableError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it, the ones behind it go on
            self._log.exception("envelope set aside", spool_seq=read.envelope.seq)
            problem = f"Could not be applied: {type(error).__name__}"
            await self._database.write(self._apply, [Read(read.envelope, problem=problem)])

    async def _read_all(self, envelopes: Sequence[Envelope]) -> list[Read]:
        batch = []
        for number, envelope in enumerate(envelopes, start=1):
            batch.append(await self._read_aside(envelope))
            if number % READ_AT_ONCE == 0:
                await asyncio.sleep(0)
        return batch

    async def _read_aside(self, envelope: Envelope) -> Read:
        """What takes long to read is read beside the loop, on which webhooks are answered."""
        if len(envelope.body) < ASIDE_BYTES_MIN:
            return self._read(envelope)
        return await asyncio.to_thread(self._read, envelope)

    def _read(self, envelope: Envelope) -> Read:
        if envelope.source in self._others:
            return Read(envelope)
        adapter = self._channels().get(envelope.channel)
        if adapter is None:
            return Read(envelope, problem="The channel is no longer connected.")
        try:
            return self._parted(envelope, adapter.parse(envelope))
        except UnreadableError as error:
            return Read(envelope, problem=str(error))
        except Exception as error:  # noqa: BLE001 - an adapter's defect must not stop the road
            self._log.exception("adapter failed to read", spool_seq=envelope.seq)
            return Read(envelope, problem=f"Could not be read: {type(error).__name__}")

    def _parted(self, envelope: Envelope, events: Sequence[InboundEvent]) -> Read:
        aside = tuple(event for event in events if self._aside.owns(event))
        return Read(envelope, tuple(event for event in events if event not in aside), aside)

    def _happened(self, read: Read, now: int) -> Iterator[tuple[Context, InboundEvent]]:
        adapter = self._channels().get(read.envelope.channel)
        window_ms = adapter.limits.reply_window_ms if adapter else None
        context = Context(
            read.envelope,
            self._ids,
            self._settlement,
            self._files,
            now,
            store.NO_WINDOW_MS if window_ms is None else window_ms,
        )
        return ((context, event) for event in read.events)

    async def _by_whom_they_are(self, tx: Tx, batch: Sequence[Read]) -> list[Read]:
        """What came from our own pages, by whoever its writers are now."""
        own = [read for read in batch if read.events and read.envelope.source == OWN_SOURCE]
        if not own or self._who_became_whom is None:
            return list(batch)
        came = [(read.envelope.channel, event) for read in own for event in read.events]
        events = iter(await as_they_are_now(tx, came, self._who_became_whom))
        renewed = {
            read.envelope.seq: tuple(each for _, each in zip(read.events, events, strict=False) if each)
            for read in own
        }
        return [
            msgspec.structs.replace(read, events=renewed.get(read.envelope.seq, read.events))
            for read in batch
        ]

    async def _apply(self, tx: Tx, batch: Sequence[Read]) -> None:
        now = self._clock.now_ms()
        batch = await self._by_whom_they_are(tx, batch)
        for read in batch:
            if read.problem:
                await note_unreadable(tx, read.envelope, problem=read.problem, now=now)
        await apply_all(tx, [each for read in batch for each in self._happened(read, now)])
        for read in batch:
            for event in read.aside:
                await self._aside.arrived(tx, read.envelope, event)
        for source, apply in self._others.items():
            handed = [each.envelope for each in batch if each.envelope.source == source and not each.problem]
            if handed:
                await apply(tx, handed, now)
        for read in telling(batch):
            await self._observe(tx, read.envelope, read.events)
        await store.write_cursor(tx, self._cursor, batch[-1].envelope.seq)


def telling(batch: Sequence[Read]) -> list[Read]:
    """The envelopes of a batch that tell of their channel: of a flood an even sample, of little everything."""
    by_channel: dict[str, list[Read]] = defaultdict(list)
    for read in batch:
        if any(not isinstance(event, Unrecognised) for event in read.events):
            by_channel[read.envelope.channel].append(read)
    return [
        read for reads in by_channel.values() for read in reads[:: max(1, len(reads) // OBSERVED_OF_BATCH)]
    ]
