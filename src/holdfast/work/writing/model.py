"""What helps agents to write. Times are ms since the epoch."""

from typing import Any, Final, Literal

import msgspec

from holdfast.media import Item

TEXT_CHARACTERS_MAX: Final = 10_000
SHORTCUT_CHARACTERS_MAX: Final = 40
TITLE_CHARACTERS_MAX: Final = 100
CANNED_MAX: Final = 1_000
VIEWS_MAX: Final = 50
LATER_OF_CONVERSATION_MAX: Final = 50
LATER_MS_MAX: Final = 366 * 86_400_000


class CannedReply(msgspec.Struct, frozen=True, kw_only=True):
    """``shortcut`` is what an agent types behind a slash. ``text`` may hold ``{{name}}``, ``{{first_name}}``,
    ``{{agent}}`` and ``{{business}}``, which the console fills in.
    """

    id: str
    shortcut: str
    title: str
    text: str
    used: int
    updated_at: int


class SavedView(msgspec.Struct, frozen=True):
    """``shared``: everybody's. ``filter`` is what the list of conversations is asked for."""

    id: str
    name: str
    shared: bool
    filter: dict[str, Any]


class NewLater(msgspec.Struct, frozen=True, kw_only=True):
    """A reply that is to leave at ``send_at``; without it the reply is held for as long as the hub lets people take
    back what they have just sent. ``files`` are ids of uploads, ``seen`` and ``key`` as of a reply that leaves at once.
    """

    conversation_id: str
    text: str
    author: str
    route: str = "auto"
    send_at: int | None = None
    files: tuple[str, ...] = ()
    seen: str | None = None
    key: str | None = None
    reply_to: str = ""


class LaterReply(msgspec.Struct, frozen=True, kw_only=True):
    """A reply that leaves at a time. ``state``: waiting, queued (as ``message_id``), cancelled, or refused,
    where ``reason`` says why. ``held``: it was sent, and can be taken back until its time. ``files`` are those that are
    still there.
    """

    id: str
    conversation_id: str
    author: str
    text: str
    route: str
    send_at: int
    state: Literal["waiting", "queued", "cancelled", "refused"]
    reason: str
    message_id: str | None
    made_at: int
    held: bool
    files: list[Item]
    reply_to: str | None


class Draft(msgspec.Struct, frozen=True):
    conversation_id: str
    text: str
    route: str
    at: int
