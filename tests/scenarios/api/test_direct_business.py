"""The thread with the business: what a guest writes, what they are shown, and private links."""

import asyncio
from typing import Any

from holdfast.retention.store import forget_events


async def shown(hub: Any, guest: dict[str, Any]) -> list[dict[str, Any]]:
    page: list[dict[str, Any]] = (await hub.direct(guest, "GET", "$/messages")).json()["messages"]
    return page


async def cursor_of(hub: Any, guest: dict[str, Any]) -> str:
    return str((await hub.direct(guest, "GET", "/changes")).json()["cursor"])


async def messages_after(hub: Any, guest: dict[str, Any], cursor: str) -> list[dict[str, Any]]:
    """Messages that are new or changed after a cursor, once there are any."""
    answer = await hub.direct(guest, "GET", "/changes", params={"after": cursor, "wait": 20})
    return [each["message"] for each in answer.json()["changes"] if each["type"] == "message"]


async def say(hub: Any, guest: dict[str, Any], client_id: str, text: str) -> Any:
    return await hub.direct(guest, "POST", "$/messages", json={"id": client_id, "text": text})


async def test_a_guests_message_is_safe_at_once_and_stored_once(hub: Any) -> None:
    guest = await hub.guest()
    own = f"{guest['member']['id']}:a1"
    for _ in range(3):
        answer = await say(hub, guest, "a1", "Hello")
        assert answer.status_code == 202
        assert (answer.json()["id"], answer.json()["state"]) == (own, "safe")
    assert [message["text"] for message in await hub.applied(1)] == ["Hello"]
    assert [(each["id"], each["author"], each["state"]) for each in await shown(hub, guest)] == [
        (own, guest["member"]["id"], "safe")
    ]


async def test_a_reply_reaches_a_guest_who_waits(hub: Any) -> None:
    guest = await hub.guest()
    await say(hub, guest, "a1", "Hello")
    conversation = (await hub.applied(1))[0]["conversation_id"]
    cursor = await cursor_of(hub, guest)
    waiting = asyncio.create_task(messages_after(hub, guest, cursor))
    sent = await hub.send("POST", f"/conversations/{conversation}/messages", {"text": "Hi Vi"})
    assert sent.status_code == 201
    replies = [each for each in await waiting if each["author"] == "business"]
    assert [each["text"] for each in replies] == ["Hi Vi"]
    read = await hub.direct(guest, "POST", "$/read", json={"upto": replies[0]["order"]})
    assert read.status_code == 204

    async def is_read() -> bool:
        return bool((await hub.get(f"/messages/{sent.json()['id']}")).json()["state"] == "read")

    await hub.until(is_read)


async def linked(hub: Any, conversation: str) -> str:
    contact = (await hub.get(f"/conversations/{conversation}")).json()["contact"]["id"]
    links = hub.members.links
    return str(await hub.hub.database.write(links.make, contact, "direct:web"))


async def test_a_private_link_goes_on_with_the_same_conversation(hub: Any) -> None:
    conversation = await hub.first_conversation()
    guest = await hub.guest(**{"continue": await linked(hub, conversation)})
    assert guest["continued"] is True
    body = {"text": "Here we can go on.", "channel": "direct:web"}
    assert (await hub.send("POST", f"/conversations/{conversation}/messages", body)).status_code == 201

    async def seen() -> Any:
        return [each for each in await shown(hub, guest) if each["text"] == "Here we can go on."]

    await hub.until(seen)
    await say(hub, guest, "b1", "Good")
    assert {message["conversation_id"] for message in await hub.applied(2)} == {conversation}


async def test_a_private_link_works_once(hub: Any) -> None:
    token = await linked(hub, await hub.first_conversation())
    assert (await hub.guest(**{"continue": token}))["continued"] is True
    assert (await hub.guest(**{"continue": token}))["continued"] is False
    assert (await hub.guest(**{"continue": "invented"}))["continued"] is False


async def test_strangers_and_nonsense_are_refused(hub: Any) -> None:
    guest = await hub.guest()
    assert (await hub.client.get("/direct/v1/changes")).status_code == 401
    assert (await hub.client.get("/direct/v1/nowhere")).status_code == 404
    assert (await hub.client.delete("/direct/v1/changes")).status_code == 405
    for thread in ("business:other", "thr_none", "%00"):
        assert (await hub.direct(guest, "GET", f"/threads/{thread}/messages")).status_code in {403, 404}
    for body, status in (
        ({"id": "x", "text": "  "}, 422),
        ({"id": "x", "text": "y" * 4001}, 422),
        ({"id": "x" * 65, "text": "y"}, 422),
        ({"id": "x\n", "text": "y"}, 422),
        ({"id": 1, "text": "y"}, 400),
        ({}, 400),
        ([], 400),
        ({"id": "x", "text": "y" * 100_000}, 413),
    ):
        answer = await hub.direct(guest, "POST", "$/messages", json=body)
        assert answer.status_code == status, answer.text
    for content in (b"", b"{", b"[" * 20_000, b'{"id":"\\ud800","text":"a"}', b"\xff"):
        answer = await hub.direct(guest, "POST", "$/messages", content=content)
        assert answer.status_code == 400, content[:10]
    for query in ({"after": "x"}, {"after": "9" * 40}, {"after": "1.1", "wait": "-1"}, {"after": "\u0664"}):
        assert (await hub.direct(guest, "GET", "/changes", params=query)).status_code == 400


async def test_only_allowed_sites_may_read_and_no_cookie_is_taken(hub: Any) -> None:
    allowed = await hub.client.get("/direct/v1/info", headers={"origin": "https://shop.example"})
    other = await hub.client.get("/direct/v1/info", headers={"origin": "https://evil.example"})
    assert allowed.headers["access-control-allow-origin"] == "https://shop.example"
    assert "access-control-allow-origin" not in other.headers
    assert "access-control-allow-credentials" not in allowed.headers
    preflight = await hub.client.options("/direct/v1/changes", headers={"origin": "https://shop.example"})
    assert preflight.status_code == 204
    assert "authorization" in preflight.headers["access-control-allow-headers"]


async def test_writing_too_fast_is_slowed_down(hub: Any) -> None:
    guest = await hub.guest()
    # At once: on a slow machine, one after the other would not be fast.
    answers = await asyncio.gather(*(say(hub, guest, f"m{number}", "x") for number in range(80)))
    assert {each.status_code for each in answers} == {202, 429}
    assert all(each.headers["retry-after"] for each in answers if each.status_code == 429)


async def test_a_guest_learns_that_the_shop_has_read_it(hub: Any) -> None:
    guest = await hub.guest()
    await say(hub, guest, "a1", "Hello")
    conversation = (await hub.applied(1))[0]["conversation_id"]
    assert [each["state"] for each in await shown(hub, guest)] == ["safe"]
    cursor = await cursor_of(hub, guest)
    await hub.send("POST", f"/conversations/{conversation}/read")

    async def read() -> bool:
        return [each["state"] for each in await shown(hub, guest)] == ["read"]

    await hub.until(read)
    told = (await hub.direct(guest, "GET", "/changes", params={"after": cursor, "wait": 20})).json()
    assert told["changes"]
    again = (await hub.direct(guest, "GET", "/changes", params={"after": told["cursor"]})).json()
    assert again["changes"] == []


async def test_a_guest_who_was_away_for_long_is_told_to_read_anew(hub: Any) -> None:
    guest = await hub.guest()
    old = await cursor_of(hub, guest)
    for number in range(3):
        await say(hub, guest, f"a{number}", f"Hello {number}")
    await hub.applied(3)
    newest = (await hub.get("/events", cursor="latest")).json()["cursor"]
    await hub.hub.database.write(forget_events, newest)
    answer = await hub.direct(guest, "GET", "/changes", params={"after": old})
    assert (answer.status_code, answer.json()["error"]["code"]) == (410, "forgotten")
    threads = (await hub.direct(guest, "GET", "/threads")).json()
    assert [each["id"] for each in threads["threads"]] == ["business:web"]
    assert [each["text"] for each in await shown(hub, guest)] == ["Hello 0", "Hello 1", "Hello 2"]
    after = await hub.direct(guest, "GET", "/changes", params={"after": threads["cursor"]})
    assert after.json()["changes"] == []
