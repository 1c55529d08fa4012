"""The push service takes what the standards say, and nothing else."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from tests.contract.simulators.conftest import Bench

from holdfast.push.model import Keys
from holdfast.push.sealing import seal
from holdfast.push.vapid import Vapid, new_secret

SENDER = new_secret()
ORIGIN = "http://webpush.simulated"


async def browser(bench: Bench, key: str = "") -> tuple[str, dict[str, Any]]:
    made = (await bench.call("webpush", "POST", "/browsers", json={"key": key})).json()
    return made["id"], made["subscription"]


def headers(endpoint: str, now_ms: int, **more: str) -> dict[str, str]:
    authorization = Vapid(SENDER, "mailto:us@shop.example").authorization(endpoint, now_ms)
    return {"authorization": authorization, "content-encoding": "aes128gcm", "ttl": "60", **more}


def body(subscription: dict[str, Any], text: str = "Hello") -> bytes:
    keys = Keys(**subscription["keys"])
    return seal(text.encode(), keys, salt=bytes(range(16)), sender=ec.generate_private_key(ec.SECP256R1()))


async def push(
    bench: Bench, subscription: dict[str, Any], *, content: bytes | None = None, **more: str
) -> int:
    endpoint = subscription["endpoint"]
    answer = await bench.call(
        "webpush",
        "POST",
        endpoint.removeprefix(ORIGIN),
        content=body(subscription) if content is None else content,
        headers={**headers(endpoint, bench.clock.now_ms()), **more},
    )
    return answer.status_code


async def shown(bench: Bench, browser_id: str) -> list[str]:
    answer = (await bench.call("webpush", "GET", f"/browsers/{browser_id}")).json()
    return [each["text"] for each in answer["shown"]]


async def test_a_browser_shows_what_was_sealed_for_it(bench: Bench) -> None:
    browser_id, subscription = await browser(bench, Vapid(SENDER).public_key)
    assert await push(bench, subscription, content=body(subscription, "Grüße 🙏")) == 201
    assert await shown(bench, browser_id) == ["Grüße 🙏"]


async def test_what_is_sealed_for_another_is_refused(bench: Bench) -> None:
    browser_id, subscription = await browser(bench)
    _, other = await browser(bench)
    assert await push(bench, subscription, content=body(other)) == 400
    assert await push(bench, subscription, content=b"") == 400
    assert await shown(bench, browser_id) == []


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("authorization", "", 401),
        ("authorization", "Bearer x", 401),
        ("authorization", Vapid(SENDER).authorization("https://elsewhere.example/x", 1_790_000_000_000), 401),
        ("authorization", Vapid(SENDER).authorization(f"{ORIGIN}/x", 1_690_000_000_000), 401),
        ("ttl", "soon", 400),
        ("topic", "a topic!", 400),
        ("topic", "a" * 33, 400),
        ("urgency", "now", 400),
        ("content-encoding", "aesgcm", 415),
    ],
)
async def test_calls_that_the_standards_forbid_are_refused(
    bench: Bench, name: str, value: str, status: int
) -> None:
    _, subscription = await browser(bench)
    assert await push(bench, subscription, **{name: value}) == status


async def test_only_the_sender_that_was_subscribed_to_may_send(bench: Bench) -> None:
    _, subscription = await browser(bench, Vapid(new_secret()).public_key)
    assert await push(bench, subscription) == 403


async def test_a_sleeping_browser_is_shown_the_last_notice_of_a_topic(bench: Bench) -> None:
    browser_id, subscription = await browser(bench)
    await bench.call("webpush", "PATCH", f"/browsers/{browser_id}", json={"asleep": True})
    for text in ("first", "second"):
        assert await push(bench, subscription, content=body(subscription, text), topic="thread") == 201
    assert await push(bench, subscription, content=body(subscription, "other"), topic="another") == 201
    assert await shown(bench, browser_id) == []
    await bench.call("webpush", "PATCH", f"/browsers/{browser_id}", json={"asleep": False})
    assert await shown(bench, browser_id) == ["second", "other"]


async def test_a_subscription_can_end(bench: Bench) -> None:
    browser_id, subscription = await browser(bench)
    await bench.call("webpush", "PATCH", f"/browsers/{browser_id}", json={"gone": True})
    assert await push(bench, subscription) == 410
    unknown = {**subscription, "endpoint": f"{ORIGIN}/push/unknown"}
    assert await push(bench, unknown) == 404


async def test_a_busy_service_asks_for_patience(bench: Bench) -> None:
    _, subscription = await browser(bench)
    fault = await bench.fault("throttle", platform="webpush")
    assert await push(bench, subscription) == 429
    await bench.control("DELETE", f"/faults/{fault}")
    assert await push(bench, subscription) == 201
