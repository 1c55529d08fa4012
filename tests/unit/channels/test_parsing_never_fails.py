"""Whatever comes, parsing answers events or says that it cannot read; nothing else."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdfast.channels.contract import UnreadableError

NAMES = st.sampled_from(
    [
        *("object", "entry", "id", "time", "messaging", "standby", "changes", "field", "value", "sender"),
        *("recipient", "timestamp", "message", "mid", "text", "attachments", "type", "payload", "read"),
        *("reaction", "message_edit", "postback", "is_echo", "messages", "statuses", "status", "errors"),
        *("contacts", "from", "metadata", "phone_number_id", "interactive", "created_time", "to", "data"),
        *("visitor", "kind", "at", "sid", "direction", "image", "location", "reply_to", "story"),
    ]
)
VALUES = st.sampled_from(
    ["instagram", "whatsapp_business_account", "17841400000000001", "inbound", "text", "message", "seen"]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | VALUES
DOCUMENTS = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=25,
)
WRAPPED = st.builds(
    lambda event: {"object": "instagram", "entry": [{"id": "17841400000000001", "messaging": [event]}]},
    DOCUMENTS,
)
CHANGED = st.builds(
    lambda value: {
        "object": "whatsapp_business_account",
        "entry": [{"id": "1", "changes": [{"value": value}]}],
    },
    DOCUMENTS,
)
QUICKLY = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
ALL = ("instagram", "whatsapp", "sms", "email", "direct")


def read(parse: Callable[..., Any], platform: str, body: bytes, source: str) -> None:
    try:
        events = parse(platform, body, source)
    except UnreadableError:
        return
    for event in events:
        json.dumps(str(event)).encode()
        assert 0 < event.at < 10**14
        for name in ("external_id", "address", "key"):
            assert len(getattr(event, name, "")) <= 600


@pytest.mark.parametrize("platform", ALL)
@QUICKLY
@given(document=DOCUMENTS | WRAPPED | CHANGED, source=st.sampled_from(["webhook", "history"]))
def test_any_json(platform: str, document: Any, source: str, parse: Callable[..., Any]) -> None:
    read(parse, platform, json.dumps(document).encode(), source)


@pytest.mark.parametrize("platform", ALL)
@QUICKLY
@given(body=st.binary(max_size=300), source=st.sampled_from(["webhook", "history"]))
def test_any_bytes(platform: str, body: bytes, source: str, parse: Callable[..., Any]) -> None:
    read(parse, platform, body, source)


HEADERS = st.sampled_from(
    [b"From", b"Date", b"Subject", b"Message-ID", b"Content-Type", b"References", b"Auto-Submitted", b"To"]
)
LINES = st.binary(max_size=60).map(lambda line: line.replace(b"\n", b" "))
KINDS = st.sampled_from(
    [b"multipart/report; report-type=delivery-status; boundary=b", b"text/html; charset=x"]
)


@QUICKLY
@given(headers=st.lists(st.tuples(HEADERS, LINES), max_size=8), kind=KINDS, body=st.binary(max_size=200))
def test_any_mail(
    headers: list[tuple[bytes, bytes]], kind: bytes, body: bytes, parse: Callable[..., Any]
) -> None:
    head = b"".join(name + b": " + line + b"\r\n" for name, line in headers)
    start = b"From: ann@customer.example\r\nContent-Type: " + kind + b"\r\n"
    read(parse, "email", start + head + b"\r\n--b\r\n" + body, "poll")


@pytest.mark.parametrize("body", [b"", b"{", b"null", b"5", b'"text"', b"[]", b"[" * 100_000, b"\xff\xfe"])
@pytest.mark.parametrize("platform", ["instagram", "whatsapp", "direct"])
def test_what_is_no_webhook_is_unreadable(platform: str, body: bytes, parse: Callable[..., Any]) -> None:
    with pytest.raises(UnreadableError):
        parse(platform, body)


def test_half_a_character_does_not_spoil_the_message(
    parse: Callable[..., Any], wire: Callable[..., bytes]
) -> None:
    body = wire("instagram", "text.json").replace(b"\\ud83d\\udc4b", b"\\ud83d")
    (event,) = parse("instagram", body)
    assert event.text == "Is it in stock? hé \ufffd"
