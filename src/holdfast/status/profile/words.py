"""Times of the business's own zone, and texts with their links, as the profile's pages show them."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from markupsafe import Markup, escape

from holdfast.posts.hours import zone_of

EXCERPT_CHARACTERS_MAX: Final = 420
DESCRIPTION_CHARACTERS_MAX: Final = 200
_URL: Final = re.compile(r"https?://[^\s<>\"']{1,1000}[^\s<>\"'.,;:!?)\]]")


def local_day(at: int, zone: str) -> str:
    then = _local(at, zone)
    return f"{then.day} {then:%B} {then.year}"


def local_time(at: int, zone: str) -> str:
    then = _local(at, zone)
    return f"{then:%A}, {then.day} {then:%B} {then.year}, {then.hour}:{then.minute:02}"


def local_span(starts_at: int, ends_at: int | None, zone: str) -> str:
    """``Saturday, 5 December 2026, 10:00 to 16:00``: the end with its date where that is another one."""
    if ends_at is None or ends_at <= starts_at:
        return local_time(starts_at, zone)
    start, end = _local(starts_at, zone), _local(ends_at, zone)
    last = f"{end.hour}:{end.minute:02}" if start.date() == end.date() else local_time(ends_at, zone)
    return f"{local_time(starts_at, zone)} to {last}"


def linked(text: str) -> Markup:
    """The text with its web addresses as links; everything else is inert."""
    parts: list[Markup] = []
    last = 0
    for found in _URL.finditer(text):
        url = escape(found[0])
        parts += [
            escape(text[last : found.start()]),
            Markup('<a href="{}" rel="noopener noreferrer nofollow ugc">{}</a>').format(url, url),
        ]
        last = found.end()
    return Markup("").join([*parts, escape(text[last:])])


def excerpt(text: str, characters: int = EXCERPT_CHARACTERS_MAX) -> str:
    """The beginning, cut between two words."""
    if len(text) <= characters:
        return text
    cut = text[:characters].rsplit(maxsplit=1)
    return f"{cut[0] if cut else text[:characters]} …"


def one_line(texts: Sequence[str]) -> str:
    """For descriptions of a page: one line, and not long."""
    return excerpt(" ".join(" ".join(texts).split()), DESCRIPTION_CHARACTERS_MAX)


def _local(at: int, zone: str) -> datetime:
    return datetime.fromtimestamp(at / 1000, tz=zone_of(zone) or UTC)
