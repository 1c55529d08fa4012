"""What a picture's bytes are, by themselves and not by what anybody says of them."""

import hashlib
from typing import Final

PICTURE_BYTES_MAX: Final = 4 * 1024 * 1024
NAME_HEX: Final = 40

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG: Final = b"\xff\xd8\xff"
_ENDINGS: Final = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "image/gif": "gif"}


def picture_type(data: bytes) -> str:
    """``image/png`` and so on, of the kinds that every browser shows and that carry no program; else empty."""
    if data.startswith(_PNG):
        return "image/png"
    if data.startswith(_JPEG):
        return "image/jpeg"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return "image/gif" if data[:6] in {b"GIF87a", b"GIF89a"} else ""


def file_name(data: bytes, content_type: str) -> str:
    """A name that changes with the content."""
    return f"{hashlib.sha256(data).hexdigest()[:NAME_HEX]}.{_ENDINGS[content_type]}"


def type_of_name(name: str) -> str:
    """The content type of a file that was named here; empty for any other name."""
    stem, _, ending = name.partition(".")
    is_ours = len(stem) == NAME_HEX and set(stem) <= set("0123456789abcdef")
    return next((kind for kind, end in _ENDINGS.items() if is_ours and end == ending), "")
