"""Subscribers of a real hub: webhooks on a socket, one after another killed hub, both databases."""

import hashlib
import hmac
import json
import time
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from tests.scenarios.databases import database_for
from tests.scenarios.demo import until
from tests.scenarios.serving import Serving, free_port, serving

SUBSCRIBERS = 60
TOLD_SECONDS_MAX = 90
AT_ONCE = 16
"""As many as go at once can be repeated after a kill."""
DAY_MS = 86_400_000


class Receiver:
    """Takes what webhooks bring, keeps the keys that came with the challenges, and checks each signature."""

    def __init__(self) -> None:
        self.keys: dict[str, str] = {}
        self.news: list[tuple[str, str]] = []
        self.forged = 0
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        told = json.loads(body)
        who = request.path
        if told["type"] == "verification":
            self.keys[who] = told["key"]
            return web.Response(text=told["challenge"])
        signed = request.headers["Holdfast-Timestamp"].encode() + b"." + body
        wanted = hmac.new(self.keys[who].encode(), signed, hashlib.sha256).hexdigest()
        self.forged += request.headers["Holdfast-Signature"] != f"v1={wanted}"
        self.news.append((who, told["id"]))
        return web.Response()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    found = Receiver()
    app = web.Application()
    app.router.add_post("/{who}", found.take)
    runner = web.AppRunner(app)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    found.url = f"http://127.0.0.1:{port}"
    yield found
    await runner.cleanup()


def _config(folder: Path, port: int, database: str) -> Path:
    config = folder / "holdfast.toml"
    store = f'database = "{database}"' if database else ""
    config.write_text(
        f"""\
[hub]
name = "Kelp & Co"
data_dir = "{folder / "data"}"
port = {port}
{store}
[status]
webhooks_inside = true

[[channel]]
id = "direct:web"
""",
        "utf-8",
    )
    return config


async def _subscribe(hub: Serving, receiver: Receiver, number: int) -> None:
    form = {"kind": "webhook", "address": f"{receiver.url}/w{number}"}
    if number < 2:
        async with hub.session.post(f"{hub.url}/subscriptions", data=form) as answer:
            assert answer.status == 200
            assert "Thank you" in await answer.text()
        return
    await hub.api("POST", "/subscribers", form)


async def _active(hub: Serving) -> list[Any]:
    page = await hub.api("GET", "/subscribers", limit=200)
    return [each for each in page["items"] if each["state"] == "active"]


async def test_a_killed_hub_loses_no_notice(tmp_path: Path, receiver: Receiver) -> None:
    port = free_port()
    config = _config(tmp_path, port, await database_for(tmp_path))
    async with serving(config, port) as hub:
        for number in range(SUBSCRIBERS):
            await _subscribe(hub, receiver, number)

        async def all_active() -> bool:
            return len(await _active(hub)) == SUBSCRIBERS

        await until(all_active, TOLD_SECONDS_MAX, "every webhook having answered its challenge")
        now = time.time_ns() // 1_000_000
        for number in range(3):
            work = {"title": f"Work {number}", "starts_at": now + DAY_MS, "ends_at": now + 2 * DAY_MS}
            await hub.api("POST", "/maintenances", work)

        async def some_told() -> bool:
            return len(receiver.news) > SUBSCRIBERS // 2

        await until(some_told, TOLD_SECONDS_MAX, "some of them having been told")
        hub.process.kill()
        await hub.process.wait()
    async with serving(config, port) as hub:

        async def all_told() -> bool:
            return len(set(receiver.news)) >= 3 * SUBSCRIBERS

        await until(all_told, TOLD_SECONDS_MAX, "all of them having been told")
    assert len(set(receiver.news)) == 3 * SUBSCRIBERS
    assert Counter(who for who, _ in set(receiver.news)).most_common()[-1][1] == 3
    assert len(receiver.news) - len(set(receiver.news)) <= AT_ONCE
    assert receiver.forged == 0
