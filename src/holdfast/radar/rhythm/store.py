"""Every SQL statement of the rhythm."""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from holdfast.radar.model import Kind
from holdfast.radar.rhythm.channel import Arrival, ChannelRhythm
from holdfast.storage import Tx

ARRIVALS_READ_MAX: Final = 5_000

_ARRIVALS: Final = """
SELECT id, channel, latency_ms, at FROM observation
WHERE id > :after AND kind = :kind ORDER BY id LIMIT :limit
"""
_NEWEST: Final = "SELECT COALESCE(MAX(id), 0) AS newest FROM observation"
_LOAD: Final = "SELECT channel, state, counted_to FROM rhythm ORDER BY channel"
_SAVE: Final = """
INSERT INTO rhythm (channel, state, counted_to, updated_at)
VALUES (:channel, :state, :counted_to, :updated_at)
ON CONFLICT (channel) DO UPDATE SET state = excluded.state, counted_to = excluded.counted_to,
    updated_at = excluded.updated_at
"""


async def load_arrivals(tx: Tx, after: int) -> list[tuple[int, str, Arrival]]:
    """(number, channel, arrival) of what was observed after a number, oldest first; ARRIVALS_READ_MAX of them."""
    rows = await tx.all(_ARRIVALS, after=after, kind=Kind.ARRIVAL.value, limit=ARRIVALS_READ_MAX)
    return [(int(row["id"]), str(row["channel"]), Arrival(row["at"], row["latency_ms"] or 0)) for row in rows]


async def newest_observation(tx: Tx) -> int:
    row = await tx.one(_NEWEST)
    return int(row["newest"]) if row else 0


async def load_rhythms(tx: Tx) -> tuple[int, dict[str, ChannelRhythm]]:
    """(the observation up to which all was counted, what is known of each channel)."""
    rows = await tx.all(_LOAD)
    known = {str(row["channel"]): msgspec.json.decode(str(row["state"]), type=ChannelRhythm) for row in rows}
    return max((int(row["counted_to"]) for row in rows), default=0), known


async def save_rhythms(tx: Tx, rhythms: Mapping[str, ChannelRhythm], counted_to: int, now: int) -> None:
    await tx.many(_SAVE, list(_values(rhythms.items(), counted_to, now)))


def _values(
    rhythms: Iterable[tuple[str, ChannelRhythm]], counted_to: int, now: int
) -> Iterable[dict[str, object]]:
    for channel, rhythm in rhythms:
        yield {
            "channel": channel,
            "state": msgspec.json.encode(rhythm).decode(),
            "counted_to": counted_to,
            "updated_at": now,
        }
