"""Headers of mail from anywhere, read without ever failing."""

import re
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from typing import Final

from holdfast.channels.untrusted import TIME_MS_MAX, storable

ADDRESSES_MAX: Final = 100

_ADDRESS: Final = re.compile(r"[^\s<>@,;:\"()]{1,256}@[^\s<>@,;:\"()]{1,256}")
_WORD: Final = r"=\?[^?\s]{1,60}\?[bq]\?[^?]*\?="
_ENCODED: Final = re.compile(rf"{_WORD}(?:\s+{_WORD})*", re.IGNORECASE)
_ID: Final = re.compile(r"<([^<>\s]{1,500})>")


def header(mail: Message, name: str) -> str:
    """A header as text, decoded, on one line; empty where there is none."""
    return next(iter(all_headers(mail, name)), "")


def all_headers(mail: Message, name: str) -> list[str]:
    return [_one_line(decoded(value)) for value in raw_headers(mail, name)]


def raw_headers(mail: Message, name: str) -> list[str]:
    """The headers of a name as they stand, each on one line, encoded words left as they are."""
    return [_one_line(_utf8(value)) for key, value in mail.raw_items() if key.lower() == name.lower()]


def decoded(text: str) -> str:
    """A text with its encoded words (RFC 2047) read; what cannot be read stays as it is."""
    return _ENCODED.sub(_words, _utf8(text))


def _words(found: re.Match[str]) -> str:
    """Neighbours are read together: some senders cut a character in two."""
    try:
        pieces = decode_header(found.group())
    except (HeaderParseError, ValueError):
        return found.group()
    return "".join(each if isinstance(each, str) else _piece(each, charset) for each, charset in pieces)


def _piece(raw: bytes, charset: str | None) -> str:
    try:
        return raw.decode((charset or "utf-8").partition("*")[0], "replace")
    except (LookupError, ValueError):
        return raw.decode("utf-8", "replace")


def _utf8(value: object) -> str:
    """Bytes that were no ASCII, read as what most of them are."""
    return str(value).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _one_line(text: str) -> str:
    return " ".join(storable(text).split())


def addresses(mail: Message, name: str) -> list[tuple[str, str]]:
    """Names and addresses in a header; the domain in small letters, the local part as given."""
    values = raw_headers(mail, name)
    try:
        found = [pair for pair in getaddresses(values) if _ADDRESS.fullmatch(pair[1])]
    except (TypeError, ValueError, IndexError, RecursionError):
        found = []
    found = found or [("", address) for address in _ADDRESS.findall(" ".join(values))]
    return [(_one_line(decoded(shown)), normal_address(address)) for shown, address in found[:ADDRESSES_MAX]]


def normal_address(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.lower()}"


def ids(mail: Message, name: str) -> list[str]:
    """The identifiers in a header, without angle brackets."""
    text = " ".join(all_headers(mail, name))
    return ids_in(text) or [word for word in text.split()[:1] if "@" in word]


def ids_in(text: str) -> list[str]:
    return _ID.findall(text)


def date_ms(mail: Message, received_at: int) -> int:
    """When the mail was written; never later than it arrived, whatever its sender's clock says."""
    try:
        written = int(parsedate_to_datetime(header(mail, "Date")).timestamp() * 1000)
    except (ValueError, TypeError, OverflowError, IndexError):
        return received_at
    return min(written, received_at) if 0 < written < TIME_MS_MAX else received_at
