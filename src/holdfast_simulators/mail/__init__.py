"""A mail provider on the loopback: SMTP submission and IMAP for the shop, mailboxes for the people."""

from holdfast_simulators.mail.mailbox import MailboxFullError
from holdfast_simulators.mail.simulator import MailSimulator

__all__ = ["MailSimulator", "MailboxFullError"]
