"""A client of Direct for programs: bots, tests, other services. It knows the protocol document and nothing of the hub.

>>> async with Client("https://hub.example.org", token) as client:
...     async with client.stream() as stream:
...         async for change in stream:
...             if isinstance(change, MessageChanged) and change.message.author != stream.me.id:
...                 await stream.send(change.thread, f"You said: {change.message.text}")
"""

from holdfast.client.calls import Client
from holdfast.client.errors import DirectError
from holdfast.client.kept import Kept
from holdfast.client.model import (
    Attachment,
    Card,
    Changes,
    Gone,
    Me,
    MeChanged,
    Message,
    MessageChanged,
    MessagePage,
    Presence,
    ReceiptChanged,
    SignedIn,
    Thread,
    ThreadChanged,
    ThreadPage,
    Typing,
    Written,
)
from holdfast.client.stream import Stream

__all__ = [
    "Attachment",
    "Card",
    "Changes",
    "Client",
    "DirectError",
    "Gone",
    "Kept",
    "Me",
    "MeChanged",
    "Message",
    "MessageChanged",
    "MessagePage",
    "Presence",
    "ReceiptChanged",
    "SignedIn",
    "Stream",
    "Thread",
    "ThreadChanged",
    "ThreadPage",
    "Typing",
    "Written",
]
