"""The messages that appear in the shop's mailbox: people's mail, vacation notices, bounces."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, formataddr

MILLISECONDS = 1000
REFERENCES_KEPT_MAX = 30
BLANK_LINE = b"\r\n\r\n"


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One message to be written. `references` ends with the message that this one answers."""

    sender: str
    sender_name: str
    to: str
    subject: str
    text: str
    message_id: str
    at_ms: int
    references: Sequence[str] = ()
    automatic: bool = False


def write_letter(sheet: Sheet) -> bytes:
    """RFC 5322 source with CRLF line ends and no line above 998 octets, as its author's program sends it."""
    message = _headed(sheet)
    message.set_content(sheet.text)
    if sheet.automatic:
        message["Auto-Submitted"] = "auto-replied"
        message["X-Auto-Response-Suppress"] = "All"
        message["Precedence"] = "bulk"
    return message.as_bytes(policy=policy.SMTP)


def write_bounce(sheet: Sheet, *, original: bytes, recipient: str, status: str, reason: str) -> bytes:
    """A delivery status notification for one failed recipient (RFC 3464), with the original's headers.

    Written by hand: the standard library takes the status part for messages and cannot write it back.
    """
    message = _headed(sheet)
    message["Auto-Submitted"] = "auto-replied"
    boundary = "bounce-" + "".join(filter(str.isalnum, sheet.message_id))
    kind = f'multipart/report; report-type=delivery-status; boundary="{boundary}"'
    host, date = _domain(sheet.sender), format_datetime(_when(sheet.at_ms))
    status_part = (
        f"Reporting-MTA: dns; {host}\r\nArrival-Date: {date}\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\nAction: failed\r\n"
        f"Status: {status}\r\nDiagnostic-Code: smtp; {reason}\r\n"
    )
    parts = (
        ("text/plain; charset=utf-8", f"{sheet.text}\r\n\r\n<{recipient}>: {reason}\r\n".encode()),
        ("message/delivery-status", status_part.encode()),
        ("text/rfc822-headers", original.partition(BLANK_LINE)[0] + b"\r\n"),
    )
    body = b"".join(
        f"--{boundary}\r\nContent-Type: {part_kind}\r\n\r\n".encode() + part + b"\r\n"
        for part_kind, part in parts
    )
    head = message.as_bytes(policy=policy.SMTP).partition(BLANK_LINE)[0]
    mime = f"\r\nMIME-Version: 1.0\r\nContent-Type: {kind}\r\n\r\n"
    return head + mime.encode() + body + f"--{boundary}--\r\n".encode()


def receive(raw: bytes, *, host: str, envelope_from: str, to: str, dmarc: str, at_ms: int) -> bytes:
    """Put the trace of the shop's own receiver on top. `dmarc` is pass, fail or none (RFC 8601).

    Authentication-Results that claim this receiver's name are taken away, as RFC 8601 (5) asks.
    """
    date = format_datetime(_when(at_ms))
    trace = [
        f"Return-Path: <{envelope_from}>",
        f"Delivered-To: {to}",
        f"Received: from out.{_domain(envelope_from) or host} by {host} with ESMTPS; {date}",
    ]
    if envelope_from:
        verdict = f"spf={dmarc} smtp.mailfrom={envelope_from}; dkim={dmarc} header.d={_domain(envelope_from)}"
        # Topmost: it is the only one that the shop may believe.
        author = f"dmarc={dmarc} header.from={_domain(envelope_from)}"
        trace.insert(0, f"Authentication-Results: {host};\r\n {verdict};\r\n {author}")
    return "".join(f"{line}\r\n" for line in trace).encode() + _without_claims(raw, host)


def _headed(sheet: Sheet) -> EmailMessage:
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = formataddr((_one_line(sheet.sender_name), sheet.sender))
    message["To"] = sheet.to
    message["Subject"] = _one_line(sheet.subject)
    message["Date"] = format_datetime(_when(sheet.at_ms))
    message["Message-ID"] = sheet.message_id
    if sheet.references:
        # First and newest matter most to threading; the middle of a long chain may go.
        kept = [sheet.references[0], *sheet.references[1:][-REFERENCES_KEPT_MAX:]]
        message["In-Reply-To"] = kept[-1]
        message["References"] = " ".join(kept)
    return message


def _without_claims(raw: bytes, host: str) -> bytes:
    head, blank, body = raw.partition(BLANK_LINE)
    claim = f"authentication-results: {host}".lower().encode()
    kept: list[bytes] = []
    dropping = False
    for line in head.split(b"\r\n"):
        if line[:1] not in (b" ", b"\t"):
            dropping = line.lower().startswith(claim)
        if not dropping:
            kept.append(line)
    return b"\r\n".join(kept) + blank + body


def _one_line(words: str) -> str:
    return " ".join(words.split())


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()


def _when(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / MILLISECONDS, UTC)
