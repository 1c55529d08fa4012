"""The control API: people, counting, feeds, and how it says no."""

from typing import Any

import pytest


async def test_the_token_is_needed(bench: Any) -> None:
    assert (await bench.call("control", "GET", "/control/state")).status_code == 401
    assert (await bench.call("control", "GET", "/control/state?token=wrong")).status_code == 401
    assert (await bench.call("control", "GET", "/control/state?token=control")).status_code == 200


async def test_the_state_tells_no_secret(bench: Any) -> None:
    answer = await bench.call("control", "GET", "/control/state?token=control")
    for secret in ("IG-token", "fixture-app-secret", "verify-me", "WA-token", "wa-secret", "sms-secret"):
        assert secret not in answer.text
    assert answer.json()["accounts"][0]["account"] == "17841400000000001"


async def test_a_new_person_can_be_reached_everywhere(bench: Any) -> None:
    person = await bench.control("POST", "/people", json={"name": "Çelik & Söhne"})
    assert sorted(c["platform"] for c in person["channels"]) == ["instagram", "instagram", "sms", "whatsapp"]
    await bench.writes("Hi", person=person["id"])
    await bench.send("Hello", to=person["addresses"]["instagram:17841400000000001"])
    shown = await bench.control("GET", f"/people/{person['id']}")
    assert shown["channels"][0]["unread"] == 1
    assert shown["channels"][0]["last_message"]["text"] == "Hello"
    seen = await bench.control("POST", f"/people/{person['id']}/seen", json={"platform": "instagram"})
    assert seen == {"seen": 1}


async def test_the_whole_truth_can_be_counted(bench: Any) -> None:
    for n in range(7):
        await bench.writes(f"{n}")
    await bench.writes("sms", platform="twilio")
    first = await bench.control("GET", "/messages?platform=instagram&direction=out&limit=5")
    assert (len(first["messages"]), first["total"]) == (5, 7)
    rest = await bench.control(
        "GET", f"/messages?platform=instagram&direction=out&after={first['next_after']}"
    )
    assert [m["text"] for m in rest["messages"]] == ["5", "6"]
    assert rest["next_after"] is None
    assert (await bench.control("GET", "/messages"))["total"] == 8


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("POST", "/people/ann/messages", {"platform": "instagram", "text": " "}, "text"),
        ("POST", "/people/ann/messages", {"platform": "pigeon", "text": "x"}, "platform"),
        ("POST", "/people/ann/messages", {"platform": "email", "text": "x"}, "platform"),
        ("POST", "/people/ann/messages", {"platform": "instagram", "text": "x", "kind": "dance"}, "kind"),
        ("POST", "/people/ann/messages", {"platform": "instagram", "text": 3}, "text"),
        ("POST", "/people/ann/messages", {"platform": "sms", "text": "x", "account": "no"}, "account"),
        ("POST", "/people/ben/messages", {"platform": "whatsapp", "text": "x"}, "platform"),
        ("POST", "/people/ann/messages", {"text": "x"}, "platform"),
        ("POST", "/people", {"name": ""}, "name"),
        ("POST", "/people", {"name": "A", "addresses": {"sms": "+31612345678"}}, "addresses"),
        ("POST", "/people", {"name": "A", "addresses": {"instagram:nobody": "1"}}, "addresses"),
        ("POST", "/feeds", {"platform": "instagram", "status": "meh"}, "status"),
        ("POST", "/accounts/instagram/shop0", {"webhook_url": "ftp://x"}, "webhook_url"),
        ("GET", "/messages?direction=up", None, "direction"),
        ("GET", "/requests?limit=-1", None, "limit"),
    ],
)
async def test_bad_input_is_explained(bench: Any, method: str, path: str, body: Any, field: str) -> None:
    answer = await bench.control(method, path, json=body)
    assert answer["error"]["field"] == field
    assert answer["error"]["message"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/people/nobody"),
        ("DELETE", "/faults/fault-99"),
        ("POST", "/accounts/instagram/nobody"),
        ("GET", "/nothing"),
    ],
)
async def test_unknown_things_are_404(bench: Any, method: str, path: str) -> None:
    headers = {"Authorization": "Bearer control"}
    answer = await bench.call("control", method, f"/control{path}", headers=headers)
    assert answer.status_code == 404
    assert answer.json()["error"]["message"]


async def test_not_json_at_all(bench: Any) -> None:
    assert (await bench.control("POST", "/faults", content=b"\xff"))["error"]["message"]
    assert (await bench.control("POST", "/faults", content=b"[1]"))["error"]["message"]


async def test_feeds_know_only_what_they_are_told(bench: Any) -> None:
    await bench.fault("server_error")
    orgs = (await bench.call("feeds", "GET", "/data/orgs.json")).json()
    assert {service["status"] for org in orgs for service in org["services"]} == {"No known issues"}
    body = {"platform": "instagram", "status": "Major disruptions"}
    told = await bench.control("POST", "/feeds", json=body)
    assert told["feeds"]["instagram"] == "Major disruptions"
    orgs = (await bench.call("feeds", "GET", "/data/orgs.json")).json()
    shown = {org["id"]: org["services"][0]["status"] for org in orgs}
    assert shown["ig-messenger"] == "Major disruptions"
    assert shown["whatsapp-business-api"] == "No known issues"
    outages = (await bench.call("feeds", "GET", "/data/outages/ig-messenger.json")).json()
    assert outages[0]["status"] == "Major disruptions"
    rss = await bench.call("feeds", "GET", "/outage-events-feed-ig-messenger.rss")
    assert "Major disruptions" in rss.text
    await bench.control("POST", "/feeds", json={"platform": "instagram", "status": "Resolved"})
    assert (await bench.call("feeds", "GET", "/data/outages/ig-messenger.json")).json() == []


async def test_the_statuspage(bench: Any) -> None:
    await bench.control("POST", "/feeds", json={"platform": "twilio", "status": "partial_outage"})
    summary = (await bench.call("control", "GET", "/feeds/api/v2/summary.json")).json()
    assert summary["status"]["indicator"] == "major"
    assert summary["components"][0]["status"] == "partial_outage"
    status = (await bench.call("feeds", "GET", "/api/v2/status.json")).json()
    assert status["page"]["id"] == "gpkpyklzq55q"


async def test_an_unknown_feed_is_an_html_page(bench: Any) -> None:
    answer = await bench.call("feeds", "GET", "/data/nothing.json")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")


async def test_unrelated_hosts_answer_204(bench: Any) -> None:
    assert (await bench.call("uplink_a", "GET", "/generate_204")).status_code == 204
