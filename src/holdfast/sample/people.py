"""The invented people: names, addresses, and how each one's conversation stands."""

from array import array
from random import Random
from typing import Final

from holdfast.sample.words import FIRST_NAMES, SURNAMES

CHANNELS: Final = (
    *("instagram:shop",) * 9,
    *("whatsapp:shop",) * 6,
    *("sms:shop",) * 2,
    *("email:shop",) * 2,
    "direct:shop",
)
"""Where people write, each as often as it stands here."""
SECOND_CHANNEL: Final = "sms:second"
SECOND_EVERY: Final = 12
"""Every so many-th person has agreed to be reached by text message as well."""
NO_SURNAME: Final = 0.08
TWO_SURNAMES: Final = 0.05
"""Shares of people."""
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS: Final = tuple(first + second for first in _ALPHABET for second in _ALPHABET)


def time_key(at: int, number: int) -> str:
    """What stands behind the prefix of an identifier: it sorts by time, then by number."""
    early = _PAIRS[at >> 40] + _PAIRS[at >> 30 & 1023] + _PAIRS[at >> 20 & 1023]
    time = early + _PAIRS[at >> 10 & 1023] + _PAIRS[at & 1023]
    return f"{time}{number:016d}"


def name_of(number: int) -> str:
    """A first name and a surname; some people have two surnames, some none."""
    first = FIRST_NAMES[number % len(FIRST_NAMES)]
    draw = Random(number)  # noqa: S311 - invented people are no secret
    if draw.random() < NO_SURNAME:
        return first
    surname = draw.choice(SURNAMES)
    return (
        f"{first} {surname}-{draw.choice(SURNAMES)}" if draw.random() < TWO_SURNAMES else f"{first} {surname}"
    )


def channel_of(number: int) -> str:
    return CHANNELS[number * 7 % len(CHANNELS)]


def value_of(number: int, name: str) -> str:
    """The address of a person as their platform writes it."""
    match channel_of(number).partition(":")[0]:
        case "instagram":
            return str(7_000_000_000_000_000 + number * 7_919)
        case "whatsapp":
            return f"316{10_000_000 + number}"
        case "sms":
            return f"+316{30_000_000 + number}"
        case "email":
            return f"{name.lower().replace(' ', '.').replace('-', '.')}.{number}@example.org"
        case _:
            return f"vis_{number:026d}"


class People:
    """How each person's conversation stands, by the person's number."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.previews: list[str] = []
        self.last_at = array("q")
        self.last_in_at = array("q")
        self.waiting_since = array("q")
        self.unread = array("q")
        self.positions = array("q")

    def arrive(self, at: int) -> str:
        """Somebody new; the key of their identifiers."""
        key = time_key(at, len(self.keys))
        self.keys.append(key)
        self.previews.append("")
        for column in (self.last_at, self.last_in_at):
            column.append(at)
        for column in (self.waiting_since, self.unread, self.positions):
            column.append(0)
        return key

    def note(self, number: int, at: int, text: str, *, is_incoming: bool) -> None:
        self.last_at[number] = at
        self.previews[number] = text
        if is_incoming:
            self.last_in_at[number] = at
            self.unread[number] += 1
            self.waiting_since[number] = self.waiting_since[number] or at
        else:
            self.unread[number] = self.waiting_since[number] = 0
