"""WhatsApp's payloads, each with the events that it stands for."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from holdfast.channels.contract import (
    Attachment,
    ErrorClass,
    InboundEvent,
    MessageEchoed,
    MessageEdited,
    MessageReceived,
    MessageUnsent,
    ReactionChanged,
    ReceiptArrived,
    ReceiptState,
    Unrecognised,
)

FOLDER = Path(__file__).parents[2] / "wire" / "whatsapp"


def unrecognised(summary: str) -> Unrecognised:
    return Unrecognised(key="", at=0, summary=summary)


EXPECTED: dict[str, list[Any]] = {
    "account_update.json": [unrecognised("a change of account_update")],
    "app_echo.json": [
        MessageEchoed(external_id="wamid.E1", address="31612345678", at=1790000000000, text="from the app")
    ],
    "bad_neighbour.json": [
        unrecognised("a message without an id or a sender"),
        MessageReceived(
            external_id="wamid.IN1",
            address="31612345678",
            at=1790000000000,
            text="still here",
            name="Ann",
            details={"user_id": "NL.1349"},
        ),
        unrecognised("a message without an id or a sender"),
    ],
    "button_reply.json": [
        MessageReceived(
            external_id="wamid.IN1",
            address="31612345678",
            at=1790000000000,
            text="Yes",
            name="Ann",
            details={"user_id": "NL.1349", "choice": "yes"},
        )
    ],
    "contacts.json": [
        MessageReceived(
            external_id="wamid.IN1",
            address="31612345678",
            at=1790000000000,
            text="A B +1 555",
            name="Ann",
            attachments=(Attachment(kind="contact"),),
            details={"user_id": "NL.1349"},
        )
    ],
    "document.json": [
        MessageReceived(
            external_id="wamid.IN1",
            address="31612345678",
            at=1790000000000,
            name="Ann",
            attachments=(Attachment(kind="file", name="a.pdf", mime="application/pdf", media_id="102"),),
            details={"user_id": "NL.1349"},
        )
    ],
    "edit.json": [MessageEdited(key="", external_id="wamid.IN0", at=1790000000000, text="Hi!")],
    "flow_reply.json": [
        MessageReceived(
            external_id="wamid.IN1",
            address="31612345678",
            at=1790000000000,
            text="Sent",
            name="Ann",
            details={"user_id": "NL.1349", "flow": "{}"},
        )
    ],
    "forwarded.json": [
        MessageReceived(
            external_id="wamid.IN1",
            address="31612345678",
            at=1790000000000,
            text="fw",
            name="Ann",
            details={"user_id": "NL.1349", "forwarded": "true"},
        )
    ],
    "image.json": [
        MessageReceived(
            external_id="wamid.IN1",
            address="31612345678",
            at=1790000000000,
            text="the caption",
            name="Ann",
            attachments=(
                Attachment(
                    kind="image",
                    url="https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=1&signature=x",
                    mime="image/jpeg",
                    media_id="100",
                ),
            ),
            details={"user_id": "NL.1349"},
        )
    ],
    "list_reply.json": [
        MessageReceived(
            external_id="wamid.IN1",
            address="31612345678",
            at=1790000000000,
            text="One",
            name="Ann",
            details={"user_id": "NL.1349", "choice": "1"},
        )
    ],
    "location.json": [
        MessageReceived(
            external_id="wamid.IN1",
            address="31612345678",
            at=1790000000000,
            name="Ann",
            attachments=(Attachment(kind="location", name="Shop, Street 1, 52.1,4.3"),),
            details={"user_id": "NL.1349"},
        )
    ],
    "new_type.json": [unrecognised("a message of type hologram")],
    "order.json": [
        MessageReceived(
            external_id="wamid.IN1",
            address="31612345678",
            at=1790000000000,
            text="please",
            name="Ann",
            attachments=(Attachment(kind="other", name="an order of 1 products"),),
            details={"user_id": "NL.1349"},
        )
    ],
    "other_number.json": [unrecognised("an event for another number (999)")],
    "quote.json": [
        MessageReceived(
            external_id="wamid.IN1",
            address="31612345678",
            at=1790000000000,
            text="yes",
            name="Ann",
            reply_to="wamid.OUT1",
            details={"user_id": "NL.1349"},
        )
    ],
    "reaction.json": [
        ReactionChanged(key="", external_id="wamid.OUT1", address="31612345678", at=1790000000000, emoji="😮")
    ],
    "reaction_removed.json": [
        ReactionChanged(key="", external_id="wamid.OUT1", address="31612345678", at=1790000000000)
    ],
    "revoke.json": [MessageUnsent(key="", external_id="wamid.IN0", at=1790000000000)],
    "status_delivered.json": [
        ReceiptArrived(
            key="",
            state=ReceiptState.DELIVERED,
            at=1790000002000,
            external_id="wamid.OUT1",
            correlation="dlv_1",
        )
    ],
    "status_failed.json": [
        ReceiptArrived(
            key="",
            state=ReceiptState.FAILED,
            at=1790000002000,
            external_id="wamid.OUT1",
            correlation="dlv_1",
            error_class=ErrorClass.WINDOW,
            reason="WhatsApp could not deliver it: More than 24 hours (code 131047)",
        )
    ],
    "status_new_kind.json": [unrecognised("a status of an unknown kind (teleported)")],
    "status_played.json": [
        ReceiptArrived(
            key="", state=ReceiptState.READ, at=1790000002000, external_id="wamid.OUT1", correlation="dlv_1"
        )
    ],
    "status_read.json": [
        ReceiptArrived(
            key="", state=ReceiptState.READ, at=1790000002000, external_id="wamid.OUT1", correlation="dlv_1"
        )
    ],
    "status_sent.json": [
        ReceiptArrived(
            key="", state=ReceiptState.SENT, at=1790000002000, external_id="wamid.OUT1", correlation="dlv_1"
        )
    ],
    "sticker.json": [
        MessageReceived(
            external_id="wamid.IN1",
            address="31612345678",
            at=1790000000000,
            name="Ann",
            attachments=(Attachment(kind="sticker", mime="image/webp", media_id="103"),),
            details={"user_id": "NL.1349"},
        )
    ],
    "system.json": [unrecognised("a message of type system changed number")],
    "template_button.json": [
        MessageReceived(
            external_id="wamid.IN1",
            address="31612345678",
            at=1790000000000,
            text="Stop",
            name="Ann",
            reply_to="wamid.T1",
            details={"user_id": "NL.1349", "choice": "STOP"},
        )
    ],
    "text.json": [
        MessageReceived(
            external_id="wamid.IN1",
            address="31612345678",
            at=1790000000000,
            text="Hi 👋",
            name="Ann",
            details={"user_id": "NL.1349"},
        )
    ],
    "unsupported.json": [
        MessageReceived(
            external_id="wamid.IN1",
            address="31612345678",
            at=1790000000000,
            name="Ann",
            attachments=(Attachment(kind="other", name="poll"),),
            details={"user_id": "NL.1349"},
        )
    ],
    "username_only.json": [
        MessageReceived(
            external_id="wamid.IN1",
            address="NL.1349",
            at=1790000000000,
            text="no phone number here",
            name="Ann",
            details={"user_id": "NL.1349"},
        )
    ],
    "value_error.json": [unrecognised("WhatsApp reports an error: Rate limit hit (code 130429)")],
    "voice.json": [
        MessageReceived(
            external_id="wamid.IN1",
            address="31612345678",
            at=1790000000000,
            name="Ann",
            attachments=(Attachment(kind="audio", mime="audio/ogg; codecs=opus", media_id="101"),),
            details={"user_id": "NL.1349"},
        )
    ],
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_payload_stands_for_these_events(name: str, parse: Callable[..., Sequence[InboundEvent]]) -> None:
    source = "history" if name.startswith(("history_", "log_")) else "webhook"
    events = parse("whatsapp", (FOLDER / name).read_bytes(), source, None)
    assert [_compared(event) for event in events] == EXPECTED[name]


def _compared(event: Any) -> Any:
    """Keys are compared elsewhere; an unknown event's time is what its surroundings say."""
    if isinstance(event, Unrecognised):
        return unrecognised(event.summary)
    return msgspec.structs.replace(event, key="") if hasattr(event, "key") else event


def test_every_payload_file_is_expected_here() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(EXPECTED)
