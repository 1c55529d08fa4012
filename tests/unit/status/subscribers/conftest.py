"""Subscribers on a real store, with a mail server and webhooks that a test scripts."""

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from random import Random

import pytest
from tests.unit.conftest import HandClock

from holdfast.channels.contract import Accepted, Outcome
from holdfast.channels.email import MailNotice
from holdfast.channels.transport import HttpAnswer, HttpRequest
from holdfast.kernel import IdSource
from holdfast.status.subscribers import Announcer, Kind, Places, Postman, Subscriptions
from holdfast.status.works import Maintenances
from holdfast.storage import EventLog, SqliteDatabase, migrate

CHANNELS = ("instagram:shop", "email:shop")
PLACES = Places("Kelp & Co", "https://hub.example", "https://status.example")


class Plain:
    """A seal that hides nothing, so that tests can read."""

    def lock(self, text: bytes) -> bytes:
        return text

    def open(self, sealed: bytes) -> bytes:
        return sealed


class MailServer:
    def __init__(self) -> None:
        self.mails: list[MailNotice] = []
        self.outcomes: list[Outcome] = []

    async def send_notice(self, notice: MailNotice) -> Outcome:
        self.mails.append(notice)
        return self.outcomes.pop(0) if self.outcomes else Accepted("")


class Web:
    """Answers every challenge, unless a test says otherwise."""

    def __init__(self) -> None:
        self.requests: list[HttpRequest] = []
        self.answers: list[int] = []

    async def request(self, request: HttpRequest) -> HttpAnswer:
        self.requests.append(request)
        status = self.answers.pop(0) if self.answers else 200
        challenge = json.loads(request.body).get("challenge", "")
        return HttpAnswer(status, {}, challenge.encode())

    async def close(self) -> None:
        """Nothing is held."""


class World:
    def __init__(self, database: SqliteDatabase, clock: HandClock) -> None:
        self.database = database
        self.clock = clock
        self.events = EventLog(database, clock)
        self.mail_server = MailServer()
        self.web = Web()
        random = Random(7)  # noqa: S311 - a test wants the same ones each time
        ids = IdSource(clock, random)
        self.subscriptions = Subscriptions(
            database=database,
            clock=clock,
            ids=ids,
            random_bytes=random.randbytes,
            seal=Plain(),
            channels=lambda: CHANNELS,
            kinds=lambda: [Kind.EMAIL, Kind.WEBHOOK],
        )
        self.announcer = Announcer(database=database, events=self.events, clock=clock)
        self.postman = Postman(
            database=database,
            clock=clock,
            secret_of=self.subscriptions.secret_of,
            mailing=lambda: self.mail_server,
            transport=self.web,
            places=PLACES,
            mails_per_second=100,
        )
        self.works = Maintenances(
            database=database, events=self.events, clock=clock, ids=ids, channels=lambda: CHANNELS
        )

    async def carry(self) -> None:
        """Until nothing is due."""
        for kind in Kind:
            while await self.postman.carry(kind):
                pass

    def token(self, mail: MailNotice) -> str:
        return mail.text.partition("?t=")[2].split()[0]

    async def subscribed(self, address: str, *channels: str) -> None:
        await self.subscriptions.add(Kind.EMAIL, address, channels)


Tell = Callable[[], None]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    clock = HandClock()
    database = SqliteDatabase(tmp_path / "hub.db")
    await migrate(database, now_ms=clock.now_ms())
    world = World(database, clock)
    await world.announcer.look()
    yield world
    await database.close()
