"""What keeps members safe from one another: rules, limits, complaints, decisions. Times are ms since the epoch."""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from holdfast.members.model import Card, Member

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 86_400_000
RULES_MAX: Final = 2_000
NOTE_CHARACTERS_MAX: Final = 300
REASON_CHARACTERS_MAX: Final = 500
COMPLAINT_CHARACTERS_MAX: Final = 1_000
QUOTE_CHARACTERS_MAX: Final = 1_000
COMPLAINTS_A_DAY: Final = 30
"""By one member."""
PAGE_MAX: Final = 100

RuleKind = Literal["email", "network", "word", "domain"]
ComplaintState = Literal["open", "dismissed", "acted"]
Reason = Literal["spam", "abuse", "other"]
Decision = Literal["dismiss", "warn", "mute", "ban"]


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """Who or what is kept out. An ``email`` is an address or ``@`` with a domain; a ``network`` an address or a block
    of them; a ``word`` or a ``domain`` may stand in no message to a member.
    """

    id: str
    kind: RuleKind
    value: str
    note: str = ""
    created_at: int
    created_by: str


class SafetySettings(msgspec.Struct, frozen=True, kw_only=True):
    """``links``: who may send links to other members: everyone, members (no guests), or settled (whose account is
    older than ``new_hours``). ``same_text_threads``: into how many threads one member may write the same text within
    an hour.
    """

    links: Literal["everyone", "members", "settled"] = "members"
    new_hours: Annotated[int, Meta(ge=0, le=720)] = 24
    same_text_threads: Annotated[int, Meta(ge=1, le=100)] = 5


class Complaint(msgspec.Struct, frozen=True, kw_only=True):
    """What a member says of another, with what the message said when it was complained of."""

    id: str
    at: int
    by: Card
    about: Card
    standing: str
    open_about: int
    """Complaints about the same member that nobody has decided."""
    reason: str
    text: str
    quote: str
    state: str
    decided_at: int | None
    decided_by: str
    decision: str


class ComplaintPage(msgspec.Struct, frozen=True):
    items: list[Complaint]
    next: str | None = None


class MemberView(msgspec.Struct, frozen=True, kw_only=True):
    """A member as agents see them: what they show to others, how they stand, and nothing of their talk."""

    id: str
    kind: str
    handle: str
    name: str
    picture: str
    about: str
    email: str
    standing: str
    standing_reason: str
    standing_until: int | None
    warning: str
    warned_at: int | None
    created_at: int
    seen_at: int


class MemberPage(msgspec.Struct, frozen=True):
    items: list[MemberView]
    next: str | None = None


def view_of(member: Member) -> MemberView:
    return MemberView(**{name: getattr(member, name) for name in MemberView.__struct_fields__})
