"""What the protocol carries. Times are ms since the epoch; see docs/direct-protocol.md for each field."""

from typing import Any, get_args

import msgspec


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """Fields that a newer hub adds are ignored."""


class Card(Record, frozen=True):
    id: str
    handle: str | None = None
    name: str = ""
    picture: str | None = None
    about: str = ""


class Me(Card, frozen=True):
    kind: str = "guest"
    email: str | None = None
    settings: dict[str, Any] = {}


class SignedIn(Record, frozen=True):
    """``token`` stands for this device and is told once."""

    member: Me
    token: str
    continued: bool = False
    is_new: bool = False


class Attachment(Record, frozen=True):
    """``url`` and ``thumb`` are paths on the hub."""

    id: str
    kind: str
    type: str = ""
    name: str = ""
    bytes: int = 0
    width: int | None = None
    height: int | None = None
    seconds: float | None = None
    url: str = ""
    thumb: str | None = None


class Quote(Record, frozen=True):
    id: str
    author: str = ""
    name: str = ""
    text: str = ""


class Preview(Record, frozen=True):
    url: str
    title: str = ""
    text: str = ""
    picture: str | None = None


class Reaction(Record, frozen=True):
    emoji: str
    members: list[str] = []


class Message(Record, frozen=True):
    id: str
    thread: str
    order: int
    author: str
    at: int
    name: str = ""
    text: str = ""
    kind: str = "text"
    reply_to: Quote | None = None
    attachments: list[Attachment] = []
    preview: Preview | None = None
    reactions: list[Reaction] = []
    edited_at: int | None = None
    unsent: bool = False
    via: str | None = None
    state: str | None = None
    reason: str | None = None


class Participant(Record, frozen=True):
    id: str
    name: str = ""
    handle: str | None = None
    picture: str | None = None
    role: str = "member"
    delivered: int = 0
    read: int = 0


class Thread(Record, frozen=True):
    id: str
    kind: str
    title: str = ""
    picture: str | None = None
    members: list[Participant] = []
    members_count: int | None = None
    state: str = "open"
    last: Message | None = None
    unread: int = 0
    pinned: bool = False
    muted_until: int = 0
    draft: str | None = None
    created_at: int = 0
    latest_at: int = 0
    history: str = ""
    """Another one once what was said earlier is not what it was: read it again."""


class ThreadPage(Record, frozen=True):
    threads: list[Thread]
    cursor: str
    before: str | None = None


class MessagePage(Record, frozen=True):
    """Oldest first; ``before`` asks for the page before, None at the beginning. ``history`` is that of the thread."""

    messages: list[Message]
    before: str | None = None
    history: str = ""


class Written(Record, frozen=True):
    """A message that is on disk at the hub."""

    id: str
    at: int
    state: str = "safe"


# --- what the changes and the stream carry -------------------------------------------------------------


class Frame(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """``cursor`` is empty where there is nothing to come back with."""

    cursor: str = ""


class MessageChanged(Frame, frozen=True, tag="message"):
    thread: str
    message: Message


class ThreadChanged(Frame, frozen=True, tag="thread"):
    thread: Thread


class ReceiptChanged(Frame, frozen=True, tag="receipt"):
    thread: str
    member: str
    delivered: int = 0
    read: int = 0


class Gone(Frame, frozen=True, tag="gone"):
    thread: str


class MeChanged(Frame, frozen=True, tag="me"):
    member: Me


class Typing(Frame, frozen=True, tag="typing"):
    thread: str
    member: str
    name: str = ""


class Presence(Frame, frozen=True, tag="presence"):
    member: str
    here: bool
    at: int = 0


class CaughtUp(Frame, frozen=True, tag="caught_up"):
    pass


class Welcome(Frame, frozen=True, tag="welcome"):
    member: Me
    limits: dict[str, Any] = {}
    now: int = 0


class Ping(Frame, frozen=True, tag="ping"):
    pass


class Ok(Frame, frozen=True, tag="ok"):
    ref: str
    id: str = ""
    at: int = 0
    state: str = ""


class Refused(Frame, frozen=True, tag="error"):
    ref: str = ""
    code: str = ""
    message: str = ""
    field: str = ""
    retry_after: float = 0.0


Change = MessageChanged | ThreadChanged | ReceiptChanged | Gone | MeChanged | Typing | Presence
"""What whoever reads a stream is told; typing and presence have no cursor."""

Heard = Change | CaughtUp | Welcome | Ping | Ok | Refused


class Changes(Record, frozen=True):
    changes: list[Change]
    cursor: str
    more: bool = False


class ChangesAsSent(Record, frozen=True):
    """Changes of which some may be of a newer hub."""

    changes: list[msgspec.Raw]
    cursor: str
    more: bool = False

    def known(self) -> Changes:
        found = [each for each in map(heard, self.changes) if isinstance(each, Change)]
        return Changes(changes=found, cursor=self.cursor, more=self.more)


class _Kind(msgspec.Struct, frozen=True):
    type: str


_KINDS = frozenset(each.__struct_config__.tag for each in get_args(Heard))
_decode_kind = msgspec.json.Decoder(_Kind).decode
_decode = msgspec.json.Decoder(Heard).decode


def heard(data: str | bytes | msgspec.Raw) -> Heard | None:
    """A frame; None where it is of a kind that this client does not know. Raises msgspec.MsgspecError."""
    return _decode(data) if _decode_kind(data).type in _KINDS else None
