"""Uploaded and received files, kept for a while.

Source: developers.facebook.com, whatsapp/business-phone-numbers/media: two-step download, the address is
good for five minutes and needs the token.
"""

import base64
import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from email.parser import BytesParser
from email.policy import HTTP

from holdfast_simulators.clock import MS_PER_SECOND
from holdfast_simulators.media import PICTURES, png
from holdfast_simulators.meta.graph_errors import GraphError, bad_parameter
from holdfast_simulators.wire import Call
from holdfast_simulators.world import World

ITEMS_KEPT_MAX = 200
LINKS_KEPT_MAX = 1_000
LINK_LIFE_MS = 5 * 60 * MS_PER_SECOND
LINK_LETTERS = 24
ID_DIGITS = 15
BYTES_MAX = {"image": 5, "audio": 16, "video": 16, "application": 100, "text": 100}
BYTES_PER_MB = 1024 * 1024


@dataclass(frozen=True)
class MediaItem:
    id: str
    account: str
    mime_type: str
    content: bytes

    @property
    def sha256(self) -> str:
        return base64.b64encode(hashlib.sha256(self.content).digest()).decode()


class MediaShelf:
    def __init__(self, world: World) -> None:
        self._world = world
        self._items: OrderedDict[str, MediaItem] = OrderedDict()
        self._links: OrderedDict[str, tuple[MediaItem, int]] = OrderedDict()

    def add(self, account: str, mime_type: str, content: bytes) -> MediaItem:
        item = MediaItem(self._world.digits(ID_DIGITS), account, mime_type, content)
        self._items[item.id] = item
        while len(self._items) > ITEMS_KEPT_MAX:
            self._items.popitem(last=False)
        return item

    def add_picture(self, account: str) -> MediaItem:
        return self.add(account, "image/png", png(PICTURES["picture-1.png"]))

    def get(self, media_id: str) -> MediaItem | None:
        return self._items.get(media_id)

    def remove(self, media_id: str) -> None:
        self._items.pop(media_id, None)

    def link(self, item: MediaItem) -> str:
        """A path that is good for five minutes."""
        letters = self._world.letters(LINK_LETTERS)
        self._links[letters] = (item, self._world.clock.now_ms() + LINK_LIFE_MS)
        while len(self._links) > LINKS_KEPT_MAX:
            self._links.popitem(last=False)
        return f"/whatsapp_business/attachments/{letters}"

    def behind(self, letters: str) -> MediaItem | None:
        item, ends_at_ms = self._links.get(letters, (None, 0))
        return item if ends_at_ms > self._world.clock.now_ms() else None


def uploaded(call: Call) -> tuple[str, bytes]:
    """The MIME type and bytes of a multipart upload; raises GraphError."""
    head = f"Content-Type: {call.headers.get('content-type', '')}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + call.body)
    for part in message.iter_parts() if message.is_multipart() else []:
        if part.get_param("name", header="content-disposition") == "file":
            return _checked(part.get_content_type(), part.get_payload(decode=True))
    raise bad_parameter("(#100) The parameter file is required.")


def _checked(mime_type: str, content: object) -> tuple[str, bytes]:
    limit_mb = BYTES_MAX.get(mime_type.partition("/")[0])
    if limit_mb is None or not isinstance(content, bytes):
        raise bad_parameter(f"Param file must be a file with one of the known types, not {mime_type}.")
    if len(content) > limit_mb * BYTES_PER_MB:
        raise GraphError(code=131053, message="Media upload error: the file is too large.")
    return mime_type, content
