"""A hub pointed at somebody else's stand-in for the Graph API: address, version, account and secrets are settings."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest
from aiohttp import web
from tests.scenarios.demo import until
from tests.scenarios.serving import Serving, free_port, serving
from tests.scenarios.stranger import instagram, now_ms, post, says, signature

pytestmark = pytest.mark.on("sqlite")

ACCOUNT: Final = "17841499999999999"
PERSON: Final = "5550001112223334"
SECRETS: Final = {"STANDIN_TOKEN": "IGstandin-token", "STANDIN_SECRET": "standin-secret"}
SOON_SECONDS: Final = 15
TOKEN_ERROR: Final = {
    "error": {
        "message": "Error validating access token: Session has expired.",
        "type": "OAuthException",
        "code": 190,
        "error_subcode": 463,
        "fbtrace_id": "A1",
    }
}


class Graph:
    """A tiny Graph API: takes messages, remembers them, and fails when told to."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.calls: list[str] = []
        self.tokens: set[str] = set()
        self.failing: dict[str, Any] | None = None
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def start(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        port = free_port()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self.url = f"http://127.0.0.1:{port}/graph"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        self.calls.append(f"{request.method} {request.path}")
        self.tokens.add(request.headers.get("Authorization", "") or request.query.get("access_token", ""))
        if self.failing is not None:
            return web.json_response(self.failing, status=400)
        path = request.path.removeprefix("/graph/v19.0/")
        if request.method == "POST" and path in {f"{ACCOUNT}/messages", "me/messages"}:
            return web.json_response(self._take(json.loads(await request.text())))
        known = {
            "me": {"id": "1", "user_id": ACCOUNT, "username": "standin"},
            "me/conversations": {"data": []},
            f"{ACCOUNT}/subscribed_apps": {"data": [{"subscribed_fields": ["messages"]}]},
        }
        return web.json_response(known.get(path, {"data": []}))

    def _take(self, body: dict[str, Any]) -> dict[str, Any]:
        if "message" not in body:
            return {"recipient_id": body["recipient"]["id"]}
        mid = f"mid.standin.{len(self.sent)}"
        self.sent.append({"mid": mid, "to": body["recipient"]["id"], "text": body["message"]["text"]})
        return {"recipient_id": body["recipient"]["id"], "message_id": mid}


@pytest.fixture
async def graph() -> AsyncIterator[Graph]:
    graph = Graph()
    await graph.start()
    yield graph
    await graph.stop()


@pytest.fixture
async def hub(graph: Graph, tmp_path: Path) -> AsyncIterator[Serving]:
    port = free_port()
    config = tmp_path / "holdfast.toml"
    config.write_text(
        f"""
[hub]
name = "Stand-in shop"
data_dir = "{tmp_path / "data"}"
port = {port}

[radar]
probe_seconds = 1
burst_seconds = 3

[outbox]
breaker_probe_seconds_min = 0.5
breaker_probe_seconds_max = 1

[[channel]]
id = "instagram:other"
base_url = "{graph.url}"
version = "v19.0"
account_id = "{ACCOUNT}"
token = "env:STANDIN_TOKEN"
app_secret = "env:STANDIN_SECRET"
verify_token = "a word"
""",
        "utf-8",
    )
    async with serving(config, port, **SECRETS) as hub:
        yield hub


class Stranger:
    """The stand-in's webhooks to the hub."""

    def __init__(self, hub: Serving) -> None:
        self._hub = hub

    async def hook(self, *events: dict[str, Any]) -> int:
        body = instagram(ACCOUNT, *events)
        url = f"{self._hub.url}/hooks/instagram/other"
        return await post(self._hub.session, url, body, signature(body, SECRETS["STANDIN_SECRET"]))

    async def says(self, text: str) -> None:
        assert await self.hook(says(ACCOUNT, PERSON, f"m_{text}", text=text)) == 200

    async def echoes(self, sent: dict[str, Any]) -> None:
        event = says(PERSON, ACCOUNT, sent["mid"], text=sent["text"], is_echo=True)
        assert await self.hook(event) == 200


async def _conversation(hub: Serving, text: str) -> str:
    async def look() -> str:
        found = (await hub.api("GET", "/messages", direction="in"))["items"]
        return next((each["conversation_id"] for each in found if each["text"] == text), "")

    return await until(look, SOON_SECONDS, f"{text!r} stored")


async def _state(hub: Serving, message: dict[str, Any], state: str) -> dict[str, Any]:
    async def look() -> dict[str, Any] | None:
        shown: dict[str, Any] = await hub.api("GET", f"/messages/{message['id']}")
        return shown if shown["state"] == state else None

    found = await until(look, SOON_SECONDS, f"{message['text']!r} shown as {state}")
    assert found is not None
    return found


async def test_receive_answer_and_echo(hub: Serving, graph: Graph) -> None:
    stranger = Stranger(hub)
    await stranger.says("Do you sell stands?")
    conversation = await _conversation(hub, "Do you sell stands?")
    body = {"text": "We do.", "channel": "auto", "idempotency_key": "one"}
    made = await hub.api("POST", f"/conversations/{conversation}/messages", body)
    shown = await _state(hub, made, "sent")
    assert graph.sent == [{"mid": shown["external_id"], "to": PERSON, "text": "We do."}]
    await stranger.echoes(graph.sent[0])
    await stranger.says("Thanks")
    await _conversation(hub, "Thanks")
    texts = [
        each["text"] for each in (await hub.api("GET", f"/conversations/{conversation}/messages"))["items"]
    ]
    assert texts == ["Do you sell stands?", "We do.", "Thanks"]
    assert graph.tokens == {f"Bearer {SECRETS['STANDIN_TOKEN']}"}
    assert all(call.split()[1].startswith("/graph/v19.0/") for call in graph.calls)


async def test_a_dead_token_stops_sending_and_never_receiving(hub: Serving, graph: Graph) -> None:
    stranger = Stranger(hub)
    await stranger.says("First")
    conversation = await _conversation(hub, "First")
    graph.failing = TOKEN_ERROR
    path = f"/conversations/{conversation}/messages"
    held = await hub.api("POST", path, {"text": "Held", "idempotency_key": "two"})
    await _state(hub, held, "held")

    async def incident() -> Any:
        found = (await hub.api("GET", "/incidents", state="open"))["items"]
        return next((each for each in found if each["cause"] == "token"), None)

    assert (
        "send" in (await until(incident, SOON_SECONDS, "an incident named after the token"))["capabilities"]
    )
    await stranger.says("Still here")
    assert await _conversation(hub, "Still here") == conversation
    assert graph.sent == []

    graph.failing = None
    await _state(hub, held, "sent")
    assert [each["text"] for each in graph.sent] == ["Held"]


async def test_what_was_written_in_the_platforms_own_app_is_shown(hub: Serving) -> None:
    stranger = Stranger(hub)
    await stranger.says("Anybody?")
    conversation = await _conversation(hub, "Anybody?")
    await stranger.echoes({"mid": "m_by_hand", "text": "By hand"})

    async def look() -> bool:
        items = (await hub.api("GET", f"/conversations/{conversation}/messages"))["items"]
        return [(each["direction"], each["text"]) for each in items][-1] == ("out", "By hand")

    await until(look, SOON_SECONDS, "the message written by hand")


async def test_a_message_taken_back_before_it_came_is_never_shown(hub: Serving) -> None:
    stranger = Stranger(hub)
    event = {
        "sender": {"id": PERSON},
        "recipient": {"id": ACCOUNT},
        "timestamp": now_ms(),
        "message": {"mid": "m_secret", "is_deleted": True},
    }
    assert await stranger.hook(event) == 200
    assert await stranger.hook(says(ACCOUNT, PERSON, "m_secret", text="A secret")) == 200
    await stranger.says("Behind it")
    conversation = await _conversation(hub, "Behind it")
    items = (await hub.api("GET", f"/conversations/{conversation}/messages"))["items"]
    assert [each["text"] for each in items] == ["", "Behind it"]
    assert items[0]["unsent_at"]
