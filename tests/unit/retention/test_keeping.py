"""What is forgotten and what is not; and that a busy store stops growing."""

import gzip
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from tests.postgres import PostgresServer
from tests.upgrade.older_stores import SCHEMAS, store_as_of

from holdfast.channels.contract import MessageReceived, ReactionChanged
from holdfast.conversations.search import find_contacts
from holdfast.retention import Archive, keep_house, keep_spool
from holdfast.retention.keeping import BATCH_ROWS
from holdfast.retention.rules import rules
from holdfast.sample import Plan, fill_shared
from holdfast.settings.model import Retention
from holdfast.storage import NewEnvelope, PostgresDatabase, SqliteDatabase, Tx, append_event

CHANNEL = "instagram:shop"
DAY_SECONDS = 86_400
DAY_MS = 86_400_000
DAYS = 45
REACTIONS_A_DAY = 60
PAGES_APART = 3
"""What splits of pages may make of difference; a day's traffic alone would fill more."""


class LateClock:
    """Time that stands still, far away; sleeping takes none."""

    def __init__(self, now_ms: int) -> None:
        self.ms = now_ms
        self.slept = 0

    def now_ms(self) -> int:
        return self.ms

    def monotonic(self) -> float:
        return self.ms / 1000

    async def sleep(self, seconds: float) -> None:
        self.slept += seconds > 0


def counts(path: Path) -> dict[str, int]:
    with sqlite3.connect(path) as connection:
        tables = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
        found = {name: connection.execute(f"SELECT COUNT(*) FROM {name}").fetchone()[0] for (name,) in tables}
    connection.close()
    return found


def pages(database: SqliteDatabase) -> Any:
    return database.read(lambda tx: tx.one("SELECT page_count AS pages FROM pragma_page_count"))


async def test_after_many_years_all_that_people_wrote_is_there_and_the_rest_is_not(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    store_as_of(SCHEMAS[-1], path)
    before = counts(path)
    database = SqliteDatabase(path)
    try:
        forgotten = await keep_house(database, LateClock(4_000_000_000_000), Retention(), None)
    finally:
        await database.close()
    after = counts(path)
    gone = {table for table, count in after.items() if count < before[table]}
    with_their_device = {"push_device", "push_notice", "mention"}
    waiting = {"member", "later_reply"}
    assert gone == {rule.table for rule in rules(Retention())} - waiting | with_their_device
    numbered = {"direct_log": 1}
    assert {table: after[table] for table in gone} == {**dict.fromkeys(gone, 0), **numbered}
    assert after["event"] == 1, "the newest event holds the number"
    assert {table: count for table, count in forgotten.items() if count} == {
        table: before[table] - after[table] for table in gone - with_their_device
    }


async def test_what_is_younger_stays(hub: Any) -> None:
    hub.add(CHANNEL)
    _, conversation = await hub.person(name="Ann")
    await hub.run("DELETE FROM event")
    now = hub.clock.now_ms()
    for days in (31, 30, 29):
        await hub.database.write(
            append_event, at=now - days * DAY_MS, kind="x.happened", body={}, conversation_id=conversation
        )
    forgotten = await keep_house(hub.database, LateClock(now), Retention(event_days=30), None)
    assert forgotten["event"] == 1
    assert len(await hub.rows("SELECT 1 FROM event")) == 2


async def test_much_is_forgotten_in_many_steps_between_which_others_get_in(hub: Any) -> None:
    now = hub.clock.now_ms()
    rows = [{"at": now - 40 * DAY_MS, "key": str(number)} for number in range(BATCH_ROWS * 2 + 5)]
    insert = "INSERT INTO seen_event (channel, key, at) VALUES ('sms:shop', :key, :at)"
    await hub.database.write(lambda tx: tx.many(insert, rows))
    clock = LateClock(now)
    forgotten = await keep_house(hub.database, clock, Retention(), None)
    assert forgotten["seen_event"] == len(rows)
    assert clock.slept == 3


async def test_guests_who_never_wrote_are_forgotten(hub: Any) -> None:
    guest = "INSERT INTO member (id, kind, created_at, seen_at) VALUES (:id, :kind, 1, :at)"
    old = hub.clock.now_ms() - 91 * DAY_MS
    for member_id, at in (("silent", old), ("writer", old), ("new", old + 2 * DAY_MS)):
        await hub.run(guest, id=member_id, kind="guest", at=at)
    await hub.run(guest, id="member", kind="member", at=old)
    session = "INSERT INTO member_session VALUES (:id, 'silent', :id, '', 1, 1)"
    await hub.run(session, id="ses_1")
    upload = "INSERT INTO media (id, owner, state, created_at) VALUES (:id, :id, 'kept', 1)"
    shown = "INSERT INTO media_use (used_by, media_id) VALUES ('member:' || :id, :id)"
    for member_id in ("silent", "writer"):
        await hub.run(upload, id=member_id)
        await hub.run(shown, id=member_id)
    hub.add("direct:shop")
    event = MessageReceived(external_id="m1", address="writer", at=hub.clock.now_ms(), text="Hi", name="")
    await hub.arrive("direct:shop", event)
    forgotten = await keep_house(hub.database, LateClock(hub.clock.now_ms()), Retention(), None)
    assert forgotten["member"] == 1
    assert {row["id"] for row in await hub.rows("SELECT id FROM member")} == {"writer", "new", "member"}
    assert await hub.rows("SELECT id FROM member_session") == []
    assert [row["id"] for row in await hub.rows("SELECT id FROM media WHERE state = 'leaving'")] == ["silent"]


async def test_what_was_not_applied_is_not_forgotten(hub: Any) -> None:
    for number in range(5):
        await hub.spool.append(NewEnvelope(CHANNEL, "webhook", 1_000 + number, b"x"))
    clock = LateClock(hub.clock.now_ms())
    assert await keep_spool(hub.spool, clock, Retention(), None, applied=3) == 3
    assert [each.seq for each in await hub.spool.after(0, 10)] == [4, 5]
    assert await keep_spool(hub.spool, clock, Retention(), None, applied=3) == 0


async def test_before_they_are_forgotten_they_are_written_by_day(hub: Any) -> None:
    day = 1_760_000_000_000 // DAY_MS * DAY_MS
    archive = Archive(hub.folder / "archive")
    clock = LateClock(hub.clock.now_ms())
    for number in range(3):
        at = day + number * DAY_MS // 2
        await hub.database.write(append_event, at=at, kind="x.happened", body={"number": number})
        await hub.spool.append(NewEnvelope(CHANNEL, "webhook", at, b"\xff" if number else b"text"))
    await keep_house(hub.database, clock, Retention(), archive)
    await keep_spool(hub.spool, clock, Retention(), archive, applied=3)
    lines = {path.name: read_lines(path) for path in sorted((hub.folder / "archive").iterdir())}
    assert {name: len(found) for name, found in lines.items()} == {
        "envelopes-2025-10-09.jsonl.gz": 2,
        "envelopes-2025-10-10.jsonl.gz": 1,
        "events-2025-10-09.jsonl.gz": 2,  # the newest event of all stays where it is
    }
    first, second = lines["envelopes-2025-10-09.jsonl.gz"]
    assert (first["seq"], first["body"], second["body_base64"]) == (1, "text", "/w==")
    assert lines["events-2025-10-09.jsonl.gz"][1]["body"] == {"number": 1}


def read_lines(path: Path) -> list[Any]:
    with gzip.open(path, "rt") as file:
        return [json.loads(line) for line in file]


async def test_what_cannot_be_archived_is_not_forgotten(hub: Any) -> None:
    (hub.folder / "archive").write_text("not a folder")
    for _ in range(2):
        await hub.database.write(append_event, at=1, kind="x.happened", body={})
    with pytest.raises(OSError, match=r"exists|directory"):
        await keep_house(
            hub.database, LateClock(hub.clock.now_ms()), Retention(), Archive(hub.folder / "archive")
        )
    assert len(await hub.rows("SELECT 1 FROM event")) == 2


async def test_a_busy_store_and_its_spool_stop_growing(hub: Any) -> None:
    """Many days of what is no new message: the rows stop growing, and freed pages are used again."""
    hub.add(CHANNEL)
    await hub.arrive(
        CHANNEL, MessageReceived(external_id="m1", address="1", at=hub.clock.now_ms(), text="Hi", name="")
    )
    settings, sizes, rows = Retention(event_days=7, envelope_days=7), [], []
    for day in range(DAYS):
        at = hub.clock.now_ms()
        reactions = [
            ReactionChanged(external_id="m1", key=f"{day}-{number}", emoji="x", at=at + number, address="1")
            for number in range(REACTIONS_A_DAY)
        ]
        await hub.arrive(CHANNEL, *reactions)
        hub.clock.ms += DAY_MS
        late = LateClock(hub.clock.now_ms())
        await keep_house(hub.database, late, settings, None)
        await keep_spool(hub.spool, late, settings, None, applied=day + 2)
        rows.append(counts(hub.folder / "hub.db"))
        sizes.append([(await pages(each))["pages"] for each in (hub.database, hub.spool._database)])
    for table in ("event", "seen_event", "observation"):
        assert rows[-1][table] == rows[-8][table], table
    assert rows[-1]["event"] <= 9 * REACTIONS_A_DAY
    assert rows[-1]["seen_event"] <= 32 * REACTIONS_A_DAY
    for now, before in zip(sizes[-1], sizes[-8], strict=True):
        assert now <= before + PAGES_APART
    assert len(await hub.spool.after(0, 1_000)) <= 8


async def test_postgresql_forgets_and_finds_as_the_embedded_store_does(postgres: PostgresServer) -> None:
    plan = Plan(messages=600, contacts=60, years=0.1, until=1_790_000_000_000)
    database = PostgresDatabase(postgres.make_database())
    try:
        await fill_shared(database, plan, lambda *_: None)
        [person] = await database.read(lambda tx: tx.all("SELECT id, name FROM contact ORDER BY id LIMIT 1"))
        assert person["id"] in await database.read(find_contacts, person["name"][:4].upper())
        before = await database.read(count_attempts_and_events)
        forgotten = await keep_house(database, LateClock(4_000_000_000_000), Retention(), None)
        assert await database.read(count_attempts_and_events) == (0, 1)
        assert (forgotten["attempt"], forgotten["event"] + 1) == before
        assert before[1] > before[0] > 0
    finally:
        await database.close()


async def count_attempts_and_events(tx: Tx) -> tuple[int, int]:
    row = await tx.one("SELECT (SELECT COUNT(*) FROM attempt) AS a, (SELECT COUNT(*) FROM event) AS e")
    return (row["a"], row["e"]) if row else (0, 0)


async def test_drafts_of_what_goes_on_and_alerts_on_their_way_stay(hub: Any) -> None:
    now = hub.clock.now_ms()
    old, young = now - 91 * DAY_MS, now - 89 * DAY_MS
    incident = (
        "INSERT INTO incident (id, channel, capabilities, cause, title, state, onset_at, opened_at, evidence) "
        "VALUES (:id, 'sms:shop', '[]', 'platform', 'x', :state, 1, 1, '[]')"
    )
    draft = (
        "INSERT INTO incident_draft (incident_id, stage, round, text, state, made_at) "
        "VALUES (:id, 'identified', :at, 'x', 'published', :at)"
    )
    for name, state in (("inc_open", "open"), ("inc_over", "closed")):
        await hub.run(incident, id=name, state=state)
        for at in (old, young):
            await hub.run(draft, id=name, at=at)
    alert = (
        "INSERT INTO team_alert (name, target, incident_id, kind, title, text, made_at, state, next_at) "
        "VALUES (:name, 't', 'inc_over', 'opened', 'x', 'x', :at, :state, 1)"
    )
    for name, at, state in (("a", old, "sent"), ("b", old, "queued"), ("c", young, "sent")):
        await hub.run(alert, name=name, at=at, state=state)
    await keep_house(hub.database, LateClock(now), Retention(), None)
    drafts = {(row["incident_id"], row["made_at"]) for row in await hub.rows("SELECT * FROM incident_draft")}
    assert drafts == {("inc_open", old), ("inc_open", young), ("inc_over", young)}
    assert {row["name"] for row in await hub.rows("SELECT name FROM team_alert")} == {"b", "c"}
