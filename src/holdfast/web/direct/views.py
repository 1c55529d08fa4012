"""What Direct says of members, of the business and of its limits, in the words of the protocol."""

from typing import Final

import msgspec

from holdfast.media import bytes_max
from holdfast.members import Member
from holdfast.settings import Settings
from holdfast.widget import Look, Question

TEXT_CHARACTERS_MAX: Final = 4_000
ATTACHMENTS_MAX: Final = 10
GROUP_MEMBERS_MAX: Final = 200
EDIT_SECONDS_MAX: Final = 900


class SettingsView(msgspec.Struct, frozen=True):
    receipts: bool
    typing: bool
    presence: bool
    requests: str


class NoticeView(msgspec.Struct, frozen=True):
    """What the agents want a member to know: a warning, or why they are muted, and until when."""

    text: str
    at: int | None = None
    muted_until: int | None = None


class Me(msgspec.Struct, frozen=True):
    id: str
    kind: str
    handle: str
    name: str
    picture: str
    about: str
    email: str
    settings: SettingsView
    notice: NoticeView | None = None


class LimitsView(msgspec.Struct, frozen=True, kw_only=True):
    text_characters: int = TEXT_CHARACTERS_MAX
    attachments: int = ATTACHMENTS_MAX
    picture_bytes: int
    video_bytes: int
    voice_bytes: int
    file_bytes: int
    group_members: int = GROUP_MEMBERS_MAX
    edit_seconds: int = EDIT_SECONDS_MAX
    messages_per_second: float


class BusinessView(msgspec.Struct, frozen=True):
    name: str
    picture: str = ""
    about: str = ""


class OpenView(msgspec.Struct, frozen=True):
    now: bool = True
    text: str = ""


class ElsewhereView(msgspec.Struct, frozen=True):
    """A channel on which somebody may have written before."""

    id: str
    platform: str
    name: str


class InfoView(msgspec.Struct, frozen=True, kw_only=True):
    """``sign_in``: the ways in which somebody can sign in here: email, passkey. ``elsewhere``: where what was written
    can be claimed. ``look``, ``questions`` and ``consent``, the words to tick, are for the widget.
    """

    business: BusinessView
    channel: str
    greeting: str
    notice: str | None
    status_url: str
    open: OpenView = OpenView()
    look: Look = Look()
    questions: tuple[Question, ...] = ()
    consent: str = ""
    push_key: str = ""
    sign_in: list[str]
    elsewhere: list[ElsewhereView] = []
    limits: LimitsView


def limits(settings: Settings) -> LimitsView:
    return LimitsView(
        picture_bytes=bytes_max(settings.media, "picture"),
        video_bytes=bytes_max(settings.media, "video"),
        voice_bytes=bytes_max(settings.media, "voice"),
        file_bytes=bytes_max(settings.media, "file"),
        messages_per_second=settings.direct.messages_per_second,
    )


def me(member: Member, now: int) -> Me:
    return Me(
        id=member.id,
        kind=member.kind,
        handle=member.handle,
        name=member.name,
        picture=member.picture,
        about=member.about,
        email=member.email,
        settings=SettingsView(member.receipts, member.typing, member.presence, member.requests),
        notice=_notice(member, now),
    )


def _notice(member: Member, now: int) -> NoticeView | None:
    if member.is_muted(now):
        return NoticeView(member.standing_reason, muted_until=member.standing_until)
    return NoticeView(member.warning, at=member.warned_at) if member.warning else None
