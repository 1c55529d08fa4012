"""Taking files in: a row first, then the bytes, then what is made of them; so that a kill leaves nothing unnoticed."""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from functools import partial
from typing import BinaryIO, Final

import msgspec

from holdfast.kernel import Clock, get_log
from holdfast.media import store
from holdfast.media.model import (
    ENDINGS,
    HEAD_BYTES,
    MIB,
    REFUSED,
    Item,
    Kind,
    UploadRefusedError,
    bytes_max,
    good_name,
    item,
    kind_of,
    type_of,
)
from holdfast.media.shelf import ARRIVING, Shelf
from holdfast.media.shop import Made, Shop
from holdfast.media.uses import DUE_NOW
from holdfast.settings.model import Media as MediaSettings
from holdfast.storage import Database, StoreUnavailableError, Tx

RandomBytes = Callable[[int], bytes]

ID_BYTES: Final = 20
"""Whoever knows an id may see the file, so that nobody must be able to guess one."""
ARRIVES_MS_MAX: Final = 15 * 60_000
"""A file that has been arriving for longer was given up by a kill."""
UNUSED_MS_MAX: Final = 24 * 3_600_000
SWEEP_SECONDS: Final = 60.0
SWEPT_AT_ONCE: Final = 100


class Arrived(msgspec.Struct, frozen=True):
    mime: str
    kind: Kind
    size: int


class Media:
    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        random_bytes: RandomBytes,
        shelf: Shelf,
        settings: MediaSettings,
    ) -> None:
        self._database = database
        self._clock = clock
        self._random_bytes = random_bytes
        self._shelf = shelf
        self._settings = settings
        self._shop = Shop()
        self._log = get_log("media")

    async def receive(
        self, owner: str, name: str, chunks: AsyncIterator[bytes], *, member_bound: bool = True
    ) -> Item:
        """Take one file in; it is on disk and in the store when this returns, and goes in a day if nobody uses it.

        ``member_bound``: whether the owner may keep so much only as the settings give a member.
        Raises UploadRefusedError, StoreUnavailableError, and whatever ``chunks`` raises.
        """
        media_id = base64.b32encode(self._random_bytes(ID_BYTES)).decode().lower()
        await self._check_room()
        await self._database.write(self._begin, media_id, owner, member_bound=member_bound)
        try:
            arrived = await self._take_in(media_id, chunks)
            kept = await self._make(media_id, name, arrived)
            await self._database.write(self._finish, kept, owner, member_bound=member_bound)
        except BaseException:
            await asyncio.shield(self._give_up(media_id))
            raise
        return kept

    async def _check_room(self) -> None:
        if await asyncio.to_thread(self._shelf.free_bytes) < self._settings.free_mib_min * MIB:
            raise UploadRefusedError("unavailable", "There is no room for files at the moment.")

    async def _begin(self, tx: Tx, media_id: str, owner: str, *, member_bound: bool) -> None:
        now = self._clock.now_ms()
        if member_bound:
            kept = await store.of_owner(tx, owner, now - ARRIVES_MS_MAX)
            if kept["arriving"]:
                raise UploadRefusedError("too_many", "One file at a time: another one is still on its way.")
            self._check_quota(int(kept["bytes"]))
        await store.arriving(tx, media_id=media_id, owner=owner, at=now)

    async def _take_in(self, media_id: str, chunks: AsyncIterator[bytes]) -> Arrived:
        """Write what comes to disk as it comes, and stop as soon as it is too much for what it is."""
        with await asyncio.to_thread(self._shelf.open_new, media_id) as file:
            head, size, mime, most = b"", 0, "", 0
            async for chunk in chunks:
                size += len(chunk)
                head += chunk[: HEAD_BYTES - len(head)]
                if not mime and len(head) >= HEAD_BYTES:
                    mime, most = self._look(head)
                if size > (most or bytes_max(self._settings, "file") + HEAD_BYTES):
                    raise _too_large(most)
                await asyncio.to_thread(file.write, chunk)
            mime, most = self._look(head)
            if not size:
                raise UploadRefusedError("empty", "The file is empty.")
            if size > most:
                raise _too_large(most)
            await asyncio.to_thread(_flush, file)
        return Arrived(mime, kind_of(mime), size)

    def _look(self, head: bytes) -> tuple[str, int]:
        """(type, bytes at most) by the first bytes."""
        mime = type_of(head)
        if mime in REFUSED:
            raise UploadRefusedError("refused", REFUSED[mime])
        return mime, bytes_max(self._settings, kind_of(mime))

    async def _make(self, media_id: str, name: str, arrived: Arrived) -> Item:
        if arrived.kind == "file":
            made = Made(type=arrived.mime)
            await asyncio.to_thread(self._shelf.keep_as_it_is, media_id, "bin")
        else:
            source = self._shelf.place(media_id) / ARRIVING
            made = await self._shop.make(source, arrived.mime, arrived.size)
        size = await asyncio.to_thread(self._shelf.settle, media_id)
        # What looks like a video by its beginning may hold sound alone.
        kind = kind_of(ENDINGS[made.ending]) if made.ending else arrived.kind
        return item(
            media_id=media_id,
            kind=kind,
            mime=made.type,
            name=good_name(name, kind, made.ending),
            size=size,
            width=made.width,
            height=made.height,
            seconds=made.seconds,
            has_thumb=made.thumb,
        )

    async def _finish(self, tx: Tx, kept: Item, owner: str, *, member_bound: bool) -> None:
        if member_bound:
            before = await store.of_owner(tx, owner, 0)
            self._check_quota(int(before["bytes"]) + kept.bytes)
        if not await store.keep(tx, kept, self._clock.now_ms()):
            raise UploadRefusedError("unavailable", "The file took too long; send it again.")

    def _check_quota(self, kept_bytes: int) -> None:
        most = self._settings.member_mib_max
        if kept_bytes > most * MIB:
            raise UploadRefusedError(
                "full", f"You keep {most} MiB of files here already; take some back first."
            )

    async def _give_up(self, media_id: str) -> None:
        await asyncio.to_thread(self._shelf.drop, media_id)
        with suppress(StoreUnavailableError):  # then it is swept with what nobody uses
            await self._database.write(store.gone, [media_id])

    async def remove(self, media_id: str) -> bool:
        """Remove a file at once, whatever shows it; False where there is none. Raises StoreUnavailableError."""
        if not await self._database.write(store.expel, media_id, DUE_NOW):
            return False
        await asyncio.to_thread(self._shelf.drop, media_id)
        await self._database.write(store.gone, [media_id])
        return True

    async def run(self) -> None:
        """Remove what nobody uses, for ever."""
        while True:
            while await self.sweep():
                pass
            await self._clock.sleep(SWEEP_SECONDS)

    async def sweep(self) -> int:
        """Remove some files that nobody has used for a day, or uses any more; how many."""
        before = self._clock.now_ms() - UNUSED_MS_MAX
        leaving = await self._database.write(partial(store.leave, before=before, limit=SWEPT_AT_ONCE))
        for media_id in leaving:
            await asyncio.to_thread(self._shelf.drop, media_id)
        if leaving:
            await self._database.write(store.gone, leaving)
            self._log.info("files that nobody uses were removed", files=len(leaving))
        return len(leaving)


def _flush(file: BinaryIO) -> None:
    file.flush()


def _too_large(most: int) -> UploadRefusedError:
    if not most:
        return UploadRefusedError("too_large", "The file is too large.")
    return UploadRefusedError("too_large", f"The file is over {most // MIB} MiB.")
