"""Raw mail, as neutral events."""

import hashlib
from email.message import Message
from typing import Final

from holdfast.channels.contract import (
    InboundEvent,
    MessageReceived,
    ReceiptArrived,
    ReceiptState,
    UnreadableError,
    Unrecognised,
)
from holdfast.channels.email.headers import addresses, all_headers, date_ms, header, ids
from holdfast.channels.email.identity import delivery_of, delivery_of_tag, message_id_of
from holdfast.channels.email.opening import open_mail
from holdfast.channels.email.quoting import fresh_text
from holdfast.channels.email.reports import receipt_of
from holdfast.channels.email.settings import EmailSettings
from holdfast.channels.email.trust import is_automatic, is_proven
from holdfast.channels.email.words import attachments, full_text
from holdfast.channels.untrusted import bounded_id, storable
from holdfast.storage import Envelope

REFERENCES_MAX: Final = 30
KEY_CHARACTERS: Final = 16
_RECEIVERS: Final = ("Delivered-To", "X-Original-To", "To", "Cc")


def parse_email(envelope: Envelope, settings: EmailSettings) -> list[InboundEvent]:
    """The events of one mail (RFC 5322); raises UnreadableError."""
    try:
        return _events(envelope, settings)
    except UnreadableError:
        raise
    except Exception as error:
        # Broken mail makes the standard parser fail in ways that it does not document.
        raise UnreadableError(f"The mail cannot be read: {type(error).__name__}: {error}") from error


def _events(envelope: Envelope, settings: EmailSettings) -> list[InboundEvent]:
    event = _event(envelope, settings)
    answered = _answered(event, settings.domain) if isinstance(event, MessageReceived) else None
    return [answered, event] if answered else [event]


def _answered(event: MessageReceived, domain: str) -> ReceiptArrived | None:
    """Whoever answers a mail of ours has got it: nobody else knows its Message-ID."""
    delivery = delivery_of(event.reply_to, domain)
    if not delivery:
        return None
    return ReceiptArrived(
        key=f"answered:{delivery}",
        state=ReceiptState.SENT,
        at=event.at,
        external_id=message_id_of(delivery, domain),
        correlation=delivery,
    )


def _event(envelope: Envelope, settings: EmailSettings) -> InboundEvent:
    mail = open_mail(envelope.body)
    at = date_ms(mail, envelope.received_at)
    key = _key(mail, envelope)
    receipt = receipt_of(mail, domain=settings.domain, at=at)
    if receipt:
        return receipt
    if mail.get_content_type() == "multipart/report":
        summary = f"a report about mail: {header(mail, 'Subject')}"[:200]
        return Unrecognised(key=f"unrecognised:{key}", at=at, summary=summary)
    senders = addresses(mail, "From") or addresses(mail, "Sender")
    if not senders:
        raise UnreadableError("The mail names no sender.")
    name, sender = senders[0]
    return _received(mail, settings, key=key, name=name, sender=sender, at=at)


def _received(
    mail: Message, settings: EmailSettings, *, key: str, name: str, sender: str, at: int
) -> MessageReceived:
    whole = full_text(mail)
    fresh = fresh_text(whole)
    return MessageReceived(
        external_id=key,
        address=bounded_id(sender),
        at=at,
        text=fresh,
        name=name,
        attachments=attachments(mail),
        reply_to=next(iter(ids(mail, "In-Reply-To")), ""),
        automatic=is_automatic(mail, sender, settings.address),
        proven=is_proven(mail, sender, settings.authserv_id),
        details=_details(mail, settings, whole if whole != fresh else ""),
    )


def _details(mail: Message, settings: EmailSettings, whole: str) -> dict[str, str]:
    found = {
        "subject": header(mail, "Subject"),
        "message_id": _message_id(mail),
        "in_reply_to": next(iter(ids(mail, "In-Reply-To")), ""),
        "references": " ".join(ids(mail, "References")[-REFERENCES_MAX:]),
        "delivery": _tagged_delivery(mail, settings),
        "full_text": whole,
    }
    return {name: storable(text) for name, text in found.items() if text}


def _tagged_delivery(mail: Message, settings: EmailSettings) -> str:
    if not settings.tag_secret:
        return ""
    texts = [text for name in _RECEIVERS for text in all_headers(mail, name)]
    return next(filter(None, (delivery_of_tag(text, settings.tag_secret) for text in texts)), "")


def _key(mail: Message, envelope: Envelope) -> str:
    """What tells this mail from others: its Message-ID and its content.

    Copies of one mail differ in their headers only; some software gives one Message-ID to many mails.
    """
    _, _, content = envelope.body.replace(b"\r\n", b"\n").partition(b"\n\n")
    known = _message_id(mail)
    if not known:
        content = envelope.body
    mark = hashlib.sha256(content.strip()).hexdigest()[:KEY_CHARACTERS]
    return bounded_id(f"{known or 'mail'}#{mark}")


def _message_id(mail: Message) -> str:
    return next(iter(ids(mail, "Message-ID")), "")
