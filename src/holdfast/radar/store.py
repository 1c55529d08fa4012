"""Every SQL statement of the radar."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from holdfast.channels.contract import Capability
from holdfast.radar.model import (
    DETAIL_CHARACTERS_MAX,
    Cause,
    Incident,
    IncidentState,
    IncidentUpdate,
    Kind,
    Observation,
    Result,
    Score,
    State,
    UpdateKind,
    Verdict,
)
from holdfast.storage import Row, Tx, append_event

OBSERVATION_LIFE_MS: Final = 24 * 60 * 60 * 1000
"""Observations are deleted after this; verdicts and incidents stay."""
OBSERVATIONS_READ_MAX: Final = 5_000
INCIDENTS_READ_MAX: Final = 200

_RECORD: Final = """
INSERT INTO observation
    (channel, capability, kind, result, error_class, detail, latency_ms, region, strength, at)
VALUES (:channel, :capability, :kind, :result, :error_class, :detail, :latency_ms, :region, :strength, :at)
"""
_OBSERVED: Final = """
SELECT * FROM observation WHERE id > :after AND at >= :since ORDER BY id LIMIT :limit
"""
_VERDICTS: Final = "SELECT * FROM verdict ORDER BY channel, capability"
_SAVE_VERDICT: Final = """
INSERT INTO verdict (channel, capability, state, cause, confidence, share, since, evidence, score, updated_at)
VALUES (:channel, :capability, :state, :cause, :confidence, :share, :since, :evidence, :score, :updated_at)
ON CONFLICT (channel, capability) DO UPDATE SET state = excluded.state, cause = excluded.cause,
    confidence = excluded.confidence, share = excluded.share, since = excluded.since,
    evidence = excluded.evidence, score = excluded.score, updated_at = excluded.updated_at
"""
_INCIDENT: Final = "SELECT * FROM incident WHERE id = :id"
_INCIDENTS: Final = """
SELECT * FROM incident WHERE (:open = 1 AND state <> 'closed') OR (:closed = 1 AND state = 'closed')
ORDER BY opened_at DESC, id DESC LIMIT :limit
"""
_UPDATES: Final = "SELECT * FROM incident_update WHERE incident_id = :incident_id ORDER BY at, id"
_COUNT_UPDATES: Final = "SELECT COUNT(*) AS count FROM incident_update WHERE incident_id = :incident_id"
_OTHER_OPEN: Final = """
SELECT 1 AS found FROM incident WHERE channel = :channel AND id <> :id AND state <> 'closed' LIMIT 1
"""
_SAVE_INCIDENT: Final = """
INSERT INTO incident (id, channel, capabilities, cause, title, state, onset_at, opened_at, recovered_at,
    closed_at, evidence)
VALUES (:id, :channel, :capabilities, :cause, :title, :state, :onset_at, :opened_at, :recovered_at,
    :closed_at, :evidence)
ON CONFLICT (id) DO UPDATE SET capabilities = excluded.capabilities, cause = excluded.cause,
    title = excluded.title, state = excluded.state, onset_at = excluded.onset_at,
    recovered_at = excluded.recovered_at, closed_at = excluded.closed_at, evidence = excluded.evidence
"""
_ADD_UPDATE: Final = """
INSERT INTO incident_update (id, incident_id, at, kind, text, public)
VALUES (:id, :incident_id, :at, :kind, :text, :public)
"""
_ADD_UPTIME: Final = """
INSERT INTO uptime_day (channel, day, down_ms, partial_ms) VALUES (:channel, :day, :down_ms, :partial_ms)
ON CONFLICT (channel, day) DO UPDATE SET down_ms = uptime_day.down_ms + excluded.down_ms,
    partial_ms = uptime_day.partial_ms + excluded.partial_ms
"""
_UPTIME: Final = "SELECT * FROM uptime_day WHERE day >= :since ORDER BY channel, day"


class UptimeDay(msgspec.Struct, frozen=True, kw_only=True):
    """How long a channel failed on one UTC day (``2026-11-21``)."""

    channel: str
    day: str
    down_ms: int = 0
    partial_ms: int = 0


# --- observations -----------------------------------------------------------------------------------


async def record_observation(tx: Tx, observation: Observation) -> None:
    """Write a piece of evidence down, inside whatever transaction it was found in."""
    await tx.run(_RECORD, **_observation_values(observation))


async def record_observations(tx: Tx, observations: Iterable[Observation]) -> None:
    await tx.many(_RECORD, [_observation_values(o) for o in observations])


def _observation_values(seen: Observation) -> dict[str, object]:
    return {
        "channel": seen.channel,
        "capability": seen.capability.value if seen.capability else "",
        "kind": Kind(seen.kind).value,
        "result": Result(seen.result).value,
        "error_class": seen.error_class,
        "detail": seen.detail[:DETAIL_CHARACTERS_MAX],
        "latency_ms": seen.latency_ms,
        "region": seen.region,
        "strength": seen.strength,
        "at": seen.at,
    }


async def load_observations(
    tx: Tx, after: int, since: int, limit: int = OBSERVATIONS_READ_MAX
) -> list[tuple[int, Observation]]:
    """(number, observation) of what was recorded after a number and is not older than ``since``."""
    rows = await tx.all(_OBSERVED, after=after, since=since, limit=limit)
    return [(int(row["id"]), _observation(row)) for row in rows]


def _observation(row: Row) -> Observation:
    return Observation(
        channel=row["channel"],
        capability=Capability(row["capability"]) if row["capability"] else None,
        kind=Kind(row["kind"]),
        result=Result(row["result"]),
        error_class=row["error_class"],
        detail=row["detail"],
        latency_ms=row["latency_ms"],
        region=row["region"],
        strength=row["strength"],
        at=row["at"],
    )


# --- verdicts ---------------------------------------------------------------------------------------


async def load_verdicts(tx: Tx) -> list[Verdict]:
    return [_verdict(row) for row in await tx.all(_VERDICTS)]


def _verdict(row: Row) -> Verdict:
    return Verdict(
        channel=row["channel"],
        capability=Capability(row["capability"]),
        state=State(row["state"]),
        cause=Cause(row["cause"]),
        confidence=row["confidence"],
        share=row["share"],
        since=row["since"],
        evidence=tuple(msgspec.json.decode(row["evidence"])),
        score=msgspec.json.decode(row["score"], type=Score),
    )


async def save_verdict(tx: Tx, verdict: Verdict, now: int) -> None:
    values: dict[str, Any] = verdict.body()
    values["evidence"] = _json(verdict.evidence)
    await tx.run(_SAVE_VERDICT, channel=verdict.channel, score=_json(verdict.score), updated_at=now, **values)


# --- incidents --------------------------------------------------------------------------------------


async def load_incidents(tx: Tx, state: str = "all", limit: int = INCIDENTS_READ_MAX) -> list[Incident]:
    """The newest incidents first, with their updates; ``state`` is open (recovering ones too), closed or all."""
    rows = await tx.all(
        _INCIDENTS, open=int(state in ("open", "all")), closed=int(state in ("closed", "all")), limit=limit
    )
    return [_incident(row, await _updates(tx, row["id"])) for row in rows]


async def load_incident(tx: Tx, incident_id: str) -> Incident | None:
    row = await tx.one(_INCIDENT, id=incident_id)
    return _incident(row, await _updates(tx, incident_id)) if row else None


async def _updates(tx: Tx, incident_id: str) -> tuple[IncidentUpdate, ...]:
    rows = await tx.all(_UPDATES, incident_id=incident_id)
    return tuple(
        IncidentUpdate(
            id=row["id"],
            at=row["at"],
            kind=UpdateKind(row["kind"]),
            text=row["text"],
            public=bool(row["public"]),
        )
        for row in rows
    )


def _incident(row: Row, updates: Sequence[IncidentUpdate]) -> Incident:
    return Incident(
        id=row["id"],
        channel=row["channel"],
        capabilities=tuple(Capability(name) for name in msgspec.json.decode(row["capabilities"])),
        cause=Cause(row["cause"]),
        title=row["title"],
        state=IncidentState(row["state"]),
        onset_at=row["onset_at"],
        opened_at=row["opened_at"],
        recovered_at=row["recovered_at"],
        closed_at=row["closed_at"],
        evidence=tuple(msgspec.json.decode(row["evidence"])),
        updates=tuple(updates),
    )


async def knows_all_open(tx: Tx, incident: Incident) -> bool:
    """Whether no other incident of this one's channel is open: a channel has one at a time."""
    return await tx.one(_OTHER_OPEN, channel=incident.channel, id=incident.id) is None


async def save_incident(tx: Tx, incident: Incident) -> None:
    """Write the incident's row; its updates are added one by one."""
    await tx.run(
        _SAVE_INCIDENT,
        id=incident.id,
        channel=incident.channel,
        capabilities=_json(incident.capabilities),
        cause=incident.cause.value,
        title=incident.title,
        state=incident.state.value,
        onset_at=incident.onset_at,
        opened_at=incident.opened_at,
        recovered_at=incident.recovered_at,
        closed_at=incident.closed_at,
        evidence=_json(incident.evidence),
    )


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


# --- uptime -----------------------------------------------------------------------------------------


async def add_uptime(tx: Tx, days: Iterable[UptimeDay]) -> None:
    """Add to the failing time of each channel and day."""
    await tx.many(_ADD_UPTIME, [msgspec.structs.asdict(day) for day in days])


async def load_uptime(tx: Tx, since_day: str) -> list[UptimeDay]:
    """The days with failures since a UTC day, by channel; a day that is not there was a good one."""
    rows = await tx.all(_UPTIME, since=since_day)
    return [UptimeDay(**{name: row[name] for name in UptimeDay.__struct_fields__}) for row in rows]


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
