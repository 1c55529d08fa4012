"""Twilio's forms and its message log, as neutral events."""

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any, Final

from holdfast.channels.contract import (
    Attachment,
    ConsentWithdrawn,
    InboundEvent,
    MessageReceived,
    ReceiptArrived,
    ReceiptState,
    UnreadableError,
    Unrecognised,
)
from holdfast.channels.sms.errors import class_of_status
from holdfast.channels.sms.numbers import normal_number
from holdfast.channels.sms.verify import KEPT_CORRELATION, form_fields
from holdfast.channels.untrusted import bounded_id, digest, id_at, read_json, storable, text_at
from holdfast.storage import Envelope

MEDIA_MAX: Final = 10
STOP_WORDS: Final = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "optout", "revoke"})
START_WORDS: Final = frozenset({"start", "unstop"})
"""Without "yes", which Twilio knows too: it is an answer far more often than a return."""

_STATES: Final = {
    "sent": ReceiptState.SENT,
    "delivered": ReceiptState.DELIVERED,
    "read": ReceiptState.READ,
    "undelivered": ReceiptState.FAILED,
    "failed": ReceiptState.FAILED,
    "canceled": ReceiptState.FAILED,
}
_ON_THE_WAY: Final = frozenset({"accepted", "scheduled", "queued", "sending", "partially_delivered"})


def parse_sms(envelope: Envelope) -> list[InboundEvent]:
    """The events of one form, or of one message of the log; raises UnreadableError."""
    if envelope.source == "history":
        return _from_log(read_json(envelope.body), envelope.received_at)
    fields = {name: storable(value) for name, value in form_fields(envelope.body)}
    sid = bounded_id(fields.get("MessageSid") or fields.get("SmsSid", ""))
    status = (fields.get("MessageStatus") or fields.get("SmsStatus", "")).lower()
    if not sid:
        raise UnreadableError("The form names no message.")
    if status in ("", "received", "receiving") and fields.get("From"):
        return _written(sid, fields, envelope.received_at)
    if status in _ON_THE_WAY:
        return _on_the_way(sid, status, envelope)
    return [_status(sid, status, fields, envelope)]


def _on_the_way(sid: str, status: str, envelope: Envelope) -> list[InboundEvent]:
    """It says nothing of the person yet, but that Twilio has the message that we handed over."""
    correlation = bounded_id(envelope.headers.get(KEPT_CORRELATION, ""))
    if not correlation:
        return []
    key = f"status:{sid}:{status}"
    at = envelope.received_at
    return [ReceiptArrived(key=key, state=ReceiptState.SENT, at=at, external_id=sid, correlation=correlation)]


def _written(sid: str, fields: Mapping[str, str], at: int) -> list[InboundEvent]:
    """A person's message; Twilio names no time, so it is the time of arrival."""
    person = bounded_id(normal_number(fields["From"]))
    message = MessageReceived(
        external_id=sid,
        address=person,
        at=at,
        text=fields.get("Body", ""),
        name=fields.get("ProfileName", ""),
        attachments=_media(fields),
    )
    consent = _consent(fields.get("OptOutType", ""), message.text)
    if consent is None:
        return [message]
    return [message, ConsentWithdrawn(key=f"consent:{sid}", address=person, at=at, returned=consent)]


def _consent(announced: str, text: str) -> bool | None:
    """Whether consent returned (True), was withdrawn (False) or was not spoken of (None)."""
    word = (announced or text).strip().casefold()
    if word in STOP_WORDS:
        return False
    return True if word in START_WORDS else None


def _media(fields: Mapping[str, str]) -> tuple[Attachment, ...]:
    found = []
    for index in range(MEDIA_MAX):
        url, mime = fields.get(f"MediaUrl{index}", ""), fields.get(f"MediaContentType{index}", "")
        if url:
            found.append(Attachment(kind=_kind(mime), url=url, mime=mime))
    return tuple(found)


def _kind(mime: str) -> str:
    kind = mime.partition("/")[0]
    return kind if kind in ("image", "video", "audio") else "file"


def _status(sid: str, status: str, fields: Mapping[str, str], envelope: Envelope) -> InboundEvent:
    if status not in _STATES:
        summary = f"a status of an unknown kind ({status[:50]})"
        return Unrecognised(
            key=bounded_id(f"status:{sid}:{status}"), at=envelope.received_at, summary=summary
        )
    code = fields.get("ErrorCode", "")
    failed = _STATES[status] is ReceiptState.FAILED
    return ReceiptArrived(
        key=f"status:{sid}:{status}",
        state=_STATES[status],
        at=envelope.received_at,
        external_id=sid,
        correlation=bounded_id(envelope.headers.get(KEPT_CORRELATION, "")),
        error_class=class_of_status(int(code) if code.isascii() and code.isdigit() else 0)
        if failed
        else None,
        reason=f"The carrier reports {status} (code {code or 'none'})." if failed else "",
    )


def _from_log(data: Any, received_at: int) -> list[InboundEvent]:
    sid, person = id_at(data, "sid"), bounded_id(normal_number(text_at(data, "from")))
    at = logged_ms(data, received_at)
    if not sid or not person or text_at(data, "direction") != "inbound":
        return [Unrecognised(key=f"unrecognised:{digest(data)}", at=at, summary="a line of the log")]
    media = text_at(data, "num_media")
    attachments = (Attachment(kind="other", media_id=sid),) if media not in ("", "0") else ()
    text = text_at(data, "body")
    message = MessageReceived(external_id=sid, address=person, at=at, text=text, attachments=attachments)
    consent = _consent("", text)
    if consent is None:
        return [message]
    return [message, ConsentWithdrawn(key=f"consent:{sid}", address=person, at=at, returned=consent)]


def logged_ms(data: Any, otherwise: int) -> int:
    """When a message of the log was made, in ms; it has no fractions of a second."""
    for name in ("date_sent", "date_created"):
        try:
            return int(parsedate_to_datetime(text_at(data, name)).timestamp() * 1000)
        except (ValueError, OverflowError):
            continue
    return otherwise
