"""Reports on a real store: kept once, counted, told more about, forgotten."""

from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import pytest

from holdfast.radar.reports import (
    DAY_MS,
    Batch,
    Cell,
    Report,
    Surface,
    Symptom,
    Taken,
    add_details,
    bucket_of,
    load_day,
    load_latest,
    load_past,
    prune_reports,
    take_batches,
    take_report,
)
from holdfast.storage import Database, SqliteDatabase, Tx, migrate

NOW = 1_790_000_000_000
NUMBERS = count(1)
HALF_HOUR_MS = 30 * 60_000
CELL = Cell(
    platform="instagram", symptom=Symptom.CANNOT_SEND, surface=Surface.APP, country="US", city="Phoenix"
)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = SqliteDatabase(tmp_path / "hub.db")
    await migrate(database, now_ms=NOW)
    yield database
    await database.close()


async def taken(database: Database, number: int, **other: object) -> Taken:
    values = {"at": NOW, "cell": CELL, "address": f"10.{number}.0.1", **other}
    report = Report(id=f"rep_{next(NUMBERS)}", **values)  # type: ignore[arg-type]
    return await database.write(take_report, report, "5a17")


async def shown(database: Database) -> int:
    return sum(each.count for each in (await database.read(load_day, NOW)).symptoms)


async def test_a_person_is_counted_once_for_a_symptom_in_half_an_hour(database: Database) -> None:
    first = await taken(database, 1)
    again = await taken(database, 1, at=NOW + 1)
    assert (first.is_new, again.is_new, again.id) == (True, False, first.id)
    assert (await taken(database, 1, at=NOW + HALF_HOUR_MS)).is_new
    assert (await taken(database, 1, cell=Cell(platform="instagram", symptom=Symptom.FEED))).is_new
    assert (await taken(database, 1, agent="another phone at the same address")).is_new
    assert await shown(database) == 4


async def test_one_network_is_kept_whole_and_shown_in_part(database: Database) -> None:
    for number in range(40):
        assert (await taken(database, 7, agent=str(number))).is_new
    day = await database.read(load_day, NOW)
    assert (await shown(database), day.hidden[0].count) == (20, 20)
    for number in range(100, 160):
        await taken(database, number)
    assert (await taken(database, 7, agent="later")).is_shown is False
    for number in range(160, 260):
        await taken(database, number)
    assert (await taken(database, 7, agent="last")).is_shown, "it is no longer the most of them"


async def test_what_looks_like_a_program_is_kept_and_not_shown(database: Database) -> None:
    assert (await taken(database, 1, is_doubtful=True)).is_new
    assert await shown(database) == 0


async def test_details_that_follow_move_the_count(database: Database) -> None:
    plain = Cell(platform="instagram", symptom=Symptom.CANNOT_SEND)
    report = await taken(database, 1, cell=plain)
    assert await database.write(add_details, report.id, surface=Surface.WEB, country="IN", city="Mumbai")
    day = await database.read(load_day, NOW)
    assert [(each.key, each.count) for each in day.places if each.count] == [(("IN", "Mumbai"), 1)]
    assert [(each.key, each.count) for each in day.surfaces if each.count] == [(("web",), 1)]
    assert await database.write(add_details, report.id, surface=Surface.APP, country="", city="")
    day = await database.read(load_day, NOW)
    assert [(each.key, each.count) for each in day.places if each.count] == [(("IN", "Mumbai"), 1)]
    assert not await database.write(add_details, "rep_none", surface=Surface.WEB, country="", city="")


async def test_reports_gathered_elsewhere_are_counted_at_their_time(database: Database) -> None:
    batches = [Batch(at=NOW - 2 * DAY_MS, cell=CELL, count=40), Batch(at=NOW, cell=CELL, count=2)]
    assert await database.write(take_batches, batches) == 42
    assert await database.write(take_batches, batches[1:]) == 2
    past = await database.read(load_past, NOW)
    assert past.buckets == {"instagram": {bucket_of(NOW - 2 * DAY_MS): 40, bucket_of(NOW): 4}}
    assert past.began == bucket_of(NOW - 2 * DAY_MS)
    assert [(each.key, each.count) for each in past.countries] == [(("US",), 40)]


async def test_the_latest_are_told_by_symptom_and_country(database: Database) -> None:
    await taken(database, 1)
    await taken(database, 2)
    found = await database.read(load_latest, NOW - 60_000, NOW + 1)
    assert [(each.platform, each.key, each.count) for each in found] == [
        ("instagram", ("cannot_send", "US"), 2)
    ]


async def test_no_address_is_kept_and_the_rows_go_after_two_days(database: Database) -> None:
    await taken(database, 1, agent="Mozilla/5.0")
    rows = await database.read(everything)
    assert rows["report"]
    assert "10.1.0" not in str(rows)
    assert "Mozilla" not in str(rows)
    await database.write(prune_reports, NOW + 3 * DAY_MS)
    kept = {table: len(found) for table, found in (await database.read(everything)).items()}
    assert kept == {"report": 0, "report_bucket": 1, "report_day": 1, "report_network": 0, "report_salt": 0}
    await database.write(prune_reports, NOW + 401 * DAY_MS)
    assert not any((await database.read(everything)).values())


async def everything(tx: Tx) -> dict[str, list[dict[str, object]]]:
    tables = ("report", "report_bucket", "report_day", "report_network", "report_salt")
    return {table: [dict(row) for row in await tx.all(f"SELECT * FROM {table}")] for table in tables}
