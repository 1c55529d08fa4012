"""Every SQL statement about reports."""

from collections.abc import Iterable
from typing import Final

import msgspec

from holdfast.radar.reports.counting import (
    BUCKET_MS,
    DAY_MS,
    Spread,
    bucket_of,
    day_of,
    half_hour_of,
    may_be_shown,
    network_of,
    sender_of,
)
from holdfast.radar.reports.model import Batch, Cell, Report, Surface, Symptom, Taken
from holdfast.storage import Tx

ROW_DAYS: Final = 2
BUCKET_DAYS: Final = 8
COUNT_DAYS: Final = 400

_SALT: Final = "SELECT salt FROM report_salt WHERE at = :at"
_ADD_SALT: Final = "INSERT INTO report_salt (at, salt) VALUES (:at, :salt) ON CONFLICT (at) DO NOTHING"
_ADD: Final = """
INSERT INTO report (id, at, platform, symptom, surface, country, city, sender, network, half_hour,
    is_shown)
VALUES (:id, :at, :platform, :symptom, :surface, :country, :city, :sender, :network, :half_hour, :is_shown)
ON CONFLICT (sender, platform, symptom, half_hour) DO NOTHING
"""
_EARLIER: Final = """
SELECT id, is_shown FROM report
WHERE sender = :sender AND platform = :platform AND symptom = :symptom AND half_hour = :half_hour
"""
_ONE: Final = "SELECT * FROM report WHERE id = :id"
_DETAIL: Final = "UPDATE report SET surface = :surface, country = :country, city = :city WHERE id = :id"
_COUNT: Final = """
INSERT INTO report_bucket (at, platform, symptom, surface, country, city, shown, hidden)
VALUES (:at, :platform, :symptom, :surface, :country, :city, :shown, :hidden)
ON CONFLICT (at, platform, symptom, surface, country, city) DO UPDATE SET
    shown = report_bucket.shown + excluded.shown, hidden = report_bucket.hidden + excluded.hidden
"""
_COUNT_DAY: Final = """
INSERT INTO report_day (at, platform, symptom, surface, country, city, shown, hidden)
VALUES (:at, :platform, :symptom, :surface, :country, :city, :shown, :hidden)
ON CONFLICT (at, platform, symptom, surface, country, city) DO UPDATE SET
    shown = report_day.shown + excluded.shown, hidden = report_day.hidden + excluded.hidden
"""
_COUNT_NETWORK: Final = """
INSERT INTO report_network (at, network, count) VALUES (:at, :network, 1)
ON CONFLICT (at, network) DO UPDATE SET count = report_network.count + 1
"""
_NETWORKS: Final = "SELECT network, count FROM report_network WHERE at = :at AND network IN :networks"

_BY_BUCKET: Final = """
SELECT platform, at, SUM(shown) AS count FROM report_bucket WHERE at >= :since GROUP BY platform, at
"""
_BY_SYMPTOM: Final = """
SELECT platform, symptom, SUM(shown) AS count FROM report_bucket WHERE at >= :since GROUP BY platform, symptom
"""
_BY_SURFACE: Final = """
SELECT platform, surface, SUM(shown) AS count FROM report_bucket WHERE at >= :since GROUP BY platform, surface
"""
_BY_PLACE: Final = """
SELECT platform, country, city, SUM(shown) AS count FROM report_bucket WHERE at >= :since
GROUP BY platform, country, city
"""
_BY_COUNTRY_OF_DAYS: Final = """
SELECT platform, country, SUM(shown) AS count FROM report_day WHERE at >= :since AND at < :until
GROUP BY platform, country
"""
_HIDDEN: Final = """
SELECT platform, SUM(hidden) AS count FROM report_bucket WHERE at >= :since GROUP BY platform
"""
_LATEST: Final = """
SELECT platform, symptom, country, COUNT(*) AS count FROM report WHERE at >= :since AND at < :until AND is_shown = 1
GROUP BY platform, symptom, country
"""
_SPREAD: Final = """
SELECT platform, COUNT(*) AS count, COUNT(DISTINCT network) AS networks FROM report
WHERE at >= :since AND is_shown = 1 GROUP BY platform
"""
_PRUNE: Final = (
    ("DELETE FROM report WHERE at < :before", ROW_DAYS),
    ("DELETE FROM report_salt WHERE at < :before", ROW_DAYS),
    ("DELETE FROM report_network WHERE at < :before", ROW_DAYS),
    ("DELETE FROM report_bucket WHERE at < :before", BUCKET_DAYS),
    ("DELETE FROM report_day WHERE at < :before", COUNT_DAYS),
)


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """A count of shown reports by platform and one or two more words (symptom; surface; country, city)."""

    platform: str
    key: tuple[str, ...]
    count: int


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """What the tracker shows of the last day; ``lately`` are the countries of the last two buckets, ``spread``
    over how many networks their reports came, by platform.
    """

    symptoms: tuple[Counted, ...] = ()
    surfaces: tuple[Counted, ...] = ()
    places: tuple[Counted, ...] = ()
    lately: tuple[Counted, ...] = ()
    hidden: tuple[Counted, ...] = ()
    spread: dict[str, Spread] = {}


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """``buckets`` of the days that are kept, by platform and time (ms), ``began`` the first of them;
    ``countries`` of the days before today.
    """

    buckets: dict[str, dict[int, int]]
    countries: tuple[Counted, ...]
    began: int | None


# --- taking -----------------------------------------------------------------------------------------


async def take_report(tx: Tx, report: Report, new_salt: str) -> Taken:
    """Keep and count one report; the earlier one stands where this person has reported the same lately.

    ``new_salt``: unpredictable; becomes the day's where there is none yet.
    """
    salt = await _salt(tx, report.at, new_salt)
    network = network_of(salt, report.address)
    is_shown = not report.is_doubtful and await _has_room(tx, network, report.at)
    sender = {
        "sender": sender_of(salt, report.address, report.agent),
        "platform": report.cell.platform,
        "symptom": report.cell.symptom.value,
        "half_hour": half_hour_of(report.at),
    }
    place = {
        "surface": report.cell.surface.value,
        "country": report.cell.country,
        "city": report.cell.city,
    }
    added = await tx.run(
        _ADD, id=report.id, at=report.at, network=network, is_shown=int(is_shown), **place, **sender
    )
    if not added:
        earlier = await tx.one(_EARLIER, **sender)
        known = earlier or {"id": report.id, "is_shown": 0}
        return Taken(id=known["id"], is_new=False, is_shown=bool(known["is_shown"]))
    await tx.many(_COUNT_NETWORK, [{"at": bucket_of(report.at), "network": each} for each in ("", network)])
    await _count(tx, report.at, report.cell, 1, is_shown=is_shown)
    return Taken(id=report.id, is_new=True, is_shown=is_shown)


async def take_batches(tx: Tx, batches: Iterable[Batch]) -> int:
    """Count reports that were gathered elsewhere; how many there were."""
    rows = [(batch, _values(batch.cell, batch.count, is_shown=True)) for batch in batches]
    await tx.many(_COUNT, [{"at": bucket_of(batch.at), **row} for batch, row in rows])
    await tx.many(_COUNT_DAY, [{"at": day_of(batch.at), **row} for batch, row in rows])
    return sum(batch.count for batch, _ in rows)


async def add_details(tx: Tx, report_id: str, *, surface: Surface, country: str, city: str) -> Cell | None:
    """Say more about a report that was taken: what is given replaces what was there. None for no such one."""
    row = await tx.one(_ONE, id=report_id)
    if row is None:
        return None
    before = Cell(
        platform=row["platform"],
        symptom=Symptom(row["symptom"]),
        surface=Surface(row["surface"]),
        country=row["country"],
        city=row["city"],
    )
    after = msgspec.structs.replace(before, surface=surface or before.surface)
    if country:
        after = msgspec.structs.replace(after, country=country, city=city)
    await _count(tx, row["at"], before, -1, is_shown=bool(row["is_shown"]))
    await _count(tx, row["at"], after, 1, is_shown=bool(row["is_shown"]))
    await tx.run(_DETAIL, id=report_id, surface=after.surface.value, country=after.country, city=after.city)
    return after


async def _salt(tx: Tx, at: int, new_salt: str) -> str:
    await tx.run(_ADD_SALT, at=day_of(at), salt=new_salt)
    row = await tx.one(_SALT, at=day_of(at))
    return str(row["salt"]) if row else new_salt


async def _has_room(tx: Tx, network: str, at: int) -> bool:
    rows = await tx.all(_NETWORKS, at=bucket_of(at), networks=["", network])
    counts = {row["network"]: int(row["count"]) for row in rows}
    return may_be_shown(counts.get(network, 0), counts.get("", 0))


async def _count(tx: Tx, at: int, cell: Cell, count: int, *, is_shown: bool) -> None:
    values = _values(cell, count, is_shown=is_shown)
    await tx.run(_COUNT, at=bucket_of(at), **values)
    await tx.run(_COUNT_DAY, at=day_of(at), **values)


def _values(cell: Cell, count: int, *, is_shown: bool) -> dict[str, object]:
    return {
        "platform": cell.platform,
        "symptom": cell.symptom.value,
        "surface": cell.surface.value,
        "country": cell.country,
        "city": cell.city,
        "shown": count if is_shown else 0,
        "hidden": 0 if is_shown else count,
    }


# --- reading ----------------------------------------------------------------------------------------


async def load_past(tx: Tx, now: int) -> Past:
    """The counts of eight days by bucket; read again only once a bucket."""
    buckets: dict[str, dict[int, int]] = {}
    for row in await tx.all(_BY_BUCKET, since=bucket_of(now) - BUCKET_DAYS * DAY_MS):
        buckets.setdefault(row["platform"], {})[int(row["at"])] = int(row["count"])
    today = day_of(now)
    return Past(
        buckets=buckets,
        countries=await _counted(
            tx, _BY_COUNTRY_OF_DAYS, "country", since=today - BUCKET_DAYS * DAY_MS, until=today
        ),
        began=min((at for counts in buckets.values() for at in counts), default=None),
    )


async def load_day(tx: Tx, now: int) -> Day:
    since = bucket_of(now) - DAY_MS + BUCKET_MS
    return Day(
        symptoms=await _counted(tx, _BY_SYMPTOM, "symptom", since=since),
        surfaces=await _counted(tx, _BY_SURFACE, "surface", since=since),
        places=await _counted(tx, _BY_PLACE, "country", "city", since=since),
        lately=await _counted(tx, _BY_PLACE, "country", since=bucket_of(now) - BUCKET_MS),
        hidden=await _counted(tx, _HIDDEN, since=since),
        spread=await _spread(tx, bucket_of(now) - BUCKET_MS),
    )


async def _spread(tx: Tx, since: int) -> dict[str, Spread]:
    return {
        row["platform"]: Spread(single=int(row["count"]), networks=int(row["networks"]))
        for row in await tx.all(_SPREAD, since=since)
    }


async def load_recent_buckets(tx: Tx, since: int) -> dict[str, dict[int, int]]:
    """Counts by platform and bucket since a time (ms)."""
    found: dict[str, dict[int, int]] = {}
    for row in await tx.all(_BY_BUCKET, since=since):
        found.setdefault(row["platform"], {})[int(row["at"])] = int(row["count"])
    return found


async def load_latest(tx: Tx, since: int, until: int) -> tuple[Counted, ...]:
    """Single reports that were taken and shown in a short time, by platform, symptom and country."""
    return await _counted(tx, _LATEST, "symptom", "country", since=since, until=until)


async def _counted(tx: Tx, sql: str, *columns: str, **values: object) -> tuple[Counted, ...]:
    rows = await tx.all(sql, **values)
    return tuple(
        Counted(
            platform=row["platform"],
            key=tuple(str(row[column]) for column in columns),
            count=int(row["count"]),
        )
        for row in rows
    )


async def prune_reports(tx: Tx, now: int) -> None:
    """Forget what has had its time; done each minute, so that little goes at once."""
    for statement, days in _PRUNE:
        await tx.run(statement, before=now - days * DAY_MS)
