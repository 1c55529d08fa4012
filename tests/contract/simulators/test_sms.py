"""Twilio's REST API as a client sees it."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from holdfast_simulators.twilio.segments import segments
from holdfast_simulators.twilio.signing import signature

ANN = "+31612345678"
SHOP = "+15005550006"
CALLBACK = "http://hub.example/status?m=1"


async def send(bench: Any, **fields: str) -> Any:
    form = {"To": ANN, "From": SHOP, "Body": "Hello", **fields}
    return await bench.twilio("POST", "/Messages.json", data=form)


async def test_a_send_is_called_back(bench: Any) -> None:
    answer = await send(bench, StatusCallback=CALLBACK)
    assert answer.status_code == 201
    message = answer.json()
    assert (message["status"], message["direction"]) == ("queued", "outbound-api")
    assert message["sid"].startswith("SM")
    assert len(message["sid"]) == 34
    assert message["date_created"].endswith("+0000")
    await bench.clock.advance(3)
    forms = [dict(parse_qsl(hook.body.decode())) for hook in bench.hub.got]
    assert [form["MessageStatus"] for form in forms] == ["sent", "delivered"]
    assert bench.hub.got[0].url == CALLBACK
    expected = signature("sms-secret", CALLBACK, forms[0])
    assert bench.hub.got[0].headers["X-Twilio-Signature"] == expected
    assert (await bench.twilio("GET", f"/Messages/{message['sid']}.json")).json()["status"] == "delivered"


async def test_an_unknown_handset(bench: Any) -> None:
    sent = (await send(bench, To="+4915112345678", StatusCallback=CALLBACK)).json()
    await bench.clock.advance(3)
    form = dict(parse_qsl(bench.hub.got[-1].body.decode()))
    assert (form["MessageStatus"], form["ErrorCode"]) == ("undelivered", "30003")
    assert (await bench.twilio("GET", f"/Messages/{sent['sid']}.json")).json()["error_code"] == 30003


async def test_a_message_comes_in(bench: Any) -> None:
    sid = await bench.writes("Hi", platform="sms")
    await bench.clock.advance(1)
    form = dict(parse_qsl(bench.hub.got[0].body.decode()))
    assert (form["MessageSid"], form["From"], form["To"], form["Body"]) == (sid, ANN, SHOP, "Hi")
    assert bench.hub.got[0].headers["X-Twilio-Signature"] == signature(
        "sms-secret", "http://hub.example/hooks/sms?a=1", dict(parse_qsl(bench.hub.got[0].body.decode()))
    )


async def test_the_log_comes_in_pages_newest_first(bench: Any) -> None:
    written = [await bench.writes(f"{n}", platform="sms") for n in range(5)]
    first = (await bench.twilio("GET", "/Messages.json?PageSize=2")).json()
    following = urlsplit(first["next_page_uri"])
    await bench.writes("meanwhile", platform="sms")
    path = following.path.partition("/Messages")[2]
    second = (await bench.twilio("GET", f"/Messages{path}?{following.query}")).json()
    sids = [m["sid"] for page in (first, second) for m in page["messages"]]
    assert sids == written[:0:-1]
    assert {m["direction"] for m in first["messages"]} == {"inbound"}


async def test_the_log_can_be_narrowed(bench: Any) -> None:
    await bench.writes("Hi", platform="sms")
    await bench.writes("Ho", platform="sms", person="ben")
    await send(bench)
    one = (await bench.twilio("GET", "/Messages.json", params={"From": ANN})).json()
    assert [m["body"] for m in one["messages"]] == ["Hi"]
    outgoing = (await bench.twilio("GET", "/Messages.json", params={"To": ANN})).json()
    assert [m["body"] for m in outgoing["messages"]] == ["Hello"]
    later = (await bench.twilio("GET", "/Messages.json", params={"DateSent>": "2027-01-01"})).json()
    assert later["messages"] == []
    earlier = (await bench.twilio("GET", "/Messages.json", params={"DateSent>": "2026-09-21"})).json()
    assert len(earlier["messages"]) == 3


async def test_stop_and_start(bench: Any) -> None:
    await bench.writes("Stop", platform="sms")
    answer = await send(bench)
    assert (answer.status_code, answer.json()["code"]) == (400, 21610)
    await bench.writes("START", platform="sms")
    assert (await send(bench)).status_code == 201
    thread = await bench.control("GET", "/people/ann/messages?platform=sms")
    assert "unsubscribed" in thread["messages"][1]["text"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"To": "12"}, 21211),
        ({"To": "+15005550001"}, 21211),
        ({"From": "+15005550009"}, 21606),
        ({"Body": ""}, 21602),
        ({"Body": "x" * 1601}, 21617),
    ],
)
async def test_bad_sends_are_refused(bench: Any, fields: dict[str, str], code: int) -> None:
    answer = await send(bench, **fields)
    assert answer.json() == {
        "code": code,
        "message": answer.json()["message"],
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": 400,
    }


async def test_wrong_credentials(bench: Any) -> None:
    path = "/2010-04-01/Accounts/AC00000000000000000000000000000001.json"
    answer = await bench.call("sms", "GET", path, auth=("AC00000000000000000000000000000001", "wrong"))
    assert (answer.status_code, answer.json()["code"]) == (401, 20003)
    assert (await bench.twilio("GET", ".json")).json()["status"] == "active"


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [("throttle", 429, 20429), ("token_error", 401, 20003), ("permission_error", 403, 21408)],
)
async def test_faults_speak_twilio(bench: Any, kind: str, status: int, code: int) -> None:
    await bench.fault(kind, platform="sms", capability="send")
    answer = await send(bench)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_false_success_is_not_in_the_log(bench: Any) -> None:
    await bench.fault("false_success", platform="sms", capability="send")
    assert (await send(bench)).status_code == 201
    await bench.clock.advance(3)
    assert (await bench.twilio("GET", "/Messages.json")).json()["messages"] == []


@pytest.mark.parametrize(
    ("text", "parts"),
    [("x" * 160, 1), ("x" * 161, 2), ("€" * 80, 1), ("€" * 81, 2), ("👋" * 35, 1), ("👋" * 36, 2)],
)
def test_segments(text: str, parts: int) -> None:
    assert segments(text) == parts


async def test_sends_to_one_country_fail(bench: Any) -> None:
    await bench.fault("server_error", platform="sms", capability="send", country="IN")
    assert (await send(bench, To="+919876543210")).status_code in (500, 503)
    assert (await send(bench)).status_code == 201
