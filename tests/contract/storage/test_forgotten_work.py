"""What the team added to conversations is forgotten in its time, on every store."""

from typing import Any, Final

import pytest

from holdfast.conversations.texts import NOTE, Text, index_texts
from holdfast.retention import keep_house
from holdfast.settings.model import Retention
from holdfast.storage import Database, Tx

NOW: Final = 1_790_000_000_000
DAY: Final = 86_400_000


class Clock:
    def now_ms(self) -> int:
        return NOW

    def monotonic(self) -> float:
        return NOW / 1000

    async def sleep(self, seconds: float) -> None:
        """Nobody else is here to go first."""


async def _fill(tx: Tx) -> None:
    await tx.run("INSERT INTO contact (id, name, created_at) VALUES ('ctc', 'Ann', 1)")
    await tx.run("INSERT INTO conversation (id, contact_id, last_at, created_at) VALUES ('con', 'ctc', 1, 1)")
    for name, days in (("a_old", 400), ("b_young", 1)):
        at = NOW - days * DAY
        await tx.run(
            "INSERT INTO conversation_change (id, conversation_id, at, who, kind) "
            "VALUES (:id, 'con', :at, 'agent:a', 'resolved')",
            id=name,
            at=at,
        )
        await tx.run(
            "INSERT INTO internal_note (id, conversation_id, author, text, at) "
            "VALUES (:id, 'con', 'agent:a', 'Kelp', :at)",
            id=name,
            at=at,
        )
        await tx.run(
            "INSERT INTO mention (note_id, agent_id, conversation_id, at) VALUES (:id, 'a', 'con', :at)",
            id=name,
            at=at,
        )
        await index_texts(tx, [Text(id=name, at=at, text="Kelp", direction=NOTE)])
        for state in ("waiting", "queued", "cancelled"):
            await tx.run(
                "INSERT INTO later_reply (id, conversation_id, author, text, route, send_at, state, made_at) "
                "VALUES (:id, 'con', 'agent:a', 'Hello', 'auto', :at, :state, 1)",
                id=f"{name}_{state}",
                at=at,
                state=state,
            )


@pytest.fixture
async def filled(database: Database) -> Database:
    await database.write(_fill)
    return database


async def names(database: Database, sql: str) -> list[Any]:
    async def read(tx: Tx) -> list[Any]:
        return [row["name"] for row in await tx.all(sql)]

    return await database.read(read)


async def test_what_is_older_than_its_days_goes_with_all_that_hangs_on_it(filled: Database) -> None:
    kept = Retention(story_days=365, note_days=365, later_days=365)
    forgotten = await keep_house(filled, Clock(), kept, None)
    assert {name: forgotten[name] for name in ("conversation_change", "internal_note", "later_reply")} == {
        "conversation_change": 1,
        "internal_note": 1,
        "later_reply": 2,
    }
    for table, column in (
        ("conversation_change", "id"),
        ("internal_note", "id"),
        ("mention", "note_id"),
        ("find_entry", "subject_id"),
    ):
        assert await names(filled, f"SELECT {column} AS name FROM {table}") == ["b_young"]
    assert await names(filled, "SELECT id AS name FROM later_reply ORDER BY id") == [
        "a_old_waiting",
        "b_young_cancelled",
        "b_young_queued",
        "b_young_waiting",
    ]


async def test_nothing_of_it_goes_before_its_time(filled: Database) -> None:
    forgotten = await keep_house(
        filled, Clock(), Retention(story_days=401, note_days=401, later_days=401), None
    )
    assert not any(forgotten[name] for name in ("conversation_change", "internal_note", "later_reply"))
