"""The commands of IMAP4rev1 (RFC 3501, with RFC 2177 IDLE) on an inbox and a folder of sent mail."""

import asyncio
import base64
import binascii
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from holdfast_simulators.mail.imap.folder import Folder
from holdfast_simulators.mail.imap.grammar import BadCommandError, Command, Token, as_list, text
from holdfast_simulators.mail.imap.trouble import UNAVAILABLE
from holdfast_simulators.mail.imap.wire import Wire
from holdfast_simulators.mail.mailbox import Mailbox
from holdfast_simulators.mail.weather import READING, Weather
from holdfast_simulators.settings import MailAccount

IDLE_LOOK_SECONDS = 0.5
"""How often a waiting session looks whether its provider has failed meanwhile."""

INBOX = "INBOX"
SENT = "Sent"


class State(IntEnum):
    CONNECTED = 0
    SIGNED_IN = 1
    SELECTED = 2


@dataclass(frozen=True)
class Reply:
    """The tagged answer: OK, NO or BAD and a text."""

    status: str
    text: str


Action = Callable[[Command], Awaitable[Reply]]

DONE = Reply("OK", "Completed")
UNKNOWN_FOLDER = Reply("NO", "[NONEXISTENT] There is no such folder")


class Commands:
    """What one client has signed in to and selected, and what each command does with it."""

    def __init__(
        self,
        *,
        wire: Wire,
        mailbox: Mailbox,
        account: MailAccount,
        weather: Weather,
        may_sign_in: bool,
        sent: Mailbox | None = None,
    ) -> None:
        """`may_sign_in` is false on a connection in clear that the settings do not allow."""
        self.over = False
        self._wire = wire
        self._mailbox = mailbox
        self._mailboxes = {INBOX: mailbox, **({SENT.upper(): sent} if sent else {})}
        self._account = account
        self._weather = weather
        self._may_sign_in = may_sign_in
        self._state = State.CONNECTED
        self._folder: Folder | None = None

    async def greet(self) -> None:
        await self._untagged(f"OK [CAPABILITY {self._capabilities()}] Ready")

    async def bye(self, reason: str) -> None:
        """Say that the session is over; its connection is closed by whoever serves it."""
        self.over = True
        await self._untagged(f"BYE {reason}")

    def action(self, command: Command) -> Action:
        """Find what carries the command out; raises BadCommandError when it is unknown or too early."""
        least, action = self._actions().get(command.name, (State.CONNECTED, None))
        if action is None:
            raise BadCommandError(f"Unknown command {command.name[:20]}")
        if self._state < least:
            raise BadCommandError("Not now: sign in and select a folder first")
        return action

    def _actions(self) -> dict[str, tuple[State, Action]]:
        reading = dict.fromkeys(
            ("SEARCH", "FETCH", "STORE", "UID SEARCH", "UID FETCH", "UID STORE"), self._in_folder
        )
        return {
            "CAPABILITY": (State.CONNECTED, self._capability),
            "LOGOUT": (State.CONNECTED, self._logout),
            "LOGIN": (State.CONNECTED, self._login),
            "AUTHENTICATE": (State.CONNECTED, self._authenticate),
            "NOOP": (State.CONNECTED, self._noop),
            "SELECT": (State.SIGNED_IN, self._select),
            "EXAMINE": (State.SIGNED_IN, self._select),
            "STATUS": (State.SIGNED_IN, self._status),
            "LIST": (State.SIGNED_IN, self._list),
            "LSUB": (State.SIGNED_IN, self._list),
            "IDLE": (State.SIGNED_IN, self._idle),
            "CHECK": (State.SELECTED, self._noop),
            "CLOSE": (State.SELECTED, self._close),
            "UNSELECT": (State.SELECTED, self._close),
            "EXPUNGE": (State.SELECTED, self._expunge),
            **{name: (State.SELECTED, action) for name, action in reading.items()},
        }

    async def _capability(self, _command: Command) -> Reply:
        await self._untagged(f"CAPABILITY {self._capabilities()}")
        return DONE

    def _capabilities(self) -> str:
        return f"IMAP4rev1 IDLE UNSELECT SPECIAL-USE LITERAL+ {'AUTH=PLAIN' if self._may_sign_in else 'LOGINDISABLED'}"

    async def _logout(self, command: Command) -> Reply:
        await self.bye("Until next time")
        await self._wire.say(f"{command.tag} OK Signed out")
        return DONE

    async def _noop(self, _command: Command) -> Reply:
        await self._news()
        return DONE

    async def _login(self, command: Command) -> Reply:
        user, password = (text(token) for token in _exactly(command, 2))
        return self._sign_in(user, password)

    async def _authenticate(self, command: Command) -> Reply:
        if not command.arguments or text(command.arguments[0]).upper() != "PLAIN":
            return Reply("NO", "Only PLAIN is known here")
        if len(command.arguments) > 1:
            return self._sign_in(*_plain_credentials(text(command.arguments[1]).encode()))
        await self._wire.say("+ ")
        return self._sign_in(*_plain_credentials(await self._wire.read_line() or b""))

    def _sign_in(self, user: str, password: str) -> Reply:
        if not self._may_sign_in:
            return Reply("NO", "[PRIVACYREQUIRED] Sign in over TLS only")
        if (user, password) != (self._account.user, self._account.password):
            return Reply("NO", "[AUTHENTICATIONFAILED] Invalid credentials")
        self._state = State.SIGNED_IN
        return Reply("OK", "Signed in")

    async def _select(self, command: Command) -> Reply:
        mailbox = self._mailboxes.get(text(_exactly(command, 1)[0]).upper())
        if mailbox is None:
            return UNKNOWN_FOLDER
        self._folder = Folder(mailbox, writable=command.name == "SELECT")
        self._state = State.SELECTED
        await self._wire.send(self._folder.description())
        mode = "READ-WRITE" if self._folder.writable else "READ-ONLY"
        return Reply("OK", f"[{mode}] Selected")

    async def _status(self, command: Command) -> Reply:
        name, items = _exactly(command, 2)
        mailbox = self._mailboxes.get(text(name).upper())
        if mailbox is None:
            return UNKNOWN_FOLDER
        counts = Folder(mailbox, writable=False).counts()
        wanted = [text(item).upper() for item in as_list(items)]
        if unknown := [item for item in wanted if item not in counts]:
            raise BadCommandError(f"Unknown item {unknown[0][:20]}")
        await self._untagged(f"STATUS {text(name)} ({' '.join(f'{item} {counts[item]}' for item in wanted)})")
        return DONE

    async def _list(self, command: Command) -> Reply:
        pattern = text(_exactly(command, 2)[1]).upper()
        if not pattern:
            await self._untagged(f'{command.name} (\\Noselect) "/" ""')
        for folder, flags in ((INBOX, ""), (SENT, " \\Sent")):
            if folder.upper() in self._mailboxes and pattern in {"*", "%", folder.upper()}:
                await self._untagged(f'{command.name} (\\HasNoChildren{flags}) "/" "{folder}"')
        return DONE

    async def _close(self, command: Command) -> Reply:
        folder = self._selected()
        if command.name == "CLOSE" and folder.writable:
            folder.expunge()
        self._folder = None
        self._state = State.SIGNED_IN
        return DONE

    async def _expunge(self, _command: Command) -> Reply:
        folder = self._selected()
        if not folder.writable:
            return Reply("NO", "The folder was opened for reading only")
        folder.expunge()
        await self._news()
        return DONE

    async def _in_folder(self, command: Command) -> Reply:
        if command.name.startswith("UID "):
            # Expunged numbers may not be told during the three commands that speak in sequence numbers.
            await self._news()
        folder = self._selected()
        if command.name.endswith("STORE") and not folder.writable:
            return Reply("NO", "The folder was opened for reading only")
        for response in folder.perform(command):
            await self._wire.send(response)
        return DONE

    async def _idle(self, _command: Command) -> Reply:
        changed = self._mailbox.watch()
        await self._wire.say("+ idling")
        ended = asyncio.ensure_future(self._wire.read_line())
        try:
            while not ended.done() and not self.over:
                await self._wait_for_news(ended, changed)
            line = b"" if self.over else await ended
        finally:
            ended.cancel()
            self._mailbox.unwatch(changed)
        if line is None:
            self.over = True
        elif line.strip().upper() != b"DONE":
            raise BadCommandError("Only DONE ends IDLE")
        return DONE

    async def _wait_for_news(self, ended: "asyncio.Future[bytes | None]", changed: asyncio.Event) -> None:
        await self._news()
        changed.clear()
        waiting = asyncio.ensure_future(changed.wait())
        either: set[asyncio.Future[Any]] = {ended, waiting}
        await asyncio.wait(either, timeout=IDLE_LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if self._weather.certain(READING, {"server_error"}):
            await self.bye(UNAVAILABLE)

    def _selected(self) -> Folder:
        if self._folder is None:
            raise BadCommandError("Select a folder first")
        return self._folder

    async def _news(self) -> None:
        """Tell what was added and removed since the client last heard of it."""
        if self._folder is None:
            return
        if self._folder.is_outdated:
            await self.bye("The mailbox was rebuilt")
            return
        if news := self._folder.news():
            await self._wire.send(news)

    async def _untagged(self, line: str) -> None:
        await self._wire.say(f"* {line}")


def _exactly(command: Command, count: int) -> list[Token]:
    if len(command.arguments) != count:
        raise BadCommandError(f"{command.name} takes {count} arguments")
    return command.arguments


def _plain_credentials(encoded: bytes) -> tuple[str, str]:
    """Split what SASL PLAIN sends: identity, user and password between zero octets (RFC 4616)."""
    try:
        _identity, user, password = base64.b64decode(encoded.strip(), validate=True).decode().split("\0")
    except (binascii.Error, ValueError) as error:
        raise BadCommandError("The credentials cannot be decoded") from error
    return user, password
