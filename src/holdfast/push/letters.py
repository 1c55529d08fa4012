"""What a push service is handed: the words, sealed for one browser, and how to deliver them."""

import hashlib
from typing import Final

import msgspec

from holdfast.push.model import Notice, Telling
from holdfast.push.sealing import TEXT_BYTES_MAX, to_base64

TITLE_CHARACTERS_MAX: Final = 80
TEXT_CHARACTERS_MAX: Final = 240
TOPIC_BYTES: Final = 24
"""32 characters in base64, as many as a topic may have."""


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """What the service worker shows. ``tag``: a newer notice of it takes the place of the older one."""

    tag: str
    title: str
    body: str
    path: str
    count: int
    at: int


def letter(notice: Notice, telling: Telling) -> bytes:
    shown = telling.text if notice.device.settings.previews else "New message"
    words = Letter(
        tag=notice.news.thread,
        title=_cut(telling.title, TITLE_CHARACTERS_MAX),
        body=_cut(shown, TEXT_CHARACTERS_MAX),
        path=telling.path,
        count=telling.count,
        at=notice.made_at,
    )
    text = msgspec.json.encode(words)
    if len(text) > TEXT_BYTES_MAX:  # letters of four bytes, or many that JSON must escape
        text = msgspec.json.encode(msgspec.structs.replace(words, body="New message"))
    return text


def headers(notice: Notice, now: int) -> dict[str, str]:
    """Older notices of a thread that the service still holds are replaced: their topic is the same."""
    digest = hashlib.sha256(f"{notice.device.session_id}|{notice.news.thread}".encode()).digest()
    return {
        "content-encoding": "aes128gcm",
        "content-type": "application/octet-stream",
        "ttl": str(max(0, (notice.expires_at - now) // 1000)),
        "urgency": "high",
        "topic": to_base64(digest[:TOPIC_BYTES]),
    }


def _cut(text: str, most: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
