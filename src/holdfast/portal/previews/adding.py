"""Adds to messages what the page that they name says of itself; later, as a change, so that nothing waits for it.

A courtesy and no promise: it begins with the newest messages when the hub starts, and what a stop cuts short is not
made up for.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import Final

import msgspec

from holdfast.kernel import Clock, get_log
from holdfast.media import Preview, Previews, first_link, use_what_is_there
from holdfast.portal.previews import store
from holdfast.portal.talks import store as talks
from holdfast.storage import Database, EventLog, Row, StoreUnavailableError, Tx, append_event

LOOK_SECONDS: Final = 1.0
LOOKED_BACK: Final = 200
"""Changes before its start that are looked at as well, and…"""
LOOKED_BACK_MS: Final = 5_000
"""…how far behind the newest message of a conversation it looks, for commits that overlap."""
ROWS_AT_ONCE: Final = 50
UNDER_WAY_MAX: Final = 100
"""Pages that are waited for; links of a flood beyond that stay plain links."""
TRIED_MAX: Final = 1_000

Attach = Callable[[Tx, str, Preview, int], Awaitable[None]]


class LinkPreviews:
    """``channels`` names the Direct channels."""

    def __init__(
        self,
        *,
        database: Database,
        events: EventLog,
        clock: Clock,
        previews: Previews,
        channels: Callable[[], Collection[str]],
    ) -> None:
        self._database = database
        self._events = events
        self._clock = clock
        self._previews = previews
        self._channels = channels
        self._under_way: set[asyncio.Task[None]] = set()
        self._tried: dict[str, str] = {}
        self._seq = -1
        self._stored_at = 0
        self._log = get_log("previews")

    async def run(self) -> None:
        try:
            while True:
                await self.look()
                await self._clock.sleep(LOOK_SECONDS)
        finally:
            for task in self._under_way:
                task.cancel()

    async def look(self) -> None:
        """Begin with the links of messages that are new since the last look."""
        if self._seq < 0:
            self._seq = max(0, await self._database.read(talks.last_seq) - LOOKED_BACK)
            self._stored_at = self._clock.now_ms()
        rows, self._seq = await self._database.read(_linking, self._seq)
        for row in rows:
            self._begin(row, _attach)
        since = self._stored_at - LOOKED_BACK_MS
        for row in await self._database.read(store.with_the_business, self._channels(), since, ROWS_AT_ONCE):
            self._stored_at = max(self._stored_at, row["stored_at"])
            self._begin(row, _attach_to_business)

    async def settled(self) -> None:
        """Return when every page that was begun with has been looked at."""
        await asyncio.gather(*self._under_way)

    def _begin(self, row: Row, attach: Attach) -> None:
        link = first_link(row["text"])
        if not link or self._tried.get(row["id"]) == link or len(self._under_way) >= UNDER_WAY_MAX:
            return
        if len(self._tried) >= TRIED_MAX:
            self._tried.pop(next(iter(self._tried)))
        self._tried[row["id"]] = link
        task = asyncio.create_task(self._add(str(row["id"]), link, attach))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _add(self, message_id: str, link: str, attach: Attach) -> None:
        try:
            preview = await self._previews.look(link)
            if preview is not None:
                await self._database.write(attach, message_id, preview, self._clock.now_ms())
                self._events.wake()
        except StoreUnavailableError as error:
            self._log.debug("a preview was given up", problem=str(error))


async def _linking(tx: Tx, after: int) -> tuple[list[Row], int]:
    """Messages that name a page, and how far the log was read for them."""
    upto = await talks.last_seq(tx)
    rows = await store.among_members(tx, after, upto, ROWS_AT_ONCE)
    return rows, int(rows[-1]["seq"]) if len(rows) == ROWS_AT_ONCE else upto


async def _attach(tx: Tx, message_id: str, preview: Preview, now: int) -> None:
    """To a message among members, if it still says what it said."""
    row = (await talks.messages(tx, [message_id])).get(message_id)
    if row is None or row["unsent_at"] is not None or first_link(row["text"]) != preview.url:
        return
    await store.set_preview(tx, message_id, _encoded(preview))
    await use_what_is_there(tx, f"message:{message_id}", _pictures(preview))
    await talks.log(tx, at=now, kind="message", thread_id=row["thread_id"], subject=message_id)


async def _attach_to_business(tx: Tx, message_id: str, preview: Preview, now: int) -> None:
    row = await store.message(tx, message_id)
    if row is None or row["unsent_at"] is not None or first_link(row["text"]) != preview.url:
        return
    details = {**msgspec.json.decode(row["details"]), "preview": _encoded(preview)}
    await store.set_details(tx, message_id, msgspec.json.encode(details).decode())
    incoming = row["direction"] == "in"
    shown_by = f"{row['channel']}:{row['external_id']}" if incoming else message_id
    await use_what_is_there(tx, f"message:{shown_by}", _pictures(preview))
    await append_event(
        tx,
        at=now,
        kind="message.changed",
        conversation_id=row["conversation_id"],
        body={"message_id": message_id, "change": "PreviewFound"},
    )


def _encoded(preview: Preview) -> str:
    """As the protocol shows it."""
    shown = {"url": preview.url, "title": preview.title, "text": preview.text, "picture": preview.picture}
    return msgspec.json.encode(shown).decode()


def _pictures(preview: Preview) -> list[str]:
    return [preview.picture_id] if preview.picture_id else []
