"""The dispatcher: claims lanes, sends what heads them, settles, and lets them go.

A lane has one owner at a time, so order within it holds; many lanes go at once. That a delivery is being
sent is committed before its first byte leaves, so a kill leaves a doubt, never a silent repeat.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, Final

from holdfast.channels.contract import (
    Adapter,
    Deferred,
    ErrorClass,
    InDoubt,
    Scope,
    Sending,
    Unreachable,
)
from holdfast.kernel import Clock, get_log
from holdfast.outbox import store
from holdfast.outbox.breaker import Breaker, BreakerState
from holdfast.outbox.candidates import Facts
from holdfast.outbox.model import Claimed
from holdfast.outbox.pacing import Pace
from holdfast.outbox.rounds import Ask, Begin, GoOn, Returned, Room, Rounds, Step, Work
from holdfast.outbox.settle import Settle
from holdfast.storage import Database, EventLog, StoreUnavailableError

IDLE_SECONDS: Final = 1.0
SOONEST_SECONDS: Final = 0.02
BLOCKED_SECONDS: Final = 0.2
STOP_SECONDS: Final = 3.0
"""How long a stop waits for the answers of sends under way; what is later is in doubt."""
TOUCH_MS: Final = 2_000
UNPROVEN: Final = frozenset({"partial", "down", "recovering"})
"""Verdicts on sending that only a use of the way out can turn: with nothing to send it is touched."""
STALLED: Final = "This node stood still for too long to begin a send; nothing was sent."
THROTTLED_MS: Final = 1_000
"""How long a channel rests when its platform asks for it without saying how long."""


class Dispatcher:
    def __init__(
        self,
        *,
        database: Database,
        events: EventLog,
        clock: Clock,
        channels: Callable[[], Mapping[str, Adapter]],
        facts: Facts,
        settle: Settle,
        node: str,
        lease_ms: int,
        lanes_at_once: int,
        may_begin: Callable[[], bool],
    ) -> None:
        self._database = database
        self._events = events
        self._clock = clock
        self._channels = channels
        self._facts = facts
        self._settle = settle
        self._node = node
        self._lease_ms = lease_ms
        self._lanes_at_once = lanes_at_once
        self._may_begin = may_begin
        self._rounds = Rounds(
            write=self._write,
            clock=clock,
            facts=facts,
            settle=settle,
            begin=Begin(facts=facts, lease_ms=lease_ms),
            done=events.wake,
        )
        self._paces: dict[str, Pace] = {}
        self._rooms: dict[str, Room] = {}
        self._busy: dict[str, set[asyncio.Task[None]]] = {}
        self._owned: set[str] = set()
        self._renewed_at = 0
        self._touch_at: dict[str, int] = {}
        self._left: list[Claimed] = []
        self._wake = asyncio.Event()
        self._log = get_log("dispatcher")

    def _write(self, *unit: Any) -> Awaitable[Any]:
        return self._database.write(*unit)

    def wake(self) -> None:
        self._wake.set()

    def owned_lanes(self) -> frozenset[str]:
        """The lanes whose worker is alive in this process; the rescuer leaves them alone."""
        return frozenset(self._owned)

    async def run(self) -> None:
        """Dispatch until cancelled; sends under way are waited for, or left in doubt by a kill."""
        try:
            while True:
                self._wake.clear()
                try:
                    await self._renew()
                    await self._free_left()
                    await self._claim_all()
                    await self._idle()
                except StoreUnavailableError as error:
                    self._log.warning("store unavailable, nothing is sent", error=str(error))
                    await self._clock.sleep(IDLE_SECONDS)
        finally:
            await self._abandon()

    async def _abandon(self) -> None:
        tasks = [task for tasks in self._busy.values() for task in tasks]
        if tasks:
            await asyncio.wait(tasks, timeout=STOP_SECONDS)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._rounds.end()

    async def _renew(self) -> None:
        """A send may take longer than a lease; the lease of a living worker does not run out."""
        now = self._clock.now_ms()
        if self._owned and now - self._renewed_at >= self._lease_ms // 3:
            await self._database.write(
                store.renew_leases, node=self._node, lanes=sorted(self._owned), until=now + self._lease_ms
            )
            self._renewed_at = now

    async def _idle(self) -> None:
        due_at = await self._database.read(store.next_due)
        now = self._clock.now_ms()
        # What is due and was not claimed waits for a breaker, a lease or a free place.
        seconds = IDLE_SECONDS if due_at is None else (due_at - now) / 1000
        wait = min(IDLE_SECONDS, seconds) if seconds > 0 else BLOCKED_SECONDS
        with suppress(TimeoutError):
            async with asyncio.timeout(max(SOONEST_SECONDS, wait)):
                await self._wake.wait()

    async def _claim_all(self) -> None:
        if not self._may_begin():
            return
        waiting, breakers = await self._database.read(store.waiting_and_breakers)
        for channel in waiting:
            if channel in self._channels():
                await self._claim(channel, breakers.get(channel, Breaker(channel)))
        for channel, fact in self._facts().items():
            breaker = breakers.get(channel, Breaker(channel))
            failing = breaker.state is BreakerState.OPEN or fact.health in UNPROVEN
            if failing and channel not in waiting:
                self._touch(channel, breaker)

    def _touch(self, channel: str, breaker: Breaker) -> None:
        """Nothing waits that could prove a channel's recovery: look at its way out without a message."""
        busy, now = self._busy.setdefault(channel, set()), self._clock.now_ms()
        if busy or channel not in self._channels() or not breaker.lets_through(now):
            return
        if now < self._touch_at.get(channel, 0):
            return
        self._touch_at[channel] = now + TOUCH_MS
        task = asyncio.create_task(self._touch_now(channel), name=f"touch {channel}")
        busy.add(task)
        task.add_done_callback(partial(self._finished, busy))

    async def _touch_now(self, channel: str) -> None:
        address = await self._database.read(store.last_writer, channel)
        adapter = self._channels().get(channel)
        result = await adapter.touch(address) if adapter is not None and address is not None else None
        if result is not None and result.ok is not None:
            await self._database.write(self._settle.touched, channel, result)
            self._events.wake()

    async def _claim(self, channel: str, breaker: Breaker) -> None:
        now = self._clock.now_ms()
        busy = self._busy.setdefault(channel, set())
        everywhere = sum(len(tasks) for tasks in self._busy.values())
        free = min(self._room(channel).lanes - len(busy), self._lanes_at_once - everywhere)
        probing = breaker.state is BreakerState.OPEN
        if free <= 0 or not breaker.lets_through(now) or (probing and busy):
            return
        lanes = await self._database.write(
            store.lease_lanes,
            channel=channel,
            limit=1 if probing else free,
            now=now,
            until=now + self._lease_ms,
            node=self._node,
            any_lane=probing,
        )
        for lane in lanes:
            self._owned.add(lane.lane)
            task = asyncio.create_task(self._own_lane(lane, once=probing), name=f"lane {lane.lane}")
            busy.add(task)
            task.add_done_callback(partial(self._finished, busy))

    async def _own_lane(self, lane: Claimed, *, once: bool) -> None:
        try:
            await self._work_lane(lane, once=once)
        except Exception:
            self._left.append(lane)
            raise
        finally:
            self._owned.discard(lane.lane)

    async def _free_left(self) -> None:
        """A lane whose worker failed is free as soon as the store is back, not when its lease runs out."""
        while self._left:
            await self._database.write(store.release_lane, self._left[-1], self._clock.now_ms())
            self._left.pop()

    def _finished(self, busy: set[asyncio.Task[None]], task: asyncio.Task[None]) -> None:
        busy.discard(task)
        self._wake.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            self._log.error("a lane stopped and is begun again", lane=task.get_name(), error=repr(error))

    async def _work_lane(self, lane: Claimed, *, once: bool) -> None:
        """Send from the head of the lane until it is empty, has to wait, or the probe is done."""
        step = await self._begin(lane, once=once)
        while isinstance(step, Work):
            sending = await self._send(lane, step)
            returned = Returned(step.outgoing.delivery_id, step.number, sending, step.outgoing.address)
            step = await self._after(lane, returned, once=once)

    async def _begin(self, lane: Claimed, *, once: bool) -> Step:
        pace = self._pace(lane.channel)
        await pace.turn()
        step = await self._rounds.step(Ask(lane=lane, probing=once))
        if not isinstance(step, Work):
            pace.give_back()
        return step

    async def _after(self, lane: Claimed, returned: Returned, *, once: bool) -> Step:
        """Settle an attempt, and begin the lane's next message with it where its turn has come already."""
        pace = self._pace(lane.channel)
        begins = pace.turn_now()
        step = await self._settled(Ask(lane=lane, returned=returned, begins=begins, probing=once))
        if begins and not isinstance(step, Work):
            pace.give_back()
        return await self._begin(lane, once=once) if isinstance(step, GoOn) else step

    async def _send(self, lane: Claimed, work: Work) -> Sending:
        adapter = self._channels().get(lane.channel)
        if adapter is None:
            raise RuntimeError(f"channel {lane.channel} was removed while sending")
        if not self._may_begin():
            return Sending(Unreachable(STALLED, ErrorClass.HUB))
        try:
            sending = await adapter.send(work.outgoing)
        except Exception as error:  # noqa: BLE001 - whatever it was, the message may have left
            self._log.exception("adapter failed while sending", delivery=work.outgoing.delivery_id)
            sending = Sending(InDoubt(f"unexpected {type(error).__name__}"))
        if self._room(lane.channel).learn(sending.outcome):
            self._wake.set()
        if sending.throttle is not None:
            self._pace(lane.channel).heed(sending.throttle)
        if isinstance(sending.outcome, Deferred) and sending.outcome.scope is Scope.CHANNEL:
            self._pace(lane.channel).pause(sending.outcome.wait_ms or THROTTLED_MS)
        return sending

    async def _settled(self, ask: Ask) -> Step:
        """What the platform answered must be written down, however long the store is away."""
        while True:
            try:
                return await self._rounds.step(ask)
            except StoreUnavailableError:
                await self._clock.sleep(IDLE_SECONDS)

    def _room(self, channel: str) -> Room:
        return self._rooms.setdefault(channel, Room())

    def _pace(self, channel: str) -> Pace:
        if channel not in self._paces:
            fact = self._facts().get(channel)
            rate = fact.limits.sends_per_second if fact else 1.0
            self._paces[channel] = Pace(self._clock, rate)
        return self._paces[channel]


def always() -> bool:
    """For the only node of a hub: nobody takes over its lanes while it lives."""
    return True
