"""An answer of the shop wakes the phone of a guest whose page is closed, through a push service on a socket."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.scenarios.demo import Demo, running_demo

SECONDS = 20.0


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Demo]:
    async with running_demo(tmp_path) as started:
        yield started


async def test_an_answer_wakes_a_phone(demo: Demo) -> None:
    direct, push = f"{demo.addresses['hub']}/direct/v1", demo.addresses["webpush"]
    info = await demo.ask("GET", f"{direct}/info?channel=web")
    made = await demo.ask("POST", f"{direct}/guests", {"name": "Wanda"})
    token = made["token"]
    browser = await demo.ask("POST", f"{push}/browsers", {"key": info["push_key"]})
    told = await demo.ask("POST", f"{direct}/push", {"subscription": browser["subscription"]}, token=token)
    assert told["subscribed"]
    words = {"id": "one", "text": "Is the blue mug in stock?"}
    await demo.ask("POST", f"{direct}/threads/business:web/messages", words, token=token)

    async def conversation() -> dict[str, Any] | None:
        found = await demo.items("/conversations")
        return next((each for each in found if "blue mug" in json.dumps(each)), None)

    talk = await demo.until(conversation, SECONDS, "the question to be there")
    assert talk is not None
    await demo.api("POST", f"/conversations/{talk['id']}/messages", {"text": "It is. Shall we keep one?"})

    async def shown() -> list[dict[str, Any]]:
        answer = await demo.ask("GET", f"{push}/browsers/{browser['id']}")
        return [json.loads(each["text"]) for each in answer["shown"]]

    [notice] = await demo.until(shown, SECONDS, "the phone to be woken")
    assert notice["body"] == "It is. Shall we keep one?"
    assert (notice["tag"], notice["path"]) == ("business:web", "/chat/web")
