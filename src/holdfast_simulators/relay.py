"""Accounts of the business that write to each other: to each the other is a person like any else."""

from collections.abc import Mapping

from holdfast_simulators.accounts import AccountState
from holdfast_simulators.people import Message
from holdfast_simulators.phone_line import PhoneLine, Writing
from holdfast_simulators.world import World

CARRY_SECONDS = (0.05, 0.4)


class Relay:
    """What one account writes to another reaches that one as a person's message, by its own webhook."""

    def __init__(self, world: World, phones: Mapping[str, PhoneLine]) -> None:
        self._world = world
        self._phones = phones
        world.on_message.append(self._carry)

    def _carry(self, message: Message) -> None:
        person = self._world.people.get(message.person) if message.person else None
        if message.direction != "in" or person is None or not person.account:
            return
        receiver = self._world.accounts.find(message.platform, person.account)
        sender = self._face(message, receiver) if receiver else None
        if receiver is not None and sender is not None:
            self._world.background.spawn(self._write(receiver, sender, message))

    def _face(self, message: Message, receiver: AccountState) -> str | None:
        """The address under which the receiver knows the account that wrote."""
        for person in self._world.people:
            known = self._world.accounts.find(message.platform, person.account) if person.account else None
            if known is not None and known.key == message.account:
                return person.address(message.platform, receiver.key)
        return None

    async def _write(self, receiver: AccountState, sender: str, message: Message) -> None:
        await self._world.clock.sleep(self._world.random.uniform(*CARRY_SECONDS))
        writing = Writing(text=message.text)
        await self._phones[message.platform].writes(receiver, sender, writing)
