"""The Graph API for Instagram as a client sees it."""

from typing import Any
from urllib.parse import urlsplit

import pytest

from holdfast_simulators.instagram.fields import parse_fields

SHOP = "17841400000000001"
ANN = "900100200300400"
HOUR = 3600


def code_of(answer: Any) -> tuple[int, int | None]:
    error = answer.json()["error"]
    assert error["fbtrace_id"]
    return error["code"], error.get("error_subcode")


async def test_the_account_has_two_ids(bench: Any) -> None:
    answer = await bench.instagram("GET", "/me?fields=user_id,username")
    assert answer.json() == {"id": "24010", "user_id": SHOP, "username": "shop0"}


async def test_a_wrong_token_is_190(bench: Any) -> None:
    answer = await bench.call("instagram", "GET", "/v26.0/me?access_token=wrong")
    assert code_of(answer) == (190, None)


async def test_a_send_reaches_the_person_and_is_echoed(bench: Any) -> None:
    await bench.writes("Hi")
    answer = await bench.send("Hello")
    mid = answer.json()["message_id"]
    assert answer.json()["recipient_id"] == ANN
    assert "X-App-Usage" in answer.headers
    await bench.clock.advance(1)
    thread = await bench.control("GET", "/people/ann/messages?platform=instagram")
    assert [(m["direction"], m["text"]) for m in thread["messages"]] == [("out", "Hi"), ("in", "Hello")]
    incoming, echo = bench.hub.events()
    assert incoming["message"]["text"] == "Hi"
    assert incoming["sender"] == {"id": ANN}
    assert echo["message"] == {"mid": mid, "text": "Hello", "is_echo": True}
    assert echo["recipient"] == {"id": ANN}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"recipient": {"id": "1"}, "message": {"text": "x"}}, (100, 2534014)),
        ({"recipient": {"id": ANN}, "message": {"text": "é" * 501}}, (100, 2534015)),
        ({"recipient": {"id": ANN}, "message": {"text": " "}}, (100, 2534015)),
        ({"recipient": {"id": ANN}}, (100, None)),
        ({"message": {"text": "x"}}, (100, None)),
        ({"recipient": {"id": ANN}, "message": {"text": "x"}, "sender_action": "typing_on"}, (100, None)),
        ({"recipient": {"id": ANN}, "message": {"text": "x"}, "tag": "ACCOUNT_UPDATE"}, (100, None)),
    ],
)
async def test_bad_sends_are_refused(bench: Any, body: dict[str, Any], code: tuple[int, int | None]) -> None:
    await bench.writes("Hi")
    answer = await bench.instagram("POST", "/me/messages", json=body)
    assert answer.status_code == 400
    assert code_of(answer) == code


async def test_1000_bytes_pass(bench: Any) -> None:
    await bench.writes("Hi")
    assert (await bench.send("é" * 500)).status_code == 200


async def test_the_window_closes_after_24_hours_and_7_days(bench: Any) -> None:
    assert code_of(await bench.send()) == (10, 2534022)
    await bench.writes("Hi")
    await bench.clock.advance(25 * HOUR)
    assert code_of(await bench.send()) == (10, 2534022)
    tagged = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    assert (await bench.send(**tagged)).status_code == 200
    await bench.clock.advance(6 * 24 * HOUR)
    assert code_of(await bench.send(**tagged)) == (10, 2534022)


async def test_history_has_all_ids_and_20_texts(bench: Any) -> None:
    ids = [await bench.writes(f"message {n}") for n in range(30)]
    listing = await bench.instagram("GET", f"/me/conversations?platform=instagram&user_id={ANN}")
    conversation = listing.json()["data"][0]["id"]
    await bench.clock.advance(1)
    answer = await bench.instagram("GET", f"/{conversation}?fields=messages{{id,created_time,from,message}}")
    messages = answer.json()["messages"]["data"]
    assert [m["id"] for m in messages] == ids[::-1]
    assert messages[19]["message"] == "message 10"
    assert messages[19]["created_time"].endswith("+0000")
    assert "message" not in messages[20]
    await bench.clock.advance(1)
    one = await bench.instagram("GET", f"/{ids[-1]}?fields=id,message,from,to")
    assert one.json()["message"] == "message 29"
    assert one.json()["to"]["data"][0]["id"] == SHOP
    assert code_of(await bench.instagram("GET", f"/{ids[0]}?fields=message")) == (9000001, None)


async def test_conversations_come_in_pages(bench: Any) -> None:
    await bench.writes("Hi")
    await bench.writes("Hello", person="ben")
    first = await bench.instagram(
        "GET", "/me/conversations?platform=instagram&limit=1&fields=id,participants"
    )
    following = urlsplit(first.json()["paging"]["next"])
    second = await bench.instagram("GET", f"{following.path.removeprefix('/v26.0')}?{following.query}")
    names = [
        person["id"]
        for page in (first, second)
        for person in page.json()["data"][0]["participants"]["data"]
        if person["id"] != SHOP
    ]
    assert names == ["900100200300401", ANN]
    assert "paging" not in second.json()


async def test_a_third_read_within_a_second_is_throttled(bench: Any) -> None:
    for _ in range(2):
        assert (await bench.instagram("GET", "/me/conversations?platform=instagram")).status_code == 200
    answer = await bench.instagram("GET", "/me/conversations?platform=instagram")
    assert (answer.status_code, code_of(answer)[0]) == (429, 613)
    assert '"call_count": 100' in answer.headers["X-App-Usage"]
    await bench.clock.advance(1)
    assert (await bench.instagram("GET", "/me/conversations?platform=instagram")).status_code == 200


async def test_a_hundred_sends_a_second(bench: Any) -> None:
    await bench.writes("Hi")
    answers = [await bench.send(str(n)) for n in range(101)]
    assert [a.status_code for a in answers].count(200) == 100
    assert answers[-1].status_code == 429


async def test_what_people_do_is_told_as_on_the_wire(bench: Any) -> None:
    mine = await bench.writes("Hi")
    await bench.send("Hello")
    await bench.clock.advance(1)
    bench.hub.got.clear()
    await bench.control("POST", "/people/ann/seen", json={"platform": "instagram"})
    await bench.control("POST", "/people/ann/edit", json={"message_id": mine, "text": "Hi!"})
    await bench.control("POST", "/people/ann/react", json={"message_id": mine, "emoji": "❤️"})
    await bench.control("POST", "/people/ann/react", json={"message_id": mine, "emoji": None})
    await bench.control("POST", "/people/ann/unsend", json={"message_id": mine})
    await bench.clock.advance(1)
    read, edit, love, nothing, unsent = bench.hub.events()
    assert list(read["read"]) == ["mid"]
    assert edit["message_edit"] == {"mid": mine, "text": "Hi!", "num_edit": 1}
    assert love["reaction"] == {"mid": mine, "action": "react", "reaction": "love", "emoji": "❤️"}
    assert nothing["reaction"] == {"mid": mine, "action": "unreact"}
    assert unsent["message"] == {"mid": mine, "is_deleted": True}


async def test_kinds_of_message(bench: Any) -> None:
    for kind in ("image", "like", "story_reply", "ephemeral", "unsupported", "quick_reply", "postback"):
        await bench.writes("words", kind=kind, payload="P")
    await bench.clock.advance(1)
    image, like, story, gone, strange, quick, postback = bench.hub.events()
    picture = image["message"]["attachments"][0]["payload"]["url"]
    assert (await bench.call("instagram", "GET", urlsplit(picture).path)).content.startswith(b"\x89PNG")
    assert like["message"]["attachments"] == [{"type": "like_heart"}]
    assert story["message"]["reply_to"]["story"]["id"]
    assert gone["message"]["attachments"] == [{"type": "ephemeral"}]
    assert strange["message"]["is_unsupported"] is True
    assert quick["message"]["quick_reply"] == {"payload": "P"}
    assert postback["postback"]["payload"] == "P"


async def test_a_profile_needs_a_first_message(bench: Any) -> None:
    assert code_of(await bench.instagram("GET", f"/{ANN}?fields=name,username")) == (230, None)
    await bench.writes("Hi")
    answer = await bench.instagram("GET", f"/{ANN}?fields=name,username")
    assert answer.json() == {"id": ANN, "name": "Ann de Vries", "username": "ann.de.vries"}


async def test_without_a_subscription_nothing_is_told(bench: Any) -> None:
    await bench.instagram("DELETE", "/me/subscribed_apps")
    assert (await bench.instagram("GET", "/me/subscribed_apps")).json() == {"data": []}
    await bench.writes("unheard")
    await bench.instagram("POST", "/me/subscribed_apps?subscribed_fields=messages,messaging_seen")
    shown = (await bench.instagram("GET", "/me/subscribed_apps")).json()["data"][0]
    assert shown["subscribed_fields"] == ["messages", "messaging_seen"]
    await bench.writes("heard")
    await bench.clock.advance(1)
    assert [e["message"]["text"] for e in bench.hub.events()] == ["heard"]


def test_the_fields_language() -> None:
    fields = parse_fields("id,messages.limit(20){id,from},updated_time")
    assert list(fields) == ["id", "messages", "updated_time"]
    assert fields["messages"].limit == 20
    assert list(fields["messages"].inside) == ["id", "from"]
