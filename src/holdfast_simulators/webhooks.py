"""What a platform tells the business by itself: queued, signed, sent, repeated, and made to fail."""

import asyncio
import zlib
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from holdfast_simulators.accounts import AccountState
from holdfast_simulators.clock import MS_PER_SECOND
from holdfast_simulators.faults import UPLINK, Fault
from holdfast_simulators.world import World

HOOKS_WAITING_MAX = 100_000
LANES_PER_ACCOUNT = 8
CALLS_AT_ONCE_MAX = 32
GATHER_SECONDS = 2.0
"""How long hooks are gathered before they are shuffled or put into one batch."""
BATCH_EVENTS_MAX = 10


class Transport(Protocol):
    async def request(
        self, method: str, url: str, *, body: bytes, headers: Mapping[str, str], timeout_seconds: float
    ) -> "Received | None":
        """The receiver's answer; None when there was none (no connection, or too slow)."""


@dataclass(frozen=True)
class Received:
    status: int
    body: bytes = b""


@dataclass(frozen=True)
class Sealed:
    """A webhook as it goes onto the wire."""

    url: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class DeliveryRules:
    """How a platform delivers, from its documentation."""

    timeout_seconds: float
    gaps_seconds: tuple[float, ...]
    """Wait before each repetition; the last one is used again and again until `keep_seconds`."""
    keep_seconds: float
    good_statuses: range
    repeat_after_answer: bool = True
    """False: only a failed connection is tried again, not a bad answer."""
    tries_max: int | None = None
    unsubscribe_after_seconds: float | None = None
    needs_subscription: bool = True


@dataclass(frozen=True, kw_only=True)
class Hook:
    account: AccountState
    address: str
    """Hooks about one address leave one after the other."""
    events: tuple[Any, ...]
    field: str = "messages"
    is_echo: bool = False
    born_ms: int = 0
    tries: int = 0


class Envelope(Protocol):
    rules: DeliveryRules

    def seal(self, hook: Hook, now_ms: int) -> Sealed:
        """Wrap and sign; called anew for each attempt."""


@dataclass
class _Lane:
    waiting: deque[Hook] = field(default_factory=deque)
    running: bool = False


class Webhooks:
    """One platform's outgoing webhooks."""

    def __init__(self, *, platform: str, world: World, transport: Transport, envelope: Envelope) -> None:
        self._platform = platform
        self._world = world
        self._transport = transport
        self._envelope = envelope
        self._rules = envelope.rules
        self._lanes: dict[tuple[str, int], _Lane] = {}
        self._held: dict[str, list[Hook]] = {}
        self._gathered: dict[tuple[str, str], list[Hook]] = {}
        self._places = asyncio.Semaphore(CALLS_AT_ONCE_MAX)
        self._waiting = 0
        world.faults.on_start.append(self._fault_started)
        world.faults.on_end.append(self._fault_ended)

    def publish(self, hook: Hook) -> None:
        """Send this as the platform would, with the faults that are on."""
        hook = replace(hook, born_ms=self._world.clock.now_ms())
        if not self._subscribed(hook):
            self._count("not_subscribed")
        elif self._hit(hook, "webhooks_silent") or (hook.is_echo and self._hit(hook, "no_echo")):
            self._count("silenced")
        elif self._waiting >= HOOKS_WAITING_MAX:
            self._count("lost_queue_full")
        else:
            self._admit(hook)

    async def send_sealed(self, sealed: Sealed) -> Received | None:
        """Send any bytes once, past all faults and rules but a broken uplink."""
        if self._world.faults.active(UPLINK, "all", None, ("refused",)):
            return None
        async with self._places:
            return await self._transport.request(
                "POST",
                sealed.url,
                body=sealed.body,
                headers=sealed.headers,
                timeout_seconds=self._rules.timeout_seconds,
            )

    async def ask(self, url: str) -> Received | None:
        """GET a receiver's address, as a verification does."""
        return await self._transport.request(
            "GET", url, body=b"", headers={}, timeout_seconds=self._rules.timeout_seconds
        )

    def _admit(self, hook: Hook) -> None:
        self._waiting += 1
        held_by = self._hit(hook, "webhooks_delayed")
        if held_by is not None:
            self._held.setdefault(held_by.id, []).append(hook)
            return
        if self._hit(hook, "webhooks_duplicated"):
            self._waiting += 1
            self._arrange(hook)
        self._arrange(hook)

    def _arrange(self, hook: Hook) -> None:
        for kind in ("webhooks_reordered", "webhooks_regrouped"):
            if self._hit(hook, kind):
                self._gather(kind, hook)
                return
        self._enqueue(hook)

    def _gather(self, kind: str, hook: Hook) -> None:
        key = (kind, hook.account.key)
        gathered = self._gathered.setdefault(key, [])
        gathered.append(hook)
        if len(gathered) == 1:
            self._world.background.spawn(self._gather_for_a_while(key))

    async def _gather_for_a_while(self, key: tuple[str, str]) -> None:
        await self._world.clock.sleep(GATHER_SECONDS)
        hooks = self._gathered.pop(key)
        if key[0] == "webhooks_reordered":
            for hook in self._shuffled(hooks):
                self._enqueue(hook)
        else:
            for batch in _batches(hooks):
                self._waiting -= len(batch.events) - 1
                self._enqueue(batch)

    def _shuffled(self, hooks: list[Hook]) -> list[Hook]:
        shuffled = self._world.random.sample(hooks, len(hooks))
        return shuffled if shuffled != hooks else hooks[::-1]

    def _enqueue(self, hook: Hook) -> None:
        number = zlib.crc32(hook.address.encode()) % LANES_PER_ACCOUNT
        lane = self._lanes.setdefault((hook.account.key, number), _Lane())
        lane.waiting.append(hook)
        if not lane.running:
            lane.running = self._world.background.spawn(self._run(lane))

    async def _run(self, lane: _Lane) -> None:
        try:
            while lane.waiting:
                await self._deliver(lane.waiting.popleft())
        finally:
            lane.running = False

    async def _deliver(self, hook: Hook) -> None:
        if not self._subscribed(hook):
            self._waiting -= 1
            self._count("not_subscribed")
            return
        received = await self.send_sealed(self._envelope.seal(hook, self._world.clock.now_ms()))
        if received is not None and received.status in self._rules.good_statuses:
            self._waiting -= 1
            hook.account.failing_since_ms = None
            self._count("delivered")
        else:
            self._count("failed_attempts")
            self._failed(hook, answered=received is not None)

    def _failed(self, hook: Hook, *, answered: bool) -> None:
        now_ms = self._world.clock.now_ms()
        account = hook.account
        if account.failing_since_ms is None:
            account.failing_since_ms = now_ms
        limit = self._rules.unsubscribe_after_seconds
        if limit is not None and now_ms - account.failing_since_ms >= limit * MS_PER_SECOND:
            unsubscribe(account)
            self._count("unsubscribed")
        gap = self._gap(hook, now_ms, answered=answered)
        if gap is None:
            self._waiting -= 1
            self._count("lost_given_up")
        else:
            self._world.background.spawn(self._again(hook, gap))

    def _gap(self, hook: Hook, now_ms: int, *, answered: bool) -> float | None:
        """Seconds until the next attempt; None to give up."""
        rules = self._rules
        if answered and not rules.repeat_after_answer:
            return None
        if rules.tries_max is not None and hook.tries + 1 >= rules.tries_max:
            return None
        gap = rules.gaps_seconds[min(hook.tries, len(rules.gaps_seconds) - 1)]
        age_seconds = (now_ms - hook.born_ms) / MS_PER_SECOND
        return None if age_seconds + gap > rules.keep_seconds else gap

    async def _again(self, hook: Hook, gap_seconds: float) -> None:
        await self._world.clock.sleep(gap_seconds)
        self._enqueue(replace(hook, tries=hook.tries + 1))

    def _subscribed(self, hook: Hook) -> bool:
        return not self._rules.needs_subscription or hook.field in hook.account.subscribed_fields

    def _hit(self, hook: Hook, kind: str) -> Fault | None:
        return self._world.faults.hit(self._platform, "receive", hook.account.key, (kind,))

    def _count(self, what: str) -> None:
        self._world.live.counts[f"{self._platform}.webhooks.{what}"] += 1

    def _fault_started(self, fault: Fault) -> None:
        if fault.platform == self._platform and fault.kind == "subscription_removed":
            for account in self._world.accounts.all(self._platform):
                if fault.account in (None, account.key):
                    unsubscribe(account)

    def _fault_ended(self, fault: Fault) -> None:
        for hook in self._held.pop(fault.id, []):
            self._enqueue(hook)


def unsubscribe(account: AccountState) -> None:
    account.lost_subscription = account.lost_subscription or bool(account.subscribed_fields)
    account.subscribed_fields = frozenset()
    account.failing_since_ms = None


def _batches(hooks: list[Hook]) -> list[Hook]:
    """Put hooks together that may travel in one body: the same account, the same field."""
    batches: list[Hook] = []
    for hook in hooks:
        last = batches[-1] if batches else None
        if last is not None and last.field == hook.field and len(last.events) < BATCH_EVENTS_MAX:
            batches[-1] = replace(last, events=last.events + hook.events)
        else:
            batches.append(hook)
    return batches
