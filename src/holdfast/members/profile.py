"""What members say of themselves, checked."""

import re
from typing import Final, Literal

import msgspec

from holdfast.members.model import (
    ABOUT_CHARACTERS_MAX,
    NAME_CHARACTERS_MAX,
    PICTURE_CHARACTERS_MAX,
    Member,
    MemberRefusedError,
    Requests,
)

_HANDLE: Final = re.compile(r"[a-z0-9_.]{3,30}")
_RESERVED: Final = frozenset(
    {"admin", "administrator", "business", "everyone", "help", "holdfast", "moderator", "safety", "support"}
)
_INVISIBLE: Final = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)
"""Control characters, and those that turn the direction of what stands around a name."""


class SettingsChange(msgspec.Struct, frozen=True, kw_only=True):
    receipts: bool | None = None
    typing: bool | None = None
    presence: bool | None = None
    requests: Literal["everyone", "nobody"] | None = None


class ProfileChange(msgspec.Struct, frozen=True, kw_only=True):
    """What is None stays as it is."""

    name: str | None = None
    handle: str | None = None
    about: str | None = None
    picture: str | None = None
    settings: SettingsChange | None = None


def changed(member: Member, change: ProfileChange) -> Member:
    """The member as it will be. Raises MemberRefusedError."""
    settings = change.settings or SettingsChange()
    requests: Requests = settings.requests or member.requests
    return msgspec.structs.replace(
        member,
        name=member.name if change.name is None else clean_name(change.name),
        handle=member.handle if change.handle is None else checked_handle(change.handle, member),
        about=member.about if change.about is None else _checked_about(change.about),
        picture=member.picture if change.picture is None else _checked_picture(change.picture),
        receipts=_chosen(settings.receipts, member.receipts),
        typing=_chosen(settings.typing, member.typing),
        presence=_chosen(settings.presence, member.presence),
        requests=requests,
    )


def clean_name(name: str) -> str:
    """A name on one line, without characters that cannot be seen, cut to its length."""
    return " ".join(clean(name).split())[:NAME_CHARACTERS_MAX]


def clean(text: str) -> str:
    return _INVISIBLE.sub("", text)


def checked_handle(handle: str, member: Member) -> str:
    """A handle in small letters, or none. Raises MemberRefusedError."""
    handle = handle.strip().removeprefix("@").lower()
    if not handle:
        return ""
    if member.is_guest:
        raise MemberRefusedError("guest", "Guests have no handle; show an address first.", "handle")
    if not _HANDLE.fullmatch(handle) or not re.search("[a-z0-9]", handle):
        sentence = "A handle has 3 to 30 characters of a-z, 0-9, _ and the full stop."
        raise MemberRefusedError("invalid", sentence, "handle")
    if handle.strip("._") in _RESERVED:
        raise MemberRefusedError("taken", "This handle is taken.", "handle")
    return handle


def _checked_about(about: str) -> str:
    about = clean(about).strip()
    if len(about) > ABOUT_CHARACTERS_MAX:
        raise MemberRefusedError("too_long", f"The text is over {ABOUT_CHARACTERS_MAX} characters.", "about")
    return about


def _checked_picture(picture: str) -> str:
    if len(picture) > PICTURE_CHARACTERS_MAX or not re.fullmatch(r"[A-Za-z0-9_-]*", picture):
        raise MemberRefusedError("unknown_attachment", "There is no such picture.", "picture")
    return picture


def _chosen(wanted: bool | None, present: bool) -> bool:  # noqa: FBT001 - two values of one setting
    return present if wanted is None else wanted
