"""Devices that want notices, and what people tell before they write, over HTTP as the protocol says."""

from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from tests.scenarios.api.test_direct_accounts import guest

from holdfast.push.sealing import point_of, to_base64

ENDPOINT: Final = "https://fcm.googleapis.com/fcm/send/abc"
SETUP: Final = {
    "greeting": "Ahoy",
    "questions": [{"id": "email", "kind": "email", "label": "Email address", "required": True}],
    "consent": "You may write to me there.",
}


def subscription(endpoint: str = ENDPOINT) -> dict[str, Any]:
    point = point_of(ec.generate_private_key(ec.SECP256R1()).public_key())
    keys = {"p256dh": to_base64(point), "auth": to_base64(bytes(16))}
    return {"subscription": {"endpoint": endpoint, "expirationTime": None, "keys": keys}}


async def test_a_device_subscribes_says_how_and_leaves(hub: Any) -> None:
    info = (await hub.client.get("/direct/v1/info")).json()
    assert len(info["push_key"]) == 87
    person = await guest(hub)
    assert (await person.ask("PATCH", "push", {"level": "none"})).status_code == 404
    told = await person.ask("POST", "push", subscription())
    assert (told.status_code, told.json()["subscribed"]) == (201, True)
    quiet = {"from": "22:00", "until": "07:00", "zone": "Europe/Berlin"}
    changed = (await person.ask("PATCH", "push", {"level": "direct", "quiet": quiet})).json()
    assert changed["settings"] == {"level": "direct", "previews": True, "posts": False, "quiet": quiet}
    await person.ask("POST", "push", subscription())
    assert (await person.ask("GET", "push")).json() == changed, "what was set stays"
    cleared = (await person.ask("PATCH", "push", {"quiet": None})).json()
    assert cleared["settings"]["quiet"] is None
    assert (await person.ask("DELETE", "push")).status_code == 204
    assert (await person.ask("GET", "push")).json()["subscribed"] is False


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "invalid"),
        (subscription("http://fcm.googleapis.com/x"), 422, "refused"),
        (subscription("https://127.0.0.1/x"), 422, "refused"),
        (subscription("https://evil.example/x"), 422, "refused"),
        (subscription("https://fcm.googleapis.com.evil.example/x"), 422, "refused"),
        ({"subscription": {"endpoint": ENDPOINT, "keys": {"p256dh": "x", "auth": "y"}}}, 400, "invalid"),
        ({"subscription": {"endpoint": ENDPOINT, "keys": {"p256dh": "\0", "auth": ""}}}, 400, "invalid"),
    ],
)
async def test_what_is_no_subscription_is_refused(
    hub: Any, body: dict[str, Any], status: int, code: str
) -> None:
    person = await guest(hub)
    answer = await person.ask("POST", "push", body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


async def test_hours_that_are_none_are_refused(hub: Any) -> None:
    person = await guest(hub)
    await person.ask("POST", "push", subscription())
    for quiet in ({"from": "25:00", "until": "07:00"}, {"from": "22:00", "until": "07:00", "zone": "Mars"}):
        answer = await person.ask("PATCH", "push", {"quiet": quiet})
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid")


async def test_nobody_subscribes_without_a_token(hub: Any) -> None:
    assert (await hub.client.post("/direct/v1/push", json=subscription())).status_code == 401


async def test_answers_are_taken_where_they_are_good(hub: Any) -> None:
    put = await hub.send("PUT", "/widgets/direct:web", SETUP)
    assert put.status_code == 200, put.text
    person = await guest(hub)

    async def tell(value: str) -> Any:
        given = [{"id": "email", "label": "Email address", "value": value}]
        body = {"channel": "web", "answers": given, "consent": SETUP["consent"]}
        return await person.ask("PUT", "me/answers", body)

    refused = await tell("nonsense")
    assert (refused.status_code, refused.json()["error"]["field"]) == (422, "email")
    assert (await tell("ann@mail.example")).status_code == 204
    assert (await person.ask("DELETE", "me/consents")).status_code == 204
    assert (await hub.send("PUT", "/widgets/direct:web", {})).status_code == 200


async def test_only_owners_set_a_widget_up(hub: Any) -> None:
    assert (await hub.send("PUT", "/widgets/email:nobody", SETUP)).status_code == 404
    bad = await hub.send("PUT", "/widgets/direct:web", {"look": {"accent": "red"}})
    assert (bad.status_code, bad.json()["error"]["field"]) == (422, "look.accent")
    by_agent = await hub.send("PUT", "/widgets/direct:web", SETUP, scope="write")
    assert by_agent.status_code == 403
