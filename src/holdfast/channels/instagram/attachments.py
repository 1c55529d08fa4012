"""Instagram's many kinds of attachments, as the few that people tell apart."""

from collections.abc import Mapping
from typing import Any, Final

from holdfast.channels.contract import Attachment
from holdfast.channels.untrusted import id_at, items_at, object_at, text_at

ATTACHMENTS_MAX: Final = 50

_KINDS: Final[Mapping[str, str]] = {
    "image": "image",
    "video": "video",
    "audio": "audio",
    "file": "file",
    "sticker": "sticker",
    "like_heart": "sticker",
    "story": "story",
    "ig_story": "story",
    "story_mention": "story",
    "share": "post",
    "post": "post",
    "ig_post": "post",
    "reel": "post",
    "ig_reel": "post",
}
_NAMES: Final[Mapping[str, str]] = {
    "like_heart": "❤️",
    "story_mention": "mentioned us in their story",
    "ephemeral": "a photo or video that can be seen once",
    "template": "a template",
    "fallback": "a link",
}
_HISTORY_LINKS: Final = (("image", "image_data"), ("video", "video_data"))


def webhook_attachments(message: Mapping[str, Any]) -> tuple[Attachment, ...]:
    return tuple(_from_webhook(item) for item in items_at(message, "attachments")[:ATTACHMENTS_MAX])


def _from_webhook(item: Any) -> Attachment:
    kind = text_at(item, "type")
    payload = object_at(item, "payload")
    return Attachment(
        kind=_KINDS.get(kind, "other"),
        url=text_at(payload, "url"),
        name=text_at(payload, "title") or _NAMES.get(kind, "" if kind in _KINDS else kind),
        media_id=id_at(payload, "reel_video_id") or id_at(payload, "id"),
    )


def history_attachments(message: Mapping[str, Any]) -> tuple[Attachment, ...]:
    return tuple(_from_history(item) for item in items_at(message, "attachments", "data")[:ATTACHMENTS_MAX])


def _from_history(item: Any) -> Attachment:
    for kind, place in _HISTORY_LINKS:
        url = text_at(item, place, "url")
        if url:
            return Attachment(kind=kind, url=url, media_id=id_at(item, "id"))
    mime = text_at(item, "mime_type")
    kind = mime.partition("/")[0]
    return Attachment(
        kind=kind if kind in ("image", "video", "audio") else "file",
        url=text_at(item, "file_url"),
        name=text_at(item, "name"),
        mime=mime,
        media_id=id_at(item, "id"),
    )
