"""What the public page needs from the store, read in one view."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Final

from holdfast.radar import load_incidents, load_uptime, load_verdicts
from holdfast.status.building import Known
from holdfast.status.snapshot import UptimeDay
from holdfast.status.strip import DAYS
from holdfast.storage import Tx

INCIDENTS_MAX: Final = 100

_BEGAN: Final = "SELECT MIN(applied_at) AS at FROM migration"


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
    )
