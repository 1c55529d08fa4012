"""Agents and monitors say that something is wrong."""

from typing import Any

import pytest
from tests.scenarios.api.conftest import MONITOR_TOKEN

from holdfast.radar.store import load_observations

ADDRESS = f"/monitors/{MONITOR_TOKEN}"
FAILING = {"channel": "instagram:shop", "result": "fail", "text": "no answer"}


async def seen(hub: Any, kind: str) -> list[Any]:
    rows = await hub.hub.database.read(load_observations, 0, 0)
    return [each for _, each in rows if each.kind == kind]


async def test_an_agent_says_that_something_is_wrong(hub: Any) -> None:
    path = "/channels/instagram:shop/trouble"
    told = await hub.send("POST", path, {"text": "replies vanish", "capability": "send"}, scope="write")
    assert (told.status_code, told.json()) == (201, {"incident_id": None})
    [observation] = await seen(hub, "button")
    assert (observation.result, observation.detail) == ("fail", "replies vanish")
    for body, status in (
        ({"text": "  "}, 422),
        ({"text": "x" * 201}, 400),
        ({"text": "x", "capability": "y"}, 400),
    ):
        assert (await hub.send("POST", path, body)).status_code == status
    assert (await hub.send("POST", "/channels/sms:none/trouble", {"text": "x"})).status_code == 404
    assert (await hub.send("POST", path, {"text": "x"}, scope="read")).status_code == 403


async def test_a_monitor_tells_what_it_sees(hub: Any, monitored: str) -> None:
    taken = await hub.client.post(monitored, json=FAILING)
    assert (taken.status_code, taken.json()) == (200, {"taken": 1})
    kuma = {
        "heartbeat": {"status": 1, "msg": "200 - OK"},
        "monitor": {"name": "Insta"},
        "msg": "[Insta] [Up]",
    }
    assert (await hub.client.post(monitored, json=kuma)).json() == {"taken": 1}
    assert [each.result for each in await seen(hub, "alert")] == ["fail", "ok"]


async def test_who_has_no_token_or_another_shape_changes_nothing(hub: Any, monitored: str) -> None:
    for path in ("/monitors/", "/monitors/guess", f"{monitored}x"):
        assert (await hub.client.post(path, json=FAILING)).status_code == 404
    assert (await hub.client.get(monitored)).status_code == 405
    unknown = await hub.client.post(monitored, json={**FAILING, "channel": "telegram:shop"})
    assert unknown.status_code == 422
    assert "names no channel of this hub (telegram:shop)" in unknown.json()["error"]["message"]
    shapeless = await hub.client.post(monitored, content=b"<html>")
    assert (shapeless.status_code, shapeless.json()["error"]["code"]) == (422, "refused")
    huge = await hub.client.post(monitored, content=b"x" * 300_000)
    assert huge.status_code == 413
    assert await seen(hub, "alert") == []


@pytest.fixture
def monitored() -> str:
    return ADDRESS
