"""Our own chat."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from holdfast.channels.contract import (
    Accepted,
    Forged,
    MessageReceived,
    Outgoing,
    RawRequest,
    ReceiptArrived,
    ReceiptState,
    UnreadableError,
    Unrecognised,
)


def body(**more: Any) -> bytes:
    return json.dumps({"id": "m1", "visitor": "v1", "name": "Ann", "at": 1_790_000_000_000, **more}).encode()


def test_a_visitors_words(parse: Callable[..., Any]) -> None:
    (event,) = parse("direct", body(kind="message", text="hello"), "direct")
    assert event == MessageReceived("m1", "v1", 1_790_000_000_000, "hello", "Ann")


def test_what_a_visitor_has_seen(parse: Callable[..., Any]) -> None:
    (event,) = parse("direct", body(id="dlv_1", kind="seen"), "direct")
    assert isinstance(event, ReceiptArrived)
    assert (event.state, event.external_id, event.correlation) == (ReceiptState.READ, "dlv_1", "dlv_1")


def test_an_unknown_kind_is_kept(parse: Callable[..., Any]) -> None:
    assert isinstance(parse("direct", body(kind="wave"), "direct")[0], Unrecognised)


def test_without_a_visitor_it_is_unreadable(parse: Callable[..., Any]) -> None:
    with pytest.raises(UnreadableError):
        parse("direct", b'{"id":"m1","kind":"message"}', "direct")


async def test_sending_is_committing(make_adapter: Callable[..., Any]) -> None:
    adapter = make_adapter("direct")
    assert (await adapter.send(Outgoing("dlv_1", "v1", "hello", 1))).outcome == Accepted("dlv_1")
    assert all(result.ok for result in await adapter.probe())
    assert isinstance(adapter.verify(RawRequest("POST", "", {}, {}, b"")), Forged)
