"""Guests, their accounts and devices, over HTTP as the protocol of Direct says."""

import re
from typing import Any

import pytest

NONSENSE = [
    "\0",
    "\u202etxt",
    "<script>alert(1)</script>",
    "a" * 101,
    "' OR 1=1 --",
    "🙂" * 60,
    "\ud800".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
]


class Person:
    """Somebody with a token, as a client of the protocol."""

    def __init__(self, hub: Any, made: dict[str, Any]) -> None:
        self._hub = hub
        self.id = made["member"]["id"]
        self.token = made["token"]
        self.made = made

    async def ask(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        headers = {"authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        return await self._hub.client.request(
            method, f"/direct/v1/{path}", json=body, headers=headers, **options
        )


async def guest(hub: Any, **body: Any) -> Person:
    headers = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
    answer = await hub.client.post("/direct/v1/guests", json={"name": "Vi", **body}, headers=headers)
    assert answer.status_code == 201, answer.text
    return Person(hub, answer.json())


async def test_anybody_may_ask_what_this_is(hub: Any) -> None:
    info = (await hub.client.get("/direct/v1/info", params={"channel": "web"})).json()
    assert info["business"]["name"] == "Kelp & Co"
    assert info["channel"] == "web"
    assert info["limits"]["text_characters"] == 4000
    assert info["open"] == {"now": True, "text": ""}
    assert (await hub.client.get("/direct/v1/info")).json()["channel"] == "web"
    assert (await hub.client.get("/direct/v1/info", params={"channel": "none"})).status_code == 404


async def test_a_guest_has_an_account_at_once(hub: Any) -> None:
    person = await guest(hub)
    assert person.made["continued"] is False
    me = (await person.ask("GET", "me")).json()
    assert me == person.made["member"]
    assert (me["kind"], me["name"], me["settings"]["requests"]) == ("guest", "Vi", "everyone")
    changed = await person.ask("PATCH", "me", {"name": "Vi Lee", "settings": {"typing": False}})
    assert (changed.json()["name"], changed.json()["settings"]["typing"]) == ("Vi Lee", False)
    assert (await person.ask("GET", "me")).json() == changed.json()


async def test_a_private_link_continues_on_the_channel_it_was_made_for(hub: Any) -> None:
    conversation = await hub.first_conversation()
    contact = (await hub.get(f"/conversations/{conversation}")).json()["contact"]["id"]
    token = await hub.hub.database.write(hub.members.links.make, contact, "direct:web")
    assert (await guest(hub, **{"continue": token})).made["continued"] is True
    assert (await guest(hub, **{"continue": token})).made["continued"] is False


async def test_devices_are_listed_and_signed_out(hub: Any) -> None:
    person = await guest(hub)
    [device] = (await person.ask("GET", "sessions")).json()["sessions"]
    assert (device["device"], device["current"]) == ("Firefox on Linux", True)
    assert (await person.ask("DELETE", "sessions/ses_other")).status_code == 404
    assert (await person.ask("DELETE", "sessions/current")).status_code == 204
    refused = await person.ask("GET", "me")
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "unauthorized")


async def test_blocks_are_kept_and_taken_back(hub: Any) -> None:
    person, other = await guest(hub), await guest(hub, name="Eve")
    assert (await person.ask("PUT", f"blocks/{other.id}")).status_code == 204
    assert [card["name"] for card in (await person.ask("GET", "blocks")).json()["members"]] == ["Eve"]
    assert (await other.ask("GET", "blocks")).json()["members"] == []
    assert (await person.ask("DELETE", f"blocks/{other.id}")).status_code == 204
    assert (await person.ask("GET", "blocks")).json()["members"] == []
    assert (await person.ask("PUT", f"blocks/{person.id}")).status_code == 400
    assert (await person.ask("PUT", f"blocks/{'x' * 200}")).status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "me"),
        ("PATCH", "me"),
        ("GET", "sessions"),
        ("DELETE", "sessions/current"),
        ("GET", "members?handle=ann"),
        ("GET", "blocks"),
        ("PUT", "blocks/mem_1"),
    ],
)
async def test_nobody_acts_without_a_token(hub: Any, method: str, path: str) -> None:
    for headers in ({}, {"authorization": "Bearer made-up"}, {"authorization": "Basic eA=="}):
        answer = await hub.client.request(method, f"/direct/v1/{path}", headers=headers)
        assert answer.status_code == 401


async def test_wrong_words_are_refused_with_the_field(hub: Any) -> None:
    person = await guest(hub)
    for body, status, field in (
        ({"handle": "vi"}, 403, "handle"),
        ({"about": "x" * 501}, 422, "about"),
        ({"settings": {"requests": "some"}}, 400, "settings"),
        ({"name": 7}, 400, "name"),
        ([], 400, ""),
    ):
        answer = await person.ask("PATCH", "me", body)
        assert (answer.status_code, answer.json()["error"]["field"]) == (status, field), answer.text
    assert (await person.ask("PUT", "me", {})).status_code == 405
    assert (await person.ask("GET", "threads-of-nobody")).status_code == 404
    too_large = await person.ask("PATCH", "me", {"about": "x" * 100_000})
    assert too_large.status_code == 413


@pytest.mark.parametrize("name", NONSENSE)
async def test_hostile_names_stay_text(hub: Any, name: str) -> None:
    person = await guest(hub, name=name)
    kept = (await person.ask("GET", "me")).json()["name"]
    assert len(kept) <= 100
    assert not set(kept) & {"\0", "\u202e"}


async def test_another_site_may_ask_where_it_is_allowed(hub: Any) -> None:
    answer = await hub.client.options("/direct/v1/me", headers={"origin": "https://shop.example"})
    assert answer.status_code == 204
    assert "PATCH" in answer.headers["access-control-allow-methods"]
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"
    other = await hub.client.get("/direct/v1/info", headers={"origin": "https://evil.example"})
    assert "access-control-allow-origin" not in other.headers


async def letter(hub: Any, count: int) -> Any:
    async def look() -> Any:
        return len(hub.letterbox.letters) >= count

    await hub.until(look)
    return hub.letterbox.letters[-1]


async def code_for(hub: Any, email: str, count: int = 1) -> dict[str, str]:
    asked = await hub.client.post("/direct/v1/codes", json={"email": email})
    assert asked.status_code == 202, asked.text
    text = (await letter(hub, count)).text
    return {"login": asked.json()["login"], "code": re.findall(r"^\d{6}$", text, re.MULTILINE)[0]}


async def test_a_guest_signs_in_with_an_emailed_code(hub: Any) -> None:
    assert (await hub.client.get("/direct/v1/info")).json()["sign_in"] == ["email"]
    person = await guest(hub)
    entered = await person.ask("POST", "sessions", await code_for(hub, "vi@example.org"))
    assert entered.status_code == 201, entered.text
    made = entered.json()
    assert (made["is_new"], made["member"]["id"], made["member"]["kind"]) == (True, person.id, "member")
    assert made["member"]["email"] == "vi@example.org"
    assert (await person.ask("GET", "me")).status_code == 401
    person.token = made["token"]
    assert (await person.ask("PATCH", "me", {"handle": "Vi.Lee"})).json()["handle"] == "vi.lee"
    found = (await person.ask("GET", "members", params={"handle": "@vi.lee"})).json()["members"]
    assert [card["id"] for card in found] == [person.id]


async def test_a_member_takes_another_address(hub: Any) -> None:
    person = await guest(hub)
    person.token = (await person.ask("POST", "sessions", await code_for(hub, "vi@example.org"))).json()[
        "token"
    ]
    asked = await person.ask("POST", "me/email", {"email": "vi@new.example"})
    assert asked.status_code == 202, asked.text
    code = re.findall(r"^\d{6}$", (await letter(hub, 2)).text, re.MULTILINE)[0]
    changed = await person.ask("POST", f"me/email/{asked.json()['id']}", {"code": code})
    assert (changed.status_code, changed.json()["email"]) == (200, "vi@new.example")
    assert (await person.ask("GET", "me")).json()["email"] == "vi@new.example"
    assert (await letter(hub, 3)).address == "vi@example.org"
    assert (await person.ask("POST", "me/email", {"email": "no address"})).status_code == 400


async def test_a_link_signs_in_on_another_device(hub: Any) -> None:
    await hub.client.post("/direct/v1/codes", json={"email": "vi@example.org"})
    link = re.findall(r"#s=(\S+)", (await letter(hub, 1)).text)[0]
    entered = await hub.client.post("/direct/v1/sessions", json={"link": link})
    assert entered.status_code == 201
    again = await hub.client.post("/direct/v1/sessions", json={"link": link})
    assert (again.status_code, again.json()["error"]["code"]) == (422, "wrong_code")


async def test_known_and_unknown_addresses_are_answered_alike(hub: Any) -> None:
    entered = await hub.client.post("/direct/v1/sessions", json=await code_for(hub, "vi@example.org"))
    assert entered.status_code == 201
    known = await hub.client.post("/direct/v1/codes", json={"email": "vi@example.org"})
    unknown = await hub.client.post("/direct/v1/codes", json={"email": "nobody@example.org"})
    assert known.status_code == unknown.status_code == 202
    assert set(known.json()) == set(unknown.json()) == {"login"}
    assert len(known.content) == len(unknown.content)


async def test_without_mail_only_signing_in_by_mail_is_closed(hub: Any) -> None:
    hub.letterbox.is_open = False
    assert (await hub.client.get("/direct/v1/info")).json()["sign_in"] == []
    refused = await hub.client.post("/direct/v1/codes", json={"email": "vi@example.org"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "unavailable")
    await guest(hub)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "invalid"),
        ({"login": "lgn_none", "code": "123456"}, 422, "wrong_code"),
        ({"login": "lgn_none"}, 400, "invalid"),
        ({"link": "\0' --"}, 422, "wrong_code"),
        ({"link": "x" * 400}, 400, "invalid"),
        ({"passkey": {}}, 422, "wrong_code"),
        ({"passkey": {"rawId": "YQ", "response": {"clientDataJSON": "e30"}}}, 422, "wrong_code"),
        ({"passkey": []}, 400, "invalid"),
    ],
)
async def test_nobody_enters_with_nonsense(hub: Any, body: Any, status: int, code: str) -> None:
    answer = await hub.client.post("/direct/v1/sessions", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), answer.text


async def test_trying_codes_is_slowed_down(hub: Any) -> None:
    body = {"login": "lgn_none", "code": "123456"}
    answers = [await hub.client.post("/direct/v1/sessions", json=body) for _ in range(45)]
    assert (answers[0].status_code, answers[-1].status_code) == (422, 429)
    asked = [await hub.client.post("/direct/v1/codes", json={"email": f"a{n}@b.example"}) for n in range(12)]
    assert (asked[0].status_code, asked[-1].status_code) == (202, 429)


async def test_passkeys_want_a_page_that_browsers_trust(hub: Any) -> None:
    person = await guest(hub)
    assert (await person.ask("POST", "passkeys/new", {})).json()["error"]["code"] == "refused"
    assert (await person.ask("GET", "passkeys")).json() == {"passkeys": []}
    assert (await person.ask("DELETE", "passkeys/psk_none")).status_code == 404


async def test_a_member_claims_what_was_said_on_another_channel(hub: Any) -> None:
    conversation = await hub.first_conversation()
    person = await guest(hub)
    asked = await person.ask(
        "POST", "me/addresses", {"channel": "instagram:shop", "value": "900100200300400"}
    )
    assert asked.status_code == 202

    async def told() -> Any:
        items = (await hub.get("/messages", direction="out")).json()["items"]
        return items[0] if items else None

    message = await hub.until(told)
    assert (message["author_name"], message["channel"]) == ("Address check", "instagram:shop")
    code = re.findall(r"\b\d{6}\b", message["text"])[0]
    wrong = await person.ask("POST", f"me/addresses/{asked.json()['id']}", {"code": "x"})
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (422, "wrong_code")
    proven = await person.ask("POST", f"me/addresses/{asked.json()['id']}", {"code": code})
    assert (proven.status_code, proven.json()["id"]) == (200, "business:web"), proven.text
    page = await hub.hub.database.read(hub.members.addresses_of, person.id)
    assert {row["channel"] for row in page} == {"instagram:shop", "direct:web"}
    sent = await hub.direct(
        {"token": person.token}, "POST", "$/messages", json={"id": "a1", "text": "Here I am"}
    )
    assert sent.status_code == 202
    assert {each["conversation_id"] for each in await hub.applied(2)} == {conversation}


async def test_a_claim_tells_nothing_of_who_wrote(hub: Any) -> None:
    await hub.first_conversation()
    person = await guest(hub)
    for body, status in (
        ({"channel": "instagram:shop", "value": "never wrote"}, 202),
        ({"channel": "none:x", "value": "a"}, 400),
        ({"channel": "direct:web", "value": person.id}, 400),
        ({"channel": "instagram:shop", "value": ""}, 400),
        ({"channel": "instagram:shop"}, 400),
        ({"channel": "instagram:shop", "value": "x" * 400}, 400),
    ):
        assert (await person.ask("POST", "me/addresses", body)).status_code == status, body
    assert (await hub.client.post("/direct/v1/me/addresses", json={})).status_code == 401
