"""From the event log to the team: noted in one transaction with the cursor, sent, tried again, given up at last."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Final, Protocol

import msgspec

from holdfast.alerts import store
from holdfast.alerts.choosing import Alert, choose_alerts
from holdfast.conversations.store import read_cursor, write_cursor
from holdfast.kernel import Clock, get_log
from holdfast.settings import Secret
from holdfast.storage import (
    Database,
    Event,
    EventLog,
    Row,
    StoreUnavailableError,
    Tx,
    last_event_seq,
    read_events,
)

CURSOR: Final = "team_alerts"
"""The number of the event to read next; 0 while nobody is to be told."""
NOBODY_SECONDS: Final = 3_600.0
EVENTS_AT_ONCE: Final = 500
CURSOR_STEP_EVENTS: Final = 5_000
"""So far the cursor in the store may stay behind what tells of no incident; what is read twice is told once."""
EVERY_SECONDS: Final = 2.0
SENDING_MS: Final = 60_000
"""After this a send that nobody has settled was interrupted, and is made again."""
AGAIN_MS_MIN: Final = 15_000
AGAIN_MS_MAX: Final = 30 * 60_000
TARGET_CHARACTERS: Final = 12
PROBLEM_CHARACTERS_MAX: Final = 300


class Target(msgspec.Struct, frozen=True):
    """An address that alerts go to; ``name`` stands for it wherever the secret may not."""

    name: str
    url: Secret


class Way(Protocol):
    async def tell(self, url: str, title: str, text: str) -> str:
        """Why it was not taken, in a sentence without the address; empty where it was."""
        ...


def targets_of(urls: Sequence[Secret]) -> dict[str, Target]:
    made = [Target(_name(url), url) for url in urls if url]
    return {target.name: target for target in made}


def _name(url: Secret) -> str:
    return hashlib.sha256(url.reveal().encode()).hexdigest()[:TARGET_CHARACTERS]


def pause_ms(attempts: int) -> int:
    """How long to wait after so many attempts that failed."""
    return min(AGAIN_MS_MAX, AGAIN_MS_MIN << min(attempts - 1, 20))


class AlertTeller:
    def __init__(
        self,
        *,
        database: Database,
        events: EventLog,
        clock: Clock,
        way: Way,
        targets: Mapping[str, Target],
        give_up_ms: int,
        business: str,
        url: str,
    ) -> None:
        self._database = database
        self._events = events
        self._clock = clock
        self._way = way
        self._targets = targets
        self._give_up_ms = give_up_ms
        self._business = business
        self._url = url
        self._following: int | None = None
        self._written = 0

    async def run(self) -> None:
        if not self._targets:
            await self._database.write(write_cursor, CURSOR, 0)
        while True:
            if not self._targets:
                await self._clock.sleep(NOBODY_SECONDS)
                continue
            try:
                await self.step()
            except StoreUnavailableError as error:
                get_log("alerts").warning("store unavailable", error=str(error))
            await self._events.wait(EVERY_SECONDS)
            await self._clock.sleep(EVERY_SECONDS / 4)

    async def step(self) -> None:
        """Note what is to be told, then send what is due. While messages pour in, nothing is written for it."""
        while await self._look():
            pass
        for row in await self._database.read(store.due_alerts, self._clock.now_ms()):
            await self._send(row)

    async def _look(self) -> bool:
        """Whether there may be more. What was before anybody was to be told is left."""
        if self._following is None:
            self._following = await self._database.write(_begin)
        events = await self._database.read(read_events, self._following - 1, EVENTS_AT_ONCE)
        if not events:
            return False
        alerts = [alert for event in events for alert in self._alerts(event)]
        following = events[-1].seq + 1
        if alerts or following - self._written >= CURSOR_STEP_EVENTS:
            now = self._clock.now_ms()
            await self._database.write(_note, alerts, list(self._targets), following, now)
            self._written = following
        self._following = following
        return len(events) == EVENTS_AT_ONCE

    def _alerts(self, event: Event) -> Sequence[Alert]:
        return choose_alerts(event.kind, event.body, business=self._business, url=self._url)

    async def _send(self, row: Row) -> None:
        now = self._clock.now_ms()
        if not await self._database.write(_claim, row, now):
            return
        target = self._targets.get(row["target"])
        if target is None:
            await self._database.write(_settle, row, "failed", "this address is in the settings no more", now)
            return
        problem = await self._way.tell(target.url.reveal(), row["title"], row["text"])
        now = self._clock.now_ms()
        if not problem:
            await self._database.write(_settle, row, "sent", "", now)
            return
        get_log("alerts").warning("an alert was not taken", target=row["target"], problem=problem)
        over = now - row["made_at"] >= self._give_up_ms
        again = now + pause_ms(row["attempts"] + 1)
        state = "failed" if over else "queued"
        await self._database.write(_settle, row, state, problem[:PROBLEM_CHARACTERS_MAX], again)


async def _begin(tx: Tx) -> int:
    """The number of the event to read next."""
    following = await read_cursor(tx, CURSOR)
    if not following:
        following = await last_event_seq(tx) + 1
        await write_cursor(tx, CURSOR, following)
    return following


async def _note(tx: Tx, alerts: Sequence[Alert], targets: Sequence[str], following: int, now: int) -> None:
    for alert in alerts:
        for target in targets:
            await store.add_alert(tx, alert, target, now)
    await write_cursor(tx, CURSOR, following)


async def _claim(tx: Tx, row: Row, now: int) -> bool:
    return await store.claim_alert(tx, row, now=now, until=now + SENDING_MS)


async def _settle(tx: Tx, row: Row, state: str, problem: str, next_at: int) -> None:
    await store.settle_alert(tx, row, state, problem=problem, next_at=next_at)
