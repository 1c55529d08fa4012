"""Fills a world with the people and the past that the settings describe."""

from holdfast_simulators.accounts import AccountState
from holdfast_simulators.clock import MS_PER_SECOND
from holdfast_simulators.people import COLOURS, Person
from holdfast_simulators.settings import PastMessage, PastPost, PersonSettings
from holdfast_simulators.world import World

SECONDS_PER_MINUTE = 60
MESSAGE_ID_LETTERS = 32


class UnknownAddress(ValueError):  # noqa: N818 - it is an answer to a person, not a crash
    pass


def populate(world: World) -> None:
    """Raises UnknownAddress and AddressTaken."""
    for settings in world.settings.people:
        settle(world, settings)
    for account in world.settings.accounts.instagram:
        for past in sorted(account.posts, key=lambda post: -post.minutes_ago):
            _publish(world, account.key, past)


def settle(world: World, settings: PersonSettings) -> Person:
    """Add one person with their past."""
    person = Person(
        id=settings.id,
        name=settings.name,
        colour=settings.colour or COLOURS[len(world.people) % len(COLOURS)],
        addresses=canonical_addresses(world, settings.addresses),
        flags=frozenset(settings.flags),
        account=settings.account,
    )
    world.add_person(person)
    for past in sorted(settings.history, key=lambda p: -p.minutes_ago):
        _remember(world, person, past)
    return person


def canonical_addresses(world: World, addresses: dict[str, str]) -> dict[str, str]:
    """Name each account by its key, whichever of its names the settings use."""
    canonical = {}
    for place, address in addresses.items():
        platform, colon, name = place.partition(":")
        account = world.accounts.find(platform, name) if colon else None
        if colon and account is None:
            raise UnknownAddress(f"There is no {platform} account called {name}.")
        canonical[f"{platform}:{account.key}" if account else platform] = address
    return canonical


def invented_addresses(world: World, person_id: str) -> dict[str, str]:
    """An address on every account there is, for a person who was given none."""
    phone = "316" + world.digits(8)
    addresses = {
        f"instagram:{account.key}": "9001" + world.digits(11) for account in world.accounts.all("instagram")
    }
    if world.accounts.all("whatsapp"):
        addresses["whatsapp"] = phone
    if world.accounts.all("sms"):
        addresses["sms"] = f"+{phone}"
    if world.settings.accounts.mail is not None:
        addresses["email"] = f"{person_id}@{world.settings.accounts.mail.domain}"
    return addresses


def _publish(world: World, account: str, past: PastPost) -> None:
    age_ms = int(past.minutes_ago * SECONDS_PER_MINUTE * MS_PER_SECOND)
    at_ms = world.clock.now_ms() - age_ms
    world.posts.publish(account=account, kind=past.kind, text=past.text, pictures=past.pictures, at_ms=at_ms)


def _remember(world: World, person: Person, past: PastMessage) -> None:
    account = world.accounts.only(past.platform, past.account)
    address = person.address(past.platform, account.key) if account else None
    if account is None or address is None:
        raise UnknownAddress(f"{person.id} has no address on {past.platform} for this past message.")
    age_ms = int(past.minutes_ago * SECONDS_PER_MINUTE * MS_PER_SECOND)
    world.record_message(
        platform=past.platform,
        account=account.key,
        address=address,
        direction=past.direction,
        text=past.text,
        message_id=_message_id(world, account),
        at_ms=world.clock.now_ms() - age_ms,
        state="seen" if past.direction == "in" else "sent",
    )


def _message_id(world: World, account: AccountState) -> str:
    letters = world.letters(MESSAGE_ID_LETTERS)
    if account.platform == "sms":
        return "SM" + world.random.randbytes(16).hex()
    return {"instagram": "aWdfZAG1", "whatsapp": "wamid."}.get(account.platform, "past.") + letters
