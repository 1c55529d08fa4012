"""What the spool keeps of a member's doing in the thread with the business."""

from typing import Any, Final

import msgspec

SOURCE: Final = "direct"


class ChatBody(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Read by the Direct adapter."""

    id: str
    visitor: str
    at: int
    kind: str
    name: str = ""
    text: str = ""
    reply_to: str = ""
    emoji: str = ""
    attachments: list[dict[str, Any]] = []
