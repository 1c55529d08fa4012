"""Our own chat: visitors, their messages, what they see, and private links."""

import asyncio
from typing import Any

from holdfast.retention.store import forget_events


async def test_a_visitors_message_is_safe_at_once_and_stored_once(hub: Any) -> None:
    visitor = await hub.visitor()
    for _ in range(3):
        answer = await hub.chat(visitor, "POST", "/messages", json={"id": "a1", "text": "Hello"})
        assert answer.status_code == 202
        assert answer.json()["state"] == "safe"
    messages = await hub.applied(1)
    assert [message["text"] for message in messages] == ["Hello"]
    thread = (await hub.chat(visitor, "GET", "/messages")).json()
    assert [(item["id"], item["direction"], item["state"]) for item in thread["items"]] == [
        ("a1", "in", "safe")
    ]


async def test_a_reply_reaches_a_waiting_visitor(hub: Any) -> None:
    visitor = await hub.visitor()
    await hub.chat(visitor, "POST", "/messages", json={"id": "a1", "text": "Hello"})
    conversation = (await hub.applied(1))[0]["conversation_id"]
    cursor = (await hub.chat(visitor, "GET", "/messages")).json()["cursor"]
    waiting = asyncio.create_task(hub.chat(visitor, "GET", "/messages", params={"after": cursor, "wait": 20}))
    sent = await hub.send("POST", f"/conversations/{conversation}/messages", {"text": "Hi Vi"})
    assert sent.status_code == 201
    page = (await waiting).json()
    assert [(item["direction"], item["text"]) for item in page["items"]] == [("out", "Hi Vi")]
    assert (await hub.chat(visitor, "POST", "/seen", json={"seq": page["cursor"]})).status_code == 204

    async def read() -> bool:
        return bool((await hub.get(f"/messages/{sent.json()['id']}")).json()["state"] == "read")

    await hub.until(read)


async def test_a_visitor_sees_only_what_was_said_here(hub: Any) -> None:
    conversation = await hub.first_conversation()
    contact = (await hub.get(f"/conversations/{conversation}")).json()["contact"]["id"]
    token = await hub.hub.database.write(portal_link, hub, contact)
    visitor = await hub.visitor(**{"continue": token})
    assert visitor["continued"] is True
    assert (await hub.chat(visitor, "GET", "/messages")).json()["items"] == []
    body = {"text": "Here we can go on.", "channel": "direct:web"}
    assert (await hub.send("POST", f"/conversations/{conversation}/messages", body)).status_code == 201

    async def seen() -> Any:
        return (await hub.chat(visitor, "GET", "/messages")).json()["items"]

    assert [item["text"] for item in await hub.until(seen)] == ["Here we can go on."]
    await hub.chat(visitor, "POST", "/messages", json={"id": "b1", "text": "Good"})
    assert {message["conversation_id"] for message in await hub.applied(2)} == {conversation}


async def portal_link(tx: Any, hub: Any, contact: str) -> Any:
    return await hub.portal.make_continue_link(tx, contact, "direct:web")


async def test_a_private_link_works_once(hub: Any) -> None:
    conversation = await hub.first_conversation()
    contact = (await hub.get(f"/conversations/{conversation}")).json()["contact"]["id"]
    token = await hub.hub.database.write(portal_link, hub, contact)
    assert (await hub.visitor(**{"continue": token}))["continued"] is True
    assert (await hub.visitor(**{"continue": token}))["continued"] is False
    assert (await hub.visitor(**{"continue": "invented"}))["continued"] is False


async def test_strangers_and_nonsense_are_refused(hub: Any) -> None:
    visitor = await hub.visitor()
    assert (await hub.client.get("/direct/v1/web/messages")).status_code == 401
    assert (await hub.client.get("/direct/v1/other/info")).status_code == 404
    assert (await hub.client.delete("/direct/v1/web/messages")).status_code == 405
    for body, status in (
        ({"id": "x", "text": "  "}, 422),
        ({"id": "x", "text": "y" * 4001}, 422),
        ({"id": "x" * 101, "text": "y"}, 422),
        ({"id": "x\n", "text": "y"}, 422),
        ({"id": 1, "text": "y"}, 400),
        ({}, 400),
        ([], 400),
        ({"id": "x", "text": "y" * 100_000}, 413),
    ):
        answer = await hub.chat(visitor, "POST", "/messages", json=body)
        assert answer.status_code == status, answer.text
    for content in (b"", b"{", b"[" * 20_000, b'{"id":"\\ud800","text":"a"}', b"\xff"):
        answer = await hub.chat(visitor, "POST", "/messages", content=content)
        assert answer.status_code == 400, content[:10]
    for query in ({"after": "x"}, {"after": "9" * 40}, {"wait": "-1"}, {"after": "\u0664"}):
        assert (await hub.chat(visitor, "GET", "/messages", params=query)).status_code == 400


async def test_only_allowed_sites_may_read_and_no_cookie_is_taken(hub: Any) -> None:
    allowed = await hub.client.get("/direct/v1/web/info", headers={"origin": "https://shop.example"})
    other = await hub.client.get("/direct/v1/web/info", headers={"origin": "https://evil.example"})
    assert allowed.headers["access-control-allow-origin"] == "https://shop.example"
    assert "access-control-allow-origin" not in other.headers
    assert "access-control-allow-credentials" not in allowed.headers
    preflight = await hub.client.options(
        "/direct/v1/web/messages", headers={"origin": "https://shop.example"}
    )
    assert preflight.status_code == 204
    assert "authorization" in preflight.headers["access-control-allow-headers"]


async def test_writing_too_fast_is_slowed_down(hub: Any) -> None:
    visitor = await hub.visitor()
    answers = [
        await hub.chat(visitor, "POST", "/messages", json={"id": f"m{number}", "text": "x"})
        for number in range(80)
    ]
    assert answers[0].status_code == 202
    assert answers[-1].status_code == 429
    assert answers[-1].headers["retry-after"]


async def test_a_visitor_learns_that_the_shop_has_read_it(hub: Any) -> None:
    visitor = await hub.visitor()
    await hub.chat(visitor, "POST", "/messages", json={"id": "a1", "text": "Hello"})
    conversation = (await hub.applied(1))[0]["conversation_id"]
    cursor = (await hub.chat(visitor, "GET", "/messages")).json()["cursor"]
    waiting = asyncio.create_task(hub.chat(visitor, "GET", "/messages", params={"after": cursor, "wait": 20}))
    await hub.send("POST", f"/conversations/{conversation}/read")
    page = (await waiting).json()
    assert [(item["id"], item["state"]) for item in page["items"]] == [("a1", "read")]
    again = (await hub.chat(visitor, "GET", "/messages", params={"after": page["cursor"]})).json()
    assert again["items"] == []


async def test_a_visitor_who_was_away_for_long_is_shown_the_thread_anew(hub: Any) -> None:
    visitor = await hub.visitor()
    for number in range(3):
        await hub.chat(visitor, "POST", "/messages", json={"id": f"a{number}", "text": f"Hello {number}"})
    await hub.applied(3)
    first = (await hub.get("/events")).json()["items"][0]["seq"]
    newest = (await hub.get("/events", cursor="latest")).json()["cursor"]
    await hub.hub.database.write(forget_events, newest)
    page = (await hub.chat(visitor, "GET", "/messages", params={"after": first})).json()
    assert [item["text"] for item in page["items"]] == ["Hello 0", "Hello 1", "Hello 2"]
    again = (await hub.chat(visitor, "GET", "/messages", params={"after": page["cursor"]})).json()
    assert again["items"] == []
