"""What people and agents did in a run, as they saw it themselves: the yardstick that the hub is held to."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from urllib.parse import parse_qsl

from .log_book import Line

SHOWN: Final = ("delivered", "read")
Standing = Literal["accepted", "unknown", "refused"]
"""Of a reply: the hub said yes; it died or failed before it said anything; it said no."""


@dataclass
class Reply:
    """What an agent wrote to one conversation; ``person`` is whom the agent meant."""

    number: int
    person: str
    conversation_id: str
    text: str
    at: float
    route: str
    standing: Standing = "unknown"
    accepted_at: float = 0.0
    message_id: str = ""


@dataclass
class Diary:
    replies: list[Reply] = field(default_factory=list)
    written_direct: dict[str, tuple[str, str]] = field(default_factory=dict)
    """What visitors wrote in our own chat and the hub acknowledged: external id -> (visitor, text)."""
    visitors: dict[str, str] = field(default_factory=dict)
    """Visitor id -> person."""
    answered: set[str] = field(default_factory=set)
    """Every id that stood in a webhook which the hub answered with 2xx."""
    receipts: set[tuple[str, str]] = field(default_factory=set)
    """(id, state) of every receipt that the hub answered with 2xx, in our words for states."""
    reactions: set[str] = field(default_factory=set)
    """Ids of the messages to which somebody reacted, by webhooks that the hub answered with 2xx."""
    alive: list[tuple[float, float]] = field(default_factory=list)
    """When the hub was up: from, until."""
    log: list[Line] = field(default_factory=list)

    def note_answer(self, body: bytes, status: int) -> None:
        if status // 100 == 2:
            self.answered.update(ids_in(body))
            self.receipts.update(_receipts_in(body))
            self.reactions.update(_reactions_in(body))

    def was_up(self, since: float, until: float) -> bool:
        return any(start <= since and until <= end for start, end in self.alive)


def _reactions_in(body: bytes) -> list[str]:
    try:
        return list(_reactions(json.loads(body)))
    except ValueError:
        return []


def _reactions(value: Any) -> Iterator[str]:
    for each in value if isinstance(value, list) else ():
        yield from _reactions(each)
    if isinstance(value, dict):
        reaction = value.get("reaction")
        if isinstance(reaction, dict):
            yield str(reaction.get("mid") or reaction.get("message_id"))
        yield from _reactions(list(value.values()))


def _receipts_in(body: bytes) -> Iterator[tuple[str, str]]:
    try:
        yield from _receipts(json.loads(body))
    except ValueError:
        form = dict(parse_qsl(body.decode()))
        if form.get("MessageStatus") in SHOWN:
            yield form.get("MessageSid", ""), form["MessageStatus"]


def _receipts(value: Any) -> Iterator[tuple[str, str]]:
    """Receipts anywhere in a JSON value, as WhatsApp and Instagram write them."""
    if isinstance(value, list):
        for each in value:
            yield from _receipts(each)
    if isinstance(value, dict):
        if value.get("status") in SHOWN and isinstance(value.get("id"), str):
            yield value["id"], value["status"]
        if isinstance(value.get("read"), dict) and isinstance(value["read"].get("mid"), str):
            yield value["read"]["mid"], "read"
        yield from _receipts(list(value.values()))


def ids_in(body: bytes) -> list[str]:
    try:
        return list(_texts(json.loads(body)))
    except ValueError:
        return [value for _, value in parse_qsl(body.decode())]


def _texts(value: Any) -> list[str]:
    """Every text that stands anywhere in a JSON value, but for what is said of other messages."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        value = [each for name, each in value.items() if name != "reaction"]
    inside = value if isinstance(value, list) else ()
    return [text for each in inside for text in _texts(each)]
