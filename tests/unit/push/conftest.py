"""Push on a migrated store of each kind, with members, their talks, and browsers at a simulated push service."""

import random
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec
import pytest
from tests.postgres import PostgresServer

from holdfast.channels.transport import HttpAnswer, HttpRequest, NotConnectedError
from holdfast.push import BusinessLog, Carrier, Devices, Gatherer, MemberLog, PushKeys, Subscription
from holdfast.push.sources import BUSINESS, POSTS
from holdfast.storage import (
    Database,
    EventLog,
    PostgresDatabase,
    Row,
    SqliteDatabase,
    Tx,
    append_event,
    migrate,
)
from holdfast_simulators import Settings, World
from holdfast_simulators.faults import Fault
from holdfast_simulators.gate import Gate
from holdfast_simulators.webpush import WebPush

HOST: Final = "push.example"
DAY_MS: Final = 86_400_000


class HandClock:
    """Time that stands still until a test moves it."""

    def __init__(self) -> None:
        self.seconds = 1_790_078_400.0
        """2026-09-22, 12:00 UTC."""

    def now_ms(self) -> int:
        return int(self.seconds * 1000)

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds

    def move(self, seconds: float) -> None:
        self.seconds += seconds


class OpenSeal:
    """A seal that anybody can open."""

    def lock(self, text: bytes) -> bytes:
        return text.hex().encode()

    def open(self, sealed: bytes) -> bytes:
        return bytes.fromhex(sealed.decode())


class Line:
    """The network to the push service, which can be cut."""

    def __init__(self, clock: HandClock) -> None:
        self.world = World(settings=Settings(control_token="control"), clock=clock, chance=random.Random(1))  # noqa: S311
        app = Gate(self.world, WebPush(self.world))
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"http://{HOST}")
        self.is_cut = False
        self.calls: list[int] = []

    async def request(self, request: HttpRequest) -> HttpAnswer:
        if self.is_cut:
            raise NotConnectedError("the connection was refused")
        answer = await self.client.request(
            request.method, request.url, headers=dict(request.headers), content=request.body
        )
        self.calls.append(answer.status_code)
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return HttpAnswer(answer.status_code, headers, answer.content)

    async def close(self) -> None:
        await self.client.aclose()


class Bench:
    def __init__(self, database: Database, clock: HandClock) -> None:
        self.database = database
        self.clock = clock
        self.events = EventLog(database, clock)
        self.line = Line(clock)
        self.here: set[str] = set()
        self.keys = PushKeys(
            database=database, clock=clock, seal=OpenSeal(), contact="mailto:us@shop.example"
        )
        self.devices = Devices(
            database=database,
            clock=clock,
            seal=OpenSeal(),
            keys=self.keys,
            services=(HOST,),
            inside_allowed=True,
        )
        business, members = BusinessLog(business="The shop", posts_path=_posts_path), MemberLog()
        self.gatherer = Gatherer(
            database=database, events=self.events, clock=clock, sources=(business, members), life_ms=DAY_MS
        )
        self.carrier = Carrier(
            database=database,
            clock=clock,
            keys=self.keys,
            devices=self.devices,
            sources={BUSINESS: business, POSTS: business, "": members},
            transport=self.line,
            random_bytes=random.Random(2).randbytes,  # noqa: S311
            is_here=self.here.__contains__,
        )
        self.browsers: dict[str, str] = {}
        self._place = 0

    async def member(self, member_id: str, handle: str = "", *, device: bool = True) -> None:
        """A member, with a browser that is told unless ``device`` says otherwise."""
        await self.run(
            "INSERT INTO member (id, kind, handle, name, created_at, seen_at) "
            "VALUES (:id, 'member', :handle, :name, 1, 1)",
            id=member_id,
            handle=handle or None,
            name=member_id.title(),
        )
        if device:
            await self.device(member_id, f"ses_{member_id}")

    async def device(self, member_id: str, session_id: str) -> None:
        await self.run(
            "INSERT INTO member_session (id, member_id, token_hash, created_at, seen_at) "
            "VALUES (:id, :member_id, :id, 1, 1)",
            id=session_id,
            member_id=member_id,
        )
        vapid = await self.keys.vapid()
        made = (await self.line.client.post("/browsers", json={"key": vapid.public_key})).json()
        self.browsers[session_id] = made["id"]
        subscription = msgspec.convert(made["subscription"], Subscription)
        await self.devices.subscribe(session_id=session_id, member_id=member_id, subscription=subscription)

    async def group(self, thread_id: str, *members: str, title: str = "", kind: str = "group") -> None:
        await self.run(
            "INSERT INTO direct_thread (id, kind, title, created_at) VALUES (:id, :kind, :title, 1)",
            id=thread_id,
            kind=kind,
            title=title,
        )
        for member_id in members:
            await self.run(
                "INSERT INTO direct_participant (thread_id, member_id, state) VALUES (:id, :member_id, 'open')",
                id=thread_id,
                member_id=member_id,
            )

    async def says(self, thread_id: str, author: str, text: str) -> str:
        """What members' talks write when somebody says something."""
        self._place += 1
        message_id = f"{author}:{self._place}"
        await self.run(
            "INSERT INTO direct_message (id, thread_id, place, author, text, at) "
            "VALUES (:id, :thread_id, :place, :author, :text, :at)",
            id=message_id,
            thread_id=thread_id,
            place=self._place,
            author=author,
            text=text,
            at=self.clock.now_ms(),
        )
        await self.log(thread_id, message_id)
        return message_id

    async def log(self, thread_id: str, message_id: str) -> None:
        """A change of a message, which is new where its place is that of the log."""
        await self.run(
            "INSERT INTO direct_log (seq, at, thread_id, kind, subject) "
            "SELECT COALESCE(MAX(seq), 0) + 1, 1, :thread_id, 'message', :subject FROM direct_log",
            thread_id=thread_id,
            subject=message_id,
        )
        self._place = (await self.rows("SELECT MAX(seq) AS seq FROM direct_log"))[0]["seq"]

    async def publish(self, **body: Any) -> None:
        await self.database.write(append_event_of, self.clock.now_ms(), "post.published", body)

    async def tick(self, seconds: float = 3.0) -> None:
        """Look for news, let some time pass, and carry all that is due then."""
        while await self.gatherer.look():
            pass
        self.clock.move(seconds)
        while await self.carrier.carry():
            pass

    async def shown(self, session_id: str) -> Sequence[Mapping[str, Any]]:
        answer = (await self.line.client.get(f"/browsers/{self.browsers[session_id]}")).json()
        return [msgspec.json.decode(each["text"]) for each in answer["shown"]]

    async def bodies(self, session_id: str) -> list[str]:
        return [each["body"] for each in await self.shown(session_id)]

    async def turn(self, session_id: str, **state: bool) -> None:
        await self.line.client.patch(f"/browsers/{self.browsers[session_id]}", json=state)

    def fault(self, kind: str) -> str:
        return self.line.world.faults.start(Fault(platform="webpush", kind=kind)).id

    async def rows(self, sql: str, **values: object) -> list[Row]:
        return await self.database.read(_all, sql, values)

    async def run(self, sql: str, **values: object) -> None:
        await self.database.write(_run, sql, values)


async def append_event_of(tx: Tx, at: int, kind: str, body: dict[str, Any]) -> int:
    return await append_event(tx, at=at, kind=kind, body=body)


async def _all(tx: Tx, sql: str, values: dict[str, object]) -> list[Row]:
    return await tx.all(sql, **values)


async def _run(tx: Tx, sql: str, values: dict[str, object]) -> int:
    return await tx.run(sql, **values)


def _posts_path(body: Mapping[str, Any]) -> str:
    return f"/posts/{body['post_id']}"


@pytest.fixture(params=["sqlite", "postgres"])
async def bench(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bench]:
    clock = HandClock()
    database: Database
    if request.param == "sqlite":
        database = SqliteDatabase(tmp_path / "hub.db", synchronous="OFF")
    else:
        server: PostgresServer = request.getfixturevalue("postgres")
        database = PostgresDatabase(server.make_database())
    await migrate(database, now_ms=clock.now_ms())
    made = Bench(database, clock)
    yield made
    await made.line.close()
    await database.close()
