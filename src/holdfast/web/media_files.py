"""What people sent along, as browsers fetch it: shown or saved, never run. It needs the files alone, not the store."""

import asyncio
import re
from pathlib import Path
from typing import Final
from urllib.parse import quote

import msgspec

from holdfast.media import ENDINGS, PATH, SMALL, Shelf
from holdfast.web.asgi import Receive, Scope, Send, answer, answer_error, header

CHUNK_BYTES: Final = 256 * 1024
RANGE_DIGITS_MAX: Final = 15
_ID: Final = re.compile(r"[a-z2-7]{32}")
_SMALL: Final = re.compile(r"(thumb|square)\.webp")
_RANGE: Final = re.compile(rf"bytes=(\d{{0,{RANGE_DIGITS_MAX}}})-(\d{{0,{RANGE_DIGITS_MAX}}})")
_SAFE: Final = (
    (
        "content-security-policy",
        "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox",
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-resource-policy", "cross-origin"),
    ("x-robots-tag", "noindex"),
)
_FOR_LONG: Final = ("cache-control", "private, max-age=31536000, immutable")
"""Another file has another address."""


class Found(msgspec.Struct, frozen=True):
    path: Path
    size: int
    mime: str


class Part(msgspec.Struct, frozen=True):
    """Bytes from ``start`` up to and without ``end``."""

    start: int
    end: int


class MediaFiles:
    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del receive
        if scope["method"] not in {"GET", "HEAD"}:
            await answer_error(
                send, 405, "method", "A file can only be fetched.", headers=(("allow", "GET, HEAD"),)
            )
            return
        media_id, _, name = scope["path"].removeprefix(PATH).partition("/")
        found = await asyncio.to_thread(self._find, media_id, name)
        if found is None:
            await answer_error(send, 404, "not_found", "There is no such file, or it was taken back.")
            return
        await _serve(scope, send, found, media_id, name)

    def _find(self, media_id: str, name: str) -> Found | None:
        if not _ID.fullmatch(media_id):
            return None
        small = ""
        if name.startswith(f"{SMALL}/"):
            match = _SMALL.fullmatch(name.removeprefix(f"{SMALL}/"))
            if match is None:
                return None
            small = match[1]
        path = self._shelf.find(media_id, small)
        if path is None:
            return None
        mime = ENDINGS.get(path.suffix.removeprefix("."), ENDINGS["bin"])
        return Found(path, path.stat().st_size, mime)


async def _serve(scope: Scope, send: Send, found: Found, media_id: str, name: str) -> None:
    etag = f'"{media_id}-{found.path.stem}"'
    headers = [
        *_SAFE,
        _FOR_LONG,
        ("etag", etag),
        ("accept-ranges", "bytes"),
        ("content-disposition", _disposition(found.mime, name)),
    ]
    if etag in header(scope, b"if-none-match"):
        await answer(send, 304, b"", found.mime, headers)
        return
    wanted = header(scope, b"range")
    if _RANGE.fullmatch(wanted) and header(scope, b"if-range") in {"", etag}:
        part = part_of(wanted, found.size)
        if part is None:
            await answer(send, 416, b"", found.mime, [*headers, ("content-range", f"bytes */{found.size}")])
            return
        told = f"bytes {part.start}-{part.end - 1}/{found.size}"
        await _stream(scope, send, found, part, 206, [*headers, ("content-range", told)])
        return
    await _stream(scope, send, found, Part(0, found.size), 200, headers)


def part_of(wanted: str, size: int) -> Part | None:
    """The part that a Range header asks for; None where there is no such part."""
    match = _RANGE.fullmatch(wanted)
    first, last = match.groups() if match else ("", "")
    if not first:
        start, end = max(0, size - int(last or 0)), size
    else:
        start, end = int(first), min(size, int(last) + 1) if last else size
    return Part(start, end) if start < end else None


def _disposition(mime: str, name: str) -> str:
    """Files are saved, under the name that their address bears; what can be shown may be shown."""
    how = "attachment" if mime == ENDINGS["bin"] else "inline"
    last = name.rpartition("/")[2]
    return f"{how}; filename*=UTF-8''{quote(last, safe='')}" if last else how


async def _stream(
    scope: Scope, send: Send, found: Found, part: Part, status: int, headers: list[tuple[str, str]]
) -> None:
    named = [("content-type", found.mime), ("content-length", str(part.end - part.start)), *headers]
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in named]
    file = await asyncio.to_thread(found.path.open, "rb")
    with file:
        await send({"type": "http.response.start", "status": status, "headers": raw})
        if scope["method"] == "HEAD":
            await send({"type": "http.response.body", "body": b""})
            return
        file.seek(part.start)
        left = part.end - part.start
        while left > 0:
            chunk = await asyncio.to_thread(file.read, min(CHUNK_BYTES, left))
            if not chunk:
                break  # it was taken back; the connection ends short of what was announced
            left -= len(chunk)
            await send({"type": "http.response.body", "body": chunk, "more_body": left > 0})
