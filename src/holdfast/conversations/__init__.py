"""People, their addresses and conversations, and the applier that fills them from the spool."""

from holdfast.conversations.actions import Conversations
from holdfast.conversations.applier import Applier
from holdfast.conversations.apply_event import Change, Settlement, change_message
from holdfast.conversations.history_reader import HistoryReader
from holdfast.conversations.joining import Beside, Pair
from holdfast.conversations.mail_reader import MailReader
from holdfast.conversations.model import BUSINESS, AddressTakenError, NewAddress, UnknownContactError
from holdfast.conversations.people import Person, conversation_changed, ensure_conversation, person_at
from holdfast.conversations.store import (
    conversation_answered,
    edit_message,
    set_reaction,
    take_parked,
    unsend_message,
)

__all__ = [
    "BUSINESS",
    "AddressTakenError",
    "Applier",
    "Beside",
    "Change",
    "Conversations",
    "HistoryReader",
    "MailReader",
    "NewAddress",
    "Pair",
    "Person",
    "Settlement",
    "UnknownContactError",
    "change_message",
    "conversation_answered",
    "conversation_changed",
    "edit_message",
    "ensure_conversation",
    "person_at",
    "set_reaction",
    "take_parked",
    "unsend_message",
]
