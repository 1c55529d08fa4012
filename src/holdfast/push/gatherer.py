"""From committed changes to notices: each is noted once for every device that it concerns."""

from collections.abc import Iterable, Sequence
from typing import Final

from holdfast.kernel import Clock, get_log
from holdfast.push import store
from holdfast.push.model import Device, News
from holdfast.push.sources import Found, Source
from holdfast.storage import Database, EventLog, Tx

HOLD_MS: Final = 2_000
"""Whoever has the page in front reads a message within this time, and need not be told."""
CURSOR_STEP: Final = 5_000
"""So far a cursor may stay behind what concerns nobody."""
DEVICES_AT_ONCE: Final = 500
IDLE_SECONDS: Final = 1.0
KEPT_MS: Final = 31 * 86_400_000
FORGET_MS: Final = 3_600_000


class Gatherer:
    def __init__(
        self, *, database: Database, events: EventLog, clock: Clock, sources: Sequence[Source], life_ms: int
    ) -> None:
        """``life_ms``: after this a notice says nothing new any more."""
        self._database = database
        self._events = events
        self._clock = clock
        self._sources = sources
        self._life_ms = life_ms
        self._forget_at = 0
        self._seen: dict[str, int] = {}
        self._log = get_log("push")

    async def run(self) -> None:
        while True:
            more = False
            try:
                more = await self.look()
            except Exception as error:  # noqa: BLE001 - what could not be noted now is noted later
                self._log.warning("news were not gathered", problem=str(error))
            if not more:
                await self._events.wait(IDLE_SECONDS)

    async def look(self) -> bool:
        """Note what is new; whether there is more to look at. Where nothing concerns a device, nothing is written."""
        found = [await self._look_at(source) for source in self._sources]
        now = self._clock.now_ms()
        if now >= self._forget_at:
            self._forget_at = now + FORGET_MS
            await self._database.write(store.forget, now - KEPT_MS)
        return any(found)

    async def _look_at(self, source: Source) -> bool:
        written = await self._database.read(store.cursor, source.name)
        if written is None:
            await self._database.write(_begin, source)
            return False
        cursor = max(written, self._seen.get(source.name, 0))
        found, devices = await self._database.read(_concerned, source, cursor)
        if devices or found.of_posts or found.cursor - written >= CURSOR_STEP:
            await self._database.write(_note, source.name, found, self._clock.now_ms(), self._life_ms)
        self._seen[source.name] = found.cursor
        return found.cursor > cursor


async def _begin(tx: Tx, source: Source) -> None:
    """What was said before there was anybody to tell is not news."""
    await store.set_cursor(tx, source.name, await source.last(tx))


async def _concerned(tx: Tx, source: Source, cursor: int) -> tuple[Found, list[Device]]:
    found = await source.after(tx, cursor)
    return found, await _devices(tx, found.news)


async def _note(tx: Tx, name: str, found: Found, now: int, life_ms: int) -> None:
    devices = await _devices(tx, found.news)
    await _tell(tx, pairs(devices, found.news), now, life_ms)
    for news in found.of_posts[-1:]:
        await _tell_followers(tx, news, now, life_ms)
    await store.set_cursor(tx, name, found.cursor)


async def _tell_followers(tx: Tx, news: News, now: int, life_ms: int) -> None:
    after = ""
    while devices := await store.devices_of_posts(tx, after, DEVICES_AT_ONCE):
        await _tell(tx, [(device, news) for device in devices], now, life_ms)
        after = devices[-1].session_id


async def _tell(tx: Tx, told: Iterable[tuple[Device, News]], now: int, life_ms: int) -> None:
    await store.tell(tx, told, now=now, due_at=now + HOLD_MS, expires_at=now + life_ms)


async def _devices(tx: Tx, news: Sequence[News]) -> list[Device]:
    members = sorted({each.member_id for each in news})
    return await store.devices_of(tx, members) if members else []


def pairs(devices: Sequence[Device], news: Sequence[News]) -> list[tuple[Device, News]]:
    """Each device with the newest news of each thread of its member."""
    newest: dict[tuple[str, str], News] = {}
    for each in sorted(news, key=lambda one: one.order):
        newest[each.member_id, each.thread] = each
    return [
        (device, each)
        for device in devices
        for (member, _), each in newest.items()
        if member == device.member_id
    ]
