"""Mail's payloads, each with the events that it stands for."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from holdfast.channels.contract import (
    Attachment,
    ErrorClass,
    InboundEvent,
    MessageReceived,
    ReceiptArrived,
    ReceiptState,
    Unrecognised,
)

FOLDER = Path(__file__).parents[2] / "wire" / "email"


def unrecognised(summary: str) -> Unrecognised:
    return Unrecognised(key="", at=0, summary=summary)


EXPECTED: dict[str, list[Any]] = {
    "attachment.eml": [
        MessageReceived(
            external_id="one@customer.example#7ad6ce7c83c032d4",
            address="ann@customer.example",
            at=1790244000000,
            text="See the picture.",
            name="Ann",
            attachments=(
                Attachment(kind="image", name="../../etc/pass<b>wd.png", mime="image/png", media_id="part-2"),
            ),
            proven=False,
            details={"subject": "Order 77", "message_id": "one@customer.example"},
        )
    ],
    "bounce.eml": [
        ReceiptArrived(
            key="",
            state=ReceiptState.FAILED,
            at=1790244000000,
            external_id="dlv_01J8ZK@example.org",
            correlation="dlv_01J8ZK",
            error_class=ErrorClass.RECIPIENT,
            reason="The mail came back: 5.1.1 smtp; 550 5.1.1 User unknown",
        )
    ],
    "bounce_with_original.eml": [
        ReceiptArrived(
            key="",
            state=ReceiptState.FAILED,
            at=1790244000000,
            external_id="dlv_01J8ZK@example.org",
            correlation="dlv_01J8ZK",
            error_class=ErrorClass.RECIPIENT,
            reason="The mail came back: 5.1.1 smtp; 550 5.1.1 User unknown",
        )
    ],
    "broken_charset.eml": [
        MessageReceived(
            external_id="one@customer.example#61e5ec17a67b9dd9",
            address="ann@customer.example",
            at=1790244000000,
            text="naïve ÿ",
            name="Ann",
            proven=False,
            details={"subject": "Order 77", "message_id": "one@customer.example"},
        )
    ],
    "broken_headers.eml": [
        MessageReceived(
            external_id="mail#13e1cd4fad8e58c1",
            address="ann@customer.example",
            at=1790300000000,
            attachments=(Attachment(kind="file", mime="multipart/mixed", media_id="part-0"),),
            proven=False,
            details={"subject": "��� �"},
        )
    ],
    "delayed.eml": [unrecognised("a report about mail: Undelivered")],
    "dkim_aligned.eml": [
        MessageReceived(
            external_id="one@customer.example#3639efcd08abb273",
            address="ann@customer.example",
            at=1790244000000,
            text="Hi",
            name="Ann",
            details={"subject": "Order 77", "message_id": "one@customer.example"},
        )
    ],
    "dkim_unaligned.eml": [
        MessageReceived(
            external_id="one@customer.example#3639efcd08abb273",
            address="ann@customer.example",
            at=1790244000000,
            text="Hi",
            name="Ann",
            proven=False,
            details={"subject": "Order 77", "message_id": "one@customer.example"},
        )
    ],
    "dmarc_in_comment.eml": [
        MessageReceived(
            external_id="one@customer.example#3639efcd08abb273",
            address="ann@customer.example",
            at=1790244000000,
            text="Hi",
            name="Ann",
            proven=False,
            details={"subject": "Order 77", "message_id": "one@customer.example"},
        )
    ],
    "dmarc_pass.eml": [
        MessageReceived(
            external_id="one@customer.example#3639efcd08abb273",
            address="ann@customer.example",
            at=1790244000000,
            text="Hi",
            name="Ann",
            details={"subject": "Order 77", "message_id": "one@customer.example"},
        )
    ],
    "empty_return_path.eml": [
        MessageReceived(
            external_id="one@customer.example#3639efcd08abb273",
            address="ann@customer.example",
            at=1790244000000,
            text="Hi",
            name="Ann",
            automatic=True,
            proven=False,
            details={"subject": "Order 77", "message_id": "one@customer.example"},
        )
    ],
    "encoded_name.eml": [
        MessageReceived(
            external_id="one@customer.example#753692ec36adb4c7",
            address="ann@customer.example",
            at=1790244000000,
            text="Hallo",
            name="Åsa",
            proven=False,
            details={"subject": "Bestellung für", "message_id": "one@customer.example"},
        )
    ],
    "forged_bounce.eml": [unrecognised("a report about mail: Undelivered")],
    "future_date.eml": [
        MessageReceived(
            external_id="one@customer.example#3639efcd08abb273",
            address="ann@customer.example",
            at=1790300000000,
            text="Hi",
            name="Ann",
            proven=False,
            details={"subject": "Order 77", "message_id": "one@customer.example"},
        )
    ],
    "html_only.eml": [
        MessageReceived(
            external_id="one@customer.example#566eb050c157cf5a",
            address="ann@customer.example",
            at=1790244000000,
            text="One & two\nthree",
            name="Ann",
            proven=False,
            details={"subject": "Order 77", "message_id": "one@customer.example"},
        )
    ],
    "list.eml": [
        MessageReceived(
            external_id="one@customer.example#69752f2313b2f017",
            address="ann@customer.example",
            at=1790244000000,
            text="News",
            name="Ann",
            automatic=True,
            proven=False,
            details={"subject": "Order 77", "message_id": "one@customer.example"},
        )
    ],
    "no_message_id.eml": [
        MessageReceived(
            external_id="mail#b19dfa774a86c3a2",
            address="ann@customer.example",
            at=1790244000000,
            text="Hi",
            name="Ann",
            proven=False,
            details={"subject": "Order 77"},
        )
    ],
    "no_reply.eml": [
        MessageReceived(
            external_id="one@customer.example#3639efcd08abb273",
            address="no-reply@customer.example",
            at=1790244000000,
            text="Hi",
            name="Ann",
            automatic=True,
            proven=False,
            details={"subject": "Order 77", "message_id": "one@customer.example"},
        )
    ],
    "plain.eml": [
        MessageReceived(
            external_id="one@customer.example#26dc5e5265eddbbc",
            address="ann@customer.example",
            at=1790244000000,
            text="Where is it?",
            name="Ann",
            proven=False,
            details={"subject": "Order 77", "message_id": "one@customer.example"},
        )
    ],
    "read_receipt.eml": [
        ReceiptArrived(
            key="",
            state=ReceiptState.READ,
            at=1790244000000,
            external_id="dlv_01J8ZK@example.org",
            correlation="dlv_01J8ZK",
        )
    ],
    "reply.eml": [
        ReceiptArrived(
            key="",
            state=ReceiptState.SENT,
            at=1790244000000,
            external_id="dlv_01J8@example.org",
            correlation="dlv_01J8",
        ),
        MessageReceived(
            external_id="one@customer.example#790b960dc605c277",
            address="ann@customer.example",
            at=1790244000000,
            text="Thank you!",
            name="Ann",
            reply_to="dlv_01J8@example.org",
            proven=False,
            details={
                "subject": "Order 77",
                "message_id": "one@customer.example",
                "in_reply_to": "dlv_01J8@example.org",
                "references": "zero@customer.example dlv_01J8@example.org",
                "full_text": "Thank you!\n\nOn Thu, 24 Sep 2026 at 09:00, "
                "Shop <help@example.org> wrote:\n> It is on its way.",
            },
        ),
    ],
    "results_of_another.eml": [
        MessageReceived(
            external_id="one@customer.example#3639efcd08abb273",
            address="ann@customer.example",
            at=1790244000000,
            text="Hi",
            name="Ann",
            proven=False,
            details={"subject": "Order 77", "message_id": "one@customer.example"},
        )
    ],
    "two_froms.eml": [
        MessageReceived(
            external_id="one@customer.example#3639efcd08abb273",
            address="boss@customer.example",
            at=1790244000000,
            text="Hi",
            proven=False,
            details={"subject": "Order 77", "message_id": "one@customer.example"},
        )
    ],
    "vacation.eml": [
        MessageReceived(
            external_id="one@customer.example#75155c623a486bb1",
            address="ann@customer.example",
            at=1790244000000,
            text="I am away.",
            name="Ann",
            automatic=True,
            proven=False,
            details={"subject": "Order 77", "message_id": "one@customer.example"},
        )
    ],
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_payload_stands_for_these_events(name: str, parse: Callable[..., Sequence[InboundEvent]]) -> None:
    source = "history" if name.startswith(("history_", "log_")) else "webhook"
    events = parse("email", (FOLDER / name).read_bytes(), source, None)
    assert [_compared(event) for event in events] == EXPECTED[name]


def _compared(event: Any) -> Any:
    """Keys are compared elsewhere; an unknown event's time is what its surroundings say."""
    if isinstance(event, Unrecognised):
        return unrecognised(event.summary)
    return msgspec.structs.replace(event, key="") if hasattr(event, "key") else event


def test_every_payload_file_is_expected_here() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(EXPECTED)
