"""A week's figures, brought together."""

from typing import Final
from zoneinfo import ZoneInfo

from holdfast.figures import reading
from holdfast.figures.calendar import checked, last_week
from holdfast.figures.model import Busy, Span
from holdfast.figures.weekly.model import BusyHour, Summary
from holdfast.storage import Tx

OUTAGES_MAX: Final = 5


async def summary_of(tx: Tx, week: Span, zone: ZoneInfo, now: int) -> Summary:
    span = checked(week)
    outages = await reading.outages(tx, span, now)
    return Summary(
        since=week.since,
        until=week.until,
        zone=zone.key,
        totals=await reading.totals(tx, span),
        before=await reading.totals(tx, checked(last_week(week.since, zone))),
        busiest=busiest_of(await reading.busy(tx, span)),
        outages=tuple(outages[:OUTAGES_MAX]),
        outages_more=max(0, len(outages) - OUTAGES_MAX),
    )


def busiest_of(busy: Busy) -> BusyHour | None:
    """The first of the fullest hours; None where nobody wrote."""
    hours = [
        BusyHour(day, hour, many) for day, each in enumerate(busy.hours) for hour, many in enumerate(each)
    ]
    found = max(hours, key=lambda each: each.messages)
    return found if found.messages else None
