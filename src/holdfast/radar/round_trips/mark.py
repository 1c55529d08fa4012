"""By what a message between our own accounts is known again: its words bear a mark that only this hub can make.

So it is known without a look into the store, however late it comes, and nobody else can hide a message so.
"""

import hashlib
import hmac
import re
from typing import Final

from holdfast.channels.contract import InboundEvent, MessageEchoed, MessageReceived, ReceiptArrived

PREFIX: Final = "rt"
MAC_CHARACTERS: Final = 16
_MARK: Final = re.compile(r"\b(rt_[0-9A-HJKMNP-TV-Z]{26})-([0-9a-f]{16})\b", re.ASCII)


class Marks:
    """``key`` is the hub's own; all nodes of a hub have the same."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def text(self, trip_id: str) -> str:
        """What the message says: in one part of a text message, with letters that every network carries."""
        return f"Test between our own accounts, please ignore: {trip_id}-{self._mac(trip_id)}"

    def trip_in(self, text: str) -> str:
        """The id of the trip that a text bears the mark of, or nothing."""
        found = _MARK.search(text)
        if not found:
            return ""
        trip_id, mac = found.groups()
        return trip_id if hmac.compare_digest(mac, self._mac(trip_id)) else ""

    def trip_of(self, event: InboundEvent) -> str:
        """The trip that an event speaks of, or nothing where it is of a person's conversation."""
        match event:
            case MessageReceived(text=text) | MessageEchoed(text=text):
                return self.trip_in(text)
            case ReceiptArrived(correlation=correlation) if correlation.startswith(f"{PREFIX}_"):
                return correlation
            case _:
                return ""

    def _mac(self, trip_id: str) -> str:
        return hmac.new(self._key, trip_id.encode(), hashlib.sha256).hexdigest()[:MAC_CHARACTERS]
