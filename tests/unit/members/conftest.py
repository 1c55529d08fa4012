"""Members on a migrated store of each kind, and time that a test moves."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from tests.postgres import PostgresServer

from holdfast.channels.contract import Accepted, Outcome
from holdfast.channels.email import MailNotice
from holdfast.conversations import Conversations
from holdfast.kernel import IdSource
from holdfast.members import MemberDesk, Members, make_member_desk
from holdfast.outbox import NewReply
from holdfast.storage import Database, EventLog, PostgresDatabase, SqliteDatabase, migrate

LINK_HOURS = 2
DIRECT = "direct:web"


class HandClock:
    """Time that stands still until a test moves it."""

    def __init__(self) -> None:
        self.seconds = 1_790_000_000.0

    def now_ms(self) -> int:
        return int(self.seconds * 1000)

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds


class Letterbox:
    """An email channel that keeps what it is given."""

    def __init__(self) -> None:
        self.letters: list[MailNotice] = []

    async def send_notice(self, notice: MailNotice) -> Outcome:
        self.letters.append(notice)
        return Accepted("sent")


def counting_bytes() -> Callable[[int], bytes]:
    calls = iter(range(1, 10_000))
    return lambda length: next(calls).to_bytes(length, "big")


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def ids(clock: HandClock) -> IdSource:
    return IdSource(clock, Random(7))  # noqa: S311 - identifiers of a test


@pytest.fixture(params=["sqlite", "postgres"])
async def database(
    request: pytest.FixtureRequest, tmp_path: Path, clock: HandClock
) -> AsyncIterator[Database]:
    database: Database
    if request.param == "sqlite":
        database = SqliteDatabase(tmp_path / "hub.db", synchronous="OFF")
    else:
        server: PostgresServer = request.getfixturevalue("postgres")
        database = PostgresDatabase(server.make_database())
    await migrate(database, now_ms=clock.now_ms())
    yield database
    await database.close()


class Queue:
    """An outbox that keeps what it is given."""

    def __init__(self) -> None:
        self.replies: list[NewReply] = []

    async def enqueue(self, reply: NewReply) -> None:
        self.replies.append(reply)


@pytest.fixture
def queue() -> Queue:
    return Queue()


@pytest.fixture
def letterbox() -> Letterbox:
    return Letterbox()


@pytest.fixture
def desk(
    database: Database,
    clock: HandClock,
    ids: IdSource,
    members: Members,
    letterbox: Letterbox,
    queue: Queue,
) -> MemberDesk:
    platforms = {"instagram:shop": "instagram", "sms:shop": "sms", "email:shop": "email", DIRECT: "direct"}
    channels: Any = {name: SimpleNamespace(platform=platform) for name, platform in platforms.items()}
    return make_member_desk(
        members=members,
        conversations=Conversations(
            database=database, events=EventLog(database, clock), clock=clock, ids=ids
        ),
        database=database,
        clock=clock,
        ids=ids,
        random_bytes=counting_bytes(),
        mailing=lambda: letterbox,
        direct=lambda: DIRECT,
        business="Kelp & Co",
        public_url="https://hub.example",
        channels=lambda: channels,
        enqueue=queue.enqueue,
    )


@pytest.fixture
def members(database: Database, clock: HandClock, ids: IdSource) -> Members:
    return Members(
        database=database,
        events=EventLog(database, clock),
        clock=clock,
        ids=ids,
        random_bytes=counting_bytes(),
        continue_link_hours=LINK_HOURS,
    )
