"""Questions about the work, answered from what was counted."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from holdfast.figures import store
from holdfast.figures.calendar import HOURS, WEEKDAYS, checked, steps, weekday_and_hour
from holdfast.figures.model import (
    DAY_MS,
    Breakdown,
    Busy,
    By,
    LeadsCost,
    OutageCost,
    Overview,
    Part,
    Point,
    Span,
    Times,
    Totals,
    Unit,
)
from holdfast.figures.promises import Promises, PromisesBy, promises
from holdfast.kernel import Clock
from holdfast.outbox import incident_ledger
from holdfast.posts.hours import zone_of
from holdfast.posts.store import load_profile
from holdfast.storage import Database, Row, Tx

OUTAGES_MAX: Final = 50
SAVED_WITHIN_MS: Final = DAY_MS
"""How long after an outage an answer still saves a conversation."""
_NAMES: Final = {"in": "received", "out": "sent", "automatic": "automatic"}
_NONE: Final = Times()


class Figures:
    """Raises FiguresRefusedError where a span does not fit. ``place`` names a channel as people know it."""

    def __init__(self, *, database: Database, clock: Clock, place: Callable[[str], str]) -> None:
        self._database = database
        self._clock = clock
        self._place = place

    async def zone(self) -> ZoneInfo:
        """The business's own time zone."""
        return await self._database.read(zone)

    async def overview(self, span: Span, unit: Unit) -> Overview:
        return await self._database.read(overview, checked(span, unit), unit)

    async def breakdown(self, span: Span, by: By) -> Breakdown:
        return await self._database.read(breakdown, checked(span), by, self._place)

    async def busy(self, span: Span) -> Busy:
        return await self._database.read(busy, checked(span))

    async def promises(self, span: Span, by: PromisesBy) -> Promises:
        return await self._database.read(promises, checked(span), by, self._place)

    async def outages(self, span: Span) -> list[OutageCost]:
        return await self._database.read(outages, checked(span), self._clock.now_ms())


async def zone(tx: Tx) -> ZoneInfo:
    return zone_of((await load_profile(tx)).hours.zone) or ZoneInfo("UTC")


async def overview(tx: Tx, span: Span, unit: Unit) -> Overview:
    place = await zone(tx)
    rows = await store.volume(tx, span.since, span.until)
    begins = list(steps(span, unit, place))
    counts: dict[int, dict[str, int]] = {at: defaultdict(int) for at in begins}
    index = 0
    for row in sorted(rows, key=lambda row: int(row["bucket"])):
        while index + 1 < len(begins) and begins[index + 1] <= row["bucket"]:
            index += 1
        counts[begins[index]][_NAMES[row["direction"]]] += int(row["messages"])
    return Overview(
        since=span.since,
        until=span.until,
        zone=place.key,
        unit=unit,
        counted_until=await store.counted_until(tx),
        totals=await totals(tx, span),
        before=await totals(tx, span.before()),
        points=tuple(Point(at, *(counts[at][name] for name in _NAMES.values())) for at in begins),
    )


async def totals(tx: Tx, span: Span) -> Totals:
    sums = await store.sums(tx, span.since, span.until)
    return Totals(
        received=sums.get("in", 0),
        sent=sums.get("out", 0),
        automatic=sums.get("automatic", 0),
        **{
            name: (await store.times_by(tx, kind, "", span.since, span.until)).get("", _NONE)
            for name, kind in _TIMES.items()
        },
    )


_TIMES: Final = {"first_reply": "first", "reply": "reply", "resolution": "resolved"}


async def breakdown(tx: Tx, span: Span, by: By, place: Callable[[str], str] = str) -> Breakdown:
    names = await store.names_of(tx, by)
    volumes = await _volumes(tx, span, by)
    times = {
        name: await store.times_by(tx, kind, by, span.since, span.until) for name, kind in _TIMES.items()
    }
    keys = {*volumes, *(key for each in times.values() for key in each)}
    parts = [
        _part(key, place(key) if by == "channel" else names.get(key, key), by, volumes.get(key, {}), times)
        for key in keys
    ]
    ordered = sorted(
        parts, key=lambda part: (part.key == "", -(part.reply.count + (part.sent or 0)), part.name)
    )
    return Breakdown(since=span.since, until=span.until, by=by, parts=tuple(ordered))


async def _volumes(tx: Tx, span: Span, by: By) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    if by != "label":
        for row in await store.volume_by(tx, by, span.since, span.until):
            found.setdefault(row["key"], {})[_NAMES[row["direction"]]] = int(row["messages"])
    return found


def _part(
    key: str, name: str, by: By, counts: Mapping[str, int], times: Mapping[str, Mapping[str, Times]]
) -> Part:
    known: dict[str, Any] = {each: counts.get(each, 0) for each in _NAMES.values()}
    if by == "label":
        known = dict.fromkeys(known)
    if by == "agent":  # what arrives and what machines say is nobody's work
        known |= {"received": None, "automatic": None}
    known |= {each: found.get(key, _NONE) for each, found in times.items()}
    return Part(key=key, name=name, **known)


async def busy(tx: Tx, span: Span) -> Busy:
    place = await zone(tx)
    hours = [[0] * HOURS for _ in range(WEEKDAYS)]
    for row in await store.volume(tx, span.since, span.until):
        if row["direction"] == "in":
            day, hour = weekday_and_hour(row["bucket"], place)
            hours[day][hour] += int(row["messages"])
    return Busy(
        since=span.since, until=span.until, zone=place.key, hours=tuple(tuple(each) for each in hours)
    )


async def outages(tx: Tx, span: Span, now: int) -> list[OutageCost]:
    """What each incident that opened in the time cost, the latest first; at most ``OUTAGES_MAX``."""
    rows = await store.outages(tx, span.since, span.until, OUTAGES_MAX)
    return [
        await _cost(
            tx, row["id"], row["title"], row["onset_at"], row["recovered_at"] or row["closed_at"], now
        )
        for row in rows
    ]


async def _cost(tx: Tx, incident_id: str, title: str, onset: int, ended: int | None, now: int) -> OutageCost:
    until = ended if ended is not None else now
    times = {"onset": onset, "ended": until, "end": min(now, until + SAVED_WITHIN_MS) + 1}
    found = await store.touched(tx, incident_id, **times)
    left = found["at_risk"] - found["saved"]
    is_decided = ended is not None and now > until + SAVED_WITHIN_MS
    return OutageCost(
        incident_id=incident_id,
        title=title,
        onset_at=onset,
        ended_at=ended,
        lasted_ms=max(0, until - onset),
        at_risk=found["at_risk"],
        saved=found["saved"],
        lost=left if is_decided else 0,
        open=0 if is_decided else left,
        messages_lost=(await incident_ledger(tx, incident_id))["lost"],
        leads=tuple(
            _leads(row, is_decided=is_decided) for row in await store.leads_touched(tx, incident_id, **times)
        ),
    )


def _leads(row: Row, *, is_decided: bool) -> LeadsCost:
    left = row["at_risk"] - row["saved"]
    value_left = int(row["value_at_risk"] - row["value_saved"])
    return LeadsCost(
        currency=row["currency"],
        at_risk=row["at_risk"],
        saved=row["saved"],
        lost=left if is_decided else 0,
        open=0 if is_decided else left,
        value_at_risk=int(row["value_at_risk"]),
        value_saved=int(row["value_saved"]),
        value_lost=value_left if is_decided else 0,
        value_open=0 if is_decided else value_left,
    )
