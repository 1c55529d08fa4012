"""What an adapter is: wire in, neutral values out, and back. It does not store, schedule or choose."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from enum import StrEnum
from typing import Literal, Protocol, runtime_checkable

import msgspec

from holdfast.storage import Envelope


class Capability(StrEnum):
    SEND = "send"
    RECEIVE = "receive"
    HISTORY = "history"
    SIGN_IN = "sign_in"


class ErrorClass(StrEnum):
    """What kind of failure an answer speaks of; the radar and the router decide by it, never by text."""

    NETWORK = "network"
    PLATFORM = "platform"
    THROTTLED = "throttled"
    TOKEN = "token"  # noqa: S105 - the name of a class of errors
    PERMISSION = "permission"
    ACCOUNT = "account"
    SUBSCRIPTION = "subscription"
    WINDOW = "window"
    RECIPIENT = "recipient"
    OPTED_OUT = "opted_out"
    MESSAGE = "message"
    HUB = "hub"
    """Our own doing, which says nothing of the platform."""


class Scope(StrEnum):
    """What a deferral holds up."""

    LANE = "lane"
    CHANNEL = "channel"


# --- requests that arrive ---------------------------------------------------------------------------


class RawRequest(msgspec.Struct, frozen=True):
    """An HTTP request as it came: ``url`` is the public URL with its query, header names are lower case."""

    method: str
    url: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


class Reply(msgspec.Struct, frozen=True):
    status: int = 200
    body: bytes = b"ok"
    content_type: str = "text/plain; charset=utf-8"


class Genuine(msgspec.Struct, frozen=True):
    """The request is the platform's. Store the body (unless it is a handshake), then answer ``reply``.

    ``keep`` is what the body does not say and parsing needs: the headers of the envelope to be stored.
    """

    reply: Reply = Reply()
    store: bool = True
    keep: dict[str, str] = {}


class Forged(msgspec.Struct, frozen=True):
    """The request is not proven to be the platform's; ``status`` is what to answer. ``told``: what it bore that is
    not ours, a signature or a word of ours, which is what a wrong setting looks like; nothing where anybody may have
    sent it.
    """

    reason: str
    status: int = 401
    told: Literal["", "signature", "verify_token"] = ""


Verification = Genuine | Forged


# --- neutral events ---------------------------------------------------------------------------------


class Attachment(msgspec.Struct, frozen=True, omit_defaults=True):
    """``kind`` is image, video, audio, file, sticker, location, contact, story, post or other."""

    kind: str
    url: str = ""
    name: str = ""
    mime: str = ""
    media_id: str = ""


class MessageReceived(msgspec.Struct, frozen=True, tag="message", tag_field="event"):
    """A person wrote to us. ``address`` is the person on this channel, ``at`` the platform's time in ms.

    ``automatic`` marks machine-made mail, which must never be answered by a machine. ``proven`` is false
    where the platform does not vouch for the sender (mail without an aligned signature).
    """

    external_id: str
    address: str
    at: int
    text: str = ""
    name: str = ""
    attachments: tuple[Attachment, ...] = ()
    reply_to: str = ""
    automatic: bool = False
    proven: bool = True
    details: dict[str, str] = {}


class MessageEchoed(msgspec.Struct, frozen=True, tag="echo", tag_field="event"):
    """We wrote to a person: through Holdfast, another program or the platform's own app."""

    external_id: str
    address: str
    at: int
    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    correlation: str = ""


class MessageEdited(msgspec.Struct, frozen=True, tag="edit", tag_field="event"):
    key: str
    external_id: str
    at: int
    text: str


class MessageUnsent(msgspec.Struct, frozen=True, tag="unsend", tag_field="event"):
    key: str
    external_id: str
    at: int


class ReactionChanged(msgspec.Struct, frozen=True, tag="reaction", tag_field="event"):
    """``emoji`` is empty where the reaction was taken back."""

    key: str
    external_id: str
    address: str
    at: int
    emoji: str = ""


class ReceiptState(StrEnum):
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


class ReceiptArrived(msgspec.Struct, frozen=True, tag="receipt", tag_field="event"):
    """What became of something we sent; found by ``external_id``, else by ``correlation`` (delivery id)."""

    key: str
    state: ReceiptState
    at: int
    external_id: str = ""
    correlation: str = ""
    error_class: ErrorClass | None = None
    reason: str = ""


class ConsentWithdrawn(msgspec.Struct, frozen=True, tag="opt_out", tag_field="event"):
    key: str
    address: str
    at: int
    returned: bool = False


class Unrecognised(msgspec.Struct, frozen=True, tag="unrecognised", tag_field="event"):
    """Something genuine of a kind that this version does not know: kept and shown as such."""

    key: str
    at: int
    summary: str


InboundEvent = (
    MessageReceived
    | MessageEchoed
    | MessageEdited
    | MessageUnsent
    | ReactionChanged
    | ReceiptArrived
    | ConsentWithdrawn
    | Unrecognised
)


class UnreadableError(Exception):
    """The envelope is genuine but cannot be read; the sentence says why."""


# --- sending ----------------------------------------------------------------------------------------


class Outgoing(msgspec.Struct, frozen=True):
    """One delivery on its way out.

    ``delivery_id`` is the correlation handle; adapters pass it along wherever the platform gives it back.
    ``human`` tells a person's words from a machine's. ``subject``, ``message_id``, ``in_reply_to`` and
    ``references`` matter to mail only; ``created_at`` (ms) is fixed, so that a repeat is byte for byte
    the same. ``window_open`` is false when the platform's reply window has closed.
    """

    delivery_id: str
    address: str
    text: str
    created_at: int
    human: bool = True
    window_open: bool = True
    attachments: tuple[Attachment, ...] = ()
    reply_to: str = ""
    subject: str = ""
    in_reply_to: str = ""
    references: str = ""


class Accepted(msgspec.Struct, frozen=True, tag="accepted"):
    """The platform took the message and named it."""

    external_id: str


class Deferred(msgspec.Struct, frozen=True, tag="deferred"):
    """Nothing took effect; worth trying again, after ``wait_ms`` where the platform named one."""

    error_class: ErrorClass
    reason: str
    scope: Scope = Scope.LANE
    wait_ms: int | None = None


class Rejected(msgspec.Struct, frozen=True, tag="rejected"):
    """Nothing took effect and trying again on this channel will not help."""

    error_class: ErrorClass
    reason: str


class Unreachable(msgspec.Struct, frozen=True, tag="unreachable"):
    """Not one byte of the message was sent."""

    reason: str
    error_class: ErrorClass = ErrorClass.NETWORK


class InDoubt(msgspec.Struct, frozen=True, tag="in_doubt"):
    """The message was sent and the answer is missing or says nothing about its effect.

    ``over``: the platform's own words ended the call, so that whatever effect it has, it has by now. Without
    them (a time-out, a cut line, a page of some proxy) the platform may still be at work on it.
    """

    reason: str
    error_class: ErrorClass = ErrorClass.PLATFORM
    over: bool = False


Outcome = Accepted | Deferred | Rejected | Unreachable | InDoubt


class Throttle(msgspec.Struct, frozen=True):
    """How much of a limit is used, from the platform's headers: 0 to 1, and how long it asks us to wait."""

    used: float
    wait_ms: int = 0


class Sending(msgspec.Struct, frozen=True):
    """An outcome with what was seen on the way: latency in ms, a throttle reading where there was one."""

    outcome: Outcome
    latency_ms: int = 0
    throttle: Throttle | None = None


# --- evidence ---------------------------------------------------------------------------------------


class ProbeResult(msgspec.Struct, frozen=True):
    """One look at one capability; ``ok`` None means the probe could not tell."""

    capability: Capability
    ok: bool | None
    detail: str
    error_class: ErrorClass | None = None
    latency_ms: int = 0


class FoundSent(msgspec.Struct, frozen=True):
    external_id: str


class NotSent(msgspec.Struct, frozen=True):
    """The platform's record answers, reaches back to before the send, and does not hold the message.

    It speaks of the moment of reading only: whoever asks must wait until the platform can no longer take
    the message.
    """


class CannotTell(msgspec.Struct, frozen=True):
    reason: str


Evidence = FoundSent | NotSent | CannotTell


class SentQuery(msgspec.Struct, frozen=True):
    """What to look for in the platform's record.

    ``known`` are ids of this conversation that belong to something else. ``earlier`` (ours) and ``heard``
    (the person's) are ids that we had before the send began, the newest ones: a record that shows one of
    them reaches back far enough, whatever the clocks say.
    """

    delivery_id: str
    address: str
    text: str
    started_at: int
    known: frozenset[str] = frozenset()
    earlier: frozenset[str] = frozenset()
    heard: frozenset[str] = frozenset()


class HistoryPage(msgspec.Struct, frozen=True):
    """Messages read back from a platform, as bodies that ``parse`` understands with source ``history``.

    ``external_ids`` and ``times`` (platform time, ms) belong to the bodies one by one, so that the caller
    can drop what it already has and leave alone what is too young. ``truncated`` says that the platform's
    own limit hides older messages of that thread.
    """

    bodies: tuple[bytes, ...]
    external_ids: tuple[str, ...]
    times: tuple[int, ...]
    truncated: bool = False


class PublishedMedia(msgspec.Struct, frozen=True):
    """A picture of a public post, or a video with the picture that stands for it (``url``)."""

    external_id: str
    kind: str
    url: str
    alt: str = ""


class PublishedPost(msgspec.Struct, frozen=True):
    """What the business has published on a platform; ``link`` leads there, ``at`` is the platform's time in ms."""

    external_id: str
    at: int
    text: str
    link: str
    media: tuple[PublishedMedia, ...] = ()


class Limits(msgspec.Struct, frozen=True):
    """What a platform allows. ``text_unit`` is ``bytes`` or ``characters``; windows in ms, None = none."""

    text_max: int
    text_unit: str = "characters"
    sends_per_second: float = 10.0
    reply_window_ms: int | None = None
    human_window_ms: int | None = None
    first_contact: bool = False
    """Whether the business may write first (SMS, email), given consent."""
    receipts: bool = False
    """Whether a delivered receipt can be expected."""
    echoes: bool = False
    """Whether every accepted send is echoed by a webhook."""
    silence_after_send_ms: int | None = None
    """How long after a send the echo or receipt may take before its absence is evidence."""
    threaded: bool = False
    """Whether a message names those that it follows (mail's In-Reply-To)."""
    files: bool = False
    """Whether files that we keep can be sent along."""
    quotes: bool = False
    """Whether a message can name the one of the same channel that it answers."""
    edit_ms: int = 0
    """How long what was sent can be changed; where it can, it can be taken back at any time. 0 for neither."""
    reactions: bool = False
    """Whether the business can react to a message; the adapter then TakesReactions."""
    resend_is_safe: bool = False
    """Whether a repeat with the same identity is folded by the receiver (mail's Message-ID)."""


class Adapter(Protocol):
    """One connected account on one platform."""

    @property
    def platform(self) -> str: ...

    @property
    def failure_domain(self) -> str:
        """Channels of one domain are expected to fail together, such as ``meta``."""
        ...

    @property
    def limits(self) -> Limits: ...

    def verify(self, request: RawRequest) -> Verification:
        """Whether a request is the platform's, from its raw bytes alone. No I/O."""
        ...

    def parse(self, envelope: Envelope) -> Sequence[InboundEvent]:
        """The neutral events of an envelope. No I/O. Raises UnreadableError."""
        ...

    async def send(self, outgoing: Outgoing) -> Sending:
        """Hand one message to the platform, once. Never raises for anything the network can do."""
        ...

    async def touch(self, address: str) -> ProbeResult | None:
        """Use the way out without a message, such as a read mark for what this person wrote.

        The proof that sending works again when nothing waits to be sent. None where the platform has no
        such call.
        """
        ...

    async def probe(self) -> Sequence[ProbeResult]:
        """Look at sign-in, subscription and history without touching any conversation."""
        ...

    async def find_sent(self, query: SentQuery) -> Evidence:
        """Whether a message whose answer was lost is in the platform's record."""
        ...

    def history(self, since_ms: int) -> AsyncGenerator[HistoryPage, None]:
        """Read back what was written since the given time; raises HistoryUnavailableError."""
        ...

    async def resubscribe(self) -> bool:
        """Ask the platform to deliver webhooks again; whether it agreed."""
        ...

    async def close(self) -> None: ...


class HistoryUnavailableError(Exception):
    """The platform has no history, or does not give it now; the sentence says which."""


class Reacting(msgspec.Struct, frozen=True):
    """The business's one reaction to a message; an empty ``emoji`` takes it back."""

    address: str
    external_id: str
    emoji: str


@runtime_checkable
class TakesReactions(Protocol):
    """An adapter whose platform knows reactions of the business."""

    async def react(self, reacting: Reacting) -> Sending:
        """Set it or take it back; the same again has no second effect. Never raises for what the network can do."""
        ...


@runtime_checkable
class PublishesPosts(Protocol):
    """An adapter whose platform carries public posts of the business."""

    async def posts(self, most: int) -> "PostListing":
        """The newest posts; raises HistoryUnavailableError."""
        ...


class PostListing(msgspec.Struct, frozen=True):
    """The newest posts, the latest first; ``is_whole``: there are no older ones."""

    posts: tuple[PublishedPost, ...]
    is_whole: bool
