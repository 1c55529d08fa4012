"""A whole hub in this process, with a network that leads nowhere, asked through its own ASGI application."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any, Self

import httpx
import pytest
from tests.scenarios.databases import database_for

from holdfast.app.hub import Hub, open_hub
from holdfast.app.members import member_desk_of, members_of
from holdfast.app.services import access, services_of
from holdfast.channels.contract import Accepted, Outcome
from holdfast.channels.email import MailNotice
from holdfast.channels.transport import HttpAnswer, HttpRequest, NotConnectedError
from holdfast.inbox import Role, Scope
from holdfast.kernel import SystemClock
from holdfast.members import MemberDesk, Members
from holdfast.members.signing_in import Mailing
from holdfast.settings import Direct, Settings
from holdfast.settings import Hub as HubSettings
from holdfast.settings.model import Monitors
from holdfast.settings.secret import Secret, StoreAddress
from holdfast.web.app import build_web

POLL_SECONDS = 0.01
PATIENCE_SECONDS = 10.0
APP_SECRET = "app-secret"
MONITOR_TOKEN = "twenty-characters-and-more"
ACCOUNT = "17841400000000000"
PERSON = "900100200300400"
EMAIL, PASSWORD = "mara@kelp.example", "correct horse battery"


class NoNetwork:
    """A transport on which no connection is ever made."""

    async def request(self, request: HttpRequest) -> HttpAnswer:
        raise NotConnectedError("there is no network here")

    async def close(self) -> None:
        pass


class Listening:
    """One open event stream, as a WebSocket client has it."""

    def __init__(self, app: Any, query: str, headers: dict[str, str]) -> None:
        self._app = app
        self._heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._said: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._scope = {
            "type": "websocket",
            "path": "/api/v1/stream",
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self._said.put({"type": "websocket.connect"})
        self._task = asyncio.create_task(self._app(self._scope, self._said.get, self._heard.put))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._said.put({"type": "websocket.disconnect", "code": 1000})
        if self._task is not None:
            await self._task

    async def hear(self) -> dict[str, Any]:
        """The next thing that the server does."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self._heard.get()

    async def frame(self) -> dict[str, Any]:
        """The next frame, decoded."""
        heard = await self.hear()
        while heard["type"] == "websocket.accept":
            heard = await self.hear()
        assert heard["type"] == "websocket.send", heard
        frame: dict[str, Any] = json.loads(heard["text"])
        return frame

    async def frames_until(self, kind: str) -> list[dict[str, Any]]:
        frames = [await self.frame()]
        while frames[-1]["kind"] != kind:
            frames.append(await self.frame())
        return frames


class Letterbox:
    """An email channel that keeps what it is given; closed, there is none."""

    def __init__(self) -> None:
        self.is_open = True
        self.letters: list[MailNotice] = []

    async def send_notice(self, notice: MailNotice) -> Outcome:
        self.letters.append(notice)
        return Accepted("sent")

    def channel(self) -> Mailing | None:
        return self if self.is_open else None


class Asker:
    """A hub with its web application, and clients for it."""

    email, password = EMAIL, PASSWORD

    def __init__(
        self,
        hub: Hub,
        members: Members,
        app: Any,
        tokens: dict[str, str],
        letterbox: Letterbox,
        desk: MemberDesk,
    ) -> None:
        self.hub = hub
        self.letterbox = letterbox
        self.desk = desk
        self.members = members
        self.app = app
        self.tokens = tokens
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://hub.test")

    def with_scope(self, scope: str) -> dict[str, str]:
        return {"authorization": f"Bearer {self.tokens[scope]}"}

    async def get(self, path: str, *, scope: str = "admin", **query: Any) -> httpx.Response:
        return await self.client.get(f"/api/v1{path}", params=query, headers=self.with_scope(scope))

    async def send(
        self, method: str, path: str, body: Any = None, *, scope: str = "admin", **headers: str
    ) -> httpx.Response:
        named = {**self.with_scope(scope), **headers}
        return await self.client.request(method, f"/api/v1{path}", json=body, headers=named)

    async def hook(self, body: bytes, *, signature: str | None = None) -> httpx.Response:
        signature = sign(body) if signature is None else signature
        return await self.client.post(
            "/hooks/instagram/shop", content=body, headers={"x-hub-signature-256": signature}
        )

    async def write_in(self, number: int, text: str = "", person: str = PERSON) -> httpx.Response:
        """A person writes on Instagram."""
        return await self.hook(instagram_message(f"mid.{number}", text or f"message {number}", person))

    def listen(self, query: str = "cursor=0", **headers: str) -> Listening:
        return Listening(self.app, query, headers or self.with_scope("read"))

    async def sign_in(self) -> httpx.Response:
        body = {"email": EMAIL, "password": PASSWORD}
        return await self.client.post("/api/v1/auth/sign-in", json=body)

    async def guest(self, **body: str) -> dict[str, Any]:
        answer = await self.client.post("/direct/v1/guests", json={"name": "Vi", **body})
        assert answer.status_code == 201, answer.text
        guest: dict[str, Any] = answer.json()
        return guest

    async def direct(self, guest: dict[str, Any], method: str, path: str, **options: Any) -> httpx.Response:
        """What a guest asks of Direct; ``path`` is below ``/direct/v1``, and ``$`` the thread with the business."""
        headers = {"authorization": f"Bearer {guest['token']}"}
        path = path.replace("$", "/threads/business:web")
        return await self.client.request(method, f"/direct/v1{path}", headers=headers, **options)

    async def first_conversation(self) -> str:
        assert (await self.write_in(1, "Is it in stock?")).status_code == 200
        return str((await self.applied(1))[0]["conversation_id"])

    async def until(self, look: Callable[[], Awaitable[Any]]) -> Any:
        return await until(look)

    async def applied(self, count: int) -> list[dict[str, Any]]:
        """The incoming messages, once there are as many as that."""

        async def look() -> list[dict[str, Any]] | None:
            items: list[dict[str, Any]] = (await self.get("/messages", direction="in")).json()["items"]
            return items if len(items) >= count else None

        found: list[dict[str, Any]] = await until(look)
        return found


async def until(look: Callable[[], Awaitable[Any]]) -> Any:
    """What ``look`` gives, once it gives something."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (found := await look()):  # noqa: ASYNC110 - what is waited for is on the other side of HTTP
            await asyncio.sleep(POLL_SECONDS)
    return found


def sign(body: bytes, secret: str = APP_SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def instagram_message(mid: str, text: str, person: str = PERSON, at: int | None = None) -> bytes:
    at = at or SystemClock().now_ms()
    event = {
        "sender": {"id": person},
        "recipient": {"id": ACCOUNT},
        "timestamp": at,
        "message": {"mid": mid, "text": text},
    }
    return json.dumps(
        {"object": "instagram", "entry": [{"id": ACCOUNT, "time": at, "messaging": [event]}]}
    ).encode()


def settings_of(folder: Path, database: str) -> Settings:
    return Settings(
        hub=HubSettings(
            name="Kelp & Co",
            data_dir=folder,
            public_url="http://hub.test",
            database=StoreAddress(database) if database else None,
        ),
        direct=Direct(allowed_origins=("https://shop.example",)),
        monitors=Monitors(token=Secret(MONITOR_TOKEN), rules={"Insta": "instagram"}),
        channel=(
            {
                "id": "instagram:shop",
                "account_id": ACCOUNT,
                "token": "t",
                "app_secret": APP_SECRET,
                "verify_token": "word",
            },
            {
                "id": "sms:shop",
                "account_sid": "AC1",
                "auth_token": "sms-token",
                "number": "+31612345678",
            },
            {"id": "direct:web"},
        ),
    )


@pytest.fixture
def make_hub() -> Callable[[Path], AbstractAsyncContextManager[Asker]]:
    return running_hub


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Asker]:
    async with running_hub(tmp_path) as asker:
        yield asker


@asynccontextmanager
async def running_hub(folder: Path) -> AsyncIterator[Asker]:
    hub = open_hub(
        settings_of(folder, await database_for(folder)),
        clock=SystemClock(),
        random=Random(7),  # noqa: S311 - identifiers of a test
        transport=NoNetwork(),
        node="test",
    )
    await hub.prepare()
    members = members_of(hub)
    letterbox = Letterbox()
    desk = member_desk_of(hub, members, letterbox.channel)
    services = services_of(hub, members, desk=desk)
    people = access(hub)
    await people.put_agent(email=EMAIL, name="Mara", password=PASSWORD, role=Role.OWNER)
    tokens = {scope.value: (await people.create_token(scope.value, [scope], "test")).token for scope in Scope}
    app = build_web(services)
    loops = [hub.applier.run, hub.outbox.dispatcher.run, desk.courier.run]
    if hub.nodes is not None:
        loops.append(hub.nodes.run)
    tasks = [asyncio.create_task(loop()) for loop in loops]
    asker = Asker(hub, members, app, tokens, letterbox, desk)
    try:
        async with lifespan(app):
            yield asker
    finally:
        await asker.client.aclose()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await hub.close()


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    said: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    task = asyncio.create_task(app({"type": "lifespan"}, said.get, heard.put))
    await said.put({"type": "lifespan.startup"})
    assert (await heard.get())["type"] == "lifespan.startup.complete"
    try:
        yield
    finally:
        await said.put({"type": "lifespan.shutdown"})
        assert (await heard.get())["type"] == "lifespan.shutdown.complete"
        await task
