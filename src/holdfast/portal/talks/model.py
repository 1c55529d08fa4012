"""Threads and messages as a member sees them, in the shapes of the protocol. Times are ms since the epoch."""

from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from holdfast.members import BUSINESS, Member

TEXT_CHARACTERS_MAX: Final = 4_000
TITLE_CHARACTERS_MAX: Final = 100
DRAFT_CHARACTERS_MAX: Final = 4_000
EMOJI_CHARACTERS_MAX: Final = 16
QUOTE_CHARACTERS_MAX: Final = 140
CLIENT_ID_CHARACTERS_MAX: Final = 64
MESSAGE_ID_CHARACTERS_MAX: Final = 200
ATTACHMENTS_MAX: Final = 10
GROUP_MEMBERS_MAX: Final = 200
MEMBERS_SHOWN_MAX: Final = 50
THREADS_AT_ONCE: Final = 50
MESSAGES_AT_ONCE: Final = 50
MESSAGES_AT_ONCE_MAX: Final = 100
CHANGES_AT_ONCE: Final = 500
UNREAD_COUNTED_MAX: Final = 1_000
FOUND_MAX: Final = 50
SEARCHED_THREADS: Final = 50
"""Without a thread named, the latest threads are searched."""
SEARCHED_MESSAGES: Final = 2_000
"""The latest messages of each thread."""
STRANGERS_A_DAY: Final = 20
DAY_MS: Final = 86_400_000
TIME_MS_MAX: Final = 10**15
"""Far beyond any time that somebody means."""

BUSINESS_THREAD: Final = f"{BUSINESS}:"
"""What the ids of threads with the business begin with; the name of a Direct channel follows."""

ThreadKind = Literal["business", "pair", "group"]


class TalkError(ValueError):
    """What a member wants cannot be; ``code`` is of the protocol, ``status`` the HTTP status that goes with it."""

    def __init__(
        self, status: int, code: str, message: str, *, field: str = "", retry_after: float = 0.0
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.field = field
        self.retry_after = retry_after


class Quote(msgspec.Struct, frozen=True):
    """The beginning of what is replied to."""

    id: str
    author: str
    name: str
    text: str


class Reaction(msgspec.Struct, frozen=True):
    emoji: str
    members: list[str]


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """``state`` is of one's own: safe, delivered, read, or refused with a ``reason``."""

    id: str
    thread: str
    order: int
    author: str
    at: int
    name: str = ""
    text: str = ""
    kind: str = "text"
    reply_to: Quote | None = None
    attachments: list[dict[str, Any]] = []
    preview: dict[str, Any] | None = None
    reactions: list[Reaction] = []
    edited_at: int | None = None
    unsent: bool = False
    via: str | None = None
    state: str | None = None
    reason: str | None = None


class Participant(msgspec.Struct, frozen=True, kw_only=True):
    """``delivered`` and ``read`` are orders, 0 where they are not known or not shown."""

    id: str
    name: str = ""
    handle: str = ""
    picture: str = ""
    role: str = "member"
    delivered: int = 0
    read: int = 0


class Thread(msgspec.Struct, frozen=True, kw_only=True):
    """``history`` is another once what was said earlier is not what it was."""

    id: str
    kind: ThreadKind
    members: list[Participant]
    created_at: int
    title: str = ""
    picture: str = ""
    members_count: int = 0
    state: str = "open"
    last: Message | None = None
    unread: int = 0
    pinned: bool = False
    muted_until: int = 0
    draft: str = ""
    latest_at: int = 0
    history: str = ""


class ThreadPage(msgspec.Struct, frozen=True):
    threads: list[Thread]
    before: str | None
    cursor: str


class MessagePage(msgspec.Struct, frozen=True):
    """Oldest first; ``before`` asks for the page before, None at the beginning. ``history`` is that of the thread."""

    messages: list[Message]
    before: str | None
    history: str = ""


class Written(msgspec.Struct, frozen=True):
    """A message that is on disk."""

    id: str
    at: int
    state: str = "safe"


class Change(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """``cursor``: whoever took the change in may come back with it."""

    cursor: str = ""


class MessageChanged(Change, frozen=True, tag="message"):
    thread: str
    message: Message


class ThreadChanged(Change, frozen=True, tag="thread"):
    thread: Thread


class ReceiptChanged(Change, frozen=True, tag="receipt"):
    thread: str
    member: str
    delivered: int = 0
    read: int = 0


class Gone(Change, frozen=True, tag="gone"):
    thread: str


class MeChanged(Change, frozen=True, tag="me"):
    member: Any


AnyChange = MessageChanged | ThreadChanged | ReceiptChanged | Gone | MeChanged


class ThreadToMake(msgspec.Struct, frozen=True, kw_only=True):
    kind: Literal["pair", "group"]
    member: str = ""
    title: str = ""
    members: list[str] = []


class ThreadPatch(msgspec.Struct, frozen=True, kw_only=True):
    """What is not set stays."""

    title: str | msgspec.UnsetType = msgspec.UNSET
    picture: str | msgspec.UnsetType = msgspec.UNSET
    pinned: bool | msgspec.UnsetType = msgspec.UNSET
    muted_until: Annotated[int, Meta(ge=0, le=TIME_MS_MAX)] | msgspec.UnsetType = msgspec.UNSET
    draft: str | msgspec.UnsetType = msgspec.UNSET


def check_voice(by: Member, now: int) -> None:
    """Raises TalkError where agents let a member say nothing to others."""
    if by.is_muted(now):
        raise TalkError(403, "forbidden", "You may not write to members at the moment.")


def not_yours() -> TalkError:
    return TalkError(403, "forbidden", "This is not one of your threads.")


def not_known() -> TalkError:
    return TalkError(404, "not_found", "There is no such message.")
