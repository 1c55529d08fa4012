"""The audit trail is looked through and taken along in the same way on every database."""

import csv

from holdfast.inbox.access import store as access_store
from holdfast.inbox.trail import TrailFilter, audit_page, trail_as_csv
from holdfast.storage import Database

ENTRIES = (
    ("agent:agt_1", "agent.added", "agt_2", "noor@kelp.example, agent"),
    ("agent:agt_1", "agentless.thing", "x", ""),
    ("api:reports", "channel.changed", "sms:shop", "=HYPERLINK(1)"),
    ("agent:agt_2", "agent.password", "agt_2", ""),
    ("", "sign_in.refused", "ann@kelp.example", ""),
)


async def filled(database: Database) -> None:
    for agent_id, name in (("agt_1", "Mara"), ("agt_2", "Noor")):
        columns = {"email": f"{agent_id}@kelp.example", "name": name, "password_hash": "", "role": "owner"}
        await database.write(access_store.put_agent, agent_id=agent_id, at=1, **columns)
    for number, (who, action, subject, detail) in enumerate(ENTRIES):
        entry = {"who": who, "action": action, "subject": subject, "detail": detail}
        await database.write(access_store.audit, entry_id=f"aud_{number}", at=1_000 + number, **entry)


async def found(database: Database, wanted: TrailFilter, limit: int = 10) -> list[str]:
    ids: list[str] = []
    before: str | None = ""
    while before is not None:
        page = await database.read(audit_page, wanted, before, limit)
        ids += [entry.id.removeprefix("aud_") for entry in page.items]
        before = page.next
    return ids


async def test_each_filter_finds_its_own_and_pages_lose_nothing(database: Database) -> None:
    await filled(database)
    for limit in (1, 2, 10):
        assert await found(database, TrailFilter(), limit) == ["4", "3", "2", "1", "0"]
        assert await found(database, TrailFilter(action="agent."), limit) == ["3", "0"]
        assert await found(database, TrailFilter(action="agent.added"), limit) == ["0"]
        assert await found(database, TrailFilter(who="agent:agt_1"), limit) == ["1", "0"]
        assert await found(database, TrailFilter(subject="agt_2"), limit) == ["3", "0"]
        both = TrailFilter(action="agent.", who="agent:agt_2", subject="agt_2")
        assert await found(database, both, limit) == ["3"]
        assert await found(database, TrailFilter(since=1_001, until=1_004), limit) == ["3", "2", "1"]
    page = await database.read(audit_page, TrailFilter(action="agent.added"), "", 10)
    assert [(entry.who_name, entry.subject_name) for entry in page.items] == [("Mara", "Noor")]


async def test_the_table_has_every_line_and_nothing_that_a_program_would_run(database: Database) -> None:
    await filled(database)
    text = b"".join([line async for line in trail_as_csv(database, TrailFilter())]).decode()
    rows = list(csv.reader(text.splitlines()))
    assert rows[0] == ["at", "who", "who_name", "action", "subject", "subject_name", "detail"]
    assert len(rows) == 1 + len(ENTRIES)
    assert rows[3][3:] == ["channel.changed", "sms:shop", "", "'=HYPERLINK(1)"]
    assert rows[3][0] == "1970-01-01 00:00:01+00:00"
