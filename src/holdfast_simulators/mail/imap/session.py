"""One client's IMAP4rev1 session (RFC 3501, with RFC 2177 IDLE) on a mailbox that has one folder."""

import asyncio
import base64
import binascii
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from holdfast_simulators.faults import Fault
from holdfast_simulators.mail.imap.folder import Folder
from holdfast_simulators.mail.imap.grammar import (
    BadCommandError,
    Command,
    Token,
    as_list,
    parse_command,
    text,
)
from holdfast_simulators.mail.imap.trouble import (
    COMMAND_KINDS,
    SIGN_IN_KINDS,
    UNAVAILABLE,
    Step,
    Trouble,
    trouble_of,
)
from holdfast_simulators.mail.imap.wire import TooLongError, Wire
from holdfast_simulators.mail.mailbox import Mailbox
from holdfast_simulators.mail.weather import READING, SIGNING_IN, Weather
from holdfast_simulators.settings import MailAccount

BAD_COMMANDS_MAX = 25
IDLE_LOOK_SECONDS = 0.5
"""How often a waiting session looks whether its provider has failed meanwhile."""

INBOX = "INBOX"
OK_STATUS, REFUSED_STATUS, BAD_STATUS = 200, 503, 400
"""IMAP has no numbers; these stand for OK, NO and BAD in the log of calls."""


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
UNKNOWN_FOLDER = Reply("NO", "[NONEXISTENT] There is only INBOX")


class Session:
    def __init__(
        self, *, wire: Wire, mailbox: Mailbox, account: MailAccount, weather: Weather, may_sign_in: bool
    ) -> None:
        """`may_sign_in` is false on a connection in clear that the settings do not allow."""
        self._wire = wire
        self._mailbox = mailbox
        self._account = account
        self._weather = weather
        self._may_sign_in = may_sign_in
        self._state = State.CONNECTED
        self._folder: Folder | None = None
        self._over = False
        self._bad = 0

    async def serve(self) -> None:
        """Serve until the client or the server ends the session. Connection errors end it quietly."""
        try:
            await self._converse()
        except (OSError, asyncio.IncompleteReadError):
            self._wire.abort()
        except TooLongError:
            await self._untagged("BYE The command is too long")

    async def _converse(self) -> None:
        if self._weather.certain(READING, {"server_error"}):
            await self._bye(UNAVAILABLE)
            return
        await self._untagged(f"OK [CAPABILITY {self._capabilities()}] Ready")
        while not self._over:
            line = await self._wire.read_command()
            if line is None:
                return
            await self._obey(line)

    async def _obey(self, line: bytes) -> None:
        tag = line.split(b" ", 1)[0].decode("ascii", errors="replace") or "*"
        try:
            command = parse_command(line)
            action = self._action(command)
            reply = await self._carry_out(command, action)
        except BadCommandError as error:
            reply = await self._reproach(str(error))
        if reply is not None and not self._over:
            await self._send(f"{tag} {reply.status} {reply.text}")

    async def _reproach(self, complaint: str) -> Reply | None:
        self._bad += 1
        if self._bad > BAD_COMMANDS_MAX:
            await self._bye("Too many commands that cannot be understood")
            return None
        return Reply("BAD", complaint)

    def _action(self, command: Command) -> Action:
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

    # Faults

    async def _carry_out(self, command: Command, action: Action) -> Reply | None:
        fault = self._fault_for(command)
        if fault is None:
            return await self._logged(command, action, None)
        trouble = trouble_of(fault, coin=self._weather.coin())
        return await self._suffer(command, action, fault, trouble)

    def _fault_for(self, command: Command) -> Fault | None:
        if command.name in {"LOGOUT", "CAPABILITY"}:
            return None
        if command.name in {"LOGIN", "AUTHENTICATE"}:
            return self._weather.strike((SIGNING_IN, *READING), SIGN_IN_KINDS)
        return self._weather.strike(READING, COMMAND_KINDS)

    async def _suffer(self, command: Command, action: Action, fault: Fault, trouble: Trouble) -> Reply | None:
        if trouble.step is Step.WAIT:
            await self._weather.wait(fault)
            return await self._logged(command, action, fault)
        if trouble.step is Step.CUT:
            self._log(command, None, fault)
            self._over = True
            self._wire.abort()
            return None
        self._log(command, REFUSED_STATUS, fault)
        if trouble.step is Step.BYE:
            await self._bye(trouble.text)
            return None
        return Reply("NO", trouble.text)

    async def _logged(self, command: Command, action: Action, fault: Fault | None) -> Reply:
        reply = await action(command)
        if command.name not in {"NOOP", "CAPABILITY", "LOGOUT"}:
            status = {"OK": OK_STATUS, "NO": REFUSED_STATUS}.get(reply.status, BAD_STATUS)
            self._log(command, status, fault)
        return reply

    def _log(self, command: Command, status: int | None, fault: Fault | None) -> None:
        self._weather.log(method="IMAP", path=command.name, status=status, effect=False, fault=fault)

    # Commands of any state

    async def _capability(self, _command: Command) -> Reply:
        await self._untagged(f"CAPABILITY {self._capabilities()}")
        return DONE

    def _capabilities(self) -> str:
        return f"IMAP4rev1 IDLE UNSELECT LITERAL+ {'AUTH=PLAIN' if self._may_sign_in else 'LOGINDISABLED'}"

    async def _logout(self, command: Command) -> Reply:
        await self._bye("Until next time")
        await self._send(f"{command.tag} OK Signed out")
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
        await self._send("+ ")
        return self._sign_in(*_plain_credentials(await self._wire.read_line() or b""))

    def _sign_in(self, user: str, password: str) -> Reply:
        if not self._may_sign_in:
            return Reply("NO", "[PRIVACYREQUIRED] Sign in over TLS only")
        if (user, password) != (self._account.user, self._account.password):
            return Reply("NO", "[AUTHENTICATIONFAILED] Invalid credentials")
        self._state = State.SIGNED_IN
        return Reply("OK", "Signed in")

    # Folders

    async def _select(self, command: Command) -> Reply:
        if text(_exactly(command, 1)[0]).upper() != INBOX:
            return UNKNOWN_FOLDER
        self._folder = Folder(self._mailbox, writable=command.name == "SELECT")
        self._state = State.SELECTED
        await self._wire.send(self._folder.description())
        mode = "READ-WRITE" if self._folder.writable else "READ-ONLY"
        return Reply("OK", f"[{mode}] Selected")

    async def _status(self, command: Command) -> Reply:
        name, items = _exactly(command, 2)
        if text(name).upper() != INBOX:
            return UNKNOWN_FOLDER
        counts = Folder(self._mailbox, writable=False).counts()
        wanted = [text(item).upper() for item in as_list(items)]
        if unknown := [item for item in wanted if item not in counts]:
            raise BadCommandError(f"Unknown item {unknown[0][:20]}")
        await self._untagged(f"STATUS INBOX ({' '.join(f'{item} {counts[item]}' for item in wanted)})")
        return DONE

    async def _list(self, command: Command) -> Reply:
        pattern = text(_exactly(command, 2)[1]).upper()
        if not pattern:
            await self._untagged(f'{command.name} (\\Noselect) "/" ""')
        elif pattern in {"*", "%", INBOX}:
            await self._untagged(f'{command.name} (\\HasNoChildren) "/" "INBOX"')
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
        await self._send("+ idling")
        ended = asyncio.ensure_future(self._wire.read_line())
        try:
            while not ended.done() and not self._over:
                await self._wait_for_news(ended, changed)
            line = b"" if self._over else await ended
        finally:
            ended.cancel()
            self._mailbox.unwatch(changed)
        if line is None:
            self._over = True
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
            await self._bye(UNAVAILABLE)

    # Answers

    def _selected(self) -> Folder:
        if self._folder is None:
            raise BadCommandError("Select a folder first")
        return self._folder

    async def _news(self) -> None:
        """Tell what was added and removed since the client last heard of it."""
        if self._folder is None:
            return
        if self._folder.is_outdated:
            await self._bye("The mailbox was rebuilt")
            return
        if news := self._folder.news():
            await self._wire.send(news)

    async def _bye(self, reason: str) -> None:
        self._over = True
        await self._untagged(f"BYE {reason}")

    async def _untagged(self, line: str) -> None:
        await self._send(f"* {line}")

    async def _send(self, line: str) -> None:
        await self._wire.send(line.encode("utf-8", errors="surrogateescape") + b"\r\n")


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
