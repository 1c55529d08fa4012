"""Reading our mailbox by IMAP, from a cursor of our own: people read the same mailbox.

The cursor is ``UIDVALIDITY:UID``. The caller stores what it got durably, then the cursor; a crash between
the two reads the same mail twice, which its Message-ID folds. When the server renumbers (UIDVALIDITY),
everything is read again for the same reason.
"""

import asyncio
import contextlib
import imaplib
import re
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from enum import Enum
from typing import Any, Final, TypeVar

import msgspec
from imap_tools import (
    AND,
    BaseMailBox,
    Header,
    ImapToolsError,
    MailBox,
    MailboxLoginError,
    MailBoxStartTls,
    MailBoxUnencrypted,
)

from holdfast.channels.contract import ErrorClass
from holdfast.channels.email.settings import EmailSettings

SENT_MARK: Final = "\\Sent"
MAILS_PER_POLL: Final = 50
CLOSE_SECONDS: Final = 1.0
POLL_BYTES_MAX: Final = 32 * 1024 * 1024
MAIL_BYTES_MAX: Final = 25 * 1024 * 1024
"""Of a larger mail only the head is read."""

_SIZE: Final = re.compile(rb"UID (\d+).*?RFC822\.SIZE (\d+)|RFC822\.SIZE (\d+).*?UID (\d+)", re.DOTALL)
_TROUBLE: Final = (ImapToolsError, imaplib.IMAP4.error, OSError, EOFError)

Result = TypeVar("Result")


class MailboxUnavailableError(Exception):
    def __init__(self, error_class: ErrorClass, reason: str) -> None:
        super().__init__(reason)
        self.error_class = error_class


class Kept(Enum):
    """What a folder of sent mail tells of one mail; unknown where the server keeps none of ours."""

    FOUND = "found"
    ABSENT = "absent"
    UNKNOWN = "unknown"


class PolledMail(msgspec.Struct, frozen=True):
    """Raw mails, oldest first, and the cursor after them; ``more`` says that others are waiting."""

    bodies: tuple[bytes, ...]
    cursor: str
    more: bool = False


class Mailbox:
    """One connection, kept open between polls, used by one thread of its own."""

    def __init__(self, settings: EmailSettings) -> None:
        self._settings = settings
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mailbox")
        self._box: BaseMailBox | None = None

    async def poll(self, after: str) -> PolledMail:
        """What came after a cursor ("" at the very first look); raises MailboxUnavailableError."""
        return await self._in_thread(lambda: self._poll(after))

    async def find_sent(self, message_id: str, *, ours: str, since: date) -> Kept:
        """Whether a mail of ours is in the folder of sent mail; raises MailboxUnavailableError.

        ``ours`` begins the Message-ID of every mail that we send; ``since`` bounds how far back others count.
        """
        return await self._in_thread(lambda: self._find_sent(message_id, ours, since))

    async def look(self) -> None:
        """Open the mailbox and read nothing; raises MailboxUnavailableError."""
        await self._in_thread(self._uid_validity)

    async def close(self) -> None:
        leaving = asyncio.get_running_loop().run_in_executor(self._thread, self._disconnect)
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await asyncio.shield(leaving)
        except TimeoutError:
            self._cut()
        self._thread.shutdown(wait=False)

    def _cut(self) -> None:
        """End a read that hangs; a stop of the hub must not wait for a mail server."""
        box = self._box
        if box is not None:
            with contextlib.suppress(OSError):
                box.client.sock.shutdown(socket.SHUT_RDWR)

    async def _in_thread(self, action: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._guarded, action)

    def _guarded(self, action: Callable[[], Result]) -> Result:
        try:
            return action()
        except MailboxLoginError as error:
            self._disconnect()
            raise MailboxUnavailableError(*_sign_in_failure(str(error))) from error
        except _TROUBLE as error:
            self._disconnect()
            reason = f"The mailbox cannot be read: {type(error).__name__}: {error}"
            raise MailboxUnavailableError(_trouble_class(error), reason) from error

    def _poll(self, after: str) -> PolledMail:
        validity = self._uid_validity()
        last = self._last_uid(after, validity)
        waiting = sorted(uid for uid in map(int, self._open().uids(f"UID {last + 1}:*")) if uid > last)
        sized = fitting(self._sizes(waiting[:MAILS_PER_POLL]))
        wanted = [uid for uid, _ in sized]
        fetched = (self._raw(uid, size) for uid, size in sized)
        return PolledMail(
            bodies=tuple(raw for raw in fetched if raw),
            cursor=f"{validity}:{wanted[-1] if wanted else last}",
            more=len(waiting) > len(wanted),
        )

    def _find_sent(self, message_id: str, ours: str, since: date) -> Kept:
        folder = self._settings.sent_folder or self._sent_folder()
        if not folder:
            return Kept.UNKNOWN
        box = self._open()
        box.folder.set(folder, readonly=True)
        if box.uids(AND(header=Header("Message-ID", message_id))):
            return Kept.FOUND
        # Other clients keep their own mail there, too: only mail that Holdfast sent shows that the server does.
        kept = box.uids(AND(header=Header("Message-ID", ours), date_gte=since))
        return Kept.ABSENT if kept else Kept.UNKNOWN

    def _sent_folder(self) -> str:
        """The folder that the server marks as holding sent mail (RFC 6154), if there is one."""
        marked = (info.name for info in self._open().folder.list() if SENT_MARK in info.flags)
        return next(marked, "")

    def _last_uid(self, after: str, validity: int) -> int:
        known, _, uid = after.partition(":")
        if known == str(validity) and uid.isdigit():
            return int(uid)
        if after or self._settings.read_existing:
            return 0
        return max(map(int, self._open().uids("ALL")), default=0)

    def _uid_validity(self) -> int:
        """Open the folder afresh, which also shows what has come since, and read its UIDVALIDITY."""
        box = self._open()
        box.folder.set(self._settings.folder, readonly=True)
        values = box.client.response("UIDVALIDITY")[1]
        return int(values[-1]) if values and values[-1] else 0

    def _sizes(self, uids: Sequence[int]) -> list[tuple[int, int]]:
        if not uids:
            return []
        answer = self._fetch(",".join(map(str, uids)), "(UID RFC822.SIZE)")
        sizes = {}
        for line in answer:
            found = _SIZE.search(line if isinstance(line, bytes) else b"")
            if found:
                uid, size, other_size, other_uid = found.groups()
                sizes[int(uid or other_uid)] = int(size or other_size)
        return [(uid, sizes.get(uid, 0)) for uid in uids]

    def _raw(self, uid: int, size: int) -> bytes:
        """One mail; empty where it has vanished in the meantime."""
        part = "BODY.PEEK[]" if size <= MAIL_BYTES_MAX else "BODY.PEEK[HEADER]"
        answer = self._fetch(str(uid), f"({part})")
        return next((bytes(item[1]) for item in answer if isinstance(item, tuple)), b"")

    def _fetch(self, uids: str, what: str) -> list[Any]:
        word, answer = self._open().client.uid("FETCH", uids, what)
        if word != "OK":
            raise imaplib.IMAP4.error(f"FETCH was answered {word}")
        return list(answer)

    def _open(self) -> BaseMailBox:
        if self._box is None:
            box = self._connect()
            self._box = box
            box.login(self._settings.imap_user, self._settings.imap_password.reveal(), initial_folder=None)
        return self._box

    def _connect(self) -> BaseMailBox:
        settings = self._settings
        where = (settings.imap_host, settings.imap_port, settings.timeout_seconds)
        if settings.imap_security == "tls":
            return MailBox(*where)
        if settings.imap_security == "starttls":
            return MailBoxStartTls(*where)
        return MailBoxUnencrypted(*where)

    def _disconnect(self) -> None:
        box, self._box = self._box, None
        if box is None:
            return
        with contextlib.suppress(*_TROUBLE):
            box.client.logout()
        with contextlib.suppress(*_TROUBLE):
            box.client.shutdown()


def fitting(sized: Sequence[tuple[int, int]]) -> Sequence[tuple[int, int]]:
    """The first mails, by (UID, bytes), that may be in memory together; at least one."""
    total = 0
    for number, (_, size) in enumerate(sized):
        total += size
        if total > POLL_BYTES_MAX and number:
            return sized[:number]
    return sized


def _sign_in_failure(text: str) -> tuple[ErrorClass, str]:
    # RFC 5530: a server may also refuse a sign-in because it is unwell.
    unwell = "UNAVAILABLE" in text.upper() or "INUSE" in text.upper() or "LIMIT" in text.upper()
    return (ErrorClass.PLATFORM if unwell else ErrorClass.TOKEN), f"The mailbox refuses our sign-in: {text}"


def _trouble_class(error: Exception) -> ErrorClass:
    network = isinstance(error, OSError) and not isinstance(error, imaplib.IMAP4.error)
    return ErrorClass.NETWORK if network else ErrorClass.PLATFORM
