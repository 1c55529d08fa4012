"""The shop's mailbox as its provider keeps it: bytes, flags and numbers that only rise."""

import asyncio
from dataclasses import dataclass, field

MESSAGES_MAX = 10_000
WATCHERS_MAX = 64

SEEN = "\\Seen"
DELETED = "\\Deleted"


class MailboxFullError(Exception):
    """The mailbox holds MESSAGES_MAX messages; the provider accepts no more."""


@dataclass
class StoredMail:
    """One message: `raw` is the RFC 5322 source with CRLF line ends, `arrived_ms` is Unix time."""

    uid: int
    raw: bytes
    arrived_ms: int
    flags: set[str] = field(default_factory=set)


class Mailbox:
    """Messages by UID in order of arrival. A message is named for ever by (`uid_validity`, UID)."""

    def __init__(self, *, uid_validity: int) -> None:
        self.uid_validity = uid_validity
        self.uid_next = 1
        self._messages: dict[int, StoredMail] = {}
        self._watchers: list[asyncio.Event] = []

    @property
    def uids(self) -> list[int]:
        return list(self._messages)

    @property
    def unseen(self) -> int:
        return sum(SEEN not in mail.flags for mail in self._messages.values())

    def find(self, uid: int) -> StoredMail | None:
        return self._messages.get(uid)

    def append(self, raw: bytes, *, at_ms: int) -> StoredMail:
        """Store a message and wake every watcher; raises MailboxFullError."""
        if len(self._messages) >= MESSAGES_MAX:
            raise MailboxFullError
        mail = StoredMail(uid=self.uid_next, raw=raw, arrived_ms=at_ms)
        self._messages[mail.uid] = mail
        self.uid_next += 1
        self._wake()
        return mail

    def remove(self, uid: int) -> None:
        self._messages.pop(uid, None)
        self._wake()

    def rebuild(self) -> None:
        """Give the mailbox a new UIDVALIDITY and number its messages anew, as after a restored backup."""
        kept = list(self._messages.values())
        self._messages = {}
        for uid, mail in enumerate(kept, start=1):
            mail.uid = uid
            self._messages[uid] = mail
        self.uid_next = len(kept) + 1
        self.uid_validity += 1
        self._wake()

    def watch(self) -> asyncio.Event:
        """Return an event that is set at every change; give it back with `unwatch`."""
        if len(self._watchers) >= WATCHERS_MAX:
            # The oldest watcher stops being told; IDLE promises nothing, clients also poll.
            self._watchers.pop(0)
        event = asyncio.Event()
        self._watchers.append(event)
        return event

    def unwatch(self, event: asyncio.Event) -> None:
        if event in self._watchers:
            self._watchers.remove(event)

    def _wake(self) -> None:
        for event in self._watchers:
            event.set()
