"""A person's mail program, in the shape of every other line on their phone."""

from holdfast_simulators.accounts import AccountState
from holdfast_simulators.mail import MailSimulator
from holdfast_simulators.people import Message
from holdfast_simulators.phone_line import NotPossible, Writing
from holdfast_simulators.world import World


class MailLine:
    def __init__(self, world: World, mail: MailSimulator) -> None:
        self._world = world
        self._mail = mail

    async def writes(self, account: AccountState, address: str, writing: Writing) -> Message:
        person = self._world.people.owner("email", account.key, address)
        if writing.kind != "text" or person is None:
            raise NotPossible("Only text can be mailed from here.")
        written = await self._mail.person_writes(person.id, writing.text, subject=writing.subject)
        message = self._world.message(written)
        if message is None:
            raise LookupError(written)
        return message

    async def sees(self, account: AccountState, address: str) -> int:
        thread = self._world.thread("email", account.key, address)
        fresh = [m for m in thread.messages if m.direction == "in" and m.state != "seen"]
        for message in fresh:
            message.state = "seen"
            self._world.changed(message)
        return len(fresh)

    async def unsends(self, message: Message) -> None:
        del message
        raise NotPossible("Mail cannot be unsent.", "message_id")

    async def edits(self, message: Message, text: str) -> None:
        del message, text
        raise NotPossible("Mail cannot be edited.", "message_id")

    async def reacts(self, message: Message, emoji: str | None) -> None:
        del message, emoji
        raise NotPossible("Mail has no reactions.", "message_id")
