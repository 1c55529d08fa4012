"""How the platforms repeat what was not taken, and when they give up."""

import json
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs

HOUR = 3600


async def test_instagram_repeats_at_growing_gaps_until_it_is_taken(bench: Any) -> None:
    bench.hub.status = 500
    await bench.writes("Hi")
    await bench.clock.advance(60)
    times = [hook.at_ms for hook in bench.hub.got]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert gaps[0] < 10
    assert gaps == sorted(gaps)
    bench.hub.status = 200
    await bench.clock.advance(HOUR / 2)
    count = len(bench.hub.got)
    await bench.clock.advance(HOUR)
    assert len(bench.hub.got) == count
    assert {e["message"]["text"] for e in bench.hub.events()} == {"Hi"}


async def test_an_hour_of_failure_ends_the_subscription(bench: Any) -> None:
    bench.hub.status = None
    await bench.writes("Hi")
    await bench.clock.advance(HOUR - 400)
    assert (await bench.instagram("GET", "/me/subscribed_apps")).json()["data"]
    await bench.clock.advance(HOUR / 4)
    assert (await bench.instagram("GET", "/me/subscribed_apps")).json() == {"data": []}
    bench.hub.status = 200
    await bench.clock.advance(24 * HOUR)
    assert bench.hub.got == []


async def test_whatsapp_repeats_for_days(bench: Any) -> None:
    bench.hub.status = 503
    await bench.writes("Hi", platform="whatsapp")
    await bench.clock.advance(6 * 24 * HOUR)
    bench.hub.status = 200
    bench.hub.got.clear()
    await bench.clock.advance(12 * HOUR)
    assert len(bench.hub.got) == 1
    assert (await bench.whatsapp("GET", "/102290129340398/subscribed_apps")).json()["data"]


async def test_whatsapp_gives_up_after_seven_days(bench: Any) -> None:
    bench.hub.status = 503
    await bench.writes("Hi", platform="whatsapp")
    await bench.clock.advance(8 * 24 * HOUR)
    bench.hub.status = 200
    bench.hub.got.clear()
    await bench.clock.advance(2 * 24 * HOUR)
    assert bench.hub.got == []


async def test_twilio_tries_twice_with_the_same_token(bench: Any) -> None:
    bench.hub.status = None
    await bench.writes("lost webhook", platform="sms")
    await bench.clock.advance(0.2)
    bench.hub.status = 200
    await bench.clock.advance(60)
    assert len(bench.hub.got) == 1
    bench.hub.status = 500
    await bench.writes("refused webhook", platform="sms")
    await bench.clock.advance(60)
    assert len(bench.hub.got) == 2
    tokens = {hook.headers["I-Twilio-Idempotency-Token"] for hook in bench.hub.got}
    assert len(tokens) == 2


async def test_messages_of_one_person_leave_in_order(bench: Any) -> None:
    written = [await bench.writes(f"{n}") for n in range(50)]
    await bench.clock.advance(1)
    assert [e["message"]["mid"] for e in bench.hub.events()] == written
    times = [e["timestamp"] for e in bench.hub.events()]
    assert times == sorted(set(times))


async def test_any_body_with_any_signature(bench: Any) -> None:
    for signature, known in (("good", True), ("bad", True), ("none", False)):
        body = {"platform": "instagram", "account": "shop0", "body": "{broken", "signature": signature}
        assert await bench.control("POST", "/webhooks/raw", json=body) == {"status": 200}
        hook = bench.hub.got[-1]
        assert hook.body == b"{broken"
        assert ("X-Hub-Signature-256" in hook.headers) is known
    good, bad = (hook.headers["X-Hub-Signature-256"] for hook in bench.hub.got[:2])
    assert good != bad


async def test_a_raw_text_message(bench: Any) -> None:
    body = {"platform": "twilio", "body": "Body=Hi&From=%2B1"}
    await bench.control("POST", "/webhooks/raw", json=body)
    assert parse_qs(bench.hub.got[0].body.decode())["Body"] == ["Hi"]
    assert bench.hub.got[0].headers["X-Twilio-Signature"]


async def test_verification(bench: Any) -> None:
    right = await bench.control("POST", "/webhooks/verify", json={"platform": "instagram"})
    assert right == {"status": 200, "verified": True}
    wrong = {"platform": "whatsapp", "token": "wrong"}
    assert (await bench.control("POST", "/webhooks/verify", json=wrong))["verified"] is False


async def test_an_account_can_move(bench: Any) -> None:
    url = "http://elsewhere.example/in"
    await bench.control("POST", "/accounts/instagram/shop0", json={"webhook_url": url})
    await bench.writes("Hi")
    await bench.clock.advance(1)
    assert bench.hub.got[0].url == url


async def test_whatsapp_bodies_are_escaped_too(bench: Any) -> None:
    await bench.writes("a/b é", platform="whatsapp")
    await bench.clock.advance(1)
    assert rb"a\/b \u00e9" in bench.hub.got[0].body
    assert json.loads(bench.hub.got[0].body)["object"] == "whatsapp_business_account"
