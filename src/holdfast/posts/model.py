"""A post, the profile, and what may be written into them. Times are ms since the epoch."""

import re
import unicodedata
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

import msgspec

from holdfast.posts.hours import Hours, hours_problem

TITLE_CHARACTERS_MAX: Final = 150
TEXT_CHARACTERS_MAX: Final = 5_000
PLACE_CHARACTERS_MAX: Final = 200
LINK_CHARACTERS_MAX: Final = 2_000
ALT_CHARACTERS_MAX: Final = 500
NAME_CHARACTERS_MAX: Final = 100
LABEL_CHARACTERS_MAX: Final = 60
PICTURES_MAX: Final = 10
LINKS_MAX: Final = 20
ADDRESS_LINES_MAX: Final = 8
SLUG_WORDS_MAX: Final = 8
SLUG_CHARACTERS_MAX: Final = 60
AHEAD_MS: Final = 366 * 86_400_000
"""A post is scheduled no further ahead."""
LASTS_MS: Final = 366 * 86_400_000

_NOT_IN_SLUGS: Final = re.compile(r"[^a-z0-9]+")
_LINK_SCHEMES: Final = {"http", "https", "mailto", "tel"}


class PostState(StrEnum):
    """``hidden``: mirrored from elsewhere, and not wanted on the page."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    HIDDEN = "hidden"


class PictureKind(StrEnum):
    PICTURE = "picture"
    VIDEO = "video"


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """``file`` names the picture that is shown, of a video one that stands for it; ``link`` leads to the video.

    ``external_id`` is what the platform calls it, where it was mirrored.
    """

    file: str
    kind: PictureKind = PictureKind.PICTURE
    alt: str = ""
    link: str = ""
    external_id: str = ""


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """``at`` is when it was published, or is to be. ``source`` is the channel that it was mirrored from, and
    ``link`` leads back there. What has a date stands from ``starts_at`` to ``ends_at`` in the calendar.
    """

    id: str
    slug: str
    state: PostState
    at: int
    title: str = ""
    text: str = ""
    link: str = ""
    source: str = ""
    external_id: str = ""
    pinned: bool = False
    starts_at: int | None = None
    ends_at: int | None = None
    place: str = ""
    pictures: tuple[Picture, ...] = ()
    created_at: int
    created_by: str = ""
    updated_at: int


class Link(msgspec.Struct, frozen=True):
    label: str
    url: str


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """What the business says of itself. ``name`` is the hub's where it is empty; ``address`` has lines."""

    name: str = ""
    text: str = ""
    picture: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""
    links: tuple[Link, ...] = ()
    hours: Hours = Hours()


class PostRefusedError(ValueError):
    """``field`` cannot be taken; the sentence says why."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


def check_post(post: Post, now: int) -> None:
    """Raises PostRefusedError."""
    _longest("title", post.title, TITLE_CHARACTERS_MAX)
    _longest("text", post.text, TEXT_CHARACTERS_MAX)
    _longest("place", post.place, PLACE_CHARACTERS_MAX)
    if not (post.text.strip() or post.title.strip() or post.pictures):
        raise PostRefusedError("text", "A post needs words or a picture.")
    if post.link and not is_link(post.link):
        raise PostRefusedError("link", "The link must begin with https:// or http://.")
    if len(post.pictures) > PICTURES_MAX:
        raise PostRefusedError("pictures", f"A post takes at most {PICTURES_MAX} pictures.")
    for picture in post.pictures:
        _longest("pictures", picture.alt, ALT_CHARACTERS_MAX)
    if post.state is PostState.SCHEDULED and not now < post.at <= now + AHEAD_MS:
        raise PostRefusedError("at", "The time to publish must lie ahead, and no more than a year.")
    _check_date(post)


def _check_date(post: Post) -> None:
    if post.starts_at is None:
        if post.ends_at is not None or post.place:
            raise PostRefusedError("starts_at", "What has an end or a place needs a start.")
        return
    if post.ends_at is not None and not post.starts_at <= post.ends_at <= post.starts_at + LASTS_MS:
        raise PostRefusedError("ends_at", "The end must not be before the start, and within a year of it.")


def check_profile(profile: Profile) -> None:
    """Raises PostRefusedError."""
    _longest("name", profile.name, NAME_CHARACTERS_MAX)
    _longest("text", profile.text, TEXT_CHARACTERS_MAX)
    _longest("address", profile.address, TEXT_CHARACTERS_MAX)
    _longest("phone", profile.phone, NAME_CHARACTERS_MAX)
    _longest("email", profile.email, NAME_CHARACTERS_MAX)
    if len(profile.address.splitlines()) > ADDRESS_LINES_MAX:
        raise PostRefusedError("address", f"An address has at most {ADDRESS_LINES_MAX} lines.")
    if len(profile.links) > LINKS_MAX:
        raise PostRefusedError("links", f"At most {LINKS_MAX} links.")
    for link in profile.links:
        _longest("links", link.label, LABEL_CHARACTERS_MAX)
        if not link.label.strip() or not is_link(link.url):
            raise PostRefusedError("links", "A link needs a name, and an address that begins with https://.")
    if problem := hours_problem(profile.hours):
        raise PostRefusedError("hours", problem)


def is_link(url: str) -> bool:
    """Whether it is an address that a page may lead to."""
    if len(url) > LINK_CHARACTERS_MAX or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in _LINK_SCHEMES and bool(parts.netloc or parts.path)


def slug_of(post: Post) -> str:
    """A readable address of a few words; empty where there are none in Latin letters."""
    words = unicodedata.normalize("NFKD", (post.title or post.text)[:400]).encode("ascii", "ignore").decode()
    parts = [part for part in _NOT_IN_SLUGS.split(words.lower()) if part][:SLUG_WORDS_MAX]
    return "-".join(parts)[:SLUG_CHARACTERS_MAX].strip("-")


def heading_of(title: str, text: str) -> str:
    """What a post is called in lists, feeds and mails: its title, else the beginning of its text."""
    first = next((line.strip() for line in (title or text).splitlines() if line.strip()), "")
    return first if len(first) <= TITLE_CHARACTERS_MAX else f"{first[: TITLE_CHARACTERS_MAX - 1].rstrip()}…"


def _longest(field: str, text: str, characters: int) -> None:
    if len(text) > characters:
        raise PostRefusedError(field, f"This takes at most {characters} characters.")
