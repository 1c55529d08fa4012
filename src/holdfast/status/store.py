"""What the public page needs from the store, read in one view."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from holdfast.radar import load_incidents, load_uptime, load_verdicts
from holdfast.status.building import Known
from holdfast.status.maintenance import DAY_MS, Maintenance
from holdfast.status.snapshot import UptimeDay
from holdfast.status.strip import DAYS
from holdfast.storage import Row, Tx

INCIDENTS_MAX: Final = 100
MAINTENANCES_MAX: Final = 200

_BEGAN: Final = "SELECT MIN(applied_at) AS at FROM migration"
_MAINTENANCES: Final = """
SELECT * FROM maintenance WHERE ends_at >= :since ORDER BY starts_at DESC, id DESC LIMIT :limit
"""
_MAINTENANCE: Final = "SELECT * FROM maintenance WHERE id = :id"
_ADD_MAINTENANCE: Final = """
INSERT INTO maintenance (id, title, text, channels, starts_at, ends_at, announced_at, announced_by)
VALUES (:id, :title, :text, :channels, :starts_at, :ends_at, :announced_at, :announced_by)
"""
_CHANGE_MAINTENANCE: Final = """
UPDATE maintenance SET title = :title, text = :text, channels = :channels, starts_at = :starts_at,
    ends_at = :ends_at
WHERE id = :id
"""
_END_MAINTENANCE: Final = "UPDATE maintenance SET ends_at = :at WHERE id = :id"
_CANCEL_MAINTENANCE: Final = "UPDATE maintenance SET cancelled_at = :at WHERE id = :id"


async def load_known(tx: Tx, now: int) -> Known:
    first_day = datetime.fromtimestamp(now / 1000, tz=UTC).date() - timedelta(days=DAYS)
    days: dict[str, list[UptimeDay]] = defaultdict(list)
    for day in await load_uptime(tx, first_day.isoformat()):
        days[day.channel].append(UptimeDay(day.day, day.down_ms, day.partial_ms))
    began = await tx.one(_BEGAN)
    return Known(
        verdicts=await load_verdicts(tx),
        incidents=await load_incidents(tx, "all", INCIDENTS_MAX),
        uptime={channel: tuple(found) for channel, found in days.items()},
        watched_since=int(began["at"]) if began and began["at"] else now,
        maintenances=await load_maintenances(tx, now - DAYS * DAY_MS),
    )


async def load_maintenances(tx: Tx, since: int) -> list[Maintenance]:
    """Those that end after a time (ms), the latest start first."""
    rows = await tx.all(_MAINTENANCES, since=since, limit=MAINTENANCES_MAX)
    return [_maintenance(row) for row in rows]


async def load_maintenance(tx: Tx, maintenance_id: str) -> Maintenance | None:
    row = await tx.one(_MAINTENANCE, id=maintenance_id)
    return _maintenance(row) if row else None


async def add_maintenance(tx: Tx, work: Maintenance) -> None:
    await tx.run(
        _ADD_MAINTENANCE,
        id=work.id,
        title=work.title,
        text=work.text,
        channels=_json(work.channels),
        starts_at=work.starts_at,
        ends_at=work.ends_at,
        announced_at=work.announced_at,
        announced_by=work.announced_by,
    )


async def change_maintenance(tx: Tx, work: Maintenance) -> None:
    await tx.run(
        _CHANGE_MAINTENANCE,
        id=work.id,
        title=work.title,
        text=work.text,
        channels=_json(work.channels),
        starts_at=work.starts_at,
        ends_at=work.ends_at,
    )


async def end_maintenance(tx: Tx, maintenance_id: str, at: int) -> None:
    await tx.run(_END_MAINTENANCE, id=maintenance_id, at=at)


async def cancel_maintenance(tx: Tx, maintenance_id: str, at: int) -> None:
    await tx.run(_CANCEL_MAINTENANCE, id=maintenance_id, at=at)


def _maintenance(row: Row) -> Maintenance:
    return Maintenance(
        id=row["id"],
        title=row["title"],
        text=row["text"],
        channels=tuple(msgspec.json.decode(row["channels"], type=list[str])),
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        announced_at=row["announced_at"],
        announced_by=row["announced_by"],
        cancelled_at=row["cancelled_at"],
    )


def _json(value: Sequence[str]) -> str:
    return msgspec.json.encode(value).decode()
