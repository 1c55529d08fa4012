"""What a search asks for and what it answers. Times are ms since the epoch."""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

import msgspec

from holdfast.inbox.model import ContactName
from holdfast.storage import AskedWords


class Seeker(msgspec.Struct, frozen=True, kw_only=True):
    """Who searches: their author name, the zone in which their days begin, the time, and the channels there are."""

    author: str
    zone: ZoneInfo
    now: int
    channels: Sequence[str]


class Chip(msgspec.Struct, frozen=True):
    """One part of a query: ``text`` as it was written, ``says`` what it means in words; ``kind``: word or filter."""

    kind: str
    text: str
    says: str


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A query that is understood.

    ``phrases`` must stand in the text as they are, folded. ``filters`` are by the names of the store's clauses.
    ``since`` and ``until`` bound the time; ``whole`` is all that is looked for as one text, folded.
    """

    words: AskedWords
    phrases: tuple[str, ...] = ()
    facets: tuple[str, ...] = ()
    filters: Mapping[str, object] = msgspec.field(default_factory=dict)
    since: int = 0
    until: int | None = None
    whole: str = ""
    plain: str = ""
    chips: tuple[Chip, ...] = ()

    @property
    def in_index(self) -> AskedWords:
        return AskedWords((*self.facets, *self.words.words), self.words.beginnings)


class Piece(msgspec.Struct, frozen=True):
    """A part of a text; ``hit`` where it is what was looked for."""

    text: str
    hit: bool = False


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """A message or a note (``kind``) that a search found, with the part of its text that matters."""

    id: str
    kind: str
    conversation_id: str
    contact: ContactName
    status: str
    direction: str
    author_name: str
    channel: str | None
    at: int
    files: int
    snippet: list[Piece]


class PersonFound(msgspec.Struct, frozen=True, kw_only=True):
    """A person whose name or address begins with what was looked for; ``address`` is the one that does."""

    id: str
    conversation_id: str | None
    name: list[Piece]
    address: list[Piece]
    channels: list[str]


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One page of what was found. ``searched_to``: how far back was looked so far, null where to the beginning;
    with ``next`` the search goes on from there. ``indexing``: older messages are not all found yet.
    """

    items: list[Hit]
    people: list[PersonFound]
    chips: list[Chip]
    next: str | None
    searched_to: int | None
    indexing: bool
