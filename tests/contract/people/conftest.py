"""People on every database: conversations, the team's work and the book of contacts over one store."""

from collections.abc import AsyncIterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from holdfast.channels.contract import Limits
from holdfast.contacts import ContactBook, ContactJoining
from holdfast.contacts.erasing import Erasing
from holdfast.contacts.taking import Taking
from holdfast.conversations import Conversations, NewAddress, person_at, store
from holdfast.kernel import IdSource
from holdfast.media import Shelf
from holdfast.members import Members
from holdfast.members.leaving import Leaving
from holdfast.outbox import ChannelFact, Outbox
from holdfast.settings.model import Outbox as OutboxSettings
from holdfast.storage import Database, EventLog, Row, Spool, Tx, migrate, open_database
from holdfast.targets import TargetJoining
from holdfast.work import Work, WorkJoining

NOW_MS = 1_790_000_000_000
DAY_MS = 86_400_000
CHANNELS = {"instagram:shop": "meta", "whatsapp:shop": "meta", "sms:shop": "twilio", "email:shop": "email"}


class StillClock:
    def __init__(self) -> None:
        self.ms = NOW_MS

    def now_ms(self) -> int:
        return self.ms

    def monotonic(self) -> float:
        return self.ms / 1000

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("nothing waits here")


def _fact(channel: str, domain: str) -> ChannelFact:
    window = DAY_MS if domain == "meta" else None
    limits = Limits(text_max=1000, sends_per_second=100.0, reply_window_ms=window)
    platform = channel.partition(":")[0]
    return ChannelFact(
        channel=channel, platform=platform, name=platform.title(), domain=domain, limits=limits, health="up"
    )


class Town:
    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.clock = StillClock()
        self.ids = IdSource(self.clock, Random(7))  # noqa: S311 - the same in every run
        self.events = EventLog(database, self.clock)
        self.work = Work(database=database, events=self.events, clock=self.clock, ids=self.ids)
        self.conversations = Conversations(
            database=database,
            events=self.events,
            clock=self.clock,
            ids=self.ids,
            beside={"work": WorkJoining(), "contacts": ContactJoining(), "targets": TargetJoining()},
        )
        self.facts = {channel: _fact(channel, domain) for channel, domain in CHANNELS.items()}
        self.book = ContactBook(
            database=database, events=self.events, clock=self.clock, ids=self.ids, facts=lambda: self.facts
        )

        self.spool = Spool(folder / "spool.db")
        self.outbox = Outbox(
            database=database,
            events=self.events,
            clock=self.clock,
            ids=self.ids,
            random=Random(7),  # noqa: S311 - the same in every run
            channels=dict,
            facts=lambda: self.facts,
            settings=OutboxSettings(),
            node="test",
        )
        members = Members(
            database=database,
            events=self.events,
            clock=self.clock,
            ids=self.ids,
            random_bytes=Random(8).randbytes,  # noqa: S311 - the same in every run
            continue_link_hours=24,
        )
        self.members = members
        self.leaving = Leaving(members=members, database=database, clock=self.clock, ids=self.ids)
        self.shelf = Shelf(folder / "media")
        self.erasing = Erasing(
            database=database,
            events=self.events,
            clock=self.clock,
            ids=self.ids,
            outbox=self.outbox,
            spool=self.spool,
            leave=self.leaving.delete_within,
        )
        self.taking = Taking(
            database=database, clock=self.clock, shelf=self.shelf, member=self.leaving.export
        )

    async def close(self) -> None:
        await self.spool.close()
        await self.database.close()

    async def rows(self, sql: str, **values: object) -> list[Row]:
        return await self.database.read(lambda tx: tx.all(sql, **values))

    async def run(self, sql: str, **values: object) -> None:
        await self.database.write(lambda tx: tx.run(sql, **values))

    async def person(self, name: str, *addresses: tuple[str, str], consent: str = "reply") -> str:
        """A person who wrote from these addresses just now."""
        self.clock.ms += 1
        given = [NewAddress(channel=c, value=v, proof="wrote", consent=consent) for c, v in addresses]
        contact_id = await self.conversations.create_contact(name, given, "test")
        await self.run(
            "UPDATE address SET last_in_at = :at WHERE contact_id = :id", at=self.clock.ms, id=contact_id
        )
        return contact_id

    async def conversation(self, contact_id: str) -> str:
        [row] = await self.rows("SELECT id FROM conversation WHERE contact_id = :id", id=contact_id)
        return str(row["id"])

    async def says(self, channel: str, value: str, text: str) -> str:
        """A message arrives from an address; its id."""
        self.clock.ms += 1_000
        message_id = self.ids.new("msg")
        await self.database.write(self._says, channel, value, text, message_id)
        return message_id

    async def _says(self, tx: Tx, channel: str, value: str, text: str, message_id: str) -> None:
        at = self.clock.ms
        person = await person_at(tx, self.ids, channel=channel, value=value, name="", at=at)
        await store.insert_message(
            tx,
            id=message_id,
            conversation_id=person.conversation_id,
            direction="in",
            author="contact",
            channel=channel,
            address_id=person.address_id,
            external_id=message_id,
            text=text,
            attachments="[]",
            details="{}",
            at=at,
            stored_at=at,
            source="webhook",
            late=0,
            automatic=0,
            spool_seq=None,
            state="received",
            state_reason="",
        )
        await store.note_wrote(tx, address_id=person.address_id, at=at, name="", proven=True)
        await store.conversation_heard(
            tx,
            conversation_id=person.conversation_id,
            at=at,
            preview=text,
            channel=channel,
            window_ms=DAY_MS,
        )


@pytest.fixture(params=["sqlite", "postgresql"])
async def town(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Any]:
    url = request.getfixturevalue("postgres").make_database() if request.param == "postgresql" else ""
    database = open_database(url, tmp_path)
    await migrate(database, now_ms=NOW_MS)
    made = Town(database, tmp_path)
    yield made
    await made.close()
