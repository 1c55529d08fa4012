"""A member's thread with the business: their conversation, as far as it is theirs to see."""

from holdfast.portal.business.changes import told
from holdfast.portal.business.viewing import (
    Standing,
    conversation_page,
    found,
    history_of,
    standings,
    thread_of,
    threads_of,
)

__all__ = [
    "Standing",
    "conversation_page",
    "found",
    "history_of",
    "standings",
    "thread_of",
    "threads_of",
    "told",
]
