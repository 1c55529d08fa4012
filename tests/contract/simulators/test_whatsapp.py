"""The WhatsApp Cloud API as a client sees it."""

from typing import Any
from urllib.parse import urlsplit

ANN = "31612345678"
NUMBER = "/106540352242922"
WABA = "/102290129340398"
HOUR = 3600


def text(body: str = "Hello", to: str = ANN, **more: Any) -> dict[str, Any]:
    content = {"type": "text", "text": {"body": body}}
    return {"messaging_product": "whatsapp", "recipient_type": "individual", "to": to, **content, **more}


async def send(bench: Any, body: dict[str, Any]) -> Any:
    return await bench.whatsapp("POST", f"{NUMBER}/messages", json=body)


def values(bench: Any) -> list[dict[str, Any]]:
    return [hook.json()["entry"][0]["changes"][0]["value"] for hook in bench.hub.got]


def statuses(bench: Any) -> list[dict[str, Any]]:
    return [status for value in values(bench) for status in value.get("statuses", [])]


def code_of(answer: Any) -> int:
    assert answer.json()["error"]["fbtrace_id"]
    return int(answer.json()["error"]["code"])


async def test_a_message_comes_in(bench: Any) -> None:
    wamid = await bench.writes("Hi", platform="whatsapp")
    await bench.clock.advance(1)
    (value,) = values(bench)
    assert value["metadata"]["phone_number_id"] == "106540352242922"
    assert value["contacts"][0]["wa_id"] == ANN
    message = value["messages"][0]
    assert (message["id"], message["from"], message["text"]) == (wamid, ANN, {"body": "Hi"})
    assert message["timestamp"] == "1790000000"


async def test_a_send_is_followed_to_the_reader(bench: Any) -> None:
    await bench.writes("Hi", platform="whatsapp")
    answer = await send(bench, text(biz_opaque_callback_data="out:1"))
    wamid = answer.json()["messages"][0]["id"]
    await bench.clock.advance(2)
    await bench.control("POST", "/people/ann/seen", json={"platform": "whatsapp"})
    await bench.clock.advance(1)
    told = statuses(bench)
    assert [status["status"] for status in told] == ["sent", "delivered", "read"]
    assert {(s["id"], s["biz_opaque_callback_data"], s["recipient_id"]) for s in told} == {
        (wamid, "out:1", ANN)
    }


async def test_an_unknown_number_fails_later(bench: Any) -> None:
    template = {"type": "template", "template": {"name": "hello_world", "language": {"code": "en"}}}
    answer = await send(bench, {"messaging_product": "whatsapp", "to": "4915112345678", **template})
    assert answer.status_code == 200
    await bench.clock.advance(1)
    (status,) = statuses(bench)
    assert (status["status"], status["errors"][0]["code"]) == ("failed", 131026)


async def test_outside_24_hours_only_templates(bench: Any) -> None:
    await bench.writes("Hi", platform="whatsapp")
    await bench.clock.advance(25 * HOUR)
    assert code_of(await send(bench, text())) == 131047
    template = {"type": "template", "template": {"name": "hello_world", "language": {"code": "en"}}}
    body = {"messaging_product": "whatsapp", "to": ANN, **template}
    assert (await send(bench, body)).status_code == 200


async def test_one_pair_is_limited(bench: Any) -> None:
    await bench.writes("Hi", platform="whatsapp")
    answers = [await send(bench, text(str(n))) for n in range(46)]
    assert [a.status_code for a in answers].count(200) == 45
    assert code_of(answers[-1]) == 131056
    await bench.clock.advance(7)
    assert (await send(bench, text())).status_code == 200


async def test_bad_sends_are_refused(bench: Any) -> None:
    await bench.writes("Hi", platform="whatsapp")
    assert code_of(await send(bench, {"to": ANN})) == 100
    assert code_of(await send(bench, text(""))) == 131008
    assert code_of(await send(bench, text("x" * 4097))) == 100
    assert code_of(await send(bench, text() | {"type": "dance"})) == 131051
    assert code_of(await bench.call("whatsapp", "POST", f"/v26.0{NUMBER}/messages", json=text())) == 190


async def test_media_goes_up_and_comes_down(bench: Any) -> None:
    await bench.writes("Hi", platform="whatsapp")
    files = {"file": ("a.png", b"\x89PNG\r\n\x1a\n\x00\xff", "image/png")}
    form = {"messaging_product": "whatsapp"}
    uploaded = await bench.whatsapp("POST", f"{NUMBER}/media", data=form, files=files)
    media_id = uploaded.json()["id"]
    image = {"messaging_product": "whatsapp", "to": ANN, "type": "image", "image": {"id": media_id}}
    assert (await send(bench, image)).status_code == 200
    described = (await bench.whatsapp("GET", f"/{media_id}")).json()
    path = urlsplit(described["url"]).path
    headers = {"Authorization": "Bearer WA-token"}
    file = await bench.call("whatsapp", "GET", path, headers=headers)
    assert file.content == b"\x89PNG\r\n\x1a\n\x00\xff"
    assert (await bench.call("whatsapp", "GET", path)).status_code == 401
    await bench.clock.advance(301)
    assert (await bench.call("whatsapp", "GET", path, headers=headers)).status_code == 404


async def test_a_picture_comes_in(bench: Any) -> None:
    await bench.writes("look", platform="whatsapp", kind="image")
    await bench.clock.advance(1)
    image = values(bench)[0]["messages"][0]["image"]
    assert image["caption"] == "look"
    assert (await bench.whatsapp("GET", f"/{image['id']}")).json()["mime_type"] == "image/png"


async def test_a_hidden_number(bench: Any) -> None:
    person = {"name": "Cy", "id": "cy", "addresses": {"whatsapp": "31600000009"}, "flags": ["hides_number"]}
    await bench.control("POST", "/people", json=person)
    await bench.writes("Hi", person="cy", platform="whatsapp")
    await bench.clock.advance(1)
    (value,) = values(bench)
    assert "wa_id" not in value["contacts"][0]
    assert "from" not in value["messages"][0]
    body = text() | {"recipient": value["messages"][0]["from_user_id"]}
    del body["to"]
    assert (await send(bench, body)).status_code == 200
    thread = await bench.control("GET", "/people/cy/messages?platform=whatsapp")
    assert thread["messages"][-1]["text"] == "Hello"


async def test_read_receipts_reach_the_person(bench: Any) -> None:
    wamid = await bench.writes("Hi", platform="whatsapp")
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
    assert (await send(bench, body)).json() == {"success": True}
    thread = await bench.control("GET", "/people/ann/messages?platform=whatsapp")
    assert thread["messages"][0]["state"] == "seen"


async def test_health_and_subscription(bench: Any) -> None:
    health = await bench.whatsapp("GET", f"{NUMBER}?fields=health_status,quality_rating")
    assert health.json()["health_status"]["can_send_message"] == "AVAILABLE"
    assert (await bench.whatsapp("GET", f"{WABA}/subscribed_apps")).json()["data"]
    await bench.fault("token_error", platform="whatsapp", capability="sign_in")
    assert (await bench.whatsapp("GET", NUMBER)).status_code == 401


async def test_throttling_speaks_whatsapp(bench: Any) -> None:
    await bench.fault("throttle", platform="whatsapp")
    answer = await send(bench, text())
    assert (answer.status_code, code_of(answer)) == (429, 130429)
