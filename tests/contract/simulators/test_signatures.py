"""The signatures of the platforms' documentation, byte for byte."""

import hashlib
import hmac
import json
from typing import Any

from holdfast_simulators.meta.signing import escaped_json, signature
from holdfast_simulators.twilio.signing import signature as twilio_signature

META_BODY = (
    rb'{"object":"instagram","entry":[{"time":1790000000123,"id":"17841400000000001","messaging":'
    rb'[{"sender":{"id":"900100200300400"},"recipient":{"id":"17841400000000001"},'
    rb'"timestamp":1790000000001,"message":{"mid":"aWdfZAG1maXh0dXJl",'
    rb'"text":"h\u00e9 \ud83d\udc4b https:\/\/example.org"}}]}]}'
)
META_SIGNATURE = "sha256=9a14ac29ba982b12c3cd52f74fd9d68483fbd38f3ad592dab4de1d0d53423707"


def test_meta_signs_the_escaped_body() -> None:
    assert len(META_BODY) == 285
    assert escaped_json(json.loads(META_BODY)) == META_BODY
    assert signature("fixture-app-secret", META_BODY) == META_SIGNATURE


def test_twilio_signs_the_url_and_the_sorted_parameters() -> None:
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    parameters = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }
    assert twilio_signature("12345", url, parameters) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


def test_twilio_signs_text_that_is_not_ascii() -> None:
    parameters = {
        "AccountSid": "AC00000000000000000000000000000001",
        "Body": "héllo",
        "From": "+15005550009",
        "MessageSid": "SM00000000000000000000000000000001",
        "NumMedia": "0",
        "To": "+15005550006",
    }
    url = "https://hub.example.org/hooks/twilio/inbound"
    assert twilio_signature("fixture-auth-token", url, parameters) == "4rL7N1ba82fKywio6io79WOe68s="


async def test_a_webhook_is_signed_over_its_raw_body(bench: Any) -> None:
    await bench.writes("hé 👋 https://example.org")
    await bench.clock.advance(1)
    (hook,) = bench.hub.got
    expected = hmac.new(b"fixture-app-secret", hook.body, hashlib.sha256).hexdigest()
    assert hook.headers["X-Hub-Signature-256"] == f"sha256={expected}"
    assert rb"h\u00e9 \ud83d\udc4b https:\/\/example.org" in hook.body
