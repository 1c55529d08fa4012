"""What the control API's handlers work on."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from holdfast_simulators.accounts import AccountState, platform_named
from holdfast_simulators.control.answers import not_found, refuse
from holdfast_simulators.fakes import Fakes
from holdfast_simulators.people import Person
from holdfast_simulators.phone_line import PhoneLine
from holdfast_simulators.world import World

PLATFORMS = ("instagram", "whatsapp", "sms", "email")


@dataclass(frozen=True)
class Context:
    """Each look-up raises ControlError in plain words."""

    fakes: Fakes
    phones: dict[str, PhoneLine]
    settled: Callable[[], Awaitable[None]]
    """Returns once sockets are closed or open again, as the faults want it."""

    @property
    def world(self) -> World:
        return self.fakes.world

    def person(self, person_id: str) -> Person:
        person = self.world.people.get(person_id)
        if person is None:
            raise not_found(f"person with the id {person_id}")
        return person

    def platform(self, name: str) -> str:
        platform = platform_named(name)
        if platform not in PLATFORMS:
            raise refuse(f"Choose one of: {', '.join(PLATFORMS)}.", "platform")
        return platform

    def phone(self, platform: str) -> PhoneLine:
        phone = self.phones.get(platform)
        if phone is None:
            raise refuse(f"{platform} is not simulated here.", "platform")
        return phone

    def account(self, platform: str, name: str | None) -> AccountState:
        account = self.world.accounts.only(platform, name)
        if account is None:
            raise refuse(f"There is no such {platform} account.", "account" if name else "platform")
        return account

    def line(self, person: Person, platform_name: str, account_name: str | None) -> tuple[AccountState, str]:
        """The account, and the person's address on it; without a name the first that has both."""
        platform = self.platform(platform_name)
        named = account_name is not None
        accounts = [self.account(platform, account_name)] if named else self.world.accounts.all(platform)
        for account in accounts:
            address = person.address(platform, account.key)
            if address is not None:
                return account, address
        raise refuse(f"{person.name} has no address on {platform} here.", "account" if named else "platform")
