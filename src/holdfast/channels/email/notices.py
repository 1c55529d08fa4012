"""A mail that belongs to no conversation: one notice for one subscriber, the same byte for byte when repeated."""

import hashlib
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import msgspec

from holdfast.channels.email.compose import one_line, wire_address
from holdfast.channels.email.settings import EmailSettings


class MailNotice(msgspec.Struct, frozen=True, kw_only=True):
    """``id`` makes the Message-ID; ``leave_url`` ends the subscription by one POST (RFC 8058), if there is one.
    ``html`` says the same as ``text``, where there is any.
    """

    id: str
    address: str
    subject: str
    text: str
    made_at: int
    leave_url: str = ""
    html: str = ""


def compose_notice(settings: EmailSettings, notice: MailNotice) -> bytes:
    """The mail. The receiver's address must be usable."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(display_name=one_line(settings.name), addr_spec=settings.address)
    mail["To"] = wire_address(notice.address)
    mail["Subject"] = one_line(notice.subject)
    mail["Date"] = format_datetime(datetime.fromtimestamp(notice.made_at // 1000, UTC))
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail["Precedence"] = "bulk"
    mail.set_content(notice.text.replace("\r\n", "\n") + "\n", charset="utf-8", cte="quoted-printable")
    if notice.html:
        _add_html(mail, notice)
    return _by_hand(settings, notice).encode() + mail.as_bytes()


def _add_html(mail: EmailMessage, notice: MailNotice) -> None:
    html = notice.html.replace("\r\n", "\n")
    mail.add_alternative(html, subtype="html", charset="utf-8", cte="quoted-printable")
    # The library's own is another each time.
    mail.set_boundary(f"=_{hashlib.sha256(notice.id.encode()).hexdigest()[:32]}")


def notice_message_id(notice: MailNotice, settings: EmailSettings) -> str:
    return f"{notice.id}@{settings.domain}"


def _by_hand(settings: EmailSettings, notice: MailNotice) -> str:
    """The library breaks identifiers and addresses that are longer than a line."""
    lines = [f"Message-ID: <{notice_message_id(notice, settings)}>"]
    if notice.leave_url:
        lines.append(f"List-Unsubscribe: <{notice.leave_url}>")
        lines.append("List-Unsubscribe-Post: List-Unsubscribe=One-Click")
    return "".join(f"{line}\r\n" for line in lines)
