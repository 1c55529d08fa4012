"""What people report: what fails for them, on what, and where, never finer than a city."""

from enum import StrEnum
from typing import Final

import msgspec

from holdfast.channels.contract import Capability


class Symptom(StrEnum):
    """What fails for the person who reports."""

    CANNOT_SEND = "cannot_send"
    NOT_RECEIVING = "not_receiving"
    THREADS = "threads"
    SERVER_CONNECTION = "server_connection"
    SIGN_IN = "sign_in"
    FEED = "feed"
    PROFILE = "profile"
    POSTING = "posting"
    OTHER = "other"


class Surface(StrEnum):
    APP = "app"
    WEB = "web"
    UNSAID = ""


SYMPTOM_WORDS: Final = {
    Symptom.CANNOT_SEND: "Cannot send messages",
    Symptom.NOT_RECEIVING: "Not receiving messages",
    Symptom.THREADS: "Conversations do not load",
    Symptom.SERVER_CONNECTION: "No connection to the server",
    Symptom.SIGN_IN: "Cannot sign in",
    Symptom.FEED: "Feed does not load",
    Symptom.PROFILE: "Profile does not load",
    Symptom.POSTING: "Cannot post",
    Symptom.OTHER: "Something else",
}
SURFACE_WORDS: Final = {Surface.APP: "App", Surface.WEB: "Web", Surface.UNSAID: "Not said"}
CAPABILITIES: Final = {
    Symptom.CANNOT_SEND: Capability.SEND,
    Symptom.NOT_RECEIVING: Capability.RECEIVE,
    Symptom.THREADS: Capability.HISTORY,
    Symptom.SIGN_IN: Capability.SIGN_IN,
}
"""What a symptom says of a channel; the others speak of the platform as a whole."""


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """What is counted together. ``country`` is an ISO 3166 code, ``city`` one of the known cities; both may
    be empty.
    """

    platform: str
    symptom: Symptom
    surface: Surface = Surface.UNSAID
    country: str = ""
    city: str = ""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """One person's report. ``address`` and ``agent`` (the browser's name) are hashed with the day's salt
    before anything is kept. ``is_doubtful``: it looks like a program's; kept, but never shown.
    """

    id: str
    at: int
    cell: Cell
    address: str
    agent: str = ""
    is_doubtful: bool = False


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a report: ``id`` is that of the earlier one where the person had reported already."""

    id: str
    is_new: bool
    is_shown: bool


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Reports that were gathered elsewhere: ``count`` of them at one time in one cell."""

    at: int
    cell: Cell
    count: int = 1
