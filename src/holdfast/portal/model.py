"""Visitors of our own web chat, and what they see of their thread. Times are ms since the epoch."""

from typing import Final

import msgspec

TEXT_CHARACTERS_MAX: Final = 4_000
CLIENT_ID_CHARACTERS_MAX: Final = 100
THREAD_ITEMS_MAX: Final = 100
"""The newest messages that a visitor is shown when a page opens."""
CHANGES_MAX: Final = 500
"""Changes read at once for a visitor who was away."""
SHOWN_READ_AGAIN: Final = 20
"""Messages of a visitor that are sent again once somebody here has read them."""
SEEN_AT_ONCE: Final = 50


class Visitor(msgspec.Struct, frozen=True):
    """A member as our own chat sees them; ``channel`` is such as ``direct:web``."""

    id: str
    channel: str
    name: str


class NewVisitor(msgspec.Struct, frozen=True):
    """``token`` is shown once. ``continued`` says whether a private link joined them to a known person."""

    visitor: str
    token: str
    name: str
    continued: bool


class Written(msgspec.Struct, frozen=True):
    """A message that is on disk; ``id`` is the one that the client made."""

    id: str
    at: int
    state: str = "safe"


class ThreadItem(msgspec.Struct, frozen=True, kw_only=True):
    """One message of the thread. ``direction`` is ``in`` from the visitor and ``out`` to them; ``id`` of what
    they wrote is their own client id, and its state ``safe`` (on disk) or ``read`` (by an agent). A message
    that changed comes again under the same id.
    """

    seq: int
    id: str
    direction: str
    text: str
    at: int
    author_name: str
    state: str


class ThreadPage(msgspec.Struct, frozen=True):
    """What is new to a client, oldest first; ``cursor`` is what to ask for next."""

    items: list[ThreadItem]
    cursor: int
    conversation_id: str | None = None


class ChatRefusedError(ValueError):
    """What a visitor sent cannot be taken; ``field`` says which part of it."""

    def __init__(self, code: str, message: str, field: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
