"""Every SQL statement of the radar."""

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from holdfast.channels.contract import Capability
from holdfast.radar.model import (
    DETAIL_CHARACTERS_MAX,
    Cause,
    Kind,
    Observation,
    Result,
    Score,
    State,
    Verdict,
)
from holdfast.storage import Row, Tx

OBSERVATION_LIFE_MS: Final = 24 * 60 * 60 * 1000
"""Observations are deleted after this; verdicts and incidents stay."""
OBSERVATIONS_READ_MAX: Final = 5_000

_RECORD: Final = """
INSERT INTO observation
    (channel, capability, kind, result, error_class, detail, latency_ms, region, strength, conversation, at)
VALUES (:channel, :capability, :kind, :result, :error_class, :detail, :latency_ms, :region, :strength,
    :conversation, :at)
"""
_OBSERVED: Final = """
SELECT * FROM observation WHERE id > :after AND at >= :since ORDER BY id LIMIT :limit
"""
_SENDS: Final = """
SELECT region, result, at FROM observation
WHERE channel = :channel AND kind = 'send' AND result <> 'unknown' AND at >= :since
ORDER BY at DESC, id DESC LIMIT :limit
"""
_VERDICTS: Final = "SELECT * FROM verdict ORDER BY channel, capability"
_SAVE_VERDICT: Final = """
INSERT INTO verdict (channel, capability, state, cause, confidence, share, since, evidence, score, updated_at)
VALUES (:channel, :capability, :state, :cause, :confidence, :share, :since, :evidence, :score, :updated_at)
ON CONFLICT (channel, capability) DO UPDATE SET state = excluded.state, cause = excluded.cause,
    confidence = excluded.confidence, share = excluded.share, since = excluded.since,
    evidence = excluded.evidence, score = excluded.score, updated_at = excluded.updated_at
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


async def load_sends(tx: Tx, channel: str, since: int, limit: int) -> list[tuple[str, bool, int]]:
    """(country or nothing, whether it worked, when) of the newest sends of a channel, newest first."""
    rows = await tx.all(_SENDS, channel=channel, since=since, limit=limit)
    return [(row["region"], row["result"] == Result.OK.value, row["at"]) for row in rows]


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
        "conversation": seen.conversation,
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
        conversation=row["conversation"],
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
