"""The words of a mail, and what hangs on it."""

import html
import re
from collections.abc import Iterator
from email.message import Message
from itertools import islice
from typing import Final, cast

import nh3

from holdfast.channels.contract import Attachment
from holdfast.channels.email.headers import decoded
from holdfast.channels.untrusted import storable

PARTS_MAX: Final = 100
TEXT_CHARACTERS_MAX: Final = 100_000
NAME_CHARACTERS_MAX: Final = 200

_LINE_ENDS: Final = re.compile(r"<(?:br|/p|/div|/tr|/li|/h[1-6])\b[^>]{0,1000}>", re.IGNORECASE)
_BLANK_LINES: Final = re.compile(r"\n[ \t]*\n(?:[ \t]*\n)+")


def full_text(mail: Message) -> str:
    """The plain text, or what remains of the HTML without its marks."""
    plain = [_content(part) for part in _texts(mail, "text/plain")]
    if any(text.strip() for text in plain):
        return "\n".join(plain)[:TEXT_CHARACTERS_MAX].strip()
    marked = "\n".join(_content(part) for part in _texts(mail, "text/html"))
    return _without_marks(marked[:TEXT_CHARACTERS_MAX])


def attachments(mail: Message) -> tuple[Attachment, ...]:
    """Their names and types; ``media_id`` says which part of the raw mail holds the content."""
    found = []
    for number, part in enumerate(_parts(mail)):
        if part.is_multipart() or _is_shown(part):
            continue
        mime = storable(part.get_content_type())[:NAME_CHARACTERS_MAX]
        kind = mime.partition("/")[0]
        found.append(
            Attachment(
                kind=kind if kind in ("image", "video", "audio") else "file",
                name=_name(part),
                mime=mime,
                media_id=f"part-{number}",
            )
        )
    return tuple(found)


def _parts(mail: Message) -> Iterator[Message]:
    return islice(mail.walk(), PARTS_MAX)


def _texts(mail: Message, kind: str) -> Iterator[Message]:
    return (part for part in _parts(mail) if part.get_content_type() == kind and _is_shown(part))


def _is_shown(part: Message) -> bool:
    return (
        part.get_content_type() in ("text/plain", "text/html")
        and part.get_content_disposition() != "attachment"
        and not part.get_filename()
    )


def _content(part: Message) -> str:
    raw = cast("bytes | None", part.get_payload(decode=True)) or b""
    try:
        text = raw.decode(part.get_content_charset() or "utf-8", "replace")
    except (LookupError, ValueError):
        text = raw.decode("latin-1")
    return storable(text.replace("\r\n", "\n"))


def _name(part: Message) -> str:
    return storable(decoded(part.get_filename() or ""))[:NAME_CHARACTERS_MAX]


def _without_marks(marked: str) -> str:
    plain = html.unescape(nh3.clean(_LINE_ENDS.sub(r"\g<0>\n", marked), tags=set()))
    return _BLANK_LINES.sub("\n\n", storable(plain)).strip()
