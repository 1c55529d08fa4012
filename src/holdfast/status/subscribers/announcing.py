"""From committed changes to announcements, each once, and from announcements to notices."""

from collections.abc import Iterable
from typing import Final

from holdfast.kernel import Clock, get_log
from holdfast.radar import Incident, load_incident, load_incidents
from holdfast.status.building import concerns_public, is_announced_work, touched
from holdfast.status.maintenance import GRACE_MS, Maintenance
from holdfast.status.store import load_maintenances
from holdfast.status.subscribers import store
from holdfast.status.subscribers.model import UNCONFIRMED_DAYS, Announcement, Told
from holdfast.storage import Database, EventLog, Tx, last_event_seq, read_events

EVENTS_AT_ONCE: Final = 500
SUBSCRIBERS_AT_ONCE: Final = 250
OPEN_INCIDENTS_MAX: Final = 50
IDLE_SECONDS: Final = 2.0
RECENT_MS: Final = 86_400_000
"""Maintenance that ended longer ago is not told of any more."""
KEPT_DAYS: Final = 30
FORGOTTEN_AT_ONCE: Final = 200
CURSOR: Final = "incidents"
_STATUS: Final = {"recovering": "monitoring", "closed": "resolved"}


class Announcer:
    def __init__(self, *, database: Database, events: EventLog, clock: Clock) -> None:
        self._database = database
        self._events = events
        self._clock = clock
        self._log = get_log("subscribers")

    async def run(self) -> None:
        while True:
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001 - what could not be announced now is announced later
                self._log.warning("subscribers could not be told", problem=str(error))
            await self._events.wait(IDLE_SECONDS)
            await self._clock.sleep(IDLE_SECONDS / 4)

    async def look(self) -> None:
        """Announce what has happened, and make a notice of it for everybody whom it concerns."""
        now = self._clock.now_ms()
        while await self._database.write(_gather, now):
            pass
        while await self._database.write(store.spread, now, SUBSCRIBERS_AT_ONCE):
            pass
        await self._database.write(_forget, now)


async def _gather(tx: Tx, now: int) -> bool:
    """Whether there may be more; the cursor moves with what it has read."""
    works = await load_maintenances(tx, now - RECENT_MS)
    for work in works:
        await _tell_work(tx, work, works, now)
    cursor = await store.cursor(tx, CURSOR)
    if cursor is None:
        await store.set_cursor(tx, CURSOR, await last_event_seq(tx))
        return False
    events = await read_events(tx, cursor, EVENTS_AT_ONCE)
    if not events:
        return False
    ids = {event.body["incident"]["id"] for event in events if event.kind.startswith("incident.")}
    for incident_id in sorted(ids):
        incident = await load_incident(tx, incident_id)
        if incident is not None:
            await _tell_incident(tx, incident, works, now)
    await store.set_cursor(tx, CURSOR, events[-1].seq)
    return len(events) == EVENTS_AT_ONCE


async def _tell_incident(tx: Tx, incident: Incident, works: list[Maintenance], now: int) -> None:
    if not concerns_public(incident, now) or is_announced_work(incident, works, now):
        return
    for update in incident.updates:
        if update.public:
            told = Told(
                about="incident",
                id=incident.id,
                title=incident.title,
                status=_STATUS.get(update.kind.value, "identified"),
                text=update.text,
                at=update.at,
                path=f"/incidents/{incident.id}",
                channels=tuple(touched(incident)),
            )
            await store.announce(tx, Announcement(id=update.id, at=update.at, told=told))


async def _tell_work(tx: Tx, work: Maintenance, works: list[Maintenance], now: int) -> None:
    for status, at in _turns(work, now):
        told = Told(
            about="maintenance",
            id=work.id,
            title=work.title,
            status=status,
            text=work.text or work.title,
            at=at,
            path=f"/maintenance/{work.id}",
            channels=work.channels,
        )
        await store.announce(tx, Announcement(id=f"{work.id}:{status}", at=at, told=told))
    if work.cancelled_at is None and now >= work.ends_at + GRACE_MS:
        await _tell_what_stayed(tx, work, works, now)


def _turns(work: Maintenance, now: int) -> Iterable[tuple[str, int]]:
    yield "scheduled", work.announced_at
    if work.cancelled_at is not None:
        yield "cancelled", work.cancelled_at
        return
    if work.starts_at <= now:
        yield "in_progress", work.starts_at
    if work.ends_at <= now:
        yield "completed", work.ends_at


async def _tell_what_stayed(tx: Tx, work: Maintenance, works: list[Maintenance], now: int) -> None:
    """A failure that the work excused and that outlived it is told now."""
    mark = Told(about="maintenance", id=work.id, title="", status="after", text="", at=now, path="")
    if not await store.announce(tx, Announcement(id=f"{work.id}:after", at=now, told=mark), silently=True):
        return
    for incident in await load_incidents(tx, "open", OPEN_INCIDENTS_MAX):
        if work.touches_any(touched(incident)):
            await _tell_incident(tx, incident, works, now)


async def _forget(tx: Tx, now: int) -> None:
    await store.forget(tx, now - KEPT_DAYS * RECENT_MS)
    for subscriber_id in await store.unconfirmed(tx, now - UNCONFIRMED_DAYS * RECENT_MS, FORGOTTEN_AT_ONCE):
        await store.remove(tx, subscriber_id)
