"""Headers of mail from anywhere, read without ever failing."""

import re
from collections.abc import Iterable
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime
from typing import Final

from holdfast.channels.untrusted import TIME_MS_MAX, storable

HEADER_CHARACTERS_MAX: Final = 8_000
ADDRESSES_MAX: Final = 100

_ADDRESS: Final = re.compile(r"[^\s<>@,;:\"()]{1,256}@[^\s<>@,;:\"()]{1,256}")
_ID: Final = re.compile(r"<([^<>\s]{1,500})>")


def header(mail: EmailMessage, name: str) -> str:
    """A header as text, decoded, on one line; empty where there is none."""
    return next(iter(all_headers(mail, name)), "")


def all_headers(mail: EmailMessage, name: str) -> list[str]:
    try:
        values: Iterable[object] = mail.get_all(name, [])
    except Exception:  # noqa: BLE001 - the standard parser of structured headers fails in many ways
        values = _raw_headers(mail, name)
    return [_one_line(str(value)) for value in values]


def _raw_headers(mail: EmailMessage, name: str) -> list[str]:
    return [str(value) for key, value in mail.raw_items() if key.lower() == name.lower()]


def _one_line(text: str) -> str:
    return " ".join(storable(text[:HEADER_CHARACTERS_MAX]).split())


def addresses(mail: EmailMessage, name: str) -> list[tuple[str, str]]:
    """Names and addresses in a header; the domain in small letters, the local part as given."""
    values = all_headers(mail, name)
    try:
        found = [pair for pair in getaddresses(values) if _ADDRESS.fullmatch(pair[1])]
    except (TypeError, ValueError, IndexError):
        found = []
    found = found or [("", address) for address in _ADDRESS.findall(" ".join(values))]
    return [(shown, normal_address(address)) for shown, address in found[:ADDRESSES_MAX]]


def normal_address(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.lower()}"


def ids(mail: EmailMessage, name: str) -> list[str]:
    """The identifiers in a header, without angle brackets."""
    text = " ".join(all_headers(mail, name))
    return ids_in(text) or [word for word in text.split()[:1] if "@" in word]


def ids_in(text: str) -> list[str]:
    return _ID.findall(text)


def date_ms(mail: EmailMessage, received_at: int) -> int:
    """When the mail was written; never later than it arrived, whatever its sender's clock says."""
    try:
        written = int(parsedate_to_datetime(header(mail, "Date")).timestamp() * 1000)
    except (ValueError, TypeError, OverflowError, IndexError):
        return received_at
    return min(written, received_at) if 0 < written < TIME_MS_MAX else received_at
