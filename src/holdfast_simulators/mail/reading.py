"""What a person's mail program shows of a message: sender, subject, text, and how to answer."""

import re
from dataclasses import dataclass
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser
from email.utils import parseaddr
from html import unescape

TEXT_CHARACTERS_MAX = 100_000
REFERENCES_MAX = 50

TAG = re.compile(r"<(?:br|/p|/div)\s*/?>", re.IGNORECASE)
HIDDEN = re.compile(r"<(style|script|head)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
ANY_TAG = re.compile(r"<[^>]*>")
MESSAGE_ID = re.compile(r"<[^<>\s]+>")


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A message as it was read. Ids carry their angle brackets; `message_id` is "" when it has none."""

    sender: str
    sender_name: str
    subject: str
    text: str
    message_id: str
    references: tuple[str, ...]
    reply_to: str
    """Where an answer goes: Reply-To, else From."""
    automatic: bool
    """Whether a machine wrote it (RFC 3834, 5): nobody answers it automatically."""


def read_letter(raw: bytes) -> Letter:
    """Read any bytes; what cannot be understood is shown as well as it goes, nothing is raised."""
    message = BytesParser(policy=policy.default).parsebytes(raw)
    name, sender = _address(message, "From")
    _, reply_to = _address(message, "Reply-To")
    return Letter(
        sender=_clean(sender),
        sender_name=_clean(name),
        subject=_header(message, "Subject"),
        text=_clean(_text(message)[:TEXT_CHARACTERS_MAX]),
        message_id=next(iter(MESSAGE_ID.findall(_header(message, "Message-ID"))), ""),
        references=tuple(MESSAGE_ID.findall(_header(message, "References"))[-REFERENCES_MAX:]),
        reply_to=_clean(reply_to if "@" in reply_to else sender),
        automatic=_header(message, "Auto-Submitted").lower().split(";")[0].strip() not in ("", "no"),
    )


def same_mailbox(left: str, right: str) -> bool:
    """Whether two addresses reach one mailbox: tags after a plus and upper case do not matter."""
    return _plain(left) == _plain(right)


def domain_of(address: str) -> str:
    return address.rpartition("@")[2].lower()


def _plain(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}".lower()


def _header(message: EmailMessage, name: str) -> str:
    try:
        return _clean(str(message.get(name, "")).strip())
    except (ValueError, IndexError, AttributeError):
        # The standard library's header parser gives up on some broken headers with these.
        return ""


def _clean(words: str) -> str:
    """Replace octets that are no UTF-8, which the parser carries along as lone surrogates."""
    return words.encode("utf-8", errors="replace").decode()


def _address(message: EmailMessage, name: str) -> tuple[str, str]:
    try:
        first: Address = message[name].addresses[0]
    except (ValueError, IndexError, AttributeError, TypeError):
        return parseaddr(_header(message, name))
    return first.display_name, first.addr_spec


def _text(message: EmailMessage) -> str:
    try:
        body = message.get_body(preferencelist=("plain", "html"))
    except (ValueError, AttributeError):
        body = None
    if body is None:
        return ""
    content = _content(body)
    if body.get_content_subtype() == "html":
        content = _without_tags(content)
    return content.replace("\r\n", "\n").strip()


def _content(part: MIMEPart) -> str:
    try:
        return str(part.get_content())
    except (LookupError, ValueError):
        payload = part.get_payload(decode=True)
        return payload.decode("latin-1") if isinstance(payload, bytes) else ""


def _without_tags(page: str) -> str:
    return unescape(ANY_TAG.sub("", TAG.sub("\n", HIDDEN.sub("", page))))
