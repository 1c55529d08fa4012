"""The words by which a reply is known again, however it was cut, carried over and introduced on its way."""

from collections import Counter
from typing import Final

from .actors import STOCK
from .town import DIRECT
from .truth import PROVEN, Truth, channel_of

_OURS: Final = "r"


def words_of(text: str) -> list[str]:
    """A stock sentence is one word; every other reply is made of words that occur nowhere else."""
    return [text] if text in STOCK else text.split()


def received_words(truth: Truth) -> Counter[tuple[str, str]]:
    """How often each word of a reply reached each person, on all channels together."""
    reached: Counter[tuple[str, str]] = Counter()
    for message in truth.world:
        if message.direction == "in":
            person = truth.owners.get((channel_of(message), message.address), "nobody")
            reached.update((person, word) for word in _words_in(message.text))
    for row in truth.deliveries:
        if row["channel"] == DIRECT and row["state"] in PROVEN:
            person = truth.owners.get((DIRECT, row["address"]), "nobody")
            reached.update((person, word) for word in _words_in(row["text"]))
    return reached


def _words_in(text: str) -> list[str]:
    """Only the last line is an agent's: the playbook puts its own words before it, or writes alone."""
    last = text.rpartition("\n")[2]
    if last in STOCK:
        return [last]
    words = last.split()
    return words if words and all(_is_ours(word) for word in words) else []


def _is_ours(word: str) -> bool:
    number, between, place = word.removeprefix(_OURS).partition("w")
    return word.startswith(_OURS) and bool(between) and number.isdigit() and place.isdigit()
