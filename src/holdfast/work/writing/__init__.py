"""What helps agents to write: canned replies, drafts, replies that leave later; and the views they keep."""

from holdfast.work.writing.later import LaterReplies
from holdfast.work.writing.model import CannedReply, Draft, LaterReply, NewLater, SavedView
from holdfast.work.writing.shelf import WritingShelf

__all__ = ["CannedReply", "Draft", "LaterReplies", "LaterReply", "NewLater", "SavedView", "WritingShelf"]
