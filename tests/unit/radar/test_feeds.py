import json
from typing import Any

import pytest

from holdfast.channels.transport import HttpAnswer
from holdfast.radar import Kind, Observation, Result
from holdfast.radar.feed_shapes import UNREADABLE, Reading
from holdfast.radar.feeds import FeedReader, feed_sentence, feed_url, parse_feed

SHELL = b"<!doctype html><html><body><div id=root></div></body></html>"


def answer(body: Any, content_type: str = "application/json; charset=utf-8", status: int = 200) -> HttpAnswer:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return HttpAnswer(status, {"content-type": content_type, "etag": '"v1"'}, data)


def meta(*statuses: str, org: str = "ig-messenger") -> list[dict[str, Any]]:
    return [{"id": org, "name": "…", "services": [{"id": 4, "name": "API", "status": s} for s in statuses]}]


@pytest.mark.parametrize(
    ("statuses", "reading"),
    [
        (["No known issues"], Reading(ok=True, word="No known issues")),
        (["Resolved", "No known issues"], Reading(ok=True, word="Resolved")),
        (["No known issues", "Major disruptions"], Reading(ok=False, word="Major disruptions")),
    ],
)
def test_metas_words(statuses: list[str], reading: Reading) -> None:
    assert parse_feed("instagram", answer(meta(*statuses))) == reading


def test_other_parts_of_metas_page_do_not_concern_us() -> None:
    page = [*meta("Major disruptions", org="ads-manager"), *meta("No known issues")]
    assert parse_feed("instagram", answer(page)) == Reading(ok=True, word="No known issues")
    assert parse_feed("whatsapp", answer(page)) == UNREADABLE


@pytest.mark.parametrize(
    "page",
    [
        answer(SHELL, "text/html; charset=utf-8"),
        answer(SHELL),
        answer(meta("No known issues"), "text/html"),
        answer(meta("No known issues"), status=503),
        answer([]),
        answer({"services": []}),
        answer([{"id": "ig-messenger", "services": "none"}]),
        answer([{"id": "ig-messenger", "services": [{"status": 1}]}]),
        answer([{"id": "ig-messenger", "services": [{"status": "No known issues"}, 7]}]),
        answer(b"\xff\xfe"),
        answer(b"[" * 100_000),
    ],
)
def test_another_shape_is_unknown_and_never_fine(page: HttpAnswer) -> None:
    assert parse_feed("instagram", page) == UNREADABLE


def test_statuspage() -> None:
    fine = {"status": {"indicator": "none", "description": "All Systems Operational"}}
    bad = {"status": {"indicator": "major", "description": "Partial System Outage"}}
    assert parse_feed("sms", answer(fine)) == Reading(ok=True, word="All Systems Operational")
    assert parse_feed("sms", answer(bad)) == Reading(ok=False, word="Partial System Outage")
    assert parse_feed("sms", answer({"status": "none"})) == UNREADABLE
    assert parse_feed("sms", answer(SHELL, "text/html")) == UNREADABLE

    assert parse_feed("sms", answer({"status": {"indicator": "purple"}})) == UNREADABLE


@pytest.mark.parametrize(
    ("words", "reading"),
    [
        (["operational"], Reading(ok=True, word="operational")),
        (["operational", "partial_outage"], Reading(ok=False, word="partial outage")),
        (["purple"], UNREADABLE),
        ([7], UNREADABLE),
        ([], UNREADABLE),
    ],
)
def test_one_part_of_a_statuspage(words: list[Any], reading: Reading) -> None:
    others = [{"name": "Voice", "status": "major_outage"}, "x"]
    parts = [*others, *({"name": "SMS", "id": "s1", "status": word} for word in words)]
    page = {"status": {"indicator": "major"}, "components": parts}
    assert parse_feed("sms", answer(page), "sms") == reading


def test_a_list_of_incidents_like_googles() -> None:
    over = {"id": "a", "begin": "2026-01-01T00:00:00Z", "end": "2026-01-02T00:00:00Z"}
    going = {"id": "b", "begin": "2026-01-03T00:00:00Z", "external_desc": "Mail is slow"}
    going["affected_products"] = [{"title": "Gmail"}, 7]  # type: ignore[assignment]
    assert parse_feed("email", answer([over])) == Reading(ok=True, word="no open incident")
    assert parse_feed("email", answer([over, going])) == Reading(ok=False, word="Mail is slow")
    assert parse_feed("email", answer([over, going]), "gmail") == Reading(ok=False, word="Mail is slow")
    assert parse_feed("email", answer([over, going]), "Drive").ok is True
    for other in ([], [7], [{"id": "a"}], [over, {"begin": 3}]):
        assert parse_feed("email", answer(other)) == UNREADABLE


def test_one_word_of_health() -> None:
    assert parse_feed("sms", answer({"status": "pass"}, "application/health+json")).ok is True
    assert parse_feed("sms", answer({"status": "DOWN"})) == Reading(ok=False, word="DOWN")
    assert parse_feed("sms", answer({"status": "perhaps"})) == UNREADABLE


def test_a_name_behind_an_address_is_one_part_of_the_feed() -> None:
    found = feed_url("sms", "https://status.example#SMS%20out")
    assert found == "https://status.example/api/v2/summary.json#SMS%20out"


def test_addresses() -> None:
    assert feed_url("whatsapp", "https://metastatus.com/") == "https://metastatus.com/data/orgs.json"
    assert feed_url("sms", "https://status.twilio.com") == "https://status.twilio.com/api/v2/summary.json"
    assert feed_url("sms", "https://x.example/s.json") == "https://x.example/s.json"


async def test_only_what_changed_is_asked_for(bench: Any) -> None:
    url = "http://127.0.0.1:1/meta/data/orgs.json"
    reader = FeedReader("instagram", "http://127.0.0.1:1/meta", bench.transport, bench.clock)
    bench.transport.answers[url] = answer(meta("Major disruptions"))
    assert (await reader.read()).result is Result.FAIL
    bench.transport.answers[url] = HttpAnswer(304, {}, b"")
    again = await reader.read()
    assert bench.transport.asked[-1].headers == {"if-none-match": '"v1"'}
    assert (again.result, again.detail) == (Result.FAIL, "Major disruptions")
    del bench.transport.answers[url]
    assert (await reader.read()).result is Result.UNKNOWN


def test_sentences() -> None:
    def seen(result: Result, word: str = "") -> Observation:
        return Observation(channel="feed:instagram", kind=Kind.FEED, at=0, result=result, detail=word)

    fine = feed_sentence("instagram", "Instagram", seen(Result.OK))
    assert fine == "Meta's own status page still says all is well."
    told = feed_sentence("sms", "SMS", seen(Result.FAIL, "Partial outage"))
    assert told == "The status page of SMS's provider reports: Partial outage."
    assert feed_sentence("instagram", "Instagram", seen(Result.UNKNOWN)) == ""
    assert feed_sentence("instagram", "Instagram", None) == ""
