"""Announcing maintenance, changing it, ending it early, calling it off."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

import msgspec

from holdfast.conversations.store import audit
from holdfast.kernel import Clock, IdSource
from holdfast.status import store
from holdfast.status.maintenance import (
    DAY_MS,
    Maintenance,
    Phase,
    change_problem,
    changes_told,
    problem_of,
)
from holdfast.status.subscribers.model import Announcement, Told
from holdfast.status.subscribers.store import announce
from holdfast.storage import Database, EventLog, Tx, append_event

LISTED_DAYS: Final = 90


class MaintenanceRefusedError(ValueError):
    """``field`` cannot be taken; the sentence says why."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


class Entry(NamedTuple):
    """Of the audit trail: its name, when, who."""

    id: str
    at: int
    who: str


Change = Callable[[Tx, str, Entry], Awaitable[Maintenance]]


class Maintenances:
    """What people do stands in the audit trail. ``channels`` gives the ids of the channels there are."""

    def __init__(
        self,
        *,
        database: Database,
        events: EventLog,
        clock: Clock,
        ids: IdSource,
        channels: Callable[[], Collection[str]],
    ) -> None:
        self._database = database
        self._events = events
        self._clock = clock
        self._ids = ids
        self._channels = channels

    async def recent(self) -> Sequence[Maintenance]:
        """Those of the last 90 days and those to come, the latest start first."""
        since = self._clock.now_ms() - LISTED_DAYS * DAY_MS
        return await self._database.read(store.load_maintenances, since)

    async def announce(
        self, *, title: str, text: str, channels: Sequence[str], starts_at: int, ends_at: int, by: str
    ) -> Maintenance:
        """Times in ms; no channels means all. Raises MaintenanceRefusedError."""
        now = self._clock.now_ms()
        field, sentence = problem_of(title, text, starts_at, ends_at, now)
        if field:
            raise MaintenanceRefusedError(field, sentence)
        work = Maintenance(
            id=self._ids.new("mnt"),
            title=title.strip(),
            text=text.strip(),
            channels=self._known(channels),
            starts_at=starts_at,
            ends_at=ends_at,
            announced_at=now,
            announced_by=by,
        )
        await self._database.write(_announce, work, self._entry(by))
        self._events.wake()
        return work

    async def change(
        self,
        maintenance_id: str,
        *,
        by: str,
        title: str | None = None,
        text: str | None = None,
        channels: Sequence[str] | None = None,
        starts_at: int | None = None,
        ends_at: int | None = None,
    ) -> Maintenance:
        """Change what is to come, or the words and the end of what goes on; None leaves a thing as it is.
        Subscribers are told. Raises LookupError, MaintenanceRefusedError.
        """
        given: dict[str, Any] = {
            "title": None if title is None else title.strip(),
            "text": None if text is None else text.strip(),
            "channels": None if channels is None else self._known(channels),
            "starts_at": starts_at,
            "ends_at": ends_at,
        }
        wanted = {name: value for name, value in given.items() if value is not None}
        return await self._change(maintenance_id, partial(_change, wanted), by)

    async def end(self, maintenance_id: str, by: str) -> Maintenance:
        """Say that the work is done now. Raises LookupError, MaintenanceRefusedError where none is going on."""
        return await self._change(maintenance_id, _end, by)

    async def cancel(self, maintenance_id: str, by: str) -> Maintenance:
        """Call off what has not begun. Raises LookupError, MaintenanceRefusedError."""
        return await self._change(maintenance_id, _cancel, by)

    def _known(self, channels: Sequence[str]) -> tuple[str, ...]:
        unknown = [channel for channel in channels if channel not in self._channels()]
        if unknown:
            raise MaintenanceRefusedError("channels", f"There is no channel {unknown[0]}.")
        return tuple(dict.fromkeys(channels))

    async def _change(self, maintenance_id: str, change: Change, by: str) -> Maintenance:
        changed = await self._database.write(change, maintenance_id, self._entry(by))
        self._events.wake()
        return changed

    def _entry(self, by: str) -> Entry:
        return Entry(self._ids.new("aud"), self._clock.now_ms(), by)


async def _announce(tx: Tx, work: Maintenance, entry: Entry) -> None:
    await store.add_maintenance(tx, work)
    await _tell(tx, work, "announced", entry, work.title)


async def _change(wanted: Mapping[str, Any], tx: Tx, maintenance_id: str, entry: Entry) -> Maintenance:
    now = entry.at
    before = await _found(tx, maintenance_id)
    after = msgspec.structs.replace(before, **wanted)
    field, sentence = change_problem(before, after, now)
    if sentence:
        raise MaintenanceRefusedError(field, sentence)
    await store.change_maintenance(tx, after)
    if text := changes_told(before, after):
        told = Told(
            about="maintenance",
            id=after.id,
            title=after.title,
            status=after.phase(now).value,
            text=text,
            at=now,
            path=f"/maintenance/{after.id}",
            channels=after.channels,
        )
        await announce(tx, Announcement(id=f"{after.id}:changed:{now}", at=now, told=told))
    changed = [name for name, value in wanted.items() if value != getattr(before, name)]
    return await _tell(tx, after, "changed", entry, f"{', '.join(changed).replace('_', ' ')}: {after.title}")


async def _end(tx: Tx, maintenance_id: str, entry: Entry) -> Maintenance:
    work = await _found(tx, maintenance_id)
    if work.phase(entry.at) is not Phase.ACTIVE:
        raise MaintenanceRefusedError("", "Only maintenance that is going on can be ended.")
    await store.end_maintenance(tx, maintenance_id, entry.at)
    return await _tell(tx, await _found(tx, maintenance_id), "ended", entry, work.title)


async def _cancel(tx: Tx, maintenance_id: str, entry: Entry) -> Maintenance:
    work = await _found(tx, maintenance_id)
    if work.phase(entry.at) is not Phase.SCHEDULED:
        raise MaintenanceRefusedError("", "Only maintenance that has not begun can be called off.")
    await store.cancel_maintenance(tx, maintenance_id, entry.at)
    return await _tell(tx, await _found(tx, maintenance_id), "cancelled", entry, work.title)


async def _found(tx: Tx, maintenance_id: str) -> Maintenance:
    work = await store.load_maintenance(tx, maintenance_id)
    if work is None:
        raise LookupError(f"there is no maintenance {maintenance_id}")
    return work


async def _tell(tx: Tx, work: Maintenance, deed: str, entry: Entry, detail: str) -> Maintenance:
    await audit(
        tx,
        entry_id=entry.id,
        at=entry.at,
        who=entry.who,
        action=f"maintenance.{deed}",
        subject=work.id,
        detail=detail,
    )
    kind = "maintenance.announced" if deed == "announced" else "maintenance.changed"
    await append_event(tx, at=entry.at, kind=kind, body={"maintenance_id": work.id, "title": work.title})
    return work
