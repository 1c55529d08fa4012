"""A small town of members on a migrated store of each kind: what they do goes through the spool, as it does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any, Final

import msgspec
import pytest
from tests.postgres import PostgresServer

from holdfast.channels.contract import Adapter, InboundEvent
from holdfast.channels.direct import DirectSettings, make_direct
from holdfast.conversations import Applier
from holdfast.kernel import IdSource
from holdfast.media import MediaUses
from holdfast.members import Member, Members
from holdfast.members.aliases import aliases_of
from holdfast.members.store import insert
from holdfast.outbox import ChannelFact, NewReply, Outbox
from holdfast.portal.accounts import TalksOfMember
from holdfast.portal.direct import Direct
from holdfast.portal.reading import Changes
from holdfast.portal.talks import SOURCE, apply_members
from holdfast.portal.talks.model import Message, MessageChanged, Thread, ThreadToMake
from holdfast.portal.writing import ToSend
from holdfast.settings.model import Outbox as OutboxSettings
from holdfast.storage import (
    Database,
    Envelope,
    EventLog,
    PostgresDatabase,
    Spool,
    SqliteDatabase,
    Tx,
    migrate,
)

CHANNEL: Final = "direct:web"
SHOP: Final = "business:web"
TURNS_MAX: Final = 2_000


class HandClock:
    """Time that stands still until a test moves it."""

    def __init__(self) -> None:
        self.ms = 1_790_000_000_000

    def now_ms(self) -> int:
        return self.ms

    def monotonic(self) -> float:
        return self.ms / 1000

    async def sleep(self, seconds: float) -> None:
        del seconds
        await asyncio.sleep(0)


class NothingAside:
    """Nothing that arrives here is of a round trip."""

    def owns(self, event: InboundEvent) -> bool:
        del event
        return False

    async def arrived(self, tx: Tx, envelope: Envelope, event: InboundEvent) -> None:
        raise AssertionError("nothing is owned")


class Town:
    def __init__(self, database: Database, spool: Spool, clock: HandClock) -> None:
        self.database = database
        self.spool = spool
        self.clock = clock
        self.events = EventLog(database, clock)
        self.ids = IdSource(clock, Random(7))  # noqa: S311 - identifiers of a test
        self.adapters: dict[str, Adapter] = {
            CHANNEL: make_direct(CHANNEL, DirectSettings(), transport=None, clock=clock)  # type: ignore[arg-type]
        }
        self.members = Members(
            database=database,
            events=self.events,
            clock=clock,
            ids=self.ids,
            random_bytes=lambda count: self.ids.new("x").encode()[-count:].rjust(count, b"x"),
            continue_link_hours=1,
        )
        self.members.neighbours.add(TalksOfMember(clock))
        self.direct = Direct(
            database=database,
            events=self.events,
            spool=spool,
            clock=clock,
            ids=self.ids,
            business="The Shop",
            channels=lambda: [name for name in self.adapters if name.startswith("direct:")],
        )
        self.outbox = Outbox(
            database=database,
            events=self.events,
            clock=clock,
            ids=self.ids,
            random=Random(1),  # noqa: S311 - the same in every run
            channels=lambda: self.adapters,
            facts=self._facts,
            settings=OutboxSettings(),
            node="test",
            may_begin=lambda: True,
        )
        self.applier = Applier(
            spool=spool,
            database=database,
            events=self.events,
            clock=clock,
            ids=self.ids,
            channels=lambda: self.adapters,
            settlement=self.outbox.settle,
            observe=_nothing,
            aside=NothingAside(),
            files=MediaUses(),
            others={SOURCE: apply_members},
            who_became_whom=aliases_of,
        )
        self.said = 0

    async def member(self, name: str, *, kind: Any = "member", **settings: Any) -> Member:
        """A new member; settings as of the record."""
        person = Member(
            id=f"mem_{name.lower()}", kind=kind, name=name, created_at=self.clock.ms, seen_at=self.clock.ms
        )
        await self.database.write(insert, person)
        member = msgspec.structs.replace(person, **settings)
        await self.run(
            "UPDATE member SET kind = :kind, receipts = :receipts, requests = :requests WHERE id = :id",
            id=member.id,
            kind=kind,
            receipts=int(member.receipts),
            requests=member.requests,
        )
        return member

    async def pair(self, one: Member, other: Member) -> Thread:
        """A pair that both have opened."""
        thread = await self.direct.make_thread(one, ThreadToMake(kind="pair", member=other.id))
        await self.say(one, thread.id, "Hello")
        await self.apply()
        await self.direct.accept(other, thread.id)
        return await self.direct.thread(one, thread.id)

    async def say(self, by: Member, thread: str, text: str, client_id: str = "", **more: Any) -> str:
        """Write a message that is not applied yet; its id."""
        self.said += 1
        self.clock.ms += 1
        wanted = ToSend(id=client_id or f"c{self.said}", text=text, **more)
        prepared = await self.direct.message(by, thread, wanted)
        await self.direct.writing.keep(prepared)
        assert prepared.written is not None
        return prepared.written.id

    async def apply(self) -> int:
        applied = 0
        while count := await self.applier.apply_batch():
            applied += count
        self.direct.writing.seats.forget(list(self.direct.writing.seats._known))
        return applied

    async def tell(self, by: Member, thread: str, text: str, client_id: str = "", **more: Any) -> str:
        """Write a message that has its effect; its id."""
        message_id = await self.say(by, thread, text, client_id, **more)
        await self.apply()
        return message_id

    async def edit(self, by: Member, message_id: str, text: str) -> None:
        await self.direct.writing.keep(await self.direct.writing.edit(by, message_id, text))
        await self.apply()

    async def unsend(self, by: Member, message_id: str) -> None:
        await self.direct.writing.keep(await self.direct.writing.unsend(by, message_id))
        await self.apply()

    async def react(self, by: Member, message_id: str, emoji: str) -> None:
        await self.direct.writing.keep(await self.direct.writing.react(by, message_id, emoji))
        await self.apply()

    async def read(self, member: Member, thread: str) -> list[Message]:
        return (await self.direct.messages(member, thread, "", 100)).messages

    async def texts(self, member: Member, thread: str) -> list[str]:
        return [each.text for each in await self.read(member, thread) if each.kind == "text"]

    async def threads(self, member: Member) -> dict[str, Thread]:
        """Among members, by id."""
        page = await self.direct.threads(member, "")
        return {each.id: each for each in page.threads if each.kind != "business"}

    async def changes(self, member: Member, cursor: str) -> Changes:
        return await self.direct.changes(member, cursor)

    async def answer(self, conversation_id: str, text: str, **more: Any) -> str:
        """An agent answers over Direct, and it goes out."""
        reply = NewReply(
            conversation_id=conversation_id, text=text, author="agent:mara", route=CHANNEL, **more
        )
        message_id = (await self.outbox.enqueue(reply)).message_id
        task = asyncio.create_task(self.outbox.dispatcher.run())
        try:
            for _ in range(TURNS_MAX):
                [row] = await self.rows("SELECT state FROM message WHERE id = :id", id=message_id)
                if row["state"] == "sent":
                    return message_id
                self.outbox.dispatcher.wake()
                await asyncio.sleep(0)
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        raise AssertionError("the answer did not go out")

    async def rows(self, sql: str, **values: object) -> list[Any]:
        return list(await self.database.read(lambda tx: tx.all(sql, **values)))

    async def run(self, sql: str, **values: object) -> None:
        await self.database.write(lambda tx: tx.run(sql, **values))

    def _facts(self) -> dict[str, ChannelFact]:
        return {
            name: ChannelFact(
                channel=name,
                platform=adapter.platform,
                name="Chat",
                domain=adapter.failure_domain,
                limits=adapter.limits,
                health="up",
                doubt_policy="resend",
            )
            for name, adapter in self.adapters.items()
        }


async def _nothing(*_: object) -> None:
    """Nobody watches."""


def messages_in(changes: Changes) -> list[str]:
    return [each.message.text for each in changes.changes if isinstance(each, MessageChanged)]


@pytest.fixture(params=["sqlite", "postgres"])
async def town(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Town]:
    database: Database
    if request.param == "sqlite":
        database = SqliteDatabase(tmp_path / "hub.db", synchronous="OFF")
    else:
        server: PostgresServer = request.getfixturevalue("postgres")
        database = PostgresDatabase(server.make_database())
    clock = HandClock()
    await migrate(database, now_ms=clock.ms)
    spool = Spool(tmp_path / "spool.db", synchronous="OFF")
    yield Town(database, spool, clock)
    await spool.close()
    await database.close()
