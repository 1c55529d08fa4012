"""Our own web chat: visitors, their thread, and private links that bring a person here."""

from holdfast.portal.model import ChatRefusedError, NewVisitor, ThreadItem, ThreadPage, Visitor, Written
from holdfast.portal.portal import Portal

__all__ = [
    "ChatRefusedError",
    "NewVisitor",
    "Portal",
    "ThreadItem",
    "ThreadPage",
    "Visitor",
    "Written",
]
