"""Webhooks at the edge: forged, unknown, oversize, malformed, repeated, and with the store away."""

import hashlib
import hmac
from typing import Any

MIB = 1024 * 1024


async def refused(hub: Any) -> dict[tuple[str, str], int]:
    items = (await hub.get("/refused")).json()["items"]
    return {(item["channel"], item["reason"]): item["count"] for item in items}


async def test_a_forged_webhook_leaves_only_the_fact(hub: Any) -> None:
    for signature in ("", "sha256=" + "0" * 64, "sha1=abc", "sha256=", "\xff" * 10):
        answer = await hub.client.post(
            "/hooks/instagram/shop",
            content=b"{}",
            headers={b"x-hub-signature-256": signature.encode("latin-1")} if signature else {},
        )
        assert answer.status_code == 401
    assert (await refused(hub))[("instagram:shop", "forged")] == 5
    assert await hub.hub.spool.last_seq() == 0


async def test_two_signatures_are_none(hub: Any) -> None:
    body = b"{}"
    good = "sha256=" + hmac.new(b"app-secret", body, hashlib.sha256).hexdigest()
    headers = [("x-hub-signature-256", "sha256=" + "0" * 64), ("x-hub-signature-256", good)]
    assert (await hub.client.post("/hooks/instagram/shop", content=body, headers=headers)).status_code == 401


async def test_unknown_channels_are_not_there(hub: Any) -> None:
    for path in (
        "/hooks/instagram/other",
        "/hooks/nothing/x",
        "/hooks/",
        "/hooks/instagram/shop/more",
        "/hooks/%00/x",
    ):
        assert (await hub.client.post(path, content=b"{}")).status_code == 404


async def test_the_handshake_is_answered_and_not_stored(hub: Any) -> None:
    query = {"hub.mode": "subscribe", "hub.verify_token": "word", "hub.challenge": "12345"}
    answer = await hub.client.get("/hooks/instagram/shop", params=query)
    assert (answer.status_code, answer.text) == (200, "12345")
    wrong = await hub.client.get("/hooks/instagram/shop", params={**query, "hub.verify_token": "no"})
    assert wrong.status_code in {401, 403}
    assert await hub.hub.spool.last_seq() == 0


async def test_other_methods_are_refused(hub: Any) -> None:
    for method in ("PUT", "DELETE", "HEAD", "OPTIONS"):
        assert (await hub.client.request(method, "/hooks/instagram/shop")).status_code == 405


async def test_an_oversize_body_is_refused_by_its_declared_length_and_by_its_bytes(hub: Any) -> None:
    declared = await hub.client.post("/hooks/instagram/shop", content=b"x" * (4 * MIB + 1))
    assert declared.status_code == 413

    async def endless() -> Any:
        for _ in range(5):
            yield b"x" * MIB

    chunked = await hub.client.post("/hooks/instagram/shop", content=endless())
    assert chunked.status_code == 413
    assert (await refused(hub))[("instagram:shop", "too_large")] == 2


async def test_what_is_genuine_but_malformed_is_kept_and_shown(hub: Any) -> None:
    deep = b"[" * 10_000 + b"]" * 10_000
    for body in (b"{not json", b"", b"\xff\xfe", b'"\\ud800"', deep, b"null", b"[1]"):
        assert (await hub.hook(body)).status_code == 200

    async def shown() -> Any:
        items = (await hub.get("/unreadable")).json()["items"]
        return items if len(items) >= 3 else None

    items = await hub.until(shown)
    assert {item["channel"] for item in items} == {"instagram:shop"}
    assert all(item["problem"] for item in items)


async def test_hostile_text_is_data(hub: Any) -> None:
    text = "<img src=x onerror=alert(1)>\u202e\u0000 ' OR 1=1 --"
    await hub.write_in(1, text)
    stored = (await hub.applied(1))[0]["text"]
    assert stored.startswith("<img src=x")
    answer = await hub.get("/conversations")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_spool_that_is_away_leaves_the_message_with_the_platform(hub: Any) -> None:
    await hub.hub.spool.close()
    answer = await hub.write_in(1)
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
