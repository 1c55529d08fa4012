"""The built pages, read into memory at the start and served as bytes."""

import base64
import gzip
import hashlib
import re
from pathlib import Path
from typing import Final

import msgspec

from holdfast.web.asgi import HTML, Headers, Scope, Send, answer, header

FILE_BYTES_MAX: Final = 8 * 1024 * 1024
FILES_MAX: Final = 2_000
GZIP_BYTES_MIN: Final = 1_000

_CONTENT_POLICY: Final = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'self'"
)
_ALWAYS: Final = (
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
)
PAGE_HEADERS: Final = (
    ("content-security-policy", _CONTENT_POLICY),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=()"),
    *_ALWAYS,
)
_INLINE: Final = re.compile(rb"<(script|style)>(.*?)</\1>", re.DOTALL)
FOR_EVER: Final = "public, max-age=31536000, immutable"
ASK_AGAIN: Final = "no-cache"
SHORTLY: Final = "public, max-age=300"
"""How long a shop's site may keep the widget's script, in seconds."""

_TYPES: Final = {
    ".html": HTML,
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".webp": "image/webp",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
    ".map": "application/json",
}
_COMPRESSED: Final = frozenset({".html", ".js", ".css", ".svg", ".json", ".map", ".txt"})


class StaticFile(msgspec.Struct, frozen=True):
    """A file as it is served; ``packed`` is its gzip form, empty where that does not pay."""

    body: bytes
    packed: bytes
    content_type: str
    etag: str
    cache: str


class StaticFiles:
    """Files of a folder by their path below it, such as ``console/index.html``."""

    def __init__(self, folder: Path) -> None:
        self._files = dict(_load(folder))

    def get(self, path: str) -> StaticFile | None:
        return self._files.get(path)


def _load(folder: Path) -> list[tuple[str, StaticFile]]:
    found = []
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if not path.is_file() or path.suffix not in _TYPES or path.stat().st_size > FILE_BYTES_MAX:
            continue
        found.append((path.relative_to(folder).as_posix(), _read(path)))
        if len(found) >= FILES_MAX:
            break
    return found


def _read(path: Path) -> StaticFile:
    body = path.read_bytes()
    pays = path.suffix in _COMPRESSED and len(body) >= GZIP_BYTES_MIN
    return StaticFile(
        body=body,
        packed=gzip.compress(body, mtime=0) if pays else b"",
        content_type=_TYPES[path.suffix],
        etag=f'"{hashlib.sha256(body).hexdigest()[:32]}"',
        cache=FOR_EVER if path.parent.name == "assets" else ASK_AGAIN,
    )


def messenger_headers(page: StaticFile | None) -> Headers:
    """Members record voice messages, and see what they are about to send before it has gone anywhere.

    What stands in the page itself, so that there is a place to write before any file has come, is allowed by its
    digest: that and nothing else.
    """
    policy = _CONTENT_POLICY.replace(
        "img-src 'self' data:", "img-src 'self' data: blob:; media-src 'self' blob:"
    )
    for name, text in _INLINE.findall(page.body) if page else ():
        digest = base64.b64encode(hashlib.sha256(text).digest()).decode("ascii")
        policy += f"; {name.decode('ascii')}-src 'self' 'sha256-{digest}'"
    return (
        ("content-security-policy", policy),
        ("permissions-policy", "camera=(), geolocation=(), microphone=(self), payment=()"),
        *_ALWAYS,
    )


async def serve(
    scope: Scope, send: Send, file: StaticFile, *, headers: Headers = PAGE_HEADERS, cache: str = ""
) -> None:
    """Answer a file, or 304 where the client has it."""
    if scope["method"] not in {"GET", "HEAD"}:
        await answer(send, 405, b"This is a page.", headers=(("allow", "GET, HEAD"),))
        return
    named = [
        *headers,
        ("etag", file.etag),
        ("cache-control", cache or file.cache),
        ("vary", "accept-encoding"),
    ]
    if file.etag in header(scope, b"if-none-match"):
        await answer(send, 304, b"", file.content_type, named)
        return
    body = file.body
    if file.packed and "gzip" in header(scope, b"accept-encoding"):
        body = file.packed
        named.append(("content-encoding", "gzip"))
    await answer(send, 200, body, file.content_type, named)


async def serve_note(send: Send, status: int, title: str, sentence: str, headers: Headers = ()) -> None:
    """A plain page with one sentence; both texts are our own, never from a request."""
    page = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"></head>'
        f"<body><h1>{title}</h1><p>{sentence}</p></body></html>\n"
    )
    named = [*PAGE_HEADERS, ("cache-control", ASK_AGAIN), *headers]
    await answer(send, status, page.encode(), HTML, named)
