"""Who may do what: tokens, sessions, pages of other sites, and every operation's scope."""

import re
from typing import Any

import pytest

SCOPED = (
    ("read", "GET", "/me", True),
    ("read", "GET", "/audit", False),
    ("read", "POST", "/contacts", False),
    ("write", "POST", "/contacts", True),
    ("write", "PUT", "/playbook", False),
    ("write", "POST", "/channels", False),
    ("admin", "GET", "/audit", True),
)


@pytest.mark.parametrize(("scope", "method", "path", "allowed"), SCOPED)
async def test_a_scope_opens_what_it_names(
    hub: Any, *, scope: str, method: str, path: str, allowed: bool
) -> None:
    answer = await hub.send(method, path, {"name": "x", "text": ""}, scope=scope)
    assert (answer.status_code not in {401, 403}) == allowed


async def test_every_described_operation_but_signing_in_refuses_strangers(hub: Any) -> None:
    description = (await hub.client.get("/api/v1/openapi.json")).json()
    operations = [
        (path, method)
        for path, methods in description["paths"].items()
        for method in methods
        if path not in {"/api/v1/auth/sign-in", "/api/v1/setup"}
    ]
    assert len(operations) > 30
    for path, method in operations:
        answer = await hub.client.request(method, re.sub(r"\{\w+\}", "1", path), json={})
        assert answer.status_code == 401, (method, path, answer.text)
        assert answer.json()["error"]["code"] == "unauthorized"


async def test_a_token_that_is_revoked_or_invented_opens_nothing(hub: Any) -> None:
    for token in ("hf_invented", "x", "", "hf_" + "a" * 5000, "\xff"):
        answer = await hub.client.get(
            "/api/v1/me", headers={"authorization": f"Bearer {token}".encode("latin-1")}
        )
        assert answer.status_code == 401


async def test_signing_in_gives_a_cookie_that_no_script_reads(hub: Any) -> None:
    answer = await hub.sign_in()
    assert answer.status_code == 200
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert answer.json()["role"] == "owner"
    assert (await hub.client.get("/api/v1/me")).json()["name"] == "Mara"


async def test_a_session_needs_its_word_to_change_anything(hub: Any) -> None:
    csrf = (await hub.sign_in()).json()["csrf"]
    body = {"name": "New"}
    without = await hub.client.post("/api/v1/contacts", json=body)
    wrong = await hub.client.post("/api/v1/contacts", json=body, headers={"x-csrf-token": "no"})
    right = await hub.client.post("/api/v1/contacts", json=body, headers={"x-csrf-token": csrf})
    assert [without.status_code, wrong.status_code, right.status_code] == [403, 403, 201]
    foreign = {"x-csrf-token": csrf, "origin": "https://evil.example"}
    assert (await hub.client.post("/api/v1/contacts", json=body, headers=foreign)).status_code == 403


async def test_signing_out_ends_the_session(hub: Any) -> None:
    csrf = (await hub.sign_in()).json()["csrf"]
    kept = dict(hub.client.cookies)
    out = await hub.client.post("/api/v1/auth/sign-out", headers={"x-csrf-token": csrf})
    assert out.status_code == 204
    hub.client.cookies.update(kept)
    assert (await hub.client.get("/api/v1/me")).status_code == 401


async def test_a_wrong_password_says_nothing_and_is_limited(hub: Any) -> None:
    sentences = set()
    for email in (hub.email, "nobody@kelp.example", "no\0body", "x" * 254):
        answer = await hub.client.post("/api/v1/auth/sign-in", json={"email": email, "password": "wrong"})
        assert answer.status_code == 401
        sentences.add(answer.json()["error"]["message"])
    assert len(sentences) == 1
    statuses = [
        (
            await hub.client.post("/api/v1/auth/sign-in", json={"email": hub.email, "password": f"w{number}"})
        ).status_code
        for number in range(12)
    ]
    assert statuses[-1] == 429
    assert (await hub.sign_in()).status_code == 429


async def test_another_site_cannot_sign_its_visitor_in(hub: Any) -> None:
    body = {"email": hub.email, "password": hub.password}
    answer = await hub.client.post(
        "/api/v1/auth/sign-in", json=body, headers={"origin": "https://evil.example"}
    )
    assert answer.status_code == 403
