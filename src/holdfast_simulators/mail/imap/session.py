"""One client's IMAP4rev1 session: read a command, let it suffer what faults are on, answer it."""

import asyncio
from contextlib import suppress

from holdfast_simulators.faults import Fault
from holdfast_simulators.mail.imap.commands import Action, Commands, Reply
from holdfast_simulators.mail.imap.grammar import BadCommandError, Command, parse_command
from holdfast_simulators.mail.imap.trouble import (
    COMMAND_KINDS,
    SIGN_IN_KINDS,
    UNAVAILABLE,
    Step,
    Trouble,
    trouble_of,
)
from holdfast_simulators.mail.imap.wire import TooLongError, Wire
from holdfast_simulators.mail.weather import READING, SIGNING_IN, Weather

BAD_COMMANDS_MAX = 25

OK_STATUS, REFUSED_STATUS, BAD_STATUS = 200, 503, 400
"""IMAP has no numbers; these stand for OK, NO and BAD in the log of calls."""


class Session:
    def __init__(self, *, wire: Wire, commands: Commands, weather: Weather) -> None:
        self._wire = wire
        self._commands = commands
        self._weather = weather
        self._bad = 0

    async def serve(self) -> None:
        """Serve until the client or the server ends the session. Connection errors end it quietly."""
        try:
            await self._converse()
        except (OSError, asyncio.IncompleteReadError):
            self._wire.abort()
        except TooLongError:
            with suppress(OSError):
                await self._commands.bye("The command is too long")

    async def _converse(self) -> None:
        if self._weather.certain(READING, {"server_error"}):
            await self._commands.bye(UNAVAILABLE)
            return
        await self._commands.greet()
        while not self._commands.over:
            line = await self._wire.read_command()
            if line is None:
                return
            await self._obey(line)

    async def _obey(self, line: bytes) -> None:
        tag = line.split(b" ", 1)[0].decode("ascii", errors="replace") or "*"
        try:
            command = parse_command(line)
            action = self._commands.action(command)
            reply = await self._carry_out(command, action)
        except BadCommandError as error:
            reply = await self._reproach(str(error))
        if reply is not None and not self._commands.over:
            await self._wire.say(f"{tag} {reply.status} {reply.text}")

    async def _reproach(self, complaint: str) -> Reply | None:
        self._bad += 1
        if self._bad > BAD_COMMANDS_MAX:
            await self._commands.bye("Too many commands that cannot be understood")
            return None
        return Reply("BAD", complaint)

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
            self._commands.over = True
            self._wire.abort()
            return None
        self._log(command, REFUSED_STATUS, fault)
        if trouble.step is Step.BYE:
            await self._commands.bye(trouble.text)
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
