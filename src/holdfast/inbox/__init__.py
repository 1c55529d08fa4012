"""What agents and programs see and may do: views of conversations, access, exports."""

from holdfast.inbox.access import Access, Principal, Role, Scope
from holdfast.inbox.calls import Calls, Finding, calls_of, judge_calls, note_calls
from holdfast.inbox.contacts import contacts_by_id, contacts_page, get_contact
from holdfast.inbox.conversations import (
    NOBODY,
    ViewFilter,
    Windows,
    conversations_by_id,
    conversations_page,
    get_conversation,
)
from holdfast.inbox.cursor import BadCursorError
from holdfast.inbox.export import UnknownConversationError, export, export_lines
from holdfast.inbox.happenings import Happening, happenings_after, with_subjects
from holdfast.inbox.kept import (
    breakers,
    channel_counts,
    commit_probe,
    count_refused,
    refused_counts,
    spool_position,
    unreadable_page,
)
from holdfast.inbox.messages import (
    attempts_of,
    get_message,
    messages_by_id,
    newest_page,
    thread_around,
    thread_page,
    thread_page_after,
)
from holdfast.inbox.store import conversation_of_address, open_counts
from holdfast.inbox.timers import SOON_MS, TimerView, timer_view

__all__ = [
    "NOBODY",
    "SOON_MS",
    "Access",
    "BadCursorError",
    "Calls",
    "Finding",
    "Happening",
    "Principal",
    "Role",
    "Scope",
    "TimerView",
    "UnknownConversationError",
    "ViewFilter",
    "Windows",
    "attempts_of",
    "breakers",
    "calls_of",
    "channel_counts",
    "commit_probe",
    "contacts_by_id",
    "contacts_page",
    "conversation_of_address",
    "conversations_by_id",
    "conversations_page",
    "count_refused",
    "export",
    "export_lines",
    "get_contact",
    "get_conversation",
    "get_message",
    "happenings_after",
    "judge_calls",
    "messages_by_id",
    "newest_page",
    "note_calls",
    "open_counts",
    "refused_counts",
    "spool_position",
    "thread_around",
    "thread_page",
    "thread_page_after",
    "timer_view",
    "unreadable_page",
    "with_subjects",
]
