"""`holdfast serve` with a small configuration, pointed at an independent stand-in for the Graph API."""

import asyncio
import hashlib
import hmac
import io
import json
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

import aiohttp
import pytest
from aiohttp import web
from tests.scenarios.demo import until

ACCOUNT: Final = "17841499999999999"
SECRET: Final = "stand-in-secret"
VERSION: Final = "v31.0"
SECONDS_MAX: Final = 30.0
OVERSIZE_BYTES: Final = 4 * 1024 * 1024 + 1


class StandIn:
    """The few calls of the Graph API that a hub needs, with a switch for what goes wrong."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.paths: set[str] = set()
        self.tokens: set[str] = set()
        self.failing: dict[str, Any] | None = None
        self.url = ""

    async def messages(self, request: web.Request) -> web.Response:
        self.note(request)
        if self.failing is not None:
            return web.json_response(self.failing, status=400)
        body = await request.json()
        if "message" not in body:
            return web.json_response({"recipient_id": body["recipient"]["id"]})
        self.sent.append(body)
        mid = f"standin.{len(self.sent)}"
        return web.json_response({"recipient_id": body["recipient"]["id"], "message_id": mid})

    async def me(self, request: web.Request) -> web.Response:
        self.note(request)
        if self.failing is not None:
            return web.json_response(self.failing, status=400)
        return web.json_response({"user_id": ACCOUNT, "username": "standin", "id": "1"})

    async def subscribed(self, request: web.Request) -> web.Response:
        self.note(request)
        return web.json_response({"data": [{"id": "9", "subscribed_fields": ["messages"]}]})

    async def conversations(self, request: web.Request) -> web.Response:
        self.note(request)
        return web.json_response({"data": []})

    def note(self, request: web.Request) -> None:
        self.paths.add(request.path)
        self.tokens.add(request.headers.get("Authorization", ""))

    @asynccontextmanager
    async def open(self) -> AsyncIterator["StandIn"]:
        app = web.Application()
        app.router.add_post("/{version}/{account}/messages", self.messages)
        app.router.add_get("/{version}/me", self.me)
        app.router.add_get("/{version}/{account}/subscribed_apps", self.subscribed)
        app.router.add_get("/{version}/me/conversations", self.conversations)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield self
        finally:
            await runner.cleanup()


class Served:
    """A hub of its own, as somebody would run it, and its interface."""

    def __init__(self, folder: Path, stand_in: StandIn, session: aiohttp.ClientSession) -> None:
        self.folder, self.session = folder, session
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.config = folder / "holdfast.toml"
        self.config.write_text(configuration(folder, self.port, stand_in.url), "utf-8")
        self.token = ""

    async def api(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        url = f"{self.url}/api/v1{path}"
        async with self.session.request(method, url, json=body, headers=headers) as answer:
            text = await answer.text()
            assert answer.status < 400, (path, answer.status, text)
            return json.loads(text) if text else None

    async def hook(self, body: bytes, *, signature: str | None = None, name: str = "shop") -> int:
        headers = {"X-Hub-Signature-256": signature or sign(body)}
        url = f"{self.url}/hooks/instagram/{name}"
        async with self.session.post(url, data=io.BytesIO(body), headers=headers) as answer:
            return answer.status

    async def messages(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.api("GET", "/messages?limit=200"))["items"]
        return found


def configuration(folder: Path, port: int, graph: str) -> str:
    return f"""\
[hub]
name = "Stand-in shop"
data_dir = "{folder / "data"}"
port = {port}
[radar]
probe_seconds = 1
history_seconds = 2
[outbox]
breaker_probe_seconds_max = 2
[[channel]]
id = "instagram:shop"
base_url = "{graph}"
version = "{VERSION}"
account_id = "{ACCOUNT}"
token = "env:STANDIN_TOKEN"
app_secret = "{SECRET}"
verify_token = "verify-me"
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def sign(body: bytes) -> str:
    return "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()


def event(mid: str, text: str, **more: Any) -> bytes:
    now = time.time_ns() // 1_000_000
    sender, recipient = ("555", ACCOUNT) if not more.get("is_echo") else (ACCOUNT, "555")
    messaging = {
        "sender": {"id": sender},
        "recipient": {"id": recipient},
        "timestamp": now,
        "message": {"mid": mid, "text": text, **more},
    }
    return json.dumps(
        {"object": "instagram", "entry": [{"id": ACCOUNT, "time": now, "messaging": [messaging]}]}
    ).encode()


async def holdfast(*arguments: str, cwd: Path) -> tuple[int, str]:
    """One command; its exit code and everything it said."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "holdfast", *arguments),
        cwd=cwd,
        env={**os.environ, "STANDIN_TOKEN": "the-token"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(child.communicate(), SECONDS_MAX)
    return child.returncode or 0, said.decode()


@asynccontextmanager
async def serving(served: Served) -> AsyncIterator[asyncio.subprocess.Process]:
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "holdfast", "serve", "--config", str(served.config)),
        env={**os.environ, "STANDIN_TOKEN": "the-token"},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:

        async def ready() -> bool:
            with suppress(aiohttp.ClientError):
                async with served.session.get(f"{served.url}/health/ready") as answer:
                    return answer.status == 200
            return False

        await until(ready, SECONDS_MAX, "the hub to be ready")
        yield child
    finally:
        if child.returncode is None:
            child.send_signal(signal.SIGTERM)
        await asyncio.wait_for(child.wait(), SECONDS_MAX)


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[tuple[Served, StandIn]]:
    async with StandIn().open() as stand_in, aiohttp.ClientSession() as session:
        served = Served(tmp_path, stand_in, session)
        code, said = await holdfast(
            *("token", "create", "test", "--scope", "admin", "--config", str(served.config)), cwd=tmp_path
        )
        assert code == 0, said
        served.token = said.strip().splitlines()[-1]
        yield served, stand_in


async def test_a_small_configuration_carries_messages_both_ways(place: tuple[Served, StandIn]) -> None:
    served, stand_in = place
    async with serving(served):
        assert await served.hook(event("in.1", "héllo 👋")) == 200
        assert await served.hook(event("in.1", "héllo 👋")) == 200
        arrived = await until(served.messages, 5, "the message")
        assert [(m["text"], m["external_id"]) for m in arrived] == [("héllo 👋", "in.1")]
        conversation = arrived[0]["conversation_id"]
        path = f"/conversations/{conversation}/messages"
        body = {"text": "answer", "idempotency_key": "a-1"}
        first, again = await served.api("POST", path, body), await served.api("POST", path, body)
        assert first["id"] == again["id"]

        async def shown_as_sent() -> bool:
            return bool((await served.api("GET", f"/messages/{first['id']}"))["state"] == "sent")

        await until(shown_as_sent, 5, "the answer to be sent")
        assert await served.hook(event("standin.1", "answer", is_echo=True)) == 200
        assert [(m["recipient"]["id"], m["message"]["text"]) for m in stand_in.sent] == [("555", "answer")]
        assert len(await served.messages()) == 2
        assert stand_in.tokens == {"Bearer the-token"}
        assert all(path.startswith(f"/{VERSION}/") for path in stand_in.paths)


async def test_a_token_error_is_named_and_nothing_is_lost(place: tuple[Served, StandIn]) -> None:
    served, stand_in = place
    async with serving(served):
        assert await served.hook(event("in.1", "hello")) == 200
        arrived = await until(served.messages, 5, "the message")
        stand_in.failing = {"error": {"message": "expired", "type": "OAuthException", "code": 190}}
        path = f"/conversations/{arrived[0]['conversation_id']}/messages"
        reply = await served.api("POST", path, {"text": "held back"})
        assert await served.hook(event("in.2", "are you there?")) == 200

        async def named() -> bool:
            incidents = (await served.api("GET", "/incidents?state=open"))["items"]
            return any(incident["cause"] == "token" for incident in incidents)

        await until(named, 30, "an incident whose cause is the token")
        assert {m["text"] for m in await served.messages()} == {"hello", "are you there?", "held back"}
        assert stand_in.sent == []
        stand_in.failing = None

        async def sent() -> bool:
            return bool((await served.api("GET", f"/messages/{reply['id']}"))["state"] == "sent")

        await until(sent, 30, "the reply to go out when the token works again")
        assert [m["message"]["text"] for m in stand_in.sent] == ["held back"]


async def test_bad_input_is_refused_counted_or_kept(place: tuple[Served, StandIn]) -> None:
    served, _ = place
    async with serving(served):
        body = event("in.1", "forged")
        assert await served.hook(body, signature="sha256=" + "0" * 64) == 401
        assert await served.hook(body, name="nobody") == 404
        assert await served.hook(b"{not json") == 200
        assert await served.hook(b"x" * OVERSIZE_BYTES) == 413
        unknown = json.dumps(
            {
                "object": "instagram",
                "entry": [{"id": ACCOUNT, "time": 1, "messaging": [{"shiny": {"new": 1}}]}],
            }
        ).encode()
        assert await served.hook(unknown) == 200
        assert await served.hook(event("in.2", "<script>alert(1)</script>\u202e")) == 200

        async def kept() -> bool:
            return len((await served.api("GET", "/unreadable"))["items"]) == 2

        await until(kept, 5, "what could not be read")
        texts = [m["text"] for m in await until(served.messages, 5, "the message behind them")]
        assert texts == ["<script>alert(1)</script>\u202e"]

        async def counted() -> bool:
            refused = (await served.api("GET", "/refused"))["items"]
            return {row["reason"] for row in refused} >= {"signature"} or len(refused) >= 2

        await until(counted, 10, "the refused requests to be counted")
        page = await served.session.get(
            f"{served.url}/api/v1/export?conversation=all&format=html",
            headers={"Authorization": f"Bearer {served.token}"},
        )
        assert "<script>" not in await page.text()


async def test_the_handshake_answers_the_challenge(place: tuple[Served, StandIn]) -> None:
    served, _ = place
    async with serving(served):
        url = f"{served.url}/hooks/instagram/shop?hub.mode=subscribe&hub.challenge=123&hub.verify_token="
        async with served.session.get(f"{url}verify-me") as answer:
            assert (answer.status, await answer.text()) == (200, "123")
        async with served.session.get(f"{url}wrong") as answer:
            assert answer.status == 403


async def test_a_stop_is_clean_while_clients_hold_on(place: tuple[Served, StandIn]) -> None:
    served, _ = place
    async with serving(served) as hub:
        headers = {"Authorization": f"Bearer {served.token}"}
        async with served.session.ws_connect(
            f"{served.url}/api/v1/stream?cursor=0", headers=headers
        ) as stream:
            polling = asyncio.create_task(served.api("GET", "/events?cursor=latest&wait=25"))
            await stream.receive(timeout=5)
            started = time.monotonic()
            hub.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(hub.wait(), 10) == 0
            assert time.monotonic() - started < 10
            polling.cancel()
            await asyncio.gather(polling, return_exceptions=True)


async def test_a_wrong_configuration_starts_nothing(tmp_path: Path) -> None:
    config = tmp_path / "holdfast.toml"
    port = free_port()
    config.write_text(
        f'[hub]\nport = {port}\nnmae = "x"\ndata_dir = "{tmp_path / "data"}"\n\n[[channel]]\nid = "instagram:shop"\n',
        "utf-8",
    )
    for command in ("serve", "check"):
        code, said = await holdfast(command, "--config", str(config), cwd=tmp_path)
        assert code == 2, said
        assert "line 3" in said
        assert "name" in said
    assert not (tmp_path / "data").exists()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


async def test_the_command_line_works_beside_a_hub(place: tuple[Served, StandIn]) -> None:
    served, stand_in = place
    config = ("--config", str(served.config))
    async with serving(served):
        assert await served.hook(event("in.1", "for the export")) == 200
        await until(served.messages, 5, "the message")
        code, said = await holdfast("check", *config, cwd=served.folder)
        assert code == 0, said
        assert "instagram:shop" in said
        code, said = await holdfast("export", "all", "--format", "jsonl", *config, cwd=served.folder)
        lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
        assert code == 0
        assert any("for the export" in json.dumps(line) for line in lines)
        more = served.folder / "second.toml"
        more.write_text(
            f'base_url = "{stand_in.url}"\naccount_id = "2"\ntoken = "t"\napp_secret = "s"\nverify_token = "v"\n',
            "utf-8",
        )
        code, said = await holdfast(
            *("channel", "add", "instagram:second", "--from", str(more), *config), cwd=served.folder
        )
        assert code == 0, said

        async def taken_up() -> bool:
            channels = (await served.api("GET", "/channels"))["items"]
            return "instagram:second" in {channel["id"] for channel in channels}

        await until(taken_up, 10, "the running hub to take the channel up")
        code, said = await holdfast("channel", "list", *config, cwd=served.folder)
        assert code == 0
        assert "instagram:second" in said
        code, said = await holdfast("migrate", *config, cwd=served.folder)
        assert code == 0, said
        stand_in.failing = {"error": {"message": "expired", "type": "OAuthException", "code": 190}}
        code, said = await holdfast("channel", "check", "instagram:shop", *config, cwd=served.folder)
        assert code == 1
        assert "sign_in: FAILS" in said
