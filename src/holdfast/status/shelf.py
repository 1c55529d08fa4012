"""Answers requests from pages that are already made: a look-up, and the rules of HTTP caching."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Final

import msgspec

from holdfast.status.pages import CSS, HTML, NOT_FOUND, Page

PAGE_SECONDS_MAX: Final = 5
"""How long a browser or a proxy may keep a page without asking again."""
STYLE_SECONDS_MAX: Final = 86_400
"""Of the style sheet and of pictures: their addresses change with their content."""
STALE_SECONDS_MAX: Final = 86_400
"""How long a proxy may go on showing a page while this process does not answer."""
PATH_LETTERS_MAX: Final = 512

_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "form-action "
)
_ALWAYS: Final = (
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
    ("vary", "accept-encoding"),
)
_NO_FORMS: Final = ("content-security-policy", f"{_POLICY}'none'")
_FOR_ANYONE: Final = ("access-control-allow-origin", "*")

Headers = list[tuple[str, str]]


class Answer(msgspec.Struct, frozen=True):
    """``body`` is empty for HEAD and 304, whose headers speak of the body that GET would bring.

    ``head`` is status line and headers as they go on the wire, without the line that ends them.
    """

    status: int
    headers: Headers
    body: bytes
    head: bytes


class _Copy(msgspec.Struct, frozen=True):
    """One page in one encoding, with every answer ready."""

    etag: str
    whole: Answer
    bare: Answer
    unchanged: Answer


class Shelf:
    """Holds the pages of the moment. ``put`` changes all pages of one part of the site at once."""

    def __init__(self) -> None:
        self._parts: dict[str, dict[str, tuple[_Copy, _Copy]]] = {}
        self._copies: dict[str, tuple[_Copy, _Copy]] = {}

    def put(self, pages: Mapping[str, Page], part: str = "status") -> None:
        """Replace what the part had before; other parts stay."""
        self._parts[part] = {path: _copies(page) for path, page in pages.items()}
        self._copies = {path: copies for held in self._parts.values() for path, copies in held.items()}

    def answer(self, method: str, path: str, header: Callable[[str], str | None]) -> Answer:
        """What to answer; ``header`` gives a request header by its lower-case name."""
        if method not in {"GET", "HEAD"}:
            return NOT_ALLOWED
        path = _trimmed(path)
        found = self._copies.get(path)
        if found is None or path == NOT_FOUND:
            return self._missing(method)
        copy = found[_takes_gzip(header("accept-encoding"))]
        wanted = header("if-none-match")
        if wanted is not None and _matches(wanted, copy.etag):
            return copy.unchanged
        return copy.bare if method == "HEAD" else copy.whole

    def _missing(self, method: str) -> Answer:
        found = self._copies.get(NOT_FOUND)
        if found is None:
            return NOT_YET
        whole = found[False].whole
        return _answer(404, whole.headers, b"" if method == "HEAD" else whole.body)


def refusal(status: int, *more: tuple[str, str]) -> Answer:
    """An answer without a body."""
    return _answer(status, [*more, _NO_FORMS, *_ALWAYS, ("content-length", "0")], b"")


def _trimmed(path: str) -> str:
    return path[:PATH_LETTERS_MAX].rstrip("/") or "/"


def _copies(page: Page) -> tuple[_Copy, _Copy]:
    whole = _copy(page, page.body, f'"{page.etag}"', ())
    if page.gzipped is None:
        return whole, whole
    return whole, _copy(page, page.gzipped, f'"{page.etag}-gz"', (("content-encoding", "gzip"),))


def _copy(page: Page, body: bytes, etag: str, encoding: tuple[tuple[str, str], ...]) -> _Copy:
    seconds = STYLE_SECONDS_MAX if page.stays or page.content_type == CSS else PAGE_SECONDS_MAX
    bare = [
        ("content-security-policy", _policy(page)),
        *_ALWAYS,
        ("etag", etag),
        ("cache-control", f"public, max-age={seconds}, stale-if-error={STALE_SECONDS_MAX}"),
    ]
    if page.content_type != HTML:
        bare.append(_FOR_ANYONE)
    full = [*bare, *encoding, ("content-type", page.content_type), ("content-length", str(len(body)))]
    return _Copy(etag, _answer(200, full, body), _answer(200, full, b""), _answer(304, bare, b""))


def _policy(page: Page) -> str:
    target = page.form_to or "'none'"
    scripts = f"script-src 'self'; connect-src {target}; " if page.has_script else ""
    return f"{scripts}{_POLICY}{target}"


def _answer(status: int, headers: Headers, body: bytes) -> Answer:
    lines = [
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
        *(f"{name}: {value}" for name, value in headers),
    ]
    return Answer(status, headers, body, "".join(f"{line}\r\n" for line in lines).encode("latin-1"))


def _takes_gzip(accepted: str | None) -> bool:
    for part in (accepted or "").lower().split(","):
        coding, _, weight = part.partition(";")
        if coding.strip() in {"gzip", "*"}:
            return weight.strip().replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def _matches(wanted: str, etag: str) -> bool:
    return any(tag.strip().removeprefix("W/") in {etag, "*"} for tag in wanted.split(","))


NOT_ALLOWED: Final = refusal(405, ("allow", "GET, HEAD"))
NOT_YET: Final = refusal(503, ("retry-after", "1"))
