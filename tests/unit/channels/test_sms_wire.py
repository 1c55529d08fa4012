"""Twilio's payloads, each with the events that it stands for."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from holdfast.channels.contract import (
    Attachment,
    ConsentWithdrawn,
    ErrorClass,
    InboundEvent,
    MessageReceived,
    ReceiptArrived,
    ReceiptState,
    Unrecognised,
)

FOLDER = Path(__file__).parents[2] / "wire" / "sms"


def unrecognised(summary: str) -> Unrecognised:
    return Unrecognised(key="", at=0, summary=summary)


EXPECTED: dict[str, list[Any]] = {
    "announced_stop.form": [
        MessageReceived(external_id="SM1", address="+31612345678", at=1790300000000, text="ARRET"),
        ConsentWithdrawn(key="", address="+31612345678", at=1790300000000),
    ],
    "log_inbound.json": [
        MessageReceived(external_id="SM1", address="+31612345678", at=1790244001000, text="Hi")
    ],
    "log_outbound.json": [unrecognised("a line of the log")],
    "picture.form": [
        MessageReceived(
            external_id="SM1",
            address="+31612345678",
            at=1790300000000,
            attachments=(
                Attachment(
                    kind="image",
                    url="https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1",
                    mime="image/jpeg",
                ),
            ),
        )
    ],
    "start.form": [
        MessageReceived(external_id="SM1", address="+31612345678", at=1790300000000, text="START"),
        ConsentWithdrawn(key="", address="+31612345678", at=1790300000000, returned=True),
    ],
    "status_delivered.form": [
        ReceiptArrived(
            key="", state=ReceiptState.DELIVERED, at=1790300000000, external_id="SM1", correlation="dlv_1"
        )
    ],
    "status_new_kind.form": [unrecognised("a status of an unknown kind (teleported)")],
    "status_queued.form": [
        ReceiptArrived(
            key="", state=ReceiptState.SENT, at=1790300000000, external_id="SM1", correlation="dlv_1"
        )
    ],
    "status_sent.form": [
        ReceiptArrived(
            key="", state=ReceiptState.SENT, at=1790300000000, external_id="SM1", correlation="dlv_1"
        )
    ],
    "status_undelivered.form": [
        ReceiptArrived(
            key="",
            state=ReceiptState.FAILED,
            at=1790300000000,
            external_id="SM1",
            correlation="dlv_1",
            error_class=ErrorClass.RECIPIENT,
            reason="The carrier reports undelivered (code 30003).",
        )
    ],
    "stop.form": [
        MessageReceived(external_id="SM1", address="+31612345678", at=1790300000000, text=" Stop "),
        ConsentWithdrawn(key="", address="+31612345678", at=1790300000000),
    ],
    "text.form": [
        MessageReceived(external_id="SM1", address="+31612345678", at=1790300000000, text="Hi 👋 & more")
    ],
    "yes.form": [MessageReceived(external_id="SM1", address="+31612345678", at=1790300000000, text="Yes")],
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_payload_stands_for_these_events(name: str, parse: Callable[..., Sequence[InboundEvent]]) -> None:
    source = "history" if name.startswith(("history_", "log_")) else "webhook"
    events = parse("sms", (FOLDER / name).read_bytes(), source, {"delivery": "dlv_1"})
    assert [_compared(event) for event in events] == EXPECTED[name]


def _compared(event: Any) -> Any:
    """Keys are compared elsewhere; an unknown event's time is what its surroundings say."""
    if isinstance(event, Unrecognised):
        return unrecognised(event.summary)
    return msgspec.structs.replace(event, key="") if hasattr(event, "key") else event


def test_every_payload_file_is_expected_here() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(EXPECTED)
