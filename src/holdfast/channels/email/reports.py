"""Reports about our mail: bounces (RFC 3464) and read receipts (RFC 8098).

They are believed only where they name a Message-ID of ours; anybody can send a report.
"""

from collections.abc import Iterator
from email.message import Message
from itertools import islice
from typing import Final, cast

from holdfast.channels.contract import ReceiptArrived, ReceiptState
from holdfast.channels.email.errors import class_of_status
from holdfast.channels.email.headers import ids_in
from holdfast.channels.email.identity import delivery_of, message_id_of
from holdfast.channels.email.opening import open_head
from holdfast.channels.untrusted import storable

_TEXT_HEADERS: Final = ("text/rfc822-headers", "message/disposition-notification")
PARTS_MAX: Final = 30
REASON_CHARACTERS_MAX: Final = 300


def receipt_of(mail: Message, *, domain: str, at: int) -> ReceiptArrived | None:
    """What became of a mail of ours, if this is a report that says so."""
    kind = str(mail.get_param("report-type", "")).lower()
    delivery = _delivery(mail, domain)
    if mail.get_content_type() != "multipart/report" or not delivery:
        return None
    if kind == "disposition-notification":
        return _receipt(delivery, domain, at, ReceiptState.READ)
    fields = _fields(mail, "message/delivery-status")
    if fields.get("action") != "failed":
        return None
    status, words = fields.get("status", ""), fields.get("diagnostic-code", "no reason given")
    receipt = _receipt(delivery, domain, at, ReceiptState.FAILED)
    return ReceiptArrived(
        key=receipt.key,
        state=receipt.state,
        at=at,
        external_id=receipt.external_id,
        correlation=delivery,
        error_class=class_of_status(status),
        reason=f"The mail came back: {status} {words}"[:REASON_CHARACTERS_MAX],
    )


def _receipt(delivery: str, domain: str, at: int, state: ReceiptState) -> ReceiptArrived:
    return ReceiptArrived(
        key=f"report:{delivery}:{state}",
        state=state,
        at=at,
        external_id=message_id_of(delivery, domain),
        correlation=delivery,
    )


def _delivery(mail: Message, domain: str) -> str:
    """The delivery whose Message-ID stands in the returned original, its headers or the notification."""
    for block in _blocks(mail):
        for name in ("Message-ID", "Original-Message-ID"):
            for known in ids_in(_raw(block, name)):
                found = delivery_of(known, domain)
                if found:
                    return found
    return ""


def _raw(block: Message, name: str) -> str:
    return next((storable(str(value)) for key, value in block.raw_items() if key.lower() == name.lower()), "")


def _blocks(mail: Message) -> Iterator[Message]:
    """Every block of headers inside the report, but for the report's own."""
    for part in islice(mail.walk(), 1, PARTS_MAX):
        if part.get_content_type() in _TEXT_HEADERS:
            raw = cast("bytes | None", part.get_payload(decode=True)) or b""
            yield open_head(raw)
        yield part


def _fields(mail: Message, kind: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    for part in islice(mail.walk(), PARTS_MAX):
        blocks = part.get_payload() if part.get_content_type() == kind and part.is_multipart() else []
        for block in cast("list[Message]", blocks):
            fields |= {name.lower(): storable(str(value)).strip() for name, value in block.raw_items()}
    return {**fields, "action": fields.get("action", "").lower()}
