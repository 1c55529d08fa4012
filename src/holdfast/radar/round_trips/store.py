"""Every SQL statement of the round trips."""

from typing import Any, Final

from holdfast.radar.round_trips.model import Trip, TripState
from holdfast.storage import Row, Tx

_BEGIN: Final = """
INSERT INTO round_trip (id, sender, receiver, state, began_at, due_at)
VALUES (:id, :sender, :receiver, :state, :began_at, :due_at)
ON CONFLICT DO NOTHING
"""
_GET: Final = "SELECT * FROM round_trip WHERE id = :id"
_OVERDUE: Final = "SELECT * FROM round_trip WHERE ended_at IS NULL AND due_at <= :now"
_LATEST: Final = """
SELECT * FROM round_trip WHERE sender = :sender ORDER BY began_at DESC LIMIT :limit
"""
_ANSWERED: Final = """
UPDATE round_trip SET state = :state, due_at = :due_at, ended_at = :ended_at, reason = :reason
WHERE id = :id AND state = 'sending'
"""
_ENDED: Final = """
UPDATE round_trip SET state = :state, ended_at = :ended_at, latency_ms = :latency_ms, reason = :reason
WHERE id = :id AND state = :was
"""
_FAILED_LATER: Final = """
UPDATE round_trip SET state = 'failed', ended_at = :now, reason = :reason
WHERE id = :id AND state = 'under_way'
"""


async def begin(tx: Tx, trip: Trip) -> bool:
    """False where the sender has one under way already."""
    return bool(
        await tx.run(
            _BEGIN,
            id=trip.id,
            sender=trip.sender,
            receiver=trip.receiver,
            state=trip.state.value,
            began_at=trip.began_at,
            due_at=trip.due_at,
        )
    )


async def get_trip(tx: Tx, trip_id: str) -> Trip | None:
    row = await tx.one(_GET, id=trip_id)
    return _trip(row) if row else None


async def overdue(tx: Tx, now: int) -> list[Trip]:
    return [_trip(row) for row in await tx.all(_OVERDUE, now=now)]


async def latest(tx: Tx, sender: str, limit: int = 1) -> list[Trip]:
    """The newest first."""
    return [_trip(row) for row in await tx.all(_LATEST, sender=sender, limit=limit)]


async def answered(
    tx: Tx, trip_id: str, state: TripState, *, now: int, due_at: int, reason: str = ""
) -> bool:
    """What the sender's platform answered; False where it has arrived, or is over, already."""
    ended_at = now if state is TripState.FAILED else None
    return bool(
        await tx.run(
            _ANSWERED, id=trip_id, state=state.value, due_at=due_at, ended_at=ended_at, reason=reason
        )
    )


async def ended(tx: Tx, trip: Trip, state: TripState, *, now: int, latency_ms: int | None = None) -> bool:
    """False where another was quicker: each end is told once."""
    values: dict[str, Any] = {"state": state.value, "ended_at": now, "latency_ms": latency_ms}
    return bool(await tx.run(_ENDED, id=trip.id, was=trip.state.value, reason=trip.reason, **values))


async def failed_later(tx: Tx, trip_id: str, reason: str, now: int) -> bool:
    """The platform took it and could not deliver it; False where that was not so any more."""
    return bool(await tx.run(_FAILED_LATER, id=trip_id, reason=reason, now=now))


def _trip(row: Row) -> Trip:
    values = {name: row[name] for name in Trip.__struct_fields__}
    return Trip(**{**values, "state": TripState(row["state"])})
