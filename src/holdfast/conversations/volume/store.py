"""Every SQL statement about how much is written."""

from typing import Final

from holdfast.storage import Tx

HOUR_MS: Final = 3_600_000

_BY_HOUR: Final = """
SELECT at / 3600000 AS hour, COUNT(*) AS messages FROM message
WHERE channel = :channel AND stored_at >= :since AND at >= :since AND direction = 'in'
GROUP BY at / 3600000 ORDER BY at / 3600000
"""


async def messages_by_hour(tx: Tx, channel: str, since: int) -> list[tuple[int, int]]:
    """(beginning of an hour in ms, messages from people on a channel in it), oldest first, empty hours left out."""
    rows = await tx.all(_BY_HOUR, channel=channel, since=since)
    return [(int(row["hour"]) * HOUR_MS, int(row["messages"])) for row in rows]
