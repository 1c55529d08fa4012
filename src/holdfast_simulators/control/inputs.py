"""What the control API accepts. Lengths are bounded, so that nobody can fill the memory by one call."""

from typing import Annotated, Literal

import msgspec

TEXT_LETTERS_MAX = 20_000
NAME_LETTERS_MAX = 200
RAW_LETTERS_MAX = 8 * 1024 * 1024
ADDRESSES_MAX = 50

Text = Annotated[str, msgspec.Meta(max_length=TEXT_LETTERS_MAX)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=NAME_LETTERS_MAX)]
Id = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._-]{1,64}$")]


class _Input(msgspec.Struct, forbid_unknown_fields=True):
    pass


class FaultInput(_Input):
    platform: Name
    kind: Name
    capability: str = "all"
    account: str | None = None
    country: str | None = None
    rate: float = 1.0
    seconds: float | None = None
    delay_ms: int = 0


class PersonInput(_Input):
    name: Name
    id: Id | None = None
    colour: Annotated[str, msgspec.Meta(pattern=r"^(#[0-9a-fA-F]{6})?$")] = ""
    addresses: Annotated[dict[Name, Name], msgspec.Meta(max_length=ADDRESSES_MAX)] | None = None
    """None: the person gets an address on every account."""
    flags: Annotated[list[Name], msgspec.Meta(max_length=ADDRESSES_MAX)] = []
    account: Annotated[str, msgspec.Meta(max_length=NAME_LETTERS_MAX)] = ""


class WritingInput(_Input):
    platform: Name
    account: str | None = None
    text: Text = ""
    kind: str = "text"
    reply_to: str | None = None
    payload: str | None = None
    subject: str | None = None


class SeenInput(_Input):
    platform: Name
    account: str | None = None


class UnsendInput(_Input):
    message_id: Name


class EditInput(_Input):
    message_id: Name
    text: Text


class ReactInput(_Input):
    message_id: Name
    emoji: Annotated[str, msgspec.Meta(max_length=16)] | None = None
    """None or empty takes the reaction away."""


class PostInput(_Input):
    text: Text = ""
    account: str | None = None
    kind: Literal["image", "video", "carousel"] = "image"
    pictures: Annotated[int, msgspec.Meta(ge=1, le=10)] = 3
    """Of a carousel."""


class PostChangeInput(_Input):
    text: Text


class FeedInput(_Input):
    platform: Name
    status: Name


class RawWebhookInput(_Input):
    platform: Name
    body: Annotated[str, msgspec.Meta(max_length=RAW_LETTERS_MAX)]
    account: str | None = None
    signature: Literal["good", "bad", "none"] = "good"


class VerifyInput(_Input):
    platform: Name
    account: str | None = None
    token: str | None = None
    """Instead of the right verify token."""


class CallbackInput(_Input):
    url: Annotated[str, msgspec.Meta(pattern=r"^https?://[^\s?#]+$", max_length=2_000)]
    verify_token: Annotated[str, msgspec.Meta(max_length=NAME_LETTERS_MAX)]


class AccountInput(_Input):
    webhook_url: Annotated[str, msgspec.Meta(pattern=r"^https?://[^\s]+$", max_length=2_000)]
