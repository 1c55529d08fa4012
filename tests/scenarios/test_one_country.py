"""A platform that fails in one country only: the country is named, and nobody else waits for it."""

import asyncio
import time
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest
from tests.scenarios.demo import SHOWN_AS_SENT, Demo, measured, running_demo, until
from tests.scenarios.fault_story import NOTICED_SECONDS

pytestmark = pytest.mark.on("sqlite")

SMS: Final = "sms:shop"
INDIA: Final = {f"india{n}": f"+9198123400{n:02}" for n in range(6)}
ELSEWHERE: Final = {f"dutch{n}": f"+316234600{n:02}" for n in range(3)}
AT_ONCE_SECONDS: Final = 10
"""So long a message may take on a machine that has much to do; held ones wait longer."""
BACK_SECONDS: Final = 120
BETWEEN_SECONDS: Final = 1.0


class Town:
    """People with numbers of two countries, who wrote to the shop, and what it answered."""

    def __init__(self, demo: Demo) -> None:
        self.demo = demo
        self.contacts: dict[str, dict[str, Any]] = {}
        self.told: dict[str, list[dict[str, Any]]] = {}

    async def move_in(self, people: dict[str, str]) -> None:
        for person, number in people.items():
            addresses = {"sms": number, "email": f"{person}@customer.example"}
            await self.demo.control("POST", "/people", {"id": person, "name": person, "addresses": addresses})
            await self.demo.write(person, f"Hello from {person}", "sms")
            self.contacts[person] = await until(partial(self._known, number), 20, f"{person} is known")
            await self.demo.sent(await self.tell(person))

    async def _known(self, value: str) -> dict[str, Any] | None:
        found = await self.demo.items("/contacts", query=value)
        return found[0] if found else None

    async def tell(self, person: str, channel: str = SMS) -> dict[str, Any]:
        told = self.told.setdefault(person, [])
        path = f"/conversations/{self.contacts[person]['conversation_id']}/messages"
        body = {"text": f"{person} {len(told)}", "channel": channel}
        told.append(await self.demo.api("POST", path, body))
        return told[-1]

    async def reachable_by_mail(self, person: str) -> None:
        """The person writes by mail, is known to be the same, and agrees to be answered there."""
        address = f"{person}@customer.example"
        await self.demo.write(person, "It is me", "email")
        other = await until(partial(self._known, address), 20, f"the mail of {person}")
        assert other is not None
        contact = self.contacts[person]["id"]
        await self.demo.api("POST", f"/contacts/{contact}/merge", {"other": other["id"]})
        known = await self.demo.api("GET", f"/contacts/{contact}")
        mail = next(each for each in known["addresses"] if each["value"] == address)
        await self.demo.api("PATCH", f"/contacts/{contact}/addresses/{mail['id']}", {"consent": "failover"})

    async def states(self, people: Iterable[str]) -> set[str]:
        shown = [await self.demo.shown(message) for person in people for message in self.told[person]]
        return {message["state"] for message in shown}


async def test_one_country_fails_and_is_named_and_nobody_else_waits(tmp_path: Path) -> None:
    async with running_demo(tmp_path) as demo:
        town = Town(demo)
        await town.move_in(INDIA | ELSEWHERE)
        await town.reachable_by_mail("india0")
        before = {person: len(town.told[person]) for person in INDIA}

        await demo.fault("sms", "server_error", capability="send", country="IN")
        began = time.monotonic()
        incident = await _noticed(demo, town)
        measured("one country: noticed after %.1f s", time.monotonic() - began)
        await _named(demo, incident, began)
        rerouted = await town.tell("india0", "auto")
        await demo.sent(rerouted, NOTICED_SECONDS)
        for person in ELSEWHERE:
            await demo.sent(await town.tell(person), AT_ONCE_SECONDS)
        here = [message for person in INDIA for message in town.told[person][before[person] :]]
        here.remove(rerouted)
        for message in here:
            assert (await demo.shown(message))["state"] not in SHOWN_AS_SENT

        await demo.end_faults()
        await _proven_by_what_goes_out(demo, town)
        await _everybody_got_everything_once(demo, town, rerouted)


async def _noticed(demo: Demo, town: Town) -> dict[str, Any]:
    """An incident, while people of both countries are written to; those elsewhere are reached all the while."""
    for here, elsewhere in zip(INDIA, (*ELSEWHERE, *ELSEWHERE), strict=True):
        await town.tell(here)
        await demo.sent(await town.tell(elsewhere), AT_ONCE_SECONDS)
        await asyncio.sleep(BETWEEN_SECONDS)
    return await demo.incident(SMS, NOTICED_SECONDS)


async def _named(demo: Demo, incident: dict[str, Any], began: float) -> None:
    async def look() -> bool:
        now = await demo.api("GET", f"/incidents/{incident['id']}")
        return bool(now["title"] == "SMS is not accepting messages to India" and now["cause"] == "platform")

    await until(look, NOTICED_SECONDS, "that India is named")
    measured("one country: named after %.1f s", time.monotonic() - began)

    async def told() -> bool:
        return "SMS is not accepting messages to India" in await demo.page("/status.txt")

    await until(told, NOTICED_SECONDS, "that the status page names India")
    sms = next(each for each in (await demo.api("GET", "/channels"))["items"] if each["id"] == SMS)
    assert sms["breaker"]["state"] == "closed"


async def _proven_by_what_goes_out(demo: Demo, town: Town) -> None:
    """What had waited proves the return, with what is written meanwhile."""
    began = time.monotonic()
    people = list(INDIA)
    while await demo.incidents():
        assert time.monotonic() - began < BACK_SECONDS, await demo.incidents()
        await town.tell(people[0])
        people.append(people.pop(0))
        await asyncio.sleep(BETWEEN_SECONDS)
    measured("one country: closed after %.1f s", time.monotonic() - began)
    await demo.all_settled()
    assert await town.states(INDIA | ELSEWHERE) <= SHOWN_AS_SENT


async def _everybody_got_everything_once(demo: Demo, town: Town, rerouted: dict[str, Any]) -> None:
    for person, messages in town.told.items():
        texts = [message["text"] for message in messages if message["id"] != rerouted["id"]]
        got = [each["text"] for each in await demo.phone(person, "sms") if each["direction"] == "in"]
        assert [text for text in got if text != rerouted["text"]] == texts
    mails = [each["text"] for each in await demo.phone("india0", "email") if each["direction"] == "in"]
    assert sum(rerouted["text"] in text for text in mails) == 1
    assert rerouted["text"] not in [each["text"] for each in await demo.phone("india0", "sms")]
