"""Email: SMTP out, a mailbox read by IMAP in."""

from holdfast.channels.email.adapter import EmailAdapter, make_email
from holdfast.channels.email.mailbox import Mailbox, MailboxUnavailableError, PolledMail
from holdfast.channels.email.notices import MailNotice
from holdfast.channels.email.settings import EmailSettings

__all__ = [
    "EmailAdapter",
    "EmailSettings",
    "MailNotice",
    "Mailbox",
    "MailboxUnavailableError",
    "PolledMail",
    "make_email",
]
