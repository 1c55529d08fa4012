"""How many messages people write, hour by hour."""

from holdfast.conversations.volume.store import HOUR_MS, messages_by_hour

__all__ = ["HOUR_MS", "messages_by_hour"]
