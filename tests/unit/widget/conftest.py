"""Leads on a migrated store of each kind, with people who wrote on the chat, and time that a test moves."""

from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest
from tests.postgres import PostgresServer
from tests.unit.members.conftest import HandClock

from holdfast.conversations import Conversations, NewAddress
from holdfast.kernel import IdSource
from holdfast.members.joining import Joiner
from holdfast.storage import Database, EventLog, PostgresDatabase, Row, SqliteDatabase, Tx, migrate
from holdfast.widget import Consenting, Leads, Setups

CHANNELS = ("direct:web", "email:shop", "sms:shop")


class Bench:
    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = HandClock()
        self.events = EventLog(database, self.clock)
        self.ids = IdSource(self.clock, Random(3))  # noqa: S311 - identifiers of a test
        self.conversations = Conversations(
            database=database, events=self.events, clock=self.clock, ids=self.ids
        )
        self.leads = Leads(database=database, events=self.events, clock=self.clock, ids=self.ids)
        self.setups = Setups(database=database, clock=self.clock, ids=self.ids, channels=lambda: CHANNELS)
        self.consenting = Consenting(
            database=database,
            events=self.events,
            clock=self.clock,
            ids=self.ids,
            joiner=Joiner(conversations=self.conversations, ids=self.ids, direct=lambda: "direct:web"),
            mail_channel=lambda: "email:shop",
        )

    async def guest(self, member_id: str = "mem_ann") -> str:
        """A guest who has written on the chat; their contact."""
        await self.run(
            "INSERT INTO member (id, kind, created_at, seen_at) VALUES (:id, 'guest', 1, 1)", id=member_id
        )
        address = NewAddress(channel="direct:web", value=member_id, proof="wrote", consent="reply")
        return await self.conversations.create_contact("Ann", [address], "test")

    async def signs_in(self, email: str, member_id: str = "mem_ann") -> None:
        await self.run(
            "UPDATE member SET kind = 'member', email = :email WHERE id = :id", id=member_id, email=email
        )

    async def rows(self, sql: str, **values: object) -> list[Row]:
        async def ask(tx: Tx) -> list[Row]:
            return await tx.all(sql, **values)

        return await self.database.read(ask)

    async def run(self, sql: str, **values: object) -> None:
        async def work(tx: Tx) -> int:
            return await tx.run(sql, **values)

        await self.database.write(work)

    async def consent_of(self, value: str) -> str:
        found = await self.rows("SELECT consent FROM address WHERE value = :value", value=value)
        return str(found[0]["consent"]) if found else ""


@pytest.fixture(params=["sqlite", "postgres"])
async def bench(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bench]:
    database: Database
    if request.param == "sqlite":
        database = SqliteDatabase(tmp_path / "hub.db", synchronous="OFF")
    else:
        server: PostgresServer = request.getfixturevalue("postgres")
        database = PostgresDatabase(server.make_database())
    await migrate(database, now_ms=1_790_000_000_000)
    yield Bench(database)
    await database.close()
