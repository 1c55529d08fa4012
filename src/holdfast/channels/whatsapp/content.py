"""What people write on WhatsApp: texts, media, choices, places, as text and attachments."""

from collections.abc import Mapping
from typing import Any, Final

from holdfast.channels.contract import Attachment
from holdfast.channels.untrusted import id_at, items_at, object_at, text_at, value_at

CONTACTS_MAX: Final = 20

_MEDIA: Final = {
    "image": "image",
    "video": "video",
    "audio": "audio",
    "document": "file",
    "sticker": "sticker",
}
_KNOWN: Final = frozenset({*_MEDIA, "text", "location", "contacts", "button", "interactive", "order"})

Message = Mapping[str, Any]


def is_content(message: Message) -> bool:
    return text_at(message, "type") in _KNOWN or is_unsupported(message)


def is_unsupported(message: Message) -> bool:
    return text_at(message, "type") == "unsupported"


def text_of(message: Message) -> str:
    kind = text_at(message, "type")
    if kind == "interactive":
        return _choice(object_at(message, "interactive"))
    if kind == "contacts":
        return "\n".join(_card(card) for card in items_at(message, "contacts")[:CONTACTS_MAX])
    if kind == "order":
        return text_at(message, "order", "text")
    place = {"text": "body", "button": "text"}.get(kind, "caption")
    return text_at(message, kind, place)


def _choice(interactive: Message) -> str:
    kind = text_at(interactive, "type")
    return text_at(interactive, kind, "title") or text_at(interactive, kind, "body")


def _card(card: Any) -> str:
    phones = ", ".join(text_at(phone, "phone") for phone in items_at(card, "phones")[:CONTACTS_MAX])
    return f"{text_at(card, 'name', 'formatted_name')} {phones}".strip()


def attachments_of(message: Message) -> tuple[Attachment, ...]:
    kind = text_at(message, "type")
    if kind in _MEDIA:
        return (_media(_MEDIA[kind], object_at(message, kind)),)
    if kind == "location":
        return (_location(object_at(message, "location")),)
    if kind == "contacts":
        return (Attachment(kind="contact"),)
    if kind == "order":
        count = len(items_at(message, "order", "product_items"))
        return (Attachment(kind="other", name=f"an order of {count} products"),)
    if is_unsupported(message):
        return (Attachment(kind="other", name=text_at(message, "unsupported", "type") or "unsupported"),)
    return ()


def _media(kind: str, media: Message) -> Attachment:
    return Attachment(
        kind=kind,
        url=text_at(media, "url"),
        name=text_at(media, "filename"),
        mime=text_at(media, "mime_type"),
        media_id=id_at(media, "id"),
    )


def _location(location: Message) -> Attachment:
    place = ",".join(str(value_at(location, axis)) for axis in ("latitude", "longitude"))[:50]
    names = (text_at(location, "name"), text_at(location, "address"), place)
    return Attachment(kind="location", url=text_at(location, "url"), name=", ".join(filter(None, names)))


def details_of(message: Message) -> dict[str, str]:
    kind = text_at(message, "interactive", "type")
    found = {
        "user_id": id_at(message, "from_user_id"),
        "choice": text_at(message, "interactive", kind, "id") or text_at(message, "button", "payload"),
        "flow": text_at(message, "interactive", "nfm_reply", "response_json"),
        "ad_id": text_at(message, "referral", "source_id"),
        "ad_title": text_at(message, "referral", "headline"),
        "group_id": id_at(message, "group_id"),
        "forwarded": "true" if value_at(message, "context", "forwarded") is True else "",
    }
    return {name: text for name, text in found.items() if text}
