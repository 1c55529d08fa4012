"""People with an account of their own. Times are ms since the epoch."""

from typing import Final, Literal

import msgspec

BUSINESS: Final = "business"
"""The member that the business is, with its agents behind it."""
NAME_CHARACTERS_MAX: Final = 100
ABOUT_CHARACTERS_MAX: Final = 500
DEVICE_CHARACTERS_MAX: Final = 120
PICTURE_CHARACTERS_MAX: Final = 100
SESSIONS_OF_MEMBER_MAX: Final = 50
"""Of more devices the one that was longest away is signed out."""
CARDS_AT_ONCE: Final = 1_000

Kind = Literal["guest", "member"]
Requests = Literal["everyone", "nobody"]
Standing = Literal["good", "muted", "banned"]


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """``receipts``, ``typing`` and ``presence``: whether they show theirs to others, and so see others' at all.

    ``requests``: who may write to them first. A ``muted`` member may write to nobody but the business until
    ``standing_until``, or until agents decide otherwise; a ``banned`` one may do nothing. Of a member who deleted the
    account nothing is left but the id.
    """

    id: str
    kind: Kind
    handle: str = ""
    email: str = ""
    name: str = ""
    picture: str = ""
    about: str = ""
    receipts: bool = True
    typing: bool = True
    presence: bool = True
    requests: Requests = "everyone"
    standing: Standing = "good"
    standing_reason: str = ""
    standing_until: int | None = None
    warning: str = ""
    warned_at: int | None = None
    created_at: int = 0
    seen_at: int = 0
    deleted_at: int | None = None

    @property
    def is_guest(self) -> bool:
        return self.kind == "guest"

    @property
    def card(self) -> "Card":
        return Card(self.id, self.handle, self.name, self.picture, self.about)

    def is_muted(self, now: int) -> bool:
        return self.standing == "muted" and (self.standing_until is None or now < self.standing_until)


class Card(msgspec.Struct, frozen=True):
    """What members see of one another."""

    id: str
    handle: str = ""
    name: str = ""
    picture: str = ""
    about: str = ""


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One device of a member."""

    id: str
    member: Member
    seen_at: int


class NewSession(msgspec.Struct, frozen=True, kw_only=True):
    """``token`` is shown once. ``continued``: a private link joined them to a known person; ``is_new``: the account
    was made just now.
    """

    member: Member
    session_id: str
    token: str
    continued: bool = False
    is_new: bool = False


class Device(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    device: str
    created_at: int
    seen_at: int
    current: bool


class MemberRefusedError(ValueError):
    """What a member wants cannot be; ``code`` is of the protocol, ``field`` says which part of it."""

    def __init__(self, code: str, message: str, field: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field


class UnknownMemberError(LookupError):
    """There is no such member, or not any more."""
