"""Looks at a page that a message names, from outside and with short patience, and remembers what it says for a day."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final
from urllib.parse import urldefrag, urljoin

import msgspec

from holdfast.channels.outside import url_problem
from holdfast.channels.transport import (
    AnswerLostError,
    HttpAnswer,
    HttpRequest,
    NotConnectedError,
    Transport,
)
from holdfast.kernel import Clock, get_log
from holdfast.media import store
from holdfast.media.links import Page, read_page
from holdfast.media.media import Media
from holdfast.media.model import Item, UploadRefusedError, kind_of, type_of
from holdfast.media.uses import attachments_of, release_media, use_what_is_there
from holdfast.storage import Database, Row, Tx

OWNER: Final = "previews"
HOPS_MAX: Final = 4
"""A page may send on three times."""
PAGE_SECONDS_MAX: Final = 6.0
PICTURE_BYTES_MAX: Final = 6 * 1024 * 1024
FOUND_MS: Final = 24 * 3_600_000
NOTHING_MS: Final = 3_600_000
"""How long it is remembered that a page said nothing."""
KEPT_MS: Final = 7 * 24 * 3_600_000
"""How long what a page said is kept for messages to come; messages keep their own."""
FORGOTTEN_AT_ONCE: Final = 100
FORGET_SECONDS: Final = 3_600.0
AT_ONCE: Final = 4
OK: Final = 200
_SENT_ON: Final = frozenset({301, 302, 303, 307, 308})
_ASKING: Final = {"user-agent": "Holdfast (link preview)", "accept-language": "*"}


class Preview(msgspec.Struct, frozen=True):
    """What a page says of itself; ``picture`` is a path on the hub, and ``picture_id`` the file behind it."""

    url: str
    title: str
    text: str = ""
    picture: str = ""
    picture_id: str = ""


class Previews:
    """``transport`` reaches outside addresses only, unless ``inside_allowed``."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        media: Media,
        transport: Transport,
        inside_allowed: bool,
        own: str = "",
    ) -> None:
        """``own`` is the hub's address: its private links are for nobody but whom they were sent to."""
        self._own = own
        self._database = database
        self._clock = clock
        self._media = media
        self._transport = transport
        self._inside_allowed = inside_allowed
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._log = get_log("previews")

    async def look(self, url: str) -> Preview | None:
        """What the page at an address says of itself, None where it says nothing or cannot be reached.

        Raises StoreUnavailableError.
        """
        if self._own and url.startswith(self._own):
            return None
        async with self._turns:
            row, picture = await self._database.read(_remembered, url)
            if row is not None:
                lasts = FOUND_MS if row["found"] else NOTHING_MS
                if self._clock.now_ms() - row["fetched_at"] < lasts:
                    return _preview(url, Page(row["title"], row["text"]), picture) if row["found"] else None
            page, fetched = await self._fetch(url)
            await self._database.write(_remember, url, page, fetched, self._clock.now_ms())
            return _preview(url, page, fetched) if page else None

    async def run(self) -> None:
        """Forget what pages said long ago, for ever."""
        while True:
            before = self._clock.now_ms() - KEPT_MS
            while await self._database.write(forget_previews, before, FORGOTTEN_AT_ONCE):
                pass
            await self._clock.sleep(FORGET_SECONDS)

    async def _fetch(self, url: str) -> tuple[Page | None, Item | None]:
        found = await self._get(url if self._inside_allowed else _secure(url), "text/html")
        if found is None:
            return None, None
        place, answer = found
        content_type = answer.headers.get("content-type", "")
        if not content_type.lower().startswith(("text/html", "application/xhtml")):
            return None, None
        page = await asyncio.to_thread(read_page, answer.body, content_type)
        if page is None or not page.picture:
            return page, None
        return page, await self._picture(urljoin(place, page.picture))

    async def _get(self, url: str, accept: str) -> tuple[str, HttpAnswer] | None:
        """(where it was found in the end, the answer); each address on the way is looked at before it is called."""
        for _ in range(HOPS_MAX):
            if url_problem(url, inside_allowed=self._inside_allowed):
                return None
            request = HttpRequest("GET", url, {**_ASKING, "accept": accept}, timeout_seconds=PAGE_SECONDS_MAX)
            try:
                answer = await self._transport.request(request)
            except (NotConnectedError, AnswerLostError) as error:
                self._log.debug("a page was not reached", problem=str(error))
                return None
            if answer.status not in _SENT_ON:
                return (url, answer) if answer.status == OK else None
            url = urldefrag(urljoin(url, answer.headers.get("location", ""))).url
        return None

    async def _picture(self, url: str) -> Item | None:
        found = await self._get(url, "image/*")
        if found is None or len(found[1].body) > PICTURE_BYTES_MAX:
            return None
        body = found[1].body
        if kind_of(type_of(body)) != "picture":
            return None
        try:
            return await self._media.receive(OWNER, "preview", _whole(body), member_bound=False)
        except UploadRefusedError:
            return None


def _secure(url: str) -> str:
    """Nearly every page is there under the safe form of its address, too."""
    scheme, mark, rest = url.partition("://")
    return f"https{mark}{rest}" if scheme.lower() == "http" else url


async def _whole(body: bytes) -> AsyncIterator[bytes]:
    yield body


async def _remembered(tx: Tx, url: str) -> tuple[Row | None, Item | None]:
    row = await store.preview(tx, url)
    if row is None or not row["picture_id"]:
        return row, None
    return row, (await attachments_of(tx, [row["picture_id"]])).get(row["picture_id"])


async def _remember(tx: Tx, url: str, page: Page | None, picture: Item | None, now: int) -> None:
    await release_media(tx, _used_by(url))
    if picture is not None:
        await use_what_is_there(tx, _used_by(url), [picture.id])
    await store.put_preview(
        tx,
        url=url,
        found=int(page is not None),
        title=page.title if page else "",
        text=page.text if page else "",
        picture_id=picture.id if picture else None,
        at=now,
    )


async def forget_previews(tx: Tx, before: int, limit: int) -> int:
    """Forget what pages said before a time; how many."""
    urls = await store.old_previews(tx, before, limit)
    for url in urls:
        await release_media(tx, _used_by(url))
    await store.drop_previews(tx, urls)
    return len(urls)


def _used_by(url: str) -> str:
    return f"preview:{url}"


def _preview(url: str, page: Page, picture: Item | None) -> Preview:
    shown = picture.thumb if picture else ""
    return Preview(url, page.title, page.text, shown, picture.id if picture and shown else "")
