"""Each way of failing, as a client and a receiver of webhooks see it."""

from typing import Any

import pytest

from holdfast_simulators.gate import ConnectionDroppedError

ANN = "900100200300400"
OTHER_SHOP = "17841400000000002"


async def received(bench: Any) -> list[str]:
    thread = await bench.control("GET", "/people/ann/messages?platform=instagram")
    return [m["text"] for m in thread["messages"] if m["direction"] == "in"]


async def last_request(bench: Any) -> Any:
    return (await bench.control("GET", "/requests?platform=instagram"))["requests"][-1]


@pytest.mark.parametrize(
    ("kind", "statuses", "codes"),
    [
        ("server_error", {500, 503}, {2}),
        ("throttle", {400, 429}, {4, 613}),
        ("token_error", {400}, {190}),
        ("permission_error", {403}, {10}),
    ],
)
async def test_errors_without_effect(bench: Any, kind: str, statuses: set[int], codes: set[int]) -> None:
    await bench.writes("Hi")
    fault = await bench.fault(kind, capability="send")
    answer = await bench.send()
    assert answer.status_code in statuses
    assert answer.json()["error"]["code"] in codes
    assert await received(bench) == []
    request = await last_request(bench)
    assert (request["effect"], request["fault"]) == (False, fault)
    assert (await bench.instagram("GET", "/me")).status_code == 200
    await bench.control("DELETE", f"/faults/{fault}")
    assert (await bench.send()).status_code == 200


async def test_throttling_carries_the_usage(bench: Any) -> None:
    await bench.fault("throttle", seconds=180)
    answer = await bench.send()
    assert '"estimated_time_to_regain_access": 3' in answer.headers["X-Business-Use-Case-Usage"]


async def test_html_instead_of_json(bench: Any) -> None:
    await bench.fault("html_error")
    answer = await bench.send()
    assert answer.status_code in (502, 503)
    assert answer.headers["content-type"].startswith("text/html")


async def test_slow_is_done_and_late(bench: Any) -> None:
    await bench.writes("Hi")
    await bench.fault("slow", delay_ms=7000)
    before_ms = bench.clock.now_ms()
    assert (await bench.send("slowly")).status_code == 200
    assert 7000 <= bench.clock.now_ms() - before_ms < 7100
    assert await received(bench) == ["slowly"]


@pytest.mark.parametrize("kind", ["accept_then_timeout", "accept_then_reset"])
async def test_accepted_without_an_answer(bench: Any, kind: str) -> None:
    await bench.writes("Hi")
    await bench.fault(kind, capability="send")
    with pytest.raises(ConnectionDroppedError):
        await bench.send("done all the same")
    assert await received(bench) == ["done all the same"]
    request = await last_request(bench)
    assert (request["effect"], request["status"]) == (True, None)


async def test_false_success(bench: Any) -> None:
    await bench.writes("Hi")
    await bench.fault("false_success")
    answer = await bench.send("nowhere")
    assert answer.status_code == 200
    assert answer.json()["message_id"]
    await bench.clock.advance(5)
    assert await received(bench) == []
    assert [e["message"]["text"] for e in bench.hub.events()] == ["Hi"]


async def test_a_share_of_requests_only(bench: Any) -> None:
    await bench.writes("Hi")
    await bench.fault("server_error", capability="send", rate=0.3)
    answers = [(await bench.send(str(n))).status_code for n in range(90)]
    assert 15 <= sum(status >= 500 for status in answers) <= 40


async def test_one_account_only(bench: Any) -> None:
    await bench.fault("token_error", account="shop1")
    assert (await bench.instagram("GET", "/me")).status_code == 200
    answer = await bench.call("instagram", "GET", "/v26.0/me?access_token=IG-other-token")
    assert answer.json()["error"]["code"] == 190


async def test_one_capability_only(bench: Any) -> None:
    await bench.fault("server_error", capability="history")
    assert (await bench.instagram("GET", "/me")).status_code == 200
    assert (await bench.instagram("GET", "/me/conversations?platform=instagram")).status_code >= 500


async def test_a_fault_ends_by_itself(bench: Any) -> None:
    await bench.fault("server_error", seconds=30)
    await bench.clock.advance(29)
    assert (await bench.instagram("GET", "/me")).status_code >= 500
    await bench.clock.advance(2)
    assert (await bench.instagram("GET", "/me")).status_code == 200
    assert (await bench.control("GET", "/faults")) == {"faults": []}


async def test_silent_webhooks_are_lost_but_can_be_read_back(bench: Any) -> None:
    fault = await bench.fault("webhooks_silent")
    lost = await bench.writes("nobody heard this")
    await bench.control("DELETE", f"/faults/{fault}")
    await bench.clock.advance(7200)
    assert bench.hub.got == []
    assert (await bench.instagram("GET", f"/{lost}?fields=message")).json()["message"] == "nobody heard this"


async def test_delayed_webhooks_come_as_a_flood(bench: Any) -> None:
    fault = await bench.fault("webhooks_delayed", capability="receive")
    written = [await bench.writes(f"{n}") for n in range(40)]
    await bench.clock.advance(3600)
    assert bench.hub.got == []
    await bench.control("DELETE", f"/faults/{fault}")
    await bench.clock.advance(1)
    assert [e["message"]["mid"] for e in bench.hub.events()] == written
    sent_ms = bench.hub.got[0].json()["entry"][0]["time"]
    assert sent_ms - bench.hub.events()[0]["timestamp"] >= 3_600_000


async def test_duplicated_webhooks(bench: Any) -> None:
    await bench.fault("webhooks_duplicated")
    await bench.writes("twice")
    await bench.clock.advance(1)
    assert [e["message"]["text"] for e in bench.hub.events()] == ["twice", "twice"]


async def test_reordered_webhooks(bench: Any) -> None:
    await bench.fault("webhooks_reordered")
    written = [await bench.writes(f"{n}") for n in range(8)]
    await bench.clock.advance(3)
    arrived = [e["message"]["mid"] for e in bench.hub.events()]
    assert arrived != written
    assert sorted(arrived) == sorted(written)


async def test_regrouped_webhooks(bench: Any) -> None:
    await bench.fault("webhooks_regrouped")
    written = [await bench.writes(f"{n}") for n in range(12)]
    await bench.clock.advance(3)
    assert len(bench.hub.got) == 2
    assert len(bench.hub.got[0].json()["entry"]) == 2
    assert sorted(e["message"]["mid"] for e in bench.hub.events()) == sorted(written)


async def test_a_removed_subscription_is_silent_until_repaired(bench: Any) -> None:
    await bench.fault("subscription_removed", account="shop0")
    assert (await bench.instagram("GET", "/me/subscribed_apps")).json() == {"data": []}
    await bench.writes("unheard")
    await bench.instagram("POST", "/me/subscribed_apps?subscribed_fields=messages")
    assert (await bench.control("GET", "/faults")) == {"faults": []}
    await bench.writes("heard")
    await bench.clock.advance(1)
    assert [e["message"]["text"] for e in bench.hub.events()] == ["heard"]


async def test_no_echo(bench: Any) -> None:
    await bench.fault("no_echo")
    await bench.writes("Hi")
    await bench.send("quietly")
    await bench.clock.advance(5)
    assert [e["message"]["text"] for e in bench.hub.events()] == ["Hi"]


async def test_a_cut_uplink_delays_webhooks(bench: Any) -> None:
    fault = await bench.fault("refused", platform="uplink")
    await bench.writes("later")
    await bench.clock.advance(30)
    assert bench.hub.got == []
    await bench.control("DELETE", f"/faults/{fault}")
    await bench.clock.advance(60)
    assert len(bench.hub.events()) == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"platform": "pigeon", "kind": "slow"}, "platform"),
        ({"platform": "instagram", "kind": "tired"}, "kind"),
        ({"platform": "sms", "kind": "no_echo"}, "kind"),
        ({"platform": "instagram", "kind": "refused", "rate": 0.5}, "rate"),
        ({"platform": "instagram", "kind": "slow", "capability": "send", "country": "IN"}, "country"),
        ({"platform": "sms", "kind": "slow", "country": "IN"}, "country"),
        ({"platform": "sms", "kind": "slow", "capability": "send", "country": "India"}, "country"),
        ({"platform": "instagram", "kind": "refused", "capability": "send"}, "capability"),
        ({"platform": "instagram", "kind": "refused", "account": "shop0"}, "account"),
        ({"platform": "instagram", "kind": "slow", "account": "nobody"}, "account"),
        ({"platform": "instagram", "kind": "slow", "rate": 1.5}, "rate"),
        ({"platform": "instagram", "kind": "slow", "seconds": 0}, "seconds"),
        ({"platform": "instagram", "kind": "slow", "seconds": "long"}, "seconds"),
        ({"platform": "instagram", "kind": "slow", "capability": "receive"}, "capability"),
        ({"platform": "instagram", "kind": "webhooks_silent", "capability": "send"}, "capability"),
        ({"platform": "instagram", "kind": "slow", "size": 3}, "size"),
        ({"platform": "instagram"}, "kind"),
    ],
)
async def test_senseless_faults_are_explained(bench: Any, body: dict[str, Any], field: str) -> None:
    answer = await bench.control("POST", "/faults", json=body)
    assert answer["error"]["field"] == field
    assert answer["error"]["message"].endswith(".")
