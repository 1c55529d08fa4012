"""Our own web chat: visitors, their thread, and private links that bring a person here."""

from holdfast.portal.model import ChatRefusedError, NewVisitor, ThreadItem, ThreadPage, Visitor, Written
from holdfast.portal.portal import Portal, continue_url

__all__ = [
    "ChatRefusedError",
    "NewVisitor",
    "Portal",
    "ThreadItem",
    "ThreadPage",
    "Visitor",
    "Written",
    "continue_url",
]
