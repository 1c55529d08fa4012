"""Instagram's payloads, each with the events that it stands for."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from holdfast.channels.contract import (
    Attachment,
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

FOLDER = Path(__file__).parents[2] / "wire" / "instagram"


def unrecognised(summary: str) -> Unrecognised:
    return Unrecognised(key="", at=0, summary=summary)


EXPECTED: dict[str, list[Any]] = {
    "ad_referral.json": [
        MessageReceived(
            external_id="mid.1",
            address="900100200300400",
            at=1790000000001,
            text="Hi",
            details={"referral": "spring", "ad_id": "6001", "ad_title": "Spring"},
        )
    ],
    "bad_neighbour.json": [
        unrecognised("an event of an unknown kind (message)"),
        MessageReceived(external_id="mid.1", address="900100200300400", at=1790000000001, text="still here"),
        unrecognised("an event of an unknown kind (empty)"),
    ],
    "comment.json": [unrecognised("a change of comments")],
    "dashboard_test.json": [
        MessageReceived(
            external_id="random_mid",
            address="12334",
            at=1790000000000,
            text="random_text",
            details={"test": "true"},
        )
    ],
    "echo.json": [
        MessageEchoed(external_id="mid.A", address="900100200300400", at=1790000000001, text="Yes")
    ],
    "edit_number.json": [
        MessageEdited(key="", external_id="mid.1", at=1790000000001, text="Is it in stock today?")
    ],
    "edit_text.json": [
        MessageEdited(key="", external_id="mid.1", at=1790000000001, text="Is it in stock today?")
    ],
    "ephemeral.json": [
        MessageReceived(
            external_id="mid.1",
            address="900100200300400",
            at=1790000000001,
            attachments=(Attachment(kind="other", name="a photo or video that can be seen once"),),
        )
    ],
    "heart.json": [
        MessageReceived(
            external_id="mid.1",
            address="900100200300400",
            at=1790000000001,
            attachments=(Attachment(kind="sticker", name="❤️"),),
        )
    ],
    "history_from_person.json": [
        MessageReceived(
            external_id="mid.1",
            address="900100200300400",
            at=1783883467000,
            text="Hello",
            name="ann",
            attachments=(
                Attachment(
                    kind="image",
                    url="https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=1&signature=x",
                    media_id="7",
                ),
            ),
        )
    ],
    "history_from_us.json": [
        MessageEchoed(external_id="mid.2", address="900100200300400", at=1783883467000, text="Hi")
    ],
    "image.json": [
        MessageReceived(
            external_id="mid.1",
            address="900100200300400",
            at=1790000000001,
            attachments=(
                Attachment(
                    kind="image", url="https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=1&signature=x"
                ),
            ),
        )
    ],
    "new_attachment_type.json": [
        MessageReceived(
            external_id="mid.1",
            address="900100200300400",
            at=1790000000001,
            attachments=(
                Attachment(
                    kind="other",
                    url="https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=1&signature=x",
                    name="hologram",
                ),
            ),
        )
    ],
    "new_kind.json": [unrecognised("an event of an unknown kind (hologram)")],
    "optin.json": [unrecognised("the person opted in (notification_messages)")],
    "other_account.json": [unrecognised("an event for another account (17841400000000099)")],
    "postback.json": [
        MessageReceived(
            external_id="mid.D",
            address="900100200300400",
            at=1790000000001,
            text="Opening hours",
            details={"postback": "HOURS"},
        )
    ],
    "quick_reply.json": [
        MessageReceived(
            external_id="mid.1",
            address="900100200300400",
            at=1790000000001,
            text="Red",
            details={"quick_reply": "COLOR_RED"},
        )
    ],
    "react.json": [
        ReactionChanged(key="", external_id="mid.A", address="900100200300400", at=1790000000001, emoji="❤️")
    ],
    "read.json": [ReceiptArrived(key="", state=ReceiptState.READ, at=1790000000001, external_id="mid.A")],
    "reel.json": [
        MessageReceived(
            external_id="mid.1",
            address="900100200300400",
            at=1790000000001,
            attachments=(
                Attachment(
                    kind="post",
                    url="https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=1&signature=x",
                    name="A reel",
                    media_id="1800",
                ),
            ),
        )
    ],
    "referral.json": [unrecognised("the person came by a link (poster7)")],
    "reply.json": [
        MessageReceived(
            external_id="mid.1", address="900100200300400", at=1790000000001, text="yes", reply_to="mid.0"
        )
    ],
    "seconds.json": [
        MessageReceived(external_id="mid.1", address="900100200300400", at=1790000000000, text="in seconds")
    ],
    "standby.json": [
        MessageReceived(
            external_id="mid.1",
            address="900100200300400",
            at=1790000000001,
            text="to another app",
            details={"standby": "true"},
        )
    ],
    "story_mention.json": [
        MessageReceived(
            external_id="mid.1",
            address="900100200300400",
            at=1790000000001,
            attachments=(
                Attachment(
                    kind="story",
                    url="https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=1&signature=x",
                    name="mentioned us in their story",
                ),
            ),
        )
    ],
    "story_reply.json": [
        MessageReceived(
            external_id="mid.1",
            address="900100200300400",
            at=1790000000001,
            text="wow",
            attachments=(
                Attachment(
                    kind="story",
                    url="https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=1&signature=x",
                    media_id="17900000000000001",
                ),
            ),
            details={"story_id": "17900000000000001"},
        )
    ],
    "text.json": [
        MessageReceived(
            external_id="mid.1", address="900100200300400", at=1790000000001, text="Is it in stock? hé 👋"
        )
    ],
    "thread_control.json": [unrecognised("the conversation changed hands between apps")],
    "two_attachments.json": [
        MessageReceived(
            external_id="mid.1",
            address="900100200300400",
            at=1790000000001,
            attachments=(
                Attachment(
                    kind="image", url="https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=1&signature=x"
                ),
                Attachment(
                    kind="file", url="https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=1&signature=x"
                ),
            ),
        )
    ],
    "unreact.json": [
        ReactionChanged(key="", external_id="mid.A", address="900100200300400", at=1790000000001)
    ],
    "unsend.json": [MessageUnsent(key="", external_id="mid.1", at=1790000000001)],
    "unsupported.json": [
        MessageReceived(
            external_id="mid.1",
            address="900100200300400",
            at=1790000000001,
            attachments=(Attachment(kind="other", name="something that Instagram does not pass on"),),
        )
    ],
    "wrapped_in_list.json": [
        MessageReceived(external_id="mid.1", address="900100200300400", at=1790000000001, text="wrapped")
    ],
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_payload_stands_for_these_events(name: str, parse: Callable[..., Sequence[InboundEvent]]) -> None:
    source = "history" if name.startswith(("history_", "log_")) else "webhook"
    events = parse("instagram", (FOLDER / name).read_bytes(), source, None)
    assert [_compared(event) for event in events] == EXPECTED[name]


def _compared(event: Any) -> Any:
    """Keys are compared elsewhere; an unknown event's time is what its surroundings say."""
    if isinstance(event, Unrecognised):
        return unrecognised(event.summary)
    return msgspec.structs.replace(event, key="") if hasattr(event, "key") else event


def test_every_payload_file_is_expected_here() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(EXPECTED)
