"""Signatures over raw bytes, by the platforms' own examples."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from holdfast.channels.contract import Forged, Genuine, RawRequest

BODY = (
    rb'{"object":"instagram","entry":[{"time":1790000000123,"id":"17841400000000001","messaging":[{"sender":'
    rb'{"id":"900100200300400"},"recipient":{"id":"17841400000000001"},"timestamp":1790000000001,"message":'
    rb'{"mid":"aWdfZAG1maXh0dXJl","text":"h\u00e9 \ud83d\udc4b https:\/\/example.org"}}]}]}'
)
SIGNATURE = "sha256=9a14ac29ba982b12c3cd52f74fd9d68483fbd38f3ad592dab4de1d0d53423707"
OF_REENCODED = "sha256=267015b81c369e557b077739c1178e65d298d3baec1a9cc02bb85e2e5f77dae8"


def meta(signature: str | None) -> RawRequest:
    headers = {} if signature is None else {"x-hub-signature-256": signature}
    return RawRequest("POST", "https://hub.example.org/hooks/instagram/shop", {}, headers, BODY)


def test_metas_example(make_adapter: Callable[..., Any]) -> None:
    assert make_adapter("instagram").verify(meta(SIGNATURE)) == Genuine()


@pytest.mark.parametrize(
    "signature", [OF_REENCODED, SIGNATURE.upper(), SIGNATURE[:-1], "sha1=ab", "", None, "é"]
)
def test_anything_else_is_forged(signature: str | None, make_adapter: Callable[..., Any]) -> None:
    verdict = make_adapter("instagram").verify(meta(signature))
    assert isinstance(verdict, Forged)
    assert verdict.status == 401


def test_an_old_secret_still_counts_while_it_changes(make_adapter: Callable[..., Any]) -> None:
    adapter = make_adapter("instagram", app_secret=["a-new-secret", "fixture-app-secret"])
    assert isinstance(adapter.verify(meta(SIGNATURE)), Genuine)


def test_an_empty_secret_proves_nothing(make_adapter: Callable[..., Any]) -> None:
    adapter = make_adapter("instagram", app_secret="")
    assert isinstance(adapter.verify(meta(SIGNATURE)), Forged)


FORM = {
    "AccountSid": "AC00000000000000000000000000000001",
    "Body": "héllo",
    "From": "+15005550009",
    "MessageSid": "SM00000000000000000000000000000001",
    "NumMedia": "0",
    "To": "+15005550006",
}
URL = "https://hub.example.org/hooks/twilio/inbound"


def twilio(url: str, *, query: dict[str, str] | None = None, signature: str | None = None) -> RawRequest:
    headers = {"x-twilio-signature": signature or "4rL7N1ba82fKywio6io79WOe68s="}
    return RawRequest("POST", url, query or {}, headers, urlencode(FORM).encode())


@pytest.mark.parametrize("url", [URL, URL.replace("org/", "org:443/")])
def test_twilios_example_with_and_without_the_port(url: str, make_adapter: Callable[..., Any]) -> None:
    verdict = make_adapter("sms").verify(twilio(url))
    assert isinstance(verdict, Genuine)
    assert verdict.reply.body == b"<Response></Response>"


def test_behind_a_proxy_the_public_address_counts(make_adapter: Callable[..., Any]) -> None:
    inside = twilio("http://10.0.0.7:8780/hooks/twilio/inbound")
    assert isinstance(make_adapter("sms").verify(inside), Forged)
    assert isinstance(make_adapter("sms", webhook_url=URL).verify(inside), Genuine)


def test_a_correlation_that_was_not_signed_is_not_kept(make_adapter: Callable[..., Any]) -> None:
    verdict = make_adapter("sms").verify(twilio(f"{URL}?d=dlv_1", query={"d": "dlv_1"}))
    assert isinstance(verdict, Forged)


def test_all_tokens_are_tried(make_adapter: Callable[..., Any]) -> None:
    adapter = make_adapter("sms", auth_token=["a-new-token", "fixture-auth-token"])
    assert isinstance(adapter.verify(twilio(URL)), Genuine)
