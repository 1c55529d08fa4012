"""The simulated people, and what was really said between them and the business."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Direction = Literal["in", "out"]
"""As the person's phone shows it: "in" reached the person, "out" was written by the person."""

PEOPLE_MAX = 10_000
COLOURS = ("#b4533c", "#3c6eb4", "#4a8f5a", "#8a5ab4", "#b48a2f", "#2f8f95", "#b43c78", "#5b6472")


@dataclass(kw_only=True)
class Person:
    id: str
    name: str
    colour: str = COLOURS[0]
    addresses: dict[str, str] = field(default_factory=dict)
    """Keys: "instagram:<account>", "whatsapp", "sms", "email"; a plain platform means every account."""
    flags: frozenset[str] = frozenset()
    """For instance "vacation" (answers mail automatically) and "hides_number" (WhatsApp without a phone)."""
    account: str = ""
    """By any of its names, the account of the business that this is in truth; empty for real people."""

    def address(self, platform: str, account: str | None) -> str | None:
        return self.addresses.get(f"{platform}:{account}") or self.addresses.get(platform)

    def username(self) -> str:
        letters = [letter if letter.isascii() and letter.isalnum() else "." for letter in self.name.lower()]
        return "".join(letters).strip(".") or self.id


@dataclass(kw_only=True)
class Message:
    """One utterance as the platform itself knows it."""

    id: str
    platform: str
    account: str
    address: str
    person: str | None
    direction: Direction
    text: str
    kind: str = "text"
    at_ms: int = 0
    number: int = 0
    """Rises with each message of the world; settles the order inside one millisecond."""
    state: str = "sent"
    reply_to: str | None = None
    edits: int = 0
    deleted: bool = False
    reactions: dict[str, str] = field(default_factory=dict)
    """Who ("person" or "business") -> emoji."""
    details: dict[str, Any] = field(default_factory=dict)
    """What only this platform knows: attachments, tags, subject, callback addresses."""

    def shown(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(kw_only=True)
class Thread:
    """One person and one account on one platform, oldest message first."""

    id: str
    platform: str
    account: str
    address: str
    person: str | None
    messages: list[Message] = field(default_factory=list)

    def last_from_person_ms(self) -> int | None:
        """When the person last did something that opens a reply window."""
        for message in reversed(self.messages):
            if message.direction == "out":
                return message.at_ms
        return None

    def unread(self) -> int:
        return sum(1 for m in self.messages if m.direction == "in" and m.state not in ("seen", "failed"))


class AddressTaken(ValueError):  # noqa: N818 - it is an answer to a person, not a crash
    pass


class People:
    """Everyone, found by id and by address."""

    def __init__(self) -> None:
        self._by_id: dict[str, Person] = {}
        self._by_address: dict[tuple[str, str], str] = {}

    def __iter__(self) -> Iterator[Person]:
        return iter(list(self._by_id.values()))

    def __len__(self) -> int:
        return len(self._by_id)

    def add(self, person: Person) -> None:
        """Raises AddressTaken when the id or an address belongs to someone else."""
        if person.id in self._by_id:
            raise AddressTaken(f"There is already a person with the id {person.id}.")
        if len(self._by_id) >= PEOPLE_MAX:
            raise AddressTaken(f"There are already {PEOPLE_MAX} people, which is the limit.")
        taken = [key for key in person.addresses.items() if key in self._by_address]
        if taken:
            raise AddressTaken(f"The address {taken[0][1]} belongs to someone else.")
        self._by_id[person.id] = person
        for key in person.addresses.items():
            self._by_address[key] = person.id

    def get(self, person_id: str) -> Person | None:
        return self._by_id.get(person_id)

    def owner(self, platform: str, account: str | None, address: str) -> Person | None:
        """Whose address this is, as seen by one account of the business."""
        found = self._by_address.get((f"{platform}:{account}", address)) or self._by_address.get(
            (platform, address)
        )
        return self._by_id[found] if found else None
