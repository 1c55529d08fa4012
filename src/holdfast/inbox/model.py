"""What agents and programs see, in the shapes of the HTTP interface. Times are ms since the epoch."""

from typing import Any, Final, Generic, TypeVar

import msgspec

from holdfast.inbox.timers import TimerView

PAGE_DEFAULT: Final = 50
PAGE_MAX: Final = 200
EMPTY_JSON: Final[dict[str, Any]] = {}

Item = TypeVar("Item")


class Page(msgspec.Struct, Generic[Item], frozen=True):
    """One page of a list; ``next`` is the cursor of the page after it, or null at the end."""

    items: list[Item]
    next: str | None = None


class AddressView(msgspec.Struct, frozen=True, kw_only=True):
    """One way to a person. ``proof``: wrote, confirmed, agent or null; ``consent``: none, reply, failover
    or opted_out.
    """

    id: str
    channel: str
    platform: str
    value: str
    name: str
    proof: str | None
    consent: str
    consent_at: int | None
    last_in_at: int | None


class ContactView(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str
    created_at: int
    conversation_id: str | None
    addresses: list[AddressView]


class ContactName(msgspec.Struct, frozen=True):
    id: str
    name: str


class ConversationView(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation as the list shows it.

    ``waiting_out`` counts messages on their way out, ``in_doubt`` those whose fate is not known.
    ``window_closes_at`` is when the reply window closes where the person wrote last, ``answer_by`` when
    whoever waits should have an answer. ``assignee``, ``team`` and ``labels`` are ids, empty for none. ``timers`` are
    the clocks of what was promised that go on, what is due soonest first.
    """

    id: str
    contact: ContactName
    status: str
    last_at: int
    last_preview: str
    last_channel: str | None
    channels: list[str]
    unread: int
    waiting_since: int | None
    waiting_out: int
    in_doubt: int
    window_closes_at: int | None
    answer_by: int | None
    snoozed_until: int | None
    assignee: str
    team: str
    labels: list[str]
    timers: list[TimerView]


class DeliveryView(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    channel: str
    state: str
    reason: str
    part: int
    parts: int
    attempts: int
    next_at: int | None
    external_id: str | None
    settled_at: int | None


class ReactionView(msgspec.Struct, frozen=True):
    """``by`` is contact, or the author of the business's own, ``name`` theirs. Of our own, ``state`` says how far the
    newest wish has come: queued, sending, in_doubt, sent or failed, ``reason`` why; one that is being taken back is
    shown until it is gone.
    """

    by: str
    emoji: str
    name: str = ""
    state: str = ""
    reason: str = ""


class AttachmentView(msgspec.Struct, frozen=True):
    """``kind`` is image, video, audio, file, sticker, location, contact, story, post or other. Of a file that the
    hub keeps, ``url`` and ``thumb`` are paths on the hub, and its size and measures are known.
    """

    kind: str
    url: str = ""
    name: str = ""
    mime: str = ""
    thumb: str = ""
    bytes: int = 0
    width: int = 0
    height: int = 0
    seconds: float = 0.0


class PreviewView(msgspec.Struct, frozen=True):
    """What the page that a message names says of itself; ``picture`` is a path on the hub."""

    url: str
    title: str
    text: str = ""
    picture: str = ""


class MessageView(msgspec.Struct, frozen=True, kw_only=True):
    """One message with its true state and every delivery of it, in order of their making."""

    id: str
    conversation_id: str
    direction: str
    author: str
    author_name: str
    channel: str | None
    text: str
    attachments: list[AttachmentView]
    preview: PreviewView | None
    at: int
    stored_at: int
    late: bool
    automatic: bool
    source: str
    edited_at: int | None
    unsent_at: int | None
    reply_to: str | None
    reactions: list[ReactionView]
    external_id: str | None
    state: str
    state_reason: str
    deliveries: list[DeliveryView]


class Around(msgspec.Struct, frozen=True):
    """Messages around one of them, oldest first: ``older`` and ``newer`` lead on in both directions, or are null."""

    items: list[MessageView]
    older: str | None
    newer: str | None


class AttemptView(msgspec.Struct, frozen=True):
    """One call to a platform; ``outcome`` is null while it is under way."""

    delivery_id: str
    number: int
    started_at: int
    finished_at: int | None
    outcome: str | None
    detail: str


class UnreadableView(msgspec.Struct, frozen=True):
    spool_seq: int
    channel: str
    at: int
    problem: str
    excerpt: str


class RefusedView(msgspec.Struct, frozen=True):
    """How often requests to a channel were refused within an hour; ``hour`` is its start in ms."""

    channel: str
    reason: str
    hour: int
    count: int


class ChannelCounts(msgspec.Struct, frozen=True):
    waiting: int = 0
    held: int = 0
    in_doubt: int = 0


class BreakerView(msgspec.Struct, frozen=True):
    state: str = "closed"
    probe_at: int | None = None
    reason: str = ""
