"""On real sockets: refusal, cut connections, live events, starting and stopping."""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from holdfast_simulators import Settings, running
from holdfast_simulators.settings import Accounts, InstagramAccount, PersonSettings

PATIENCE_SECONDS = 10.0
HEADERS = {"Authorization": "Bearer IG-token"}


def settings() -> Settings:
    shop = InstagramAccount(
        id="2401",
        user_id="1784",
        username="shop",
        name="The shop",
        token="IG-token",
        app_secret="secret",
        verify_token="verify-me",
        webhook_url="http://127.0.0.1:9/nobody-listens",
    )
    ann = PersonSettings(id="ann", name="Ann", addresses={"instagram:shop": "900"})
    return Settings(control_token="control", accounts=Accounts(instagram=[shop]), people=[ann])


class Visitor:
    def __init__(self, addresses: dict[str, str], session: aiohttp.ClientSession) -> None:
        self.addresses = addresses
        self.session = session

    async def control(self, method: str, path: str, body: Any = None) -> Any:
        url = f"{self.addresses['control']}/control{path}"
        headers = {"Authorization": "Bearer control"}
        async with self.session.request(method, url, json=body, headers=headers) as answer:
            return await answer.json()

    async def me(self) -> int:
        url = f"{self.addresses['instagram']}/v26.0/me"
        async with self.session.get(url, headers=HEADERS) as answer:
            await answer.read()
            return answer.status


@pytest.fixture
async def visitor() -> AsyncIterator[Visitor]:
    async with running(settings()) as simulators, aiohttp.ClientSession() as session:
        yield Visitor(simulators.addresses, session)


async def test_refusal_closes_the_port_and_opens_it_again(visitor: Visitor) -> None:
    assert await visitor.me() == 200
    fault = await visitor.control("POST", "/faults", {"platform": "instagram", "kind": "refused"})
    with pytest.raises(aiohttp.ClientConnectorError):
        await visitor.me()
    await visitor.control("DELETE", f"/faults/{fault['id']}")
    assert await visitor.me() == 200


async def test_refusal_ends_by_itself(visitor: Visitor) -> None:
    body = {"platform": "instagram", "kind": "refused", "seconds": 0.2}
    await visitor.control("POST", "/faults", body)
    with pytest.raises(aiohttp.ClientConnectorError):
        await visitor.me()
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            try:
                assert await visitor.me() == 200
            except aiohttp.ClientConnectorError:
                await asyncio.sleep(0.02)
            else:
                break


async def test_two_refusals_overlap(visitor: Visitor) -> None:
    await visitor.control("POST", "/faults", {"platform": "uplink", "kind": "refused"})
    own = await visitor.control("POST", "/faults", {"platform": "instagram", "kind": "refused"})
    await visitor.control("DELETE", f"/faults/{own['id']}")
    with pytest.raises(aiohttp.ClientConnectorError):
        await visitor.me()
    with pytest.raises(aiohttp.ClientConnectorError):
        await visitor.session.get(visitor.addresses["uplink_a"])
    await visitor.control("DELETE", "/faults")
    assert await visitor.me() == 200


async def test_a_reset_after_acceptance(visitor: Visitor) -> None:
    await visitor.control("POST", "/people/ann/messages", {"platform": "instagram", "text": "Hi"})
    body = {"platform": "instagram", "kind": "accept_then_reset", "capability": "send"}
    await visitor.control("POST", "/faults", body)
    url = f"{visitor.addresses['instagram']}/v26.0/me/messages"
    message = {"recipient": {"id": "900"}, "message": {"text": "done"}}
    with pytest.raises((aiohttp.ServerDisconnectedError, aiohttp.ClientOSError)):
        await visitor.session.post(url, json=message, headers=HEADERS)
    thread = await visitor.control("GET", "/people/ann/messages?platform=instagram")
    assert [m["text"] for m in thread["messages"]] == ["Hi", "done"]


async def test_no_answer_after_acceptance(visitor: Visitor) -> None:
    await visitor.control("POST", "/people/ann/messages", {"platform": "instagram", "text": "Hi"})
    body = {"platform": "instagram", "kind": "accept_then_timeout", "capability": "send"}
    await visitor.control("POST", "/faults", body)
    url = f"{visitor.addresses['instagram']}/v26.0/me/messages"
    message = {"recipient": {"id": "900"}, "message": {"text": "done"}}
    with pytest.raises(TimeoutError):
        await visitor.session.post(
            url, json=message, headers=HEADERS, timeout=aiohttp.ClientTimeout(total=0.3)
        )
    thread = await visitor.control("GET", "/people/ann/messages?platform=instagram")
    assert [m["text"] for m in thread["messages"]] == ["Hi", "done"]


async def test_changes_are_told_as_they_happen(visitor: Visitor) -> None:
    url = f"{visitor.addresses['control']}/control/events?token=control"
    async with visitor.session.ws_connect(url) as events:
        body = {"platform": "instagram", "text": "Hi"}
        written = await visitor.control("POST", "/people/ann/messages", body)
        change = await events.receive_json(timeout=PATIENCE_SECONDS)
    assert change["type"] == "message"
    assert change["message"]["id"] == written["id"]


async def test_events_need_the_token(visitor: Visitor) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await visitor.session.ws_connect(f"{visitor.addresses['control']}/control/events?token=wrong")


async def test_pages_are_served(visitor: Visitor) -> None:
    for path in ("/", "/phones/ann", "/faults"):
        async with visitor.session.get(visitor.addresses["control"] + path) as answer:
            assert answer.status == 200
            assert answer.content_type == "text/html"


async def start(config: Path, *more: str) -> asyncio.subprocess.Process:
    command = (sys.executable, "-m", "holdfast_simulators", "--config", str(config), *more)
    return await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)


async def test_the_program_starts_announces_itself_and_stops(tmp_path: Path) -> None:
    config, ready = tmp_path / "config.json", tmp_path / "ready.json"
    config.write_text(json.dumps({"control_token": "control"}))
    program = await start(config, "--ready-file", str(ready))
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not ready.exists():
            assert program.returncode is None
            await asyncio.sleep(0.02)
    addresses = json.loads(ready.read_text())
    url = f"{addresses['control']}/control/events?token=control"
    async with aiohttp.ClientSession() as session, session.ws_connect(url):
        began = time.monotonic()
        os.kill(program.pid, signal.SIGTERM)
        _, complaints = await asyncio.wait_for(program.communicate(), PATIENCE_SECONDS)
    assert time.monotonic() - began < 2
    assert (program.returncode, complaints) == (0, b"")


async def test_wrong_settings_are_explained(tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    config.write_text('{"control_token": "c", "prot": 1}')
    program = await start(config)
    _, complaints = await asyncio.wait_for(program.communicate(), PATIENCE_SECONDS)
    assert program.returncode == 2
    assert b"prot" in complaints
