"""What was refused or could not be read, and what is under way per channel."""

from collections import defaultdict
from typing import Final

from holdfast.inbox import store
from holdfast.inbox.model import (
    BreakerView,
    ChannelCounts,
    Page,
    RefusedView,
    UnreadableView,
)
from holdfast.storage import Tx

HOUR_MS: Final = 3_600_000
HEALTH: Final = "health"
"""The name under which it stands when health was looked at."""
_SEQ_MAX: Final = 2**62


async def unreadable_page(tx: Tx, before: int | None, limit: int) -> Page[UnreadableView]:
    """Envelopes that are kept unread, newest first."""
    rows = await store.unreadable(tx, before=before if before is not None else _SEQ_MAX, limit=limit + 1)
    views = [
        UnreadableView(row["spool_seq"], row["channel"], row["at"], row["problem"], row["excerpt"])
        for row in rows[:limit]
    ]
    return Page(views, str(rows[limit - 1]["seq"]) if len(rows) > limit else None)


async def refused_counts(tx: Tx) -> list[RefusedView]:
    """How often requests were refused, by hour, newest first."""
    return [
        RefusedView(row["channel"], row["reason"], row["hour"] * HOUR_MS, row["count"])
        for row in await store.refused(tx)
    ]


async def count_refused(tx: Tx, counts: dict[tuple[str, str, int], int]) -> None:
    """Add to the counts by (channel, reason, hours since the epoch)."""
    await store.count_refused(
        tx,
        [
            {"channel": channel, "reason": reason, "hour": hour, "count": count}
            for (channel, reason, hour), count in counts.items()
        ],
    )


async def channel_counts(tx: Tx) -> dict[str, ChannelCounts]:
    """What is on its way out on each channel that has anything on its way."""
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for row in await store.open_deliveries(tx):
        counts[row["channel"]][row["state"]] = row["count"]
    return {
        channel: ChannelCounts(
            waiting=states.get("queued", 0) + states.get("sending", 0),
            held=states.get("held", 0),
            in_doubt=states.get("in_doubt", 0),
        )
        for channel, states in counts.items()
    }


async def breakers(tx: Tx) -> dict[str, BreakerView]:
    return {
        row["channel"]: BreakerView(row["state"], row["probe_at"], row["reason"])
        for row in await store.breakers(tx)
    }


async def spool_position(tx: Tx, cursor_name: str) -> int:
    """How far a spool has been applied."""
    return await store.reader_position(tx, cursor_name)


async def commit_probe(tx: Tx, now: int) -> None:
    """A small change, whose commit shows that the store can commit."""
    await store.write_probe(tx, HEALTH, now)
