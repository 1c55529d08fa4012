"""What the spool keeps of a member's doing in pairs and groups, before it has its effect."""

from typing import Any, Final

import msgspec

from holdfast.storage import Envelope, NewEnvelope

SOURCE: Final = "member"
CHANNEL: Final = "direct"


class Doing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="do"):
    """``by`` is the member, ``id`` the message; ``at`` is when the hub took it, in ms."""

    by: str
    id: str
    at: int


class Said(Doing, frozen=True, tag="say"):
    thread: str
    text: str = ""
    reply_to: str = ""
    attachments: list[dict[str, Any]] = []


class Edited(Doing, frozen=True, tag="edit"):
    text: str


class Unsent(Doing, frozen=True, tag="unsend"):
    pass


class Reacted(Doing, frozen=True, tag="react"):
    emoji: str = ""


Spooled = Said | Edited | Unsent | Reacted

encode: Final = msgspec.json.Encoder().encode


def envelope_of(doing: Spooled) -> NewEnvelope:
    return NewEnvelope(channel=CHANNEL, source=SOURCE, received_at=doing.at, body=encode(doing))


def decoded(envelope: Envelope) -> Spooled:
    """Raises msgspec.DecodeError."""
    doing: Spooled = msgspec.json.decode(envelope.body, type=Spooled)
    return doing
