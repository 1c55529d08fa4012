"""The pages of the hub that subscribers meet: all answers alike, links that do nothing until a button is pressed."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from tests.unit.conftest import HandClock
from tests.unit.status.subscribers.conftest import World

from holdfast.status.subscribers import State
from holdfast.storage import SqliteDatabase, migrate
from holdfast.web.subscriptions import OF_ADDRESS, SubscriptionDesk


class Visitor:
    def __init__(self, world: World) -> None:
        self.world = world
        self._desk = SubscriptionDesk(
            subscriptions=world.subscriptions,
            clock=world.clock,
            business="Kelp & Co",
            status_url="https://status.example",
            now_url="https://status.example/",
        )

    async def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        path, _, query = path.partition("?")
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "headers": [],
            "client": ("192.0.2.1", 5),
        }
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": urlencode(form or {}).encode(), "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await self._desk(scope, receive, send)
        return sent[0]["status"], sent[1]["body"].decode()


@pytest.fixture
async def visitor(tmp_path: Path) -> AsyncIterator[Visitor]:
    clock = HandClock()
    database = SqliteDatabase(tmp_path / "hub.db")
    await migrate(database, now_ms=clock.now_ms())
    yield Visitor(World(database, clock))
    await database.close()


FORM = {"kind": "email", "address": "ana@example.org"}


async def test_who_is_known_and_who_is_not_get_the_same_answer(visitor: Visitor) -> None:
    first = await visitor.ask("POST", "/subscriptions", FORM)
    again = await visitor.ask("POST", "/subscriptions", FORM)
    await visitor.world.subscribed("ben@example.org")
    known = await visitor.ask("POST", "/subscriptions", FORM | {"address": "ben@example.org"})

    assert first == again == known
    assert first[0] == 200


async def test_a_link_that_is_only_opened_does_nothing(visitor: Visitor) -> None:
    world = visitor.world
    await visitor.ask("POST", "/subscriptions", FORM)
    await world.carry()
    link = f"/subscriptions/confirm?t={world.token(world.mail_server.mails[0])}"

    status, page = await visitor.ask("GET", link)
    assert (status, "Yes, tell me" in page) == (200, True)
    assert (await world.subscriptions.page())[0].state is State.ASKED

    assert (await visitor.ask("POST", link))[0] == 200
    assert (await world.subscriptions.page())[0].state is State.ACTIVE


async def test_a_bad_link_is_told_in_words(visitor: Visitor) -> None:
    await visitor.ask("POST", "/subscriptions", FORM)
    for token in ("", "sub_none.x", "<script>", "x" * 5_000):
        status, page = await visitor.ask("POST", f"/subscriptions/confirm?{urlencode({'t': token})}")
        assert status == 404
        assert "<script>" not in page


async def test_a_form_that_cannot_be_taken_is_told_why(visitor: Visitor) -> None:
    for form, words in (
        ({}, "use the form"),
        (FORM | {"kind": "pigeon"}, "use the form"),
        (FORM | {"address": "nobody"}, "not an email address"),
        (FORM | {"chosen": "1"}, "at least one channel"),
        (FORM | {"channel": "none:none"}, "no such channel"),
    ):
        status, page = await visitor.ask("POST", "/subscriptions", form)
        assert (status, words in page) == (422, True), page


async def test_a_flood_from_one_address_is_slowed_down(visitor: Visitor) -> None:
    for number in range(int(OF_ADDRESS.burst)):
        assert (await visitor.ask("POST", "/subscriptions", FORM | {"address": f"p{number}@x.example"}))[
            0
        ] == 200
    assert (await visitor.ask("POST", "/subscriptions", FORM))[0] == 429


async def test_other_addresses_are_not_there(visitor: Visitor) -> None:
    assert (await visitor.ask("GET", "/subscriptions/nothing"))[0] == 404
    assert (await visitor.ask("DELETE", "/subscriptions"))[0] == 404
    assert (await visitor.ask("GET", "/subscriptions/style.css"))[0] == 200
