"""What a send call asks for, checked against the platform's limits.

Source: developers.facebook.com, instagram-messaging/features/send-message.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from holdfast_simulators.meta.graph_errors import GraphError, bad_parameter

TEXT_BYTES_MAX = 1000
IMAGES_MAX = 10
QUICK_REPLIES_MAX = 13
QUICK_REPLY_TITLE_MAX = 20
ATTACHMENT_KINDS = frozenset(
    {"image", "video", "audio", "file", "like_heart", "MEDIA_SHARE", "template", "sticker"}
)
BAD_MESSAGE_DATA = 2534015
MEDIA_FETCH_FAILED = 2018008


@dataclass(frozen=True, kw_only=True)
class Content:
    text: str
    kind: str
    reply_to: str | None
    details: dict[str, Any]


def read_content(body: dict[str, Any]) -> Content:
    """Raises GraphError as the platform would."""
    message = body.get("message")
    if not isinstance(message, dict):
        raise bad_parameter("The parameter message is required.")
    text = message.get("text", "")
    if not isinstance(text, str):
        raise bad_parameter("Param message[text] must be a string.", BAD_MESSAGE_DATA)
    attachments = _attachments(message)
    _check_text(text, attachments)
    details: dict[str, Any] = {}
    if attachments:
        details["attachments"] = attachments
    if "quick_replies" in message:
        details["quick_replies"] = _quick_replies(message["quick_replies"])
    if isinstance(message.get("metadata"), str):
        details["metadata"] = message["metadata"]
    kind = attachments[0]["type"] if attachments else "text"
    return Content(text=text, kind=kind, reply_to=_reply_to(body), details=details)


def _check_text(text: str, attachments: list[dict[str, Any]]) -> None:
    if text and attachments:
        raise bad_parameter("Text and attachments are separate messages.", BAD_MESSAGE_DATA)
    if not text.strip() and not attachments:
        raise bad_parameter(
            "Message cannot be empty, must provide valid attachment or text", BAD_MESSAGE_DATA
        )
    if len(text.encode()) > TEXT_BYTES_MAX:
        raise bad_parameter(
            f"Length of param message[text] must be less than or equal to {TEXT_BYTES_MAX}", BAD_MESSAGE_DATA
        )


def _attachments(message: dict[str, Any]) -> list[dict[str, Any]]:
    one, several = message.get("attachment"), message.get("attachments")
    found = several if several is not None else ([one] if one is not None else [])
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise bad_parameter("Param message[attachment] must be an object.", BAD_MESSAGE_DATA)
    if len(found) > IMAGES_MAX:
        raise bad_parameter(f"At most {IMAGES_MAX} images can be sent at once.", BAD_MESSAGE_DATA)
    for item in found:
        _check_attachment(item)
    return found


def _check_attachment(item: dict[str, Any]) -> None:
    if item.get("type") not in ATTACHMENT_KINDS:
        raise bad_parameter("Param message[attachment][type] is unknown.", BAD_MESSAGE_DATA)
    if item["type"] == "like_heart":
        return
    payload = item.get("payload")
    if not isinstance(payload, dict):
        raise bad_parameter("Param message[attachment][payload] is required.", BAD_MESSAGE_DATA)
    url = payload.get("url")
    if url is not None and urlsplit(str(url)).scheme not in ("http", "https"):
        raise GraphError(
            code=100, subcode=MEDIA_FETCH_FAILED, message="Failed to fetch the file from the url."
        )


def _quick_replies(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list) or len(value) > QUICK_REPLIES_MAX:
        raise bad_parameter(f"At most {QUICK_REPLIES_MAX} quick replies are allowed.", BAD_MESSAGE_DATA)
    for reply in value:
        title = reply.get("title", "") if isinstance(reply, dict) else None
        if not isinstance(title, str) or len(title) > QUICK_REPLY_TITLE_MAX:
            raise bad_parameter("A quick reply's title is too long or missing.", BAD_MESSAGE_DATA)
    return value


def _reply_to(body: dict[str, Any]) -> str | None:
    reply_to = body.get("reply_to") or body["message"].get("reply_to")
    mid = reply_to.get("mid") if isinstance(reply_to, dict) else None
    return mid if isinstance(mid, str) else None
