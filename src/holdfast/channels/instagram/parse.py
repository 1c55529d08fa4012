"""Instagram's webhooks and history, as neutral events."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from holdfast.channels.contract import (
    Attachment,
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
from holdfast.channels.instagram.attachments import history_attachments, webhook_attachments
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
from holdfast.storage import Envelope

SUMMARY_CHARACTERS_MAX: Final = 200
_DASHBOARD_ACCOUNT: Final = "0"
"""The account of the events that the "Test" button of Meta's dashboard sends."""


class _Event(msgspec.Struct, frozen=True):
    raw: dict[str, Any]
    person: str
    ours: bool
    at: int
    details: dict[str, str]


def parse_instagram(envelope: Envelope, account_id: str) -> list[InboundEvent]:
    """The events of one webhook, or of one message read back; raises UnreadableError."""
    document = read_json(envelope.body)
    if envelope.source == "history":
        return [_from_history(document, account_id, envelope.received_at)]
    # Some samples of the documentation wrap the whole in a list.
    bodies = document if isinstance(document, list) else [document]
    if not any(isinstance(body, dict) for body in bodies):
        raise UnreadableError("The body is JSON, but not a webhook of Instagram.")
    return [event for body in bodies for event in _of_body(body, account_id, envelope.received_at)]


def _of_body(body: Any, account_id: str, received_at: int) -> Iterator[InboundEvent]:
    entries = items_at(body, "entry")
    if text_at(body, "object") != "instagram" or not entries:
        yield _unrecognised(body, received_at, "a webhook that is not Instagram's")
        return
    for entry in entries:
        yield from _of_entry(entry, account_id, received_at)


def _of_entry(entry: Any, account_id: str, received_at: int) -> Iterator[InboundEvent]:
    owner = id_at(entry, "id")
    changes = items_at(entry, "changes")
    if owner != account_id and not (changes and owner == _DASHBOARD_ACCOUNT):
        yield _unrecognised(entry, received_at, f"an event for another account ({owner or 'none named'})")
        return
    at = time_ms(value_at(entry, "time"), received_at)
    found = [
        *((raw, {}) for raw in items_at(entry, "messaging")),
        # Another app holds these conversations; the words are still the person's.
        *((raw, {"standby": "true"}) for raw in items_at(entry, "standby")),
    ]
    for raw, details in found:
        yield _of_event(raw, account_id, at, details)
    for change in changes:
        yield _of_change(change, account_id, at)
    if not found and not changes:
        yield _unrecognised(entry, at, f"an entry without messages ({text_at(entry, 'field') or 'empty'})")


def _of_change(change: Any, account_id: str, at: int) -> InboundEvent:
    value = object_at(change, "value")
    if not object_at(value, "sender"):
        return _unrecognised(change, at, f"a change of {text_at(change, 'field') or 'an unnamed field'}")
    return _of_event(value, account_id, at, {"test": "true"})


def _of_event(raw: Any, account_id: str, entry_at: int, details: dict[str, str]) -> InboundEvent:
    sender, recipient = id_at(raw, "sender", "id"), id_at(raw, "recipient", "id")
    ours = sender == account_id or value_at(raw, "message", "is_echo") is True
    event = _Event(
        raw=raw if isinstance(raw, dict) else {},
        person=recipient if ours else sender,
        ours=ours,
        at=time_ms(value_at(raw, "timestamp"), entry_at),
        details=details,
    )
    for name, read in _READERS.items():
        if isinstance(event.raw.get(name), dict) and event.person:
            return read(event, event.raw[name])
    return _unrecognised(raw, event.at, _unknown_kind(event.raw))


def _unknown_kind(raw: Mapping[str, Any]) -> str:
    kinds = sorted(set(raw) - {"sender", "recipient", "timestamp"})
    return f"an event of an unknown kind ({', '.join(kinds) or 'empty'})"


def _message(event: _Event, message: dict[str, Any]) -> InboundEvent:
    mid = id_at(message, "mid")
    if not mid:
        return _unrecognised(event.raw, event.at, "a message without an id")
    if message.get("is_deleted") is True:
        return MessageUnsent(key=f"unsend:{mid}", external_id=mid, at=event.at)
    attachments = webhook_attachments(message) + _story(message)
    if event.ours:
        return MessageEchoed(
            external_id=mid,
            address=event.person,
            at=event.at,
            text=text_at(message, "text"),
            attachments=attachments,
        )
    return MessageReceived(
        external_id=mid,
        address=event.person,
        at=event.at,
        text=text_at(message, "text"),
        attachments=attachments + _unsupported(message),
        reply_to=id_at(message, "reply_to", "mid"),
        details=event.details | _details(message),
    )


def _story(message: Mapping[str, Any]) -> tuple[Attachment, ...]:
    story = object_at(message, "reply_to", "story")
    if not story:
        return ()
    return (Attachment(kind="story", url=text_at(story, "url"), media_id=id_at(story, "id")),)


def _unsupported(message: Mapping[str, Any]) -> tuple[Attachment, ...]:
    if message.get("is_unsupported") is not True:
        return ()
    return (Attachment(kind="other", name="something that Instagram does not pass on"),)


def _details(message: Mapping[str, Any]) -> dict[str, str]:
    found = {
        "quick_reply": text_at(message, "quick_reply", "payload"),
        "referral": text_at(message, "referral", "ref"),
        "ad_id": text_at(message, "referral", "ad_id"),
        "ad_title": text_at(message, "referral", "ads_context_data", "ad_title"),
        "story_id": text_at(message, "reply_to", "story", "id"),
    }
    return {name: text for name, text in found.items() if text}


def _edit(event: _Event, edit: dict[str, Any]) -> InboundEvent:
    mid = id_at(edit, "mid")
    key = f"edit:{mid}:{text_at(edit, 'num_edit') or digest(edit)}"
    return MessageEdited(key=key, external_id=mid, at=event.at, text=text_at(edit, "text"))


def _reaction(event: _Event, reaction: dict[str, Any]) -> InboundEvent:
    mid = id_at(reaction, "mid")
    emoji = text_at(reaction, "emoji") or text_at(reaction, "reaction")
    return ReactionChanged(
        key=f"reaction:{mid}:{event.person}:{emoji}:{event.at}",
        external_id=mid,
        address=event.person,
        at=event.at,
        emoji="" if text_at(reaction, "action") == "unreact" else emoji,
    )


def _read(event: _Event, read: dict[str, Any]) -> InboundEvent:
    mid = id_at(read, "mid")
    if not mid:
        return _unrecognised(event.raw, event.at, "a read receipt that names no message")
    return ReceiptArrived(key=f"read:{mid}", state=ReceiptState.READ, at=event.at, external_id=mid)


def _postback(event: _Event, postback: dict[str, Any]) -> InboundEvent:
    return MessageReceived(
        external_id=id_at(postback, "mid") or f"postback:{event.person}:{digest([event.at, postback])}",
        address=event.person,
        at=event.at,
        text=text_at(postback, "title"),
        details=event.details | {"postback": text_at(postback, "payload")},
    )


def _referral(event: _Event, referral: dict[str, Any]) -> InboundEvent:
    return _unrecognised(event.raw, event.at, f"the person came by a link ({text_at(referral, 'ref')})")


def _optin(event: _Event, optin: dict[str, Any]) -> InboundEvent:
    return _unrecognised(event.raw, event.at, f"the person opted in ({text_at(optin, 'type')})")


def _thread_control(event: _Event, _: dict[str, Any]) -> InboundEvent:
    return _unrecognised(event.raw, event.at, "the conversation changed hands between apps")


_READERS: Final[Mapping[str, Callable[[_Event, dict[str, Any]], InboundEvent]]] = {
    "message": _message,
    "message_edit": _edit,
    "reaction": _reaction,
    "read": _read,
    "postback": _postback,
    "referral": _referral,
    "optin": _optin,
    "pass_thread_control": _thread_control,
    "take_thread_control": _thread_control,
    "request_thread_control": _thread_control,
}


def _from_history(message: Any, account_id: str, received_at: int) -> InboundEvent:
    mid, sender = id_at(message, "id"), id_at(message, "from", "id")
    at = created_ms(message, received_at)
    others = [id_at(person, "id") for person in items_at(message, "to", "data")]
    if sender == account_id and mid and any(others):
        return MessageEchoed(
            external_id=mid,
            address=next(other for other in others if other),
            at=at,
            text=text_at(message, "message"),
            attachments=history_attachments(message),
        )
    if not mid or not sender or sender == account_id:
        return _unrecognised(message, at, "a message in the history that names no sender")
    return MessageReceived(
        external_id=mid,
        address=sender,
        at=at,
        text=text_at(message, "message"),
        name=text_at(message, "from", "username"),
        attachments=history_attachments(message) + _unsupported(object_at({"message": message}, "message")),
        reply_to=id_at(message, "reply_to", "mid"),
    )


def created_ms(message: Any, otherwise: int) -> int:
    """``created_time`` of a Graph message in ms; it has no fractions of a second."""
    try:
        created = datetime.strptime(text_at(message, "created_time"), "%Y-%m-%dT%H:%M:%S%z")
        return int(created.timestamp() * 1000)
    except (ValueError, OverflowError):
        return otherwise


def _unrecognised(raw: Any, at: int, summary: str) -> Unrecognised:
    return Unrecognised(key=f"unrecognised:{digest(raw)}", at=at, summary=summary[:SUMMARY_CHARACTERS_MAX])
