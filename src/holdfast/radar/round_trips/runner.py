"""Messages between our own accounts at work: they prove sending and receiving where no customer writes.

That one is on its way is in the store before its first byte leaves, and each end is told once, in the
transaction that ends it; whoever is killed meanwhile neither doubles a piece of evidence nor invents one.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

from holdfast.channels.contract import (
    Accepted,
    Adapter,
    Capability,
    Deferred,
    ErrorClass,
    InboundEvent,
    InDoubt,
    MessageEchoed,
    MessageReceived,
    Outgoing,
    ReceiptArrived,
    ReceiptState,
    Scope,
    Sending,
)
from holdfast.kernel import Clock, IdSource, get_log
from holdfast.radar.model import LATE, Kind, Observation, Result, Verdict
from holdfast.radar.round_trips import store
from holdfast.radar.round_trips.mark import PREFIX, Marks
from holdfast.radar.round_trips.model import Trip, TripState, Way
from holdfast.radar.round_trips.pace import next_at
from holdfast.radar.store import record_observation
from holdfast.storage import Database, Envelope, StoreUnavailableError, Tx

ROUND_SECONDS: Final = 1.0
SENDING_MS_MAX: Final = 600_000
"""The longest time-out that a channel may have; a call that is not over by then has been killed."""
SUBJECT: Final = "Test between our own accounts"
HISTORY: Final = "history"

Ways = Callable[[], Sequence[Way]]
VerdictOf = Callable[[str, Capability], Verdict]


class RoundTrips:
    """``ways``: which accounts write to which, now. ``told``: called when there is something to judge."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        ids: IdSource,
        channels: Callable[[], Mapping[str, Adapter]],
        ways: Ways,
        verdict: VerdictOf,
        marks: Marks,
        may_begin: Callable[[], bool],
        told: Callable[[], None],
    ) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._channels = channels
        self._ways = ways
        self._verdict = verdict
        self._may_begin = may_begin
        self._told = told
        self._started_at = 0
        self._going: dict[str, asyncio.Task[None]] = {}
        self.marks = marks

    # --- sending ----------------------------------------------------------------------------------

    async def run(self) -> None:
        """Send and look for what is overdue, until cancelled."""
        self._started_at = self._clock.now_ms()
        try:
            while True:
                await self._guarded()
                await self._clock.sleep(ROUND_SECONDS)
        finally:
            await self._stop()

    async def _stop(self) -> None:
        tasks = list(self._going.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _guarded(self) -> None:
        try:
            await self.round()
        except StoreUnavailableError as error:
            get_log("round_trips").warning("store unavailable, no test message is sent", error=str(error))

    async def round(self) -> None:
        """Close what is overdue, and begin what is due."""
        now = self._clock.now_ms()
        for trip in await self._database.read(store.overdue, now):
            await self._database.write(self._close, trip, now)
            self._told()
        for way in self._ways():
            if way.sender not in self._going and await self._is_due(way, now) and self._may_begin():
                task = asyncio.create_task(self._go(way), name=f"round trip {way.sender}")
                self._going[way.sender] = task
                task.add_done_callback(partial(self._gone, way.sender))

    def _gone(self, sender: str, task: asyncio.Task[None]) -> None:
        del self._going[sender]
        if not task.cancelled() and (error := task.exception()) is not None:
            get_log("round_trips").error("a test message was given up", sender=sender, error=repr(error))

    async def _is_due(self, way: Way, now: int) -> bool:
        newest = await self._database.read(store.latest, way.sender)
        last = newest[0] if newest else None
        if last is not None and last.ended_at is None:
            return False
        verdicts = [
            self._verdict(account, capability)
            for account in (way.sender, way.receiver)
            for capability in (Capability.SEND, Capability.RECEIVE)
        ]
        return next_at(way, last, verdicts) <= now

    async def _go(self, way: Way) -> None:
        adapter = self._channels().get(way.sender)
        now = self._clock.now_ms()
        trip = Trip(
            id=self._ids.new(PREFIX),
            sender=way.sender,
            receiver=way.receiver,
            state=TripState.SENDING,
            began_at=now,
            due_at=now + SENDING_MS_MAX + way.wait_ms,
        )
        if adapter is None or not await self._database.write(store.begin, trip):
            return
        sending = await self._send(adapter, way, trip)
        await self._database.write(self._answered, trip, way, sending, adapter.limits.echoes)
        self._told()

    async def _send(self, adapter: Adapter, way: Way, trip: Trip) -> Sending:
        outgoing = Outgoing(
            delivery_id=trip.id,
            address=way.address,
            text=self.marks.text(trip.id),
            created_at=trip.began_at,
            human=False,
            subject=SUBJECT,
        )
        try:
            return await adapter.send(outgoing)
        except Exception as error:  # noqa: BLE001 - whatever it was, the message may have left
            get_log("round_trips").warning("adapter failed while sending", trip=trip.id, error=repr(error))
            return Sending(InDoubt(f"unexpected {type(error).__name__}", ErrorClass.HUB))

    async def _answered(self, tx: Tx, trip: Trip, way: Way, sending: Sending, echoes: bool) -> None:  # noqa: FBT001 - units of work take values
        now, outcome = self._clock.now_ms(), sending.outcome
        state, reason = TripState.FAILED, ""
        match outcome:
            case Accepted(external_id):
                state = TripState.UNDER_WAY
                if echoes:
                    await record_observation(tx, _echo(trip.sender, Kind.ECHO_EXPECTED, external_id, now))
            case InDoubt(reason=reason, over=over):  # what is over and arrives all the same is told then
                state = TripState.FAILED if over else TripState.IN_DOUBT
            case _:
                reason = outcome.reason
        await store.answered(tx, trip.id, state, now=now, due_at=now + way.wait_ms, reason=reason)
        if (seen := _of_sending(trip.sender, sending, now)) is not None:
            await record_observation(tx, seen)

    async def _close(self, tx: Tx, trip: Trip, now: int) -> None:
        """Overdue. Only what we saw from its beginning to its end says anything."""
        saw_it = trip.state is TripState.UNDER_WAY and trip.began_at >= self._started_at
        state = TripState.MISSING if saw_it else TripState.UNKNOWN
        if await store.ended(tx, trip, state, now=now) and saw_it:
            await record_observation(tx, _of_receiving(trip, Result.FAIL, now, now - trip.began_at))

    # --- arriving ---------------------------------------------------------------------------------

    def owns(self, event: InboundEvent) -> bool:
        """Whether an event is of a message between our own accounts, and so of no conversation."""
        return bool(self.marks.trip_of(event))

    async def arrived(self, tx: Tx, envelope: Envelope, event: InboundEvent) -> None:
        """Take note of what came of such a message, in the transaction that applies its envelope."""
        trip = await store.get_trip(tx, self.marks.trip_of(event))
        if trip is None or envelope.source == HISTORY:
            return
        match event:
            case MessageReceived() if envelope.channel == trip.receiver:
                await self._received(tx, trip, envelope.received_at)
            case MessageEchoed(external_id=external_id) if envelope.channel == trip.sender:
                now = self._clock.now_ms()
                await record_observation(tx, _echo(trip.sender, Kind.ECHO_SEEN, external_id, now))
            case ReceiptArrived(state=ReceiptState.FAILED) if envelope.channel == trip.sender:
                await self._failed_later(tx, trip, event)
            case _:
                pass

    async def _received(self, tx: Tx, trip: Trip, received_at: int) -> None:
        if trip.state in (TripState.ARRIVED, TripState.LATE):
            return
        late = received_at > trip.due_at
        latency_ms = max(0, received_at - trip.began_at)
        state = TripState.LATE if late else TripState.ARRIVED
        now = self._clock.now_ms()
        if await store.ended(tx, trip, state, now=now, latency_ms=latency_ms):
            result = Result.FAIL if late else Result.OK
            await record_observation(
                tx, _of_receiving(trip, result, now, latency_ms, error_class=LATE if late else "")
            )

    async def _failed_later(self, tx: Tx, trip: Trip, receipt: ReceiptArrived) -> None:
        now = self._clock.now_ms()
        reason = receipt.reason or "The platform could not deliver it."
        if trip.state is TripState.UNDER_WAY and await store.failed_later(tx, trip.id, reason, now):
            error_class = receipt.error_class or ErrorClass.PLATFORM
            await record_observation(
                tx, _observation(trip.sender, Capability.SEND, Result.FAIL, now, error_class, reason)
            )


def _of_sending(channel: str, sending: Sending, now: int) -> Observation | None:
    """What the call says of sending; nothing where it speaks of us, or of too much to one person."""
    outcome = sending.outcome
    if isinstance(outcome, Accepted):
        return _observation(channel, Capability.SEND, Result.OK, now, latency_ms=sending.latency_ms)
    one_person = isinstance(outcome, Deferred) and outcome.scope is Scope.LANE
    throttled = outcome.error_class is ErrorClass.THROTTLED
    if outcome.error_class is ErrorClass.HUB or (throttled and one_person):
        return None
    return _observation(
        channel,
        Capability.SEND,
        Result.FAIL,
        now,
        outcome.error_class,
        outcome.reason,
        latency_ms=sending.latency_ms,
    )


def _of_receiving(
    trip: Trip, result: Result, now: int, latency_ms: int, error_class: str = ""
) -> Observation:
    return _observation(
        trip.receiver, Capability.RECEIVE, result, now, error_class, trip.id, latency_ms=latency_ms
    )


def _observation(
    channel: str,
    capability: Capability,
    result: Result,
    now: int,
    error_class: str = "",
    detail: str = "",
    *,
    latency_ms: int | None = None,
) -> Observation:
    return Observation(
        channel=channel,
        capability=capability,
        kind=Kind.ROUND_TRIP,
        result=result,
        error_class=str(error_class),
        detail=detail,
        latency_ms=latency_ms,
        at=now,
    )


def _echo(channel: str, kind: Kind, external_id: str, now: int) -> Observation:
    result = Result.UNKNOWN if kind is Kind.ECHO_EXPECTED else Result.OK
    return Observation(
        channel=channel, capability=Capability.RECEIVE, kind=kind, result=result, detail=external_id, at=now
    )
