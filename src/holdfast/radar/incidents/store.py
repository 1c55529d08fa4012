"""Every SQL statement about incidents."""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from holdfast.channels.contract import Capability
from holdfast.radar.incidents.casebook import Change
from holdfast.radar.incidents.course import REOPEN_MS
from holdfast.radar.model import (
    Cause,
    Component,
    Incident,
    IncidentState,
    IncidentUpdate,
    UpdateKind,
)
from holdfast.storage import Row, Tx, append_event

INCIDENTS_READ_MAX: Final = 200
DISMISSED_DAYS: Final = 30
"""For so long a failure that a person closed opens nothing again, if it goes on all the time."""
DAY_MS: Final = 86_400_000

_INCIDENT: Final = "SELECT * FROM incident WHERE id = :id"
_INCIDENTS: Final = """
SELECT * FROM incident WHERE (:open = 1 AND state <> 'closed') OR (:closed = 1 AND state = 'closed')
ORDER BY opened_at DESC, id DESC LIMIT :limit
"""
_PRESENT: Final = """
SELECT * FROM incident WHERE state <> 'closed'
UNION ALL SELECT * FROM incident WHERE closed_at >= :since AND closed_by = '' AND state = 'closed'
UNION ALL SELECT * FROM incident WHERE closed_at >= :dismissed_since AND closed_by <> '' AND state = 'closed'
"""
_COMPONENTS: Final = (
    "SELECT * FROM incident_component WHERE incident_id IN :ids ORDER BY joined_at, onset_at, channel"
)
_UPDATES: Final = "SELECT * FROM incident_update WHERE incident_id = :incident_id ORDER BY at, id"
_COUNT_UPDATES: Final = "SELECT COUNT(*) AS count FROM incident_update WHERE incident_id = :incident_id"
_TWICE: Final = """
SELECT 1 AS found FROM incident_component c WHERE c.state <> 'closed' AND EXISTS (
    SELECT 1 FROM incident_component o
    WHERE o.channel = c.channel AND o.state <> 'closed' AND o.incident_id <> c.incident_id) LIMIT 1
"""
_SAVE_INCIDENT: Final = """
INSERT INTO incident (id, channel, capabilities, cause, title, state, onset_at, opened_at, recovered_at,
    closed_at, evidence, titled_by, kept_by, closed_by, merged_into, summary, will_change, revision)
VALUES (:id, :channel, :capabilities, :cause, :title, :state, :onset_at, :opened_at, :recovered_at,
    :closed_at, :evidence, :titled_by, :kept_by, :closed_by, :merged_into, :summary, :will_change, 1)
ON CONFLICT (id) DO UPDATE SET channel = excluded.channel, capabilities = excluded.capabilities,
    cause = excluded.cause, title = excluded.title, state = excluded.state, onset_at = excluded.onset_at,
    recovered_at = excluded.recovered_at, closed_at = excluded.closed_at, evidence = excluded.evidence,
    titled_by = excluded.titled_by, kept_by = excluded.kept_by, closed_by = excluded.closed_by,
    merged_into = excluded.merged_into, summary = excluded.summary, will_change = excluded.will_change,
    revision = incident.revision + 1
WHERE incident.revision = :revision
"""
_FOLLOW: Final = "UPDATE incident SET merged_into = :new WHERE merged_into = :old AND merged_into <> ''"
_DROP_COMPONENTS: Final = "DELETE FROM incident_component WHERE incident_id = :incident_id"
_ADD_COMPONENT: Final = """
INSERT INTO incident_component (incident_id, channel, domain, place, capabilities, cause, cause_since, title,
    state, onset_at, joined_at, recovered_at, closed_at, relapses, evidence, placed_by)
VALUES (:incident_id, :channel, :domain, :place, :capabilities, :cause, :cause_since, :title,
    :state, :onset_at, :joined_at, :recovered_at, :closed_at, :relapses, :evidence, :placed_by)
"""
_ADD_UPDATE: Final = """
INSERT INTO incident_update (id, incident_id, at, kind, text, public)
VALUES (:id, :incident_id, :at, :kind, :text, :public)
"""


class OutdatedError(Exception):
    """Someone else has changed an incident in the meantime: look again, then decide again."""


# --- reading ----------------------------------------------------------------------------------------


async def load_incidents(tx: Tx, state: str = "all", limit: int = INCIDENTS_READ_MAX) -> list[Incident]:
    """The newest incidents first, with their updates; ``state`` is open (recovering ones too), closed or all."""
    rows = await tx.all(
        _INCIDENTS, open=int(state in ("open", "all")), closed=int(state in ("closed", "all")), limit=limit
    )
    return [await _with_updates(tx, each) for each in await _incidents(tx, rows)]


async def load_incident(tx: Tx, incident_id: str) -> Incident | None:
    row = await tx.one(_INCIDENT, id=incident_id)
    return await _with_updates(tx, (await _incidents(tx, [row]))[0]) if row else None


async def load_present(tx: Tx, now: int) -> list[Incident]:
    """Open ones, those that a relapse would continue, and those that a person closed; without their stories."""
    since = now - REOPEN_MS
    rows = await tx.all(_PRESENT, since=since, dismissed_since=now - DISMISSED_DAYS * DAY_MS)
    return await _incidents(tx, rows)


async def _incidents(tx: Tx, rows: Sequence[Row]) -> list[Incident]:
    if not rows:
        return []
    components: dict[str, list[Component]] = {row["id"]: [] for row in rows}
    for row in await tx.all(_COMPONENTS, ids=list(components)):
        components[row["incident_id"]].append(_component(row))
    return [_incident(row, components[row["id"]]) for row in rows]


async def _with_updates(tx: Tx, incident: Incident) -> Incident:
    rows = await tx.all(_UPDATES, incident_id=incident.id)
    return msgspec.structs.replace(incident, updates=tuple(_update(row) for row in rows))


def _update(row: Row) -> IncidentUpdate:
    return IncidentUpdate(
        id=row["id"],
        at=row["at"],
        kind=UpdateKind(row["kind"]),
        text=row["text"],
        public=bool(row["public"]),
    )


def _incident(row: Row, components: Sequence[Component]) -> Incident:
    return Incident(
        **{name: row[name] for name in _AS_IT_IS},
        capabilities=_capabilities(row),
        cause=Cause(row["cause"]),
        state=IncidentState(row["state"]),
        evidence=tuple(msgspec.json.decode(row["evidence"])),
        components=tuple(components),
    )


def _component(row: Row) -> Component:
    return Component(
        **{name: row[name] for name in _COMPONENT_AS_IT_IS},
        capabilities=_capabilities(row),
        cause=Cause(row["cause"]),
        state=IncidentState(row["state"]),
        evidence=tuple(msgspec.json.decode(row["evidence"])),
    )


def _capabilities(row: Row) -> tuple[Capability, ...]:
    return tuple(Capability(name) for name in msgspec.json.decode(row["capabilities"]))


_TRANSLATED: Final = frozenset({"capabilities", "cause", "state", "evidence", "components", "updates"})
_AS_IT_IS: Final = tuple(name for name in Incident.__struct_fields__ if name not in _TRANSLATED)
_COMPONENT_AS_IT_IS: Final = tuple(name for name in Component.__struct_fields__ if name not in _TRANSLATED)


# --- writing ----------------------------------------------------------------------------------------


async def write_changes(tx: Tx, changes: Iterable[Change], *, now: int) -> list[Incident]:
    """Incidents, their stories and the events that tell of them; the incidents as they now stand.

    Raises OutdatedError where another one changed them meanwhile, or another incident of a channel is open.
    """
    written = []
    for change in changes:
        await save_incident(tx, change.incident)
        if change.incident.merged_into:
            await tx.run(_FOLLOW, old=change.incident.id, new=change.incident.merged_into)
        for line in change.lines:
            await save_update(tx, change.incident.id, kind=line.kind, text=line.text, at=line.at)
        written.append(change)
    if written and await tx.one(_TWICE) is not None:
        raise OutdatedError
    return [await tell_incident(tx, change.incident.id, change.event, now) for change in written]


async def save_incident(tx: Tx, incident: Incident) -> None:
    """Write the incident and its components; its updates are added one by one. Raises OutdatedError."""
    changed = await tx.run(
        _SAVE_INCIDENT,
        **{name: getattr(incident, name) for name in _AS_IT_IS},
        **_translated(incident),
    )
    if changed == 0:
        raise OutdatedError
    await tx.run(_DROP_COMPONENTS, incident_id=incident.id)
    await tx.many(_ADD_COMPONENT, [_component_values(incident.id, each) for each in incident.components])


def _component_values(incident_id: str, component: Component) -> dict[str, object]:
    as_it_is = {name: getattr(component, name) for name in _COMPONENT_AS_IT_IS}
    return {"incident_id": incident_id, **as_it_is, **_translated(component)}


def _translated(found: Incident | Component) -> dict[str, object]:
    return {
        "capabilities": _json(found.capabilities),
        "cause": found.cause.value,
        "state": found.state.value,
        "evidence": _json(found.evidence),
    }


async def save_update(
    tx: Tx, incident_id: str, *, kind: UpdateKind, text: str, at: int, public: bool = True
) -> None:
    """Add a line; its identifier is the incident's with the line's number, so that lines sort as written."""
    row = await tx.one(_COUNT_UPDATES, incident_id=incident_id)
    number = int(row["count"]) + 1 if row else 1
    await tx.run(
        _ADD_UPDATE,
        id=f"upd_{incident_id.removeprefix('inc_')}_{number:05}",
        incident_id=incident_id,
        at=at,
        kind=kind.value,
        text=text,
        public=int(public),
    )


async def add_incident_update(
    tx: Tx, incident_id: str, *, kind: str, text: str, at: int, public: bool = True
) -> Incident:
    """Add a line to an incident's story and tell of it (``incident.updated``); the incident with it.

    ``kind`` is note or step (see UpdateKind). Raises LookupError for an unknown incident.
    """
    if await tx.one(_INCIDENT, id=incident_id) is None:
        raise LookupError(f"there is no incident {incident_id}")
    await save_update(tx, incident_id, kind=UpdateKind(kind), text=text, at=at, public=public)
    return await tell_incident(tx, incident_id, "incident.updated", at)


async def tell_incident(tx: Tx, incident_id: str, kind: str, at: int) -> Incident:
    """Append the event that carries the incident as it now stands; the incident."""
    incident = await load_incident(tx, incident_id)
    if incident is None:
        raise LookupError(f"there is no incident {incident_id}")
    await append_event(tx, at=at, kind=kind, body={"incident": incident.body()})
    return incident


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
