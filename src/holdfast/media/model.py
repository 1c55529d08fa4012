"""What people send along. Times are ms since the epoch, sizes bytes, sides pixels."""

import unicodedata
from collections.abc import Mapping
from typing import Final, Literal
from urllib.parse import quote

import filetype
import msgspec

from holdfast.channels.contract import Attachment
from holdfast.settings.model import Media as MediaSettings

PATH: Final = "/media/"
BUSINESS: Final = "business"
"""Who owns what the team uploads: what one of them uploaded, another may send."""
SMALL: Final = "-"
"""Under this name stand the small pictures that were made of a file."""
NAME_CHARACTERS_MAX: Final = 120
HEAD_BYTES: Final = 8_192
"""What is looked at to find out what a file is."""
MIB: Final = 1024 * 1024

Kind = Literal["picture", "video", "voice", "file"]

KINDS: Final[Mapping[str, Kind]] = {
    "image/jpeg": "picture",
    "image/png": "picture",
    "image/gif": "picture",
    "image/webp": "picture",
    "image/avif": "picture",
    "video/mp4": "video",
    "video/x-m4v": "video",
    "video/quicktime": "video",
    "video/webm": "video",
    "video/ogg": "video",
    "audio/mp4": "voice",
    "audio/webm": "voice",
    "audio/ogg": "voice",
    "audio/mpeg": "voice",
    "audio/x-wav": "voice",
    "audio/wav": "voice",
}
"""What is opened and shown; everything else is a file, which is only ever handed out to be saved."""
REFUSED: Final[Mapping[str, str]] = {
    "image/heic": "Most devices cannot show this kind of picture (HEIC). Send it as JPEG.",
    "image/heif": "Most devices cannot show this kind of picture (HEIF). Send it as JPEG.",
}
ENDINGS: Final[Mapping[str, str]] = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "mp4": "video/mp4",
    "webm": "video/webm",
    "ogv": "video/ogg",
    "m4a": "audio/mp4",
    "weba": "audio/webm",
    "ogg": "audio/ogg",
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
    "bin": "application/octet-stream",
}
"""Ending of a kept file -> the type it is served as. So a file can be served without the store."""
NEUTRAL_KINDS: Final[Mapping[Kind, str]] = {
    "picture": "image",
    "video": "video",
    "voice": "audio",
    "file": "file",
}
"""As attachments of all platforms are called."""


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One file as members and agents see it; ``url`` and ``thumb`` are paths on the hub."""

    id: str
    kind: Kind
    type: str
    name: str
    bytes: int
    width: int = 0
    height: int = 0
    seconds: float = 0.0
    url: str
    thumb: str = ""

    def square(self) -> str:
        """The path of the small square picture, for whoever shows it as themselves."""
        return _small(self.id, "square") if self.thumb else ""

    def attachment(self, public_url: str = "") -> Attachment:
        """As an attachment of any platform; ``public_url`` makes its address one for other machines."""
        return Attachment(
            kind=NEUTRAL_KINDS[self.kind],
            url=f"{public_url}{self.url}",
            name=self.name,
            mime=self.type,
            media_id=self.id,
        )


def id_in(address: str) -> str:
    """The id of a file in its address; what is no address is taken for an id."""
    return address.partition(PATH)[2].partition("/")[0] if PATH in address else address


class UploadRefusedError(ValueError):
    """A file is not taken; ``code`` is too_large, too_many, full, empty, refused or unavailable."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class UnknownMediaError(ValueError):
    """There is no such upload, or it is somebody else's."""

    def __init__(self, media_id: str) -> None:
        super().__init__("There is no such upload of yours.")
        self.media_id = media_id


def item(
    *,
    media_id: str,
    kind: Kind,
    mime: str,
    name: str,
    size: int,
    width: int = 0,
    height: int = 0,
    seconds: float = 0.0,
    has_thumb: bool = False,
) -> Item:
    return Item(
        id=media_id,
        kind=kind,
        type=mime,
        name=name,
        bytes=size,
        width=width,
        height=height,
        seconds=seconds,
        url=f"{PATH}{media_id}/{quote(name, safe='')}",
        thumb=_small(media_id, "thumb") if has_thumb else "",
    )


def _small(media_id: str, which: str) -> str:
    return f"{PATH}{media_id}/{SMALL}/{which}.webp"


def type_of(head: bytes) -> str:
    """What a file is by its first bytes; ``application/octet-stream`` where they do not tell."""
    found = filetype.guess(head)
    return str(found.mime) if found is not None else "application/octet-stream"


def kind_of(mime: str) -> Kind:
    return KINDS.get(mime, "file")


def bytes_max(settings: MediaSettings, kind: Kind) -> int:
    """How large a file of a kind may be."""
    sizes = {
        "picture": settings.picture_mib_max,
        "video": settings.video_mib_max,
        "voice": settings.voice_mib_max,
        "file": settings.file_mib_max,
    }
    return sizes[kind] * MIB


def good_name(name: str, kind: Kind, ending: str = "") -> str:
    """A name that is safe to show and to save under; what was written anew bears the ending of what it is now."""
    shown = "".join(each if unicodedata.category(each)[0] != "C" else " " for each in name)
    plain = shown.replace("\\", "/").rpartition("/")[2]
    plain = " ".join(plain.split()).strip(". ")[-NAME_CHARACTERS_MAX:]
    if not ending:
        return plain or kind
    stem = plain.rpartition(".")[0] or plain or kind
    return f"{stem}.{ending}"
