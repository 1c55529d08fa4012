"""From committed changes to announcements, each once, and from announcements to notices."""

from collections.abc import Iterable
from typing import Final

import msgspec

from holdfast.kernel import Clock, get_log
from holdfast.posts import PostState
from holdfast.posts.model import heading_of
from holdfast.posts.store import load_post
from holdfast.radar import Incident, load_incident, load_incidents
from holdfast.status.building import concerns_public, is_announced_work, touched
from holdfast.status.maintenance import GRACE_MS, Maintenance
from holdfast.status.profile.words import excerpt
from holdfast.status.store import load_maintenances
from holdfast.status.subscribers import store
from holdfast.status.subscribers.model import POSTS, UNCONFIRMED_DAYS, Announcement, Told
from holdfast.storage import Database, EventLog, Tx, last_event_seq

CURSOR_STEP_EVENTS: Final = 5_000
"""So far the cursor may stay behind what says nothing of incidents."""
SUBSCRIBERS_AT_ONCE: Final = 250
OPEN_INCIDENTS_MAX: Final = 50
IDLE_SECONDS: Final = 2.0
RECENT_MS: Final = 86_400_000
"""Maintenance that ended longer ago is not told of any more."""
KEPT_DAYS: Final = 30
FORGOTTEN_AT_ONCE: Final = 200
FORGET_MS: Final = 3_600_000
LETTER_CHARACTERS_MAX: Final = 1_500
CURSOR: Final = "incidents"
AFTER: Final = "after"
"""The turn at which a failure that outlived the work is told; nobody is told of the turn itself."""
_STATUS: Final = {"recovering": "monitoring", "closed": "resolved"}


class Announcer:
    def __init__(self, *, database: Database, events: EventLog, clock: Clock) -> None:
        self._database = database
        self._events = events
        self._clock = clock
        self._forget_at = 0
        self._log = get_log("subscribers")

    async def run(self) -> None:
        while True:
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001 - what could not be announced now is announced later
                self._log.warning("subscribers could not be told", problem=str(error))
            await self._events.wait(IDLE_SECONDS)
            await self._clock.sleep(IDLE_SECONDS / 4)

    async def look(self) -> None:
        """Announce what has happened, and make a notice of it for everybody whom it concerns.

        Looking is a read: while messages pour in, nothing is written for their sake.
        """
        now = self._clock.now_ms()
        seen = await self._database.read(_look, now)
        if seen.is_news:
            await self._database.write(_announce, seen, now)
        while await self._database.read(store.is_spreading):
            await self._database.write(store.spread, now, SUBSCRIBERS_AT_ONCE)
        if now >= self._forget_at:
            self._forget_at = now + FORGET_MS
            await self._database.write(_forget, now)


class _Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What is new up to an event: incidents of which something was said, and turns of maintenance."""

    last: int
    incidents: tuple[str, ...] = ()
    posts: tuple[str, ...] = ()
    turns: bool = False
    is_first: bool = False
    behind: int = 0

    @property
    def is_news(self) -> bool:
        return (
            bool(self.incidents or self.posts)
            or self.turns
            or self.is_first
            or self.behind >= CURSOR_STEP_EVENTS
        )


async def _look(tx: Tx, now: int) -> _Seen:
    cursor, last = await store.cursor(tx, CURSOR), await last_event_seq(tx)
    works = await load_maintenances(tx, now - RECENT_MS)
    ids = [_turn_id(work, status) for work in works for status, _ in _turns(work, now)]
    turns = len(await store.known(tx, ids)) < len(ids) if ids else False
    if cursor is None:
        return _Seen(last=last, turns=turns, is_first=True)
    return _Seen(
        last=last,
        incidents=await store.incidents_told(tx, cursor, last),
        posts=await store.posts_published(tx, cursor, last),
        turns=turns,
        behind=last - cursor,
    )


async def _announce(tx: Tx, seen: _Seen, now: int) -> None:
    """The cursor moves with what was announced."""
    works = await load_maintenances(tx, now - RECENT_MS)
    for work in works:
        await _tell_work(tx, work, works, now)
    for incident_id in seen.incidents:
        incident = await load_incident(tx, incident_id)
        if incident is not None:
            await _tell_incident(tx, incident, works, now)
    for post_id in seen.posts:
        await _tell_post(tx, post_id, now)
    await store.set_cursor(tx, CURSOR, seen.last)


async def _tell_post(tx: Tx, post_id: str, now: int) -> None:
    """One that was taken back meanwhile is told to nobody."""
    post = await load_post(tx, post_id)
    if post is None or post.state is not PostState.PUBLISHED:
        return
    heading = heading_of(post.title, post.text) or "A picture"
    told = Told(
        about="post",
        id=post.id,
        title=heading,
        status="published",
        text=excerpt(
            post.text if post.title else post.text.removeprefix(heading).strip(), LETTER_CHARACTERS_MAX
        ),
        at=post.at,
        path=f"/posts/{post.slug}",
        channels=(POSTS,),
    )
    await store.announce(tx, Announcement(id=f"post:{post.id}", at=now, told=told))


async def _tell_incident(tx: Tx, incident: Incident, works: list[Maintenance], now: int) -> None:
    if not concerns_public(incident, now) or is_announced_work(incident, works, now):
        return
    for update in incident.updates:
        if update.public:
            told = Told(
                about="incident",
                id=incident.id,
                title=incident.title,
                status=_STATUS.get(update.kind.value, "identified"),
                text=update.text,
                at=update.at,
                path=f"/incidents/{incident.id}",
                channels=tuple(touched(incident)),
            )
            await store.announce(tx, Announcement(id=update.id, at=update.at, told=told))


async def _tell_work(tx: Tx, work: Maintenance, works: list[Maintenance], now: int) -> None:
    for status, at in _turns(work, now):
        if status == AFTER:
            await _tell_what_stayed(tx, work, works, now)
            continue
        told = Told(
            about="maintenance",
            id=work.id,
            title=work.title,
            status=status,
            text=work.text or work.title,
            at=at,
            path=f"/maintenance/{work.id}",
            channels=work.channels,
        )
        await store.announce(tx, Announcement(id=_turn_id(work, status), at=at, told=told))


def _turn_id(work: Maintenance, status: str) -> str:
    return f"{work.id}:{status}"


def _turns(work: Maintenance, now: int) -> Iterable[tuple[str, int]]:
    yield "scheduled", work.announced_at
    if work.cancelled_at is not None:
        yield "cancelled", work.cancelled_at
        return
    if work.starts_at <= now:
        yield "in_progress", work.starts_at
    if work.ends_at <= now:
        yield "completed", work.ends_at
    if work.ends_at + GRACE_MS <= now:
        yield AFTER, work.ends_at + GRACE_MS


async def _tell_what_stayed(tx: Tx, work: Maintenance, works: list[Maintenance], now: int) -> None:
    """A failure that the work excused and that outlived it is told now."""
    mark = Told(about="maintenance", id=work.id, title="", status=AFTER, text="", at=now, path="")
    if not await store.announce(tx, Announcement(id=_turn_id(work, AFTER), at=now, told=mark), silently=True):
        return
    for incident in await load_incidents(tx, "open", OPEN_INCIDENTS_MAX):
        if work.touches_any(touched(incident)):
            await _tell_incident(tx, incident, works, now)


async def _forget(tx: Tx, now: int) -> None:
    await store.forget(tx, now - KEPT_DAYS * RECENT_MS)
    for subscriber_id in await store.unconfirmed(tx, now - UNCONFIRMED_DAYS * RECENT_MS, FORGOTTEN_AT_ONCE):
        await store.remove(tx, subscriber_id)
