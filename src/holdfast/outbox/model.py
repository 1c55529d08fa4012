"""Records of the road out: what we want a person to receive, and the ways of delivering it."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

import msgspec

from holdfast.channels.contract import Attachment

FILES_MAX: Final = 10
"""Of one message."""
TEXT_BYTES_MAX: Final = 16_000
"""The longest text that one message may have; channels with less get it in parts."""
ONLY: Final = "only:"
"""Prefix of a route that must not be left, such as ``only:instagram:shop``."""


class DeliveryState(StrEnum):
    QUEUED = "queued"
    HELD = "held"
    SENDING = "sending"
    IN_DOUBT = "in_doubt"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


OPEN: Final = ("queued", "held", "sending", "in_doubt")
WAITING: Final = ("queued", "held")
PROVEN: Final = ("sent", "delivered", "read")
GIVEN_UP: Final = ("rejected", "superseded", "expired", "cancelled")


class NewReply(msgspec.Struct, frozen=True, kw_only=True):
    """What someone wants a person to receive.

    ``author`` is ``agent:<id>``, ``api:<token>`` or ``playbook:<name>``; ``route`` is ``auto``, a channel to
    prefer, or ``only:<channel>``; ``klass`` is ``person`` for a person's words and ``bot`` for a machine's. ``files``
    are ids of what was uploaded for it; they go where files can go, and stay there. With an ``address_id`` it goes to
    that address of theirs and to no other. ``seen`` is the newest message that its writer knew of, empty for none:
    where somebody else has answered since, the reply is refused. ``reply_to`` is the message that it quotes.
    """

    conversation_id: str
    text: str
    author: str
    route: str = "auto"
    klass: str = "person"
    source: str = "console"
    idempotency_key: str | None = None
    attachments: tuple[Attachment, ...] = ()
    files: tuple[str, ...] = ()
    automatic: bool = False
    incident_id: str | None = None
    address_id: str = ""
    seen: str | None = None
    reply_to: str = ""


class Enqueued(msgspec.Struct, frozen=True):
    """The message, and whether it was made now rather than by an earlier call with the same key."""

    message_id: str
    created: bool


class OpenDoubt(msgspec.Struct, frozen=True, kw_only=True):
    """A message whose fate is not known, since ``since`` (ms); ``reason`` says what is known of it."""

    message_id: str
    channel: str
    contact_name: str
    text: str
    reason: str
    since: int


class ReplyRefusedError(Exception):
    """A reply that cannot be taken; nothing was stored."""

    def __init__(self, code: str, message: str, field: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field


class AnsweredMeanwhileError(ReplyRefusedError):
    """Somebody else has answered since the writer last looked; ``message_ids`` is what they said, oldest first."""

    def __init__(self, message_ids: Sequence[str]) -> None:
        super().__init__("answered_meanwhile", "Somebody else has answered meanwhile.", "seen")
        self.message_ids = tuple(message_ids)


class Claimed(msgspec.Struct, frozen=True):
    """A lane that one worker owns until its lease ends; ``fence`` tells owners apart."""

    lane: str
    channel: str
    fence: int
