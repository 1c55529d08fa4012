"""Taking a raw mail apart, at a cost that its sender cannot choose.

The standard library's parser of structured headers needs seconds for some headers of a few kilobytes and
gigabytes of memory for others, and nested parts cost their depth for every line. Anybody can send such a
mail, so headers are cut before they are read, the plain header reader is used, and what nests too much is
not taken apart.
"""

import re
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser
from email.policy import Compat32
from typing import Final

from holdfast.channels.contract import UnreadableError

HEADER_CHARACTERS_MAX: Final = 8_000
CONTENT_HEADER_CHARACTERS_MAX: Final = 1_000
"""Of the headers that describe a part; a mail can have thousands of them."""
HEAD_BYTES_MAX: Final = 256 * 1024
WORK_MAX: Final = 10_000_000
"""Lines times boundaries; a mail of 25 MB in thirty parts just fits."""

_HEAD_END: Final = re.compile(rb"\r?\n\r?\n")


class _Bounded(Compat32):
    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        described = name.lower().startswith("content-")
        return name, value[: CONTENT_HEADER_CHARACTERS_MAX if described else HEADER_CHARACTERS_MAX]


_POLICY: Final = _Bounded()


def open_mail(raw: bytes) -> Message:
    """The mail in its parts; raises UnreadableError for one that is made to keep its reader busy."""
    if raw.count(b"\n") * raw.lower().count(b"boundary") > WORK_MAX:
        raise UnreadableError("The mail has too many parts inside each other.")
    return BytesParser(policy=_POLICY).parsebytes(_with_short_head(raw))


def open_head(raw: bytes) -> Message:
    """The headers of a mail alone."""
    return BytesHeaderParser(policy=_POLICY).parsebytes(_with_short_head(raw))


def _with_short_head(raw: bytes) -> bytes:
    end = _HEAD_END.search(raw)
    length = end.start() if end else len(raw)
    if length <= HEAD_BYTES_MAX:
        return raw
    # Up to a whole line: half a header would be read as another one.
    return raw[: raw.rfind(b"\n", 0, HEAD_BYTES_MAX) + 1] + b"\n" + raw[end.end() if end else length :]
