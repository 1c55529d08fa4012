"""Who is told of incidents and maintenance, and what they are told."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

import msgspec

ASK_AGAIN_MS: Final = 10 * 60_000
"""Somebody who asks again within this time gets no second mail."""
UNCONFIRMED_DAYS: Final = 7
CHANNELS_MAX: Final = 100
POSTS: Final = "posts"
"""Stands among the channels of those who follow what the business posts."""
EVERY: Final = "*"
"""Stands there for all channels, beside posts."""


class Kind(StrEnum):
    EMAIL = "email"
    WEBHOOK = "webhook"


class State(StrEnum):
    """``asked``: not yet proven to be theirs; ``disabled``: it failed for too long, or refused us."""

    ASKED = "asked"
    ACTIVE = "active"
    DISABLED = "disabled"


class Subscriber(msgspec.Struct, frozen=True, kw_only=True):
    """``channels`` are those they want to hear of, none for all; ``posts`` among them is for new posts, beside
    which ``*`` is for all channels. ``problem`` is why the last notice failed.
    """

    id: str
    kind: Kind
    address: str
    channels: tuple[str, ...] = ()
    state: State
    asked_at: int
    confirmed_at: int | None = None
    failing_since: int | None = None
    problem: str = ""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What an announcement says. ``about``: incident, maintenance or post; ``status`` in the words of the common shape.

    ``path`` leads to it on the status page.
    """

    about: str
    id: str
    title: str
    status: str
    text: str
    at: int
    path: str
    channels: tuple[str, ...] = ()


class Announcement(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    at: int
    told: Told


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """One announcement on its way to one subscriber; without one (``told`` None) it asks whether they want any."""

    subscriber_id: str
    announcement_id: str
    kind: Kind
    address: str
    sealed: str
    made_at: int
    attempts: int
    failing_since: int | None
    told: Told | None
    wanted: str = ""


def joined(channels: Iterable[str]) -> str:
    """As the store keeps them: ``|a|b|``, or nothing for all."""
    found = sorted(set(channels))
    return f"|{'|'.join(found)}|" if found else ""


def parted(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split("|") if part)


def wants(channels: str, told: str) -> bool:
    """Whether a subscriber's channels meet those of an announcement; posts are for those alone who asked for them."""
    mine, about = set(parted(channels)), set(parted(told))
    if POSTS in about or mine == {POSTS}:
        return POSTS in mine and POSTS in about
    return not mine or EVERY in mine or not about or bool(mine & about)


def with_posts(channels: str) -> str:
    """The same, and posts."""
    return joined({*(parted(channels) or (EVERY,)), POSTS})


def address_key(kind: Kind, address: str) -> str:
    """Two spellings of one mail address are one subscriber."""
    return address.casefold() if kind is Kind.EMAIL else address
