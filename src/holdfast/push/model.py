"""Devices that want notices, and notices on their way to them. Times are milliseconds since the epoch."""

from typing import Final, Literal

import msgspec

DEVICES_OF_MEMBER_MAX: Final = 10
MINUTES_OF_DAY: Final = 1_440
Level = Literal["all", "direct", "none"]


class Keys(msgspec.Struct, frozen=True):
    """What a browser made for its subscription, in base64 for URLs: a point on P-256, and 16 bytes."""

    p256dh: str
    auth: str


class Subscription(msgspec.Struct, frozen=True):
    """Where a browser's push service takes messages, as ``PushSubscription.toJSON()`` says it."""

    endpoint: str
    keys: Keys


class Quiet(msgspec.Struct, frozen=True, rename={"start": "from", "end": "until"}):
    """Hours without notices, ``22:00`` to ``07:00`` in a zone such as ``Europe/Berlin``."""

    start: str
    end: str
    zone: str = "UTC"


class DeviceSettings(msgspec.Struct, frozen=True, kw_only=True):
    """``level``: of which threads; ``direct``: of groups only where the member is named. ``previews``: whether
    words of messages are shown. ``posts``: whether new posts of the business are told, too.
    """

    level: Level = "all"
    previews: bool = True
    posts: bool = False
    quiet: Quiet | None = None


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """A member's browser; ``session_id`` is the session that it is signed in with."""

    session_id: str
    member_id: str
    settings: DeviceSettings
    sealed: str


class News(msgspec.Struct, frozen=True, kw_only=True):
    """Something that one member may be told of. ``order`` grows within a thread."""

    member_id: str
    thread: str
    message_id: str
    order: int


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """The newest news of a thread on its way to a device."""

    device: Device
    news: News
    made_at: int
    expires_at: int
    attempts: int


class Telling(msgspec.Struct, frozen=True, kw_only=True):
    """What a notice says. ``direct``: it is meant for this member in particular."""

    title: str
    text: str
    path: str
    direct: bool = True
    count: int = 1


class PushRefusedError(ValueError):
    """What a device asked for cannot be had; ``field`` says which part of it."""

    def __init__(self, code: str, message: str, field: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
