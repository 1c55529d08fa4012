"""One mail as bytes; a repeat is the same byte for byte, so that receivers can fold it."""

import re
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from holdfast.channels.contract import Outgoing
from holdfast.channels.email.identity import message_id_of, tagged_address
from holdfast.channels.email.settings import EmailSettings
from holdfast.channels.outgoing import text_with_links

SUBJECT_CHARACTERS_MAX: Final = 200
REFERENCES_MAX: Final = 10
ID_CHARACTERS_MAX: Final = 500

_ADDRESS: Final = re.compile(r"[\x21-\x3f\x41-\x7e]{1,64}@[^\s@]{1,255}")
_UNUSABLE: Final = re.compile(r'[<>(),;:"\\\[\]]')


def is_usable_address(address: str) -> bool:
    """Whether one plain address stands there, and nothing that a mail server would read as more."""
    # On the wire once more: wide forms of commas and brackets become plain ones there.
    return all(_is_one_address(form) for form in (address, wire_address(address)))


def _is_one_address(address: str) -> bool:
    return bool(_ADDRESS.fullmatch(address)) and not _UNUSABLE.search(address)


def wire_address(address: str) -> str:
    """The address with its domain in ASCII; empty where that cannot be."""
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        return ""


def compose(settings: EmailSettings, outgoing: Outgoing) -> bytes:
    """The mail of one delivery. The receiver's address must be usable."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(display_name=one_line(settings.name), addr_spec=settings.address)
    mail["To"] = wire_address(outgoing.address)
    mail["Subject"] = _subject(settings, outgoing)
    mail["Date"] = format_datetime(datetime.fromtimestamp(outgoing.created_at // 1000, UTC))
    if settings.tag_secret:
        mail["Reply-To"] = tagged_address(settings.address, outgoing.delivery_id, settings.tag_secret)
    if not outgoing.human:
        mail["Auto-Submitted"] = "auto-replied"
        mail["X-Auto-Response-Suppress"] = "All"
        mail["Precedence"] = "bulk"
    text = text_with_links(outgoing).replace("\r\n", "\n") + "\n"
    mail.set_content(text, charset="utf-8", cte="quoted-printable")
    return _thread_headers(settings, outgoing).encode() + mail.as_bytes()


def _thread_headers(settings: EmailSettings, outgoing: Outgoing) -> str:
    """Written by hand: the library breaks identifiers that are longer than a line."""
    lines = [f"Message-ID: <{message_id_of(outgoing.delivery_id, settings.domain)}>"]
    parents = _ids(outgoing.in_reply_to)[:1]
    earlier = [known for known in _ids(outgoing.references) if known not in parents]
    chain = earlier + parents
    if len(chain) > REFERENCES_MAX:
        chain = [chain[0], *chain[1 - REFERENCES_MAX :]]
    if parents:
        lines.append(f"In-Reply-To: <{parents[0]}>")
    if chain:
        lines.append("References: " + "\r\n ".join(f"<{known}>" for known in chain))
    return "".join(f"{line}\r\n" for line in lines)


def _ids(text: str) -> list[str]:
    """The identifiers in a header or a list of them, without angle brackets."""
    words = [word.strip("<>") for word in text.replace("><", "> <").split()]
    return [
        word for word in words if word.isascii() and word.isprintable() and 0 < len(word) < ID_CHARACTERS_MAX
    ]


def _subject(settings: EmailSettings, outgoing: Outgoing) -> str:
    subject = one_line(outgoing.subject)
    if not subject:
        return one_line(settings.subject.replace("{name}", settings.name or settings.address))
    answers = outgoing.in_reply_to and not subject.casefold().startswith("re:")
    return f"Re: {subject}" if answers else subject


def one_line(text: str) -> str:
    visible = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(visible.split())[:SUBJECT_CHARACTERS_MAX]
