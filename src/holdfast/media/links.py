"""The first link of a text, and what a page says of itself; every reader here is total and takes linear time."""

import html
import re
import unicodedata
from typing import Final

import msgspec

LINK_CHARACTERS_MAX: Final = 1_000
PAGE_BYTES_MAX: Final = 256 * 1024
"""What a page says of itself stands at its beginning."""
TITLE_CHARACTERS_MAX: Final = 200
TEXT_CHARACTERS_MAX: Final = 300

_LINK: Final = re.compile(
    rf"(?<![\w@])https?://[^\s<>\"'`\\^{{}}|]{{1,{LINK_CHARACTERS_MAX}}}", re.IGNORECASE
)
_BEHIND: Final = ".,;:!?\u2026\u2019\u201d\u00bb)]*_~"
"""What ends a sentence rather than a link."""
_META: Final = re.compile(r"<meta\s([^<>]{1,4000})>", re.IGNORECASE)
_ATTRIBUTE: Final = re.compile(
    r"([a-z:_-]{1,40})\s{0,9}=\s{0,9}(?:\"([^\"]{0,3000})\"|'([^']{0,3000})'|([^\s\"'>]{1,1000}))",
    re.IGNORECASE,
)
_TITLE: Final = re.compile(r"<title[^<>]{0,200}>([^<]{1,1000})", re.IGNORECASE)
_CHARSET: Final = re.compile(r"charset\s{0,9}=\s{0,9}[\"']?([a-z0-9_-]{1,20})", re.IGNORECASE)
_CHARSETS: Final = re.compile(
    r"utf-?8|us-ascii|iso-8859-\d{1,2}|windows-125\d|koi8-[ru]|shift_jis|euc-(jp|kr)|gb(k|2312|18030)|big5",
    re.IGNORECASE,
)
_TITLES: Final = ("og:title", "twitter:title")
_TEXTS: Final = ("og:description", "twitter:description", "description")
_PICTURES: Final = ("og:image", "og:image:url", "og:image:secure_url", "twitter:image")


class Page(msgspec.Struct, frozen=True):
    """What a page says of itself; ``picture`` is an address as it stands there, or empty."""

    title: str
    text: str = ""
    picture: str = ""


def first_link(text: str) -> str:
    """The first web address in a text, without what ends its sentence; empty where there is none."""
    found = _LINK.search(text)
    if found is None:
        return ""
    link = found[0]
    while link and link[-1] in _BEHIND:
        if link[-1] == ")" and link.count("(") >= link.count(")"):
            break
        link = link[:-1]
    return link.partition("#")[0]


def read_page(body: bytes, content_type: str) -> Page | None:
    """What a page says of itself, or None where it says nothing."""
    text = _decoded(body[:PAGE_BYTES_MAX], content_type)
    said: dict[str, str] = {}
    for meta in _META.finditer(text):
        attributes = {name.lower(): a or b or c for name, a, b, c in _ATTRIBUTE.findall(meta[1])}
        name = (attributes.get("property") or attributes.get("name") or "").lower()
        said.setdefault(name, attributes.get("content", ""))
    heading = _TITLE.search(text)
    title = _first(said, _TITLES) or (_clean(heading[1]) if heading else "")
    if not title:
        return None
    return Page(
        title=title[:TITLE_CHARACTERS_MAX],
        text=_first(said, _TEXTS)[:TEXT_CHARACTERS_MAX],
        picture=_first(said, _PICTURES),
    )


def _decoded(body: bytes, content_type: str) -> str:
    named = _CHARSET.search(content_type) or _CHARSET.search(body[:1024].decode("latin-1"))
    charset = named[1] if named and _CHARSETS.fullmatch(named[1]) else "utf-8"
    try:
        return body.decode(charset, "replace")
    except LookupError:
        return body.decode("utf-8", "replace")


def _first(said: dict[str, str], names: tuple[str, ...]) -> str:
    return next((clean for name in names if (clean := _clean(said.get(name, "")))), "")


def _clean(text: str) -> str:
    """One line of plain characters."""
    shown = "".join(each if unicodedata.category(each)[0] != "C" else " " for each in html.unescape(text))
    return " ".join(shown.split())
