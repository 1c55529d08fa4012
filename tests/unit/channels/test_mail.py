"""Mail out: the same bytes each time, headers that nothing can break out of, and what servers answer."""

from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.channels import decode_channel_settings
from holdfast.channels.contract import Deferred, ErrorClass, InDoubt, Outgoing, Rejected, Scope
from holdfast.channels.email.compose import compose, is_usable_address
from holdfast.channels.email.errors import Stage, outcome_of_reply
from holdfast.channels.email.identity import delivery_of, delivery_of_tag, message_id_of, tagged_address
from holdfast.settings import Secret

DELIVERY = "dlv_01J8ZK3QABCDEFGHJKMNPQRSTV"


def settings(**more: Any) -> Any:
    table = {
        "address": "help@example.org",
        "name": "The Shop",
        "smtp_host": "h",
        "imap_host": "h",
        "imap_user": "u",
        "imap_password": "p",
    }
    return decode_channel_settings("email", table | more)


def outgoing(text: str = "Hello", **more: Any) -> Outgoing:
    return Outgoing(DELIVERY, "ann@customer.example", text, 1_790_000_000_123, **more)


def test_a_repeat_is_the_same_byte_for_byte() -> None:
    assert compose(settings(), outgoing()) == compose(settings(), outgoing())


def test_the_message_id_names_the_delivery() -> None:
    mail = message_from_bytes(compose(settings(), outgoing()), policy=default)
    assert mail["Message-ID"] == f"<{DELIVERY}@example.org>"
    assert delivery_of(str(mail["Message-ID"]), "example.org") == DELIVERY
    assert delivery_of(message_id_of(DELIVERY, "example.org"), "elsewhere.example") == ""


@given(text=st.text(max_size=200), subject=st.text(max_size=200), parent=st.text(max_size=200))
def test_nothing_breaks_out_of_a_header(text: str, subject: str, parent: str) -> None:
    raw = compose(settings(), outgoing(text, subject=subject, in_reply_to=parent, references=parent))
    mail = message_from_bytes(raw, policy=default)
    known = {"message-id", "in-reply-to", "references", "from", "to", "subject", "date", "mime-version"}
    assert {name.lower() for name in mail} <= known | {"content-type", "content-transfer-encoding"}
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))


def test_an_answer_stands_in_its_thread() -> None:
    earlier = " ".join(f"r{number}@x.example" for number in range(20))
    raw = compose(settings(), outgoing(subject="Order", in_reply_to="a@x.example", references=earlier))
    mail = message_from_bytes(raw, policy=default)
    assert mail["Subject"] == "Re: Order"
    assert mail["In-Reply-To"] == "<a@x.example>"
    chain = str(mail["References"]).split()
    assert (chain[0], chain[-1], len(chain)) == ("<r0@x.example>", "<a@x.example>", 10)


def test_a_machines_words_say_so_and_a_persons_do_not() -> None:
    assert b"Auto-Submitted: auto-replied" in compose(settings(), outgoing(human=False))
    assert b"Auto-Submitted" not in compose(settings(), outgoing())


def test_a_tag_is_known_again_even_in_small_letters_and_only_if_ours() -> None:
    secret = Secret("key")
    tagged = tagged_address("help@example.org", DELIVERY, secret)
    assert delivery_of_tag(tagged, secret) == DELIVERY
    assert delivery_of_tag(tagged.lower(), secret) == DELIVERY
    assert delivery_of_tag(tagged, Secret("another")) == ""
    assert delivery_of_tag("help@example.org", secret) == ""


@pytest.mark.parametrize(
    ("address", "usable"),
    [
        ("ann@customer.example", True),
        ("ann+tag@kunde-größe.example", True),
        ("ann", False),
        ("ann@", False),
        ("a@b@c", False),
        ("ann@customer.example\r\nRCPT TO:<x@y>", False),
        ("ann@customer.example,ben@customer.example", False),
        ("<ann@customer.example>", False),
        ("änn@customer.example", False),
    ],
)
def test_only_one_plain_address_is_usable(address: str, usable: bool) -> None:  # noqa: FBT001 - a column
    assert is_usable_address(address) is usable


@pytest.mark.parametrize(
    ("code", "text", "stage", "kind", "expected"),
    [
        (535, "5.7.8 bad credentials", Stage.SIGN_IN, Deferred, ErrorClass.TOKEN),
        (550, "5.7.30 Basic authentication is not supported", Stage.SENDER, Deferred, ErrorClass.TOKEN),
        (454, "4.7.0 temporary", Stage.SIGN_IN, Deferred, ErrorClass.PLATFORM),
        (421, "4.3.2 closing", Stage.SENDER, Deferred, ErrorClass.PLATFORM),
        (450, "4.7.1 greylisted", Stage.RECIPIENT, Deferred, ErrorClass.PLATFORM),
        (452, "4.2.2 full", Stage.RECIPIENT, Deferred, ErrorClass.RECIPIENT),
        (452, "4.5.3 too many", Stage.RECIPIENT, Deferred, ErrorClass.THROTTLED),
        (550, "5.1.1 no such user", Stage.RECIPIENT, Rejected, ErrorClass.RECIPIENT),
        (550, "no such user", Stage.RECIPIENT, Rejected, ErrorClass.RECIPIENT),
        (552, "5.3.4 too big", Stage.CONTENT, Rejected, ErrorClass.MESSAGE),
        (554, "5.6.0 content", Stage.CONTENT, Rejected, ErrorClass.MESSAGE),
        (550, "5.7.26 unauthenticated", Stage.CONTENT, Rejected, ErrorClass.ACCOUNT),
        (554, "no service here", Stage.GREETING, Deferred, ErrorClass.ACCOUNT),
    ],
)
def test_a_servers_answers(code: int, text: str, stage: Stage, kind: type, expected: ErrorClass) -> None:
    outcome = outcome_of_reply(code, text, stage, greylist_wait_ms=300_000)
    assert isinstance(outcome, kind)
    assert outcome.error_class is expected


@pytest.mark.parametrize(
    ("code", "text"), [(-1, "Malformed SMTP response line: 2\\x00"), (25, ""), (354, "go on")]
)
def test_an_answer_to_the_mail_that_cannot_be_read_is_a_doubt(code: int, text: str) -> None:
    outcome = outcome_of_reply(code, text, Stage.CONTENT, greylist_wait_ms=1)
    assert isinstance(outcome, InDoubt)
    assert not outcome.over


def test_a_greylisting_holds_one_person_and_waits() -> None:
    outcome = outcome_of_reply(450, "4.7.1 later", Stage.RECIPIENT, greylist_wait_ms=300_000)
    assert isinstance(outcome, Deferred)
    assert (outcome.scope, outcome.wait_ms) == (Scope.LANE, 300_000)
