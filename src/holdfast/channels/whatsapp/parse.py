"""WhatsApp's webhooks, as neutral events."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from holdfast.channels.contract import (
    InboundEvent,
    MessageEchoed,
    MessageEdited,
    MessageReceived,
    MessageUnsent,
    ReactionChanged,
    ReceiptArrived,
    ReceiptState,
    UnreadableError,
    Unrecognised,
)
from holdfast.channels.untrusted import (
    digest,
    id_at,
    items_at,
    object_at,
    read_json,
    text_at,
    time_ms,
    value_at,
)
from holdfast.channels.whatsapp.content import attachments_of, details_of, is_content, text_of
from holdfast.channels.whatsapp.errors import class_of_status
from holdfast.storage import Envelope

SUMMARY_CHARACTERS_MAX: Final = 200

_STATES: Final = {
    "sent": ReceiptState.SENT,
    "delivered": ReceiptState.DELIVERED,
    "read": ReceiptState.READ,
    "played": ReceiptState.READ,
    "failed": ReceiptState.FAILED,
}


def parse_whatsapp(envelope: Envelope, phone_number_id: str) -> list[InboundEvent]:
    """The events of one webhook; raises UnreadableError."""
    document = read_json(envelope.body)
    if not isinstance(document, dict):
        raise UnreadableError("The body is JSON, but not a webhook of WhatsApp.")
    changes = [change for entry in items_at(document, "entry") for change in items_at(entry, "changes")]
    if text_at(document, "object") != "whatsapp_business_account" or not changes:
        return [_unrecognised(document, envelope.received_at, "a webhook that is not WhatsApp's")]
    return [
        event for change in changes for event in _of_change(change, phone_number_id, envelope.received_at)
    ]


def _of_change(change: Any, phone_number_id: str, received_at: int) -> Iterator[InboundEvent]:
    value = object_at(change, "value")
    sender = id_at(value, "metadata", "phone_number_id")
    if sender and sender != phone_number_id:
        yield _unrecognised(change, received_at, f"an event for another number ({sender})")
        return
    names = _names(value)
    events = [
        *(_of_message(raw, names, received_at) for raw in items_at(value, "messages")),
        *(_of_status(raw, received_at) for raw in items_at(value, "statuses")),
        *(_of_echo(raw, received_at) for raw in items_at(value, "message_echoes")),
        *(_of_error(raw, received_at) for raw in items_at(value, "errors")),
    ]
    field = text_at(change, "field") or "an unnamed field"
    yield from events or [_unrecognised(change, received_at, f"a change of {field}")]


def _names(value: Mapping[str, Any]) -> dict[str, str]:
    """Names of people by phone number and by business-scoped id."""
    names: dict[str, str] = {}
    for contact in items_at(value, "contacts"):
        name = text_at(contact, "profile", "name") or text_at(contact, "profile", "username")
        names |= {id_at(contact, "wa_id"): name, id_at(contact, "user_id"): name}
    return names


def _person(message: Any) -> str:
    """The phone number, which a shop may know already; else the id that people with usernames have."""
    return id_at(message, "from") or id_at(message, "from_user_id")


def _of_message(raw: Any, names: Mapping[str, str], received_at: int) -> InboundEvent:
    at, key, person = time_ms(value_at(raw, "timestamp"), received_at), id_at(raw, "id"), _person(raw)
    if not key or not person:
        return _unrecognised(raw, at, "a message without an id or a sender")
    changed = _changed(raw, key=key, person=person, at=at)
    if changed:
        return changed
    if not is_content(raw):
        body = text_at(raw, "system", "body")
        return _unrecognised(raw, at, f"a message of type {text_at(raw, 'type') or 'none'} {body}".strip())
    return MessageReceived(
        external_id=key,
        address=person,
        at=at,
        text=text_of(raw),
        name=names.get(person, "") or names.get(id_at(raw, "from_user_id"), ""),
        attachments=attachments_of(raw),
        reply_to=id_at(raw, "context", "id"),
        details=details_of(raw),
    )


def _changed(raw: Any, *, key: str, person: str, at: int) -> InboundEvent | None:
    """A reaction, an edit or a revocation: events about an earlier message."""
    kind = text_at(raw, "type")
    original = id_at(raw, kind, "original_message_id")
    if kind == "reaction":
        target, emoji = id_at(raw, "reaction", "message_id"), text_at(raw, "reaction", "emoji")
        return ReactionChanged(key=f"reaction:{key}", external_id=target, address=person, at=at, emoji=emoji)
    if kind == "edit" and original:
        text = text_of(object_at(raw, "edit", "message"))
        return MessageEdited(key=f"edit:{key}", external_id=original, at=at, text=text)
    if kind == "revoke" and original:
        return MessageUnsent(key=f"unsend:{original}", external_id=original, at=at)
    return None


def _of_status(raw: Any, received_at: int) -> InboundEvent:
    at, key, word = time_ms(value_at(raw, "timestamp"), received_at), id_at(raw, "id"), text_at(raw, "status")
    if word not in _STATES or not key:
        return _unrecognised(raw, at, f"a status of an unknown kind ({word or 'none'})")
    error = next(iter(items_at(raw, "errors")), None)
    code = value_at(error, "code")
    failed = word == "failed"
    return ReceiptArrived(
        key=f"status:{key}:{word}",
        state=_STATES[word],
        at=at,
        external_id=key,
        correlation=id_at(raw, "biz_opaque_callback_data"),
        error_class=class_of_status(code if isinstance(code, int) else -1) if failed else None,
        reason=_reason(error) if failed else "",
    )


def _reason(error: Any) -> str:
    words = text_at(error, "error_data", "details") or text_at(error, "message") or text_at(error, "title")
    return f"WhatsApp could not deliver it: {words or 'no reason given'} (code {text_at(error, 'code')})"


def _of_echo(raw: Any, received_at: int) -> InboundEvent:
    """What was written in the WhatsApp Business app on a number that is shared with it."""
    at, key = time_ms(value_at(raw, "timestamp"), received_at), id_at(raw, "id")
    person = id_at(raw, "to") or id_at(raw, "to_user_id")
    if not key or not person:
        return _unrecognised(raw, at, "an echo without an id or a receiver")
    changed = _changed(raw, key=key, person=person, at=at)
    if changed:
        return changed
    return MessageEchoed(
        external_id=key, address=person, at=at, text=text_of(raw), attachments=attachments_of(raw)
    )


def _of_error(raw: Any, received_at: int) -> InboundEvent:
    words = text_at(raw, "title") or text_at(raw, "message")
    return _unrecognised(
        raw, received_at, f"WhatsApp reports an error: {words} (code {text_at(raw, 'code')})"
    )


def _unrecognised(raw: Any, at: int, summary: str) -> Unrecognised:
    return Unrecognised(key=f"unrecognised:{digest(raw)}", at=at, summary=summary[:SUMMARY_CHARACTERS_MAX])
