"""Mail that is made to keep its reader busy: anybody can send it, and it is read at once all the same."""

import time
from collections.abc import Callable, Sequence

import pytest

from holdfast.channels.contract import InboundEvent, MessageReceived, UnreadableError
from holdfast.channels.email.opening import HEADER_CHARACTERS_MAX

CPU_SECONDS_MAX = 5.0
"""Without the limits each of these needs minutes, or more memory than there is."""

HEAD = b"From: ann@customer.example\r\nMessage-ID: <one@customer.example>\r\n"
Parse = Callable[..., Sequence[InboundEvent]]


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(HEAD + b"Subject: " + b"=?utf-8?q?a?= " * 64_000 + b"\r\n\r\nhi", id="encoded words"),
        pytest.param(HEAD + b"Content-Type: text/plain; " + b'a*0="b";' * 4_000 + b"\r\n\r\nhi", id="fields"),
        pytest.param(HEAD + b"To: " + b"(" * 60_000 + b"\r\n\r\nhi", id="comments"),
        pytest.param(HEAD + b"X: y\r\n" * 1_000_000 + b"\r\nhi", id="headers"),
    ],
)
def test_a_costly_head_is_read_at_once(raw: bytes, parse: Parse) -> None:
    began = time.process_time()
    (event,) = parse("email", raw, "poll")
    assert time.process_time() - began < CPU_SECONDS_MAX
    assert isinstance(event, MessageReceived)
    assert (event.address, event.text) == ("ann@customer.example", "hi")
    assert len(event.details.get("subject", "")) <= HEADER_CHARACTERS_MAX


def test_parts_nested_for_their_cost_are_not_taken_apart(parse: Parse) -> None:
    nested = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (depth, depth)
        for depth in range(500)
    )
    with pytest.raises(UnreadableError, match="too many parts"):
        parse("email", HEAD + nested + b"\r\n" + b"a\n" * 100_000, "poll")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (b"=?utf-8?q?Gr=C3=BC=C3=9Fe?= an =?iso-8859-1?q?M=FCller?=", "Grüße an Müller"),
        (b"=?utf-8?b?4oI=?= =?utf-8?b?rA==?=", "€"),
        (b"=?utf-8*en?q?colour?=", "colour"),
        ("Größe".encode(), "Größe"),
        (b"=?nonsense", "=?nonsense"),
    ],
)
def test_a_subject_is_read_however_it_is_encoded(written: bytes, read: str, parse: Parse) -> None:
    (event,) = parse("email", HEAD + b"Subject: " + written + b"\r\n\r\nhi", "poll")
    assert isinstance(event, MessageReceived)
    assert event.details["subject"] == read


def test_a_comma_in_an_encoded_name_makes_no_second_sender(parse: Parse) -> None:
    (event,) = parse("email", b"From: =?utf-8?q?Doe=2C_Jane?= <jane@customer.example>\r\n\r\nhi", "poll")
    assert isinstance(event, MessageReceived)
    assert (event.name, event.address) == ("Doe, Jane", "jane@customer.example")
