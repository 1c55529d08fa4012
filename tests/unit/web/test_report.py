"""Reports over HTTP on a real store: kept before the thanks, bounded, and answered in words."""

from collections.abc import AsyncIterator
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest
from tests.unit.conftest import HandClock

from holdfast.kernel import IdSource
from holdfast.radar.reports import Reports, load_day
from holdfast.status.tracker import Tracker
from holdfast.storage import SqliteDatabase, migrate
from holdfast.web.report import OF_ADDRESS, ReportDesk

STATUS = "https://status.example"


class Answered:
    def __init__(self, messages: list[Any]) -> None:
        self.status: int = messages[0]["status"]
        self.headers = {name.decode(): value.decode() for name, value in messages[0]["headers"]}
        self.body = b"".join(message.get("body", b"") for message in messages[1:])

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)


class Counter:
    """A desk on a store of its own, and people who come to it."""

    def __init__(self, database: SqliteDatabase, clock: HandClock) -> None:
        self.database = database
        self.clock = clock
        channels = {"instagram:shop": Face("instagram"), "direct:web": Face("direct")}
        random = Random(3)  # noqa: S311 - identifiers of a test
        self.reports = Reports(
            database=database,
            clock=clock,
            ids=IdSource(clock, random),
            random=random,
            hand=_nobody,
            channels=lambda: channels,  # type: ignore[arg-type, return-value]
        )
        self.desk = ReportDesk(
            reports=self.reports,
            tracker=lambda: Tracker(business="Kelp & Co", written_at=0, hub_url=""),
            clock=clock,
            business="Kelp & Co",
            status_url=STATUS,
            now_url=f"{STATUS}/",
        )

    async def ask(
        self, method: str, path: str, body: bytes = b"", *, address: str = "192.0.2.1", **headers: str
    ) -> Answered:
        named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        scope = {"method": method, "path": path, "headers": named, "client": (address, 1)}
        said: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            said.append(message)

        await self.desk(scope, receive, send)
        return Answered(said)

    async def form(self, path: str = "/report", *, address: str = "192.0.2.1", **fields: str) -> Answered:
        return await self.ask(
            "POST",
            path,
            urlencode(fields).encode(),
            address=address,
            content_type="application/x-www-form-urlencoded",
            accept="application/json",
        )

    async def shown(self) -> int:
        return sum(each.count for each in (await self.database.read(load_day, self.clock.now_ms())).symptoms)


class Face:
    """All that a report needs to know of an adapter."""

    def __init__(self, platform: str) -> None:
        self.platform = platform


async def _nobody(_: Any) -> None:
    """Nobody listens to the evidence here."""


@pytest.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    database, clock = SqliteDatabase(tmp_path / "hub.db"), HandClock()
    await migrate(database, now_ms=clock.now_ms())
    yield Counter(database, clock)
    await database.close()


async def test_a_report_is_kept_before_it_is_thanked_for(counter: Counter) -> None:
    told = await counter.form(symptom="cannot_send", surface="app", place="Phoenix", platform="instagram")
    assert told.status == 200
    assert told.json["said"] == "Your report is kept. Thank you."
    assert told.headers["access-control-allow-origin"] == "*"
    again = await counter.form(symptom="cannot_send", platform="instagram")
    assert again.json["said"].startswith("We have this report of yours already")
    assert again.json["id"] == told.json["id"]
    day = await counter.database.read(load_day, counter.clock.now_ms())
    assert [(each.key, each.count) for each in day.places] == [(("US", "Phoenix"), 1)]


async def test_without_a_script_the_thanks_are_a_page(counter: Counter) -> None:
    page = await counter.ask(
        "POST",
        "/report",
        urlencode({"symptom": "feed", "place": "<b>", "platform": "instagram"}).encode(),
        content_type="application/x-www-form-urlencoded",
    )
    assert page.status == 200
    assert b"Your report is kept" in page.body
    assert b'action="/report/details"' in page.body
    assert b"<b>" not in page.body
    assert "content-security-policy" in page.headers


async def test_details_may_follow(counter: Counter) -> None:
    told = await counter.form(symptom="feed", platform="instagram")
    more = await counter.form("/report/details", report=told.json["id"], surface="web", place="India")
    assert more.json["said"] == "Thank you. India is noted."
    day = await counter.database.read(load_day, counter.clock.now_ms())
    assert [(each.key, each.count) for each in day.surfaces if each.count] == [(("web",), 1)]
    lost = await counter.form("/report/details", report="rep_none")
    assert lost.status == 404


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"symptom": "everything"}, "symptom"),
        ({}, "symptom"),
        ({"symptom": "feed", "platform": "myspace"}, "platform"),
        ({"symptom": "feed", "surface": "telepathy"}, "surface"),
    ],
)
async def test_what_is_no_report_is_refused_with_a_sentence(
    counter: Counter, fields: dict[str, str], field: str
) -> None:
    refused = await counter.form(**{"platform": "instagram", **fields})
    assert refused.status == 422
    assert refused.json["error"]["field"] == field
    assert await counter.shown() == 0


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[1]", "application/json", 400),
        (b'{"symptom": ["feed"]}', "application/json", 400),
        (b"\xff\xfe", "application/x-www-form-urlencoded", 400),
        (b"a=" + b"x" * 9_000, "application/x-www-form-urlencoded", 413),
        (b"&".join(b"a=1" for _ in range(50)), "application/x-www-form-urlencoded", 400),
    ],
)
async def test_a_body_that_is_none_is_refused(counter: Counter, body: bytes, kind: str, status: int) -> None:
    refused = await counter.ask("POST", "/report", body, content_type=kind, accept="application/json")
    assert refused.status == status
    assert refused.json["error"]["message"]


async def test_json_is_taken_too_with_a_zone_or_a_code(counter: Counter) -> None:
    for number, place in enumerate(({"zone": "Asia/Calcutta"}, {"country": "in", "city": "Kolkata"})):
        body = msgspec.json.encode({"symptom": "sign_in", "platform": "instagram", **place})
        told = await counter.ask(
            "POST", "/report", body, address=f"198.51.{number}.1", content_type="application/json"
        )
        assert told.status == 200
    day = await counter.database.read(load_day, counter.clock.now_ms())
    assert [(each.key, each.count) for each in day.places] == [(("IN", "Kolkata"), 2)]


async def test_programs_are_kept_apart(counter: Counter) -> None:
    fields = {"symptom": "feed", "platform": "instagram"}
    assert (await counter.form(address="192.0.2.1", website="https://buy.example", **fields)).status == 200
    assert (await counter.form(address="192.0.2.2", took="20", **fields)).status == 200
    assert await counter.shown() == 0
    assert (await counter.form(address="192.0.2.3", took="4000", **fields)).status == 200
    assert await counter.shown() == 1


async def test_a_flood_from_one_address_is_bounded(counter: Counter) -> None:
    fields = {"symptom": "feed", "platform": "instagram"}
    statuses = [(await counter.form(**fields)).status for _ in range(int(OF_ADDRESS.burst) + 1)]
    assert statuses[:-1] == [200] * int(OF_ADDRESS.burst)
    assert statuses[-1] == 429
    assert (await counter.form(address="203.0.113.9", **fields)).status == 200


async def test_what_cannot_be_kept_is_not_thanked_for(counter: Counter) -> None:
    await counter.database.close()
    refused = await counter.form(symptom="feed", platform="instagram")
    assert refused.status == 503
    assert "could not be kept" in refused.json["error"]["message"]
    assert refused.headers["retry-after"] == "5"


async def test_who_only_looks_is_shown_the_form(counter: Counter) -> None:
    look = await counter.ask("GET", "/report")
    assert (look.status, look.headers["location"]) == (302, f"{STATUS}/report")
    assert (await counter.ask("OPTIONS", "/report")).status == 204
    assert (await counter.ask("DELETE", "/report")).status == 405
    assert b"--accent" in (await counter.ask("GET", "/report/style.css")).body
