"""What a member reads of Direct: every method is a unit of work on one view of the store."""

from collections.abc import Callable, Collection, Container, Mapping, Sequence
from typing import Any, Final

import msgspec

from holdfast.members import Member
from holdfast.portal import business
from holdfast.portal.business import store as conversations
from holdfast.portal.business.changes import Happened
from holdfast.portal.business.viewing import LATEST
from holdfast.portal.talks import store
from holdfast.portal.talks.changes import Told, cursor_text, told
from holdfast.portal.talks.model import (
    BUSINESS_THREAD,
    CHANGES_AT_ONCE,
    FOUND_MAX,
    SEARCHED_THREADS,
    THREADS_AT_ONCE,
    AnyChange,
    Message,
    MessagePage,
    ReceiptChanged,
    TalkError,
    Thread,
    ThreadChanged,
    ThreadPage,
    not_yours,
)
from holdfast.portal.talks.viewing import my_thread, thread_views, views
from holdfast.storage import Row, Tx, last_event_seq, read_events
from holdfast.storage.event_log import first_event_seq

DIGITS_MAX: Final = 18


class ForgottenError(Exception):
    """The cursor is older than what is kept: the threads are to be read again."""


class Changes(msgspec.Struct, frozen=True):
    changes: list[AnyChange]
    cursor: str
    more: bool


class Happenings(msgspec.Struct, frozen=True):
    """What came after a place in both logs: the hub's events and the log of the members' threads."""

    events: Sequence[Happened]
    rows: Sequence[Row]


class Reading:
    """``business`` is the name of the business, ``channel_of`` gives the Direct channel of a thread with it.

    Methods raise TalkError where a member may not read it.
    """

    def __init__(
        self,
        *,
        business: str,
        channels: Callable[[], Collection[str]],
        channel_of: Callable[[str], str],
    ) -> None:
        self._business = business
        self._channels = channels
        self._channel_of = channel_of

    async def threads(self, tx: Tx, member: Member, before: tuple[int, str]) -> ThreadPage:
        at, thread_id = before
        rows = await store.latest_threads(
            tx, member.id, at=at, thread_id=thread_id, limit=THREADS_AT_ONCE + 1
        )
        ours = await business.threads_of(tx, member, self._channels(), self._business)
        found = [*await thread_views(tx, member.id, rows), *(each for each in ours if _key(each) < before)]
        found.sort(key=_key, reverse=True)
        page = found[:THREADS_AT_ONCE]
        following = f"{page[-1].latest_at}.{page[-1].id}" if len(found) > len(page) else None
        return ThreadPage(page, following, cursor_text(*await newest(tx)))

    async def thread(self, tx: Tx, member: Member, thread_id: str) -> Thread:
        if not thread_id.startswith(BUSINESS_THREAD):
            return await my_thread(tx, member.id, thread_id)
        self._channel_of(thread_id)
        standing = (await business.standings(tx, member.id)).get(thread_id)
        return await business.thread_of(tx, member, thread_id, standing, self._business)

    async def messages(
        self, tx: Tx, member: Member, thread_id: str, before: tuple[int, str], limit: int
    ) -> MessagePage:
        history, found = "", list[Message]()
        if thread_id.startswith(BUSINESS_THREAD):
            self._channel_of(thread_id)
            standing = (await business.standings(tx, member.id)).get(thread_id)
            if standing:
                history = business.history_of(standing)
                found = await business.conversation_page(tx, standing, before=before, limit=limit + 1)
        else:
            mine = await store.my_threads(tx, member.id, [thread_id])
            if not mine:
                raise not_yours()
            rows = await store.page(
                tx, thread_id, member.id, before=before[0], since=mine[0]["since"], limit=limit + 1
            )
            found = await views(tx, member.id, rows)
        page = found[:limit]
        following = f"{page[-1].order}.{page[-1].id}" if len(found) > limit else None
        return MessagePage(page[::-1], following, history)

    async def search(self, tx: Tx, member: Member, pattern: str, thread_id: str) -> list[Message]:
        standings = await business.standings(tx, member.id)
        if thread_id:
            places = await store.my_threads(tx, member.id, [thread_id])
            asked = [standings[thread_id]] if thread_id in standings else []
            if not places and not asked and not thread_id.startswith(BUSINESS_THREAD):
                raise not_yours()
        else:
            places = await store.latest_threads(
                tx, member.id, at=LATEST, thread_id="", limit=SEARCHED_THREADS
            )
            asked = list(standings.values())
        rows = [
            row
            for place in places
            for row in await store.find(tx, place["id"], member.id, since=place["since"], pattern=pattern)
        ]
        rows = sorted(rows, key=lambda row: int(row["at"]), reverse=True)[:FOUND_MAX]
        found = await views(tx, member.id, rows)
        for standing in asked:
            found += await business.found(tx, standing, pattern)
        return sorted(found, key=lambda message: message.at, reverse=True)[:FOUND_MAX]

    async def changes(self, tx: Tx, member: Member, cursor: tuple[int, int]) -> Changes:
        events, seq = cursor
        newest_event, newest_seq = await newest(tx)
        if events < await first_event_seq(tx) - 1 or seq < await store.first_seq(tx) - 1:
            raise ForgottenError
        happened, events_upto = await self._events_for(tx, member, events)
        rows = await store.log_after_for(tx, member.id, seq)
        more_rows, more_events = len(rows) > CHANGES_AT_ONCE, events_upto >= 0
        rows = rows[:CHANGES_AT_ONCE]
        upto_event = events_upto if more_events else max(newest_event, events)
        upto_seq = int(rows[-1]["seq"]) if more_rows else max(newest_seq, seq)
        here = {member.id}
        changes = [
            *await business.told(tx, happened, here, seq, self._business),
            *await self._told_of_log(tx, rows, here, upto_event),
        ]
        more = more_rows or more_events
        return Changes([each.change for each in changes], cursor_text(upto_event, upto_seq), more)

    async def _events_for(self, tx: Tx, member: Member, after: int) -> tuple[list[Happened], int]:
        """Events of a member's conversations, and up to where where there are more; -1 where these are all."""
        found: list[Happened] = []
        upto = -1
        for conversation_id in {
            each.conversation_id for each in (await business.standings(tx, member.id)).values()
        }:
            rows = await conversations.events(tx, conversation_id, after, CHANGES_AT_ONCE + 1)
            if len(rows) > CHANGES_AT_ONCE:
                rows = rows[:CHANGES_AT_ONCE]
                upto = int(rows[-1]["seq"]) if upto < 0 else min(upto, int(rows[-1]["seq"]))
            found += [_happened(row) for row in rows]
        return [each for each in found if upto < 0 or each.seq <= upto], upto

    async def told(
        self, tx: Tx, happenings: Happenings, events: int, seq: int, here: Container[str]
    ) -> list[Told]:
        return [
            *await business.told(tx, happenings.events, here, seq, self._business),
            *await self._told_of_log(tx, happenings.rows, here, events),
        ]

    async def _told_of_log(
        self, tx: Tx, rows: Sequence[Row], here: Container[str], events: int
    ) -> list[Told]:
        ours = [row for row in rows if str(row["thread_id"]).startswith(BUSINESS_THREAD)]
        theirs = [row for row in rows if not str(row["thread_id"]).startswith(BUSINESS_THREAD)]
        found = [*await told(tx, theirs, here, events), *await self._notes(tx, ours, here, events)]
        return sorted(found, key=lambda each: each.seq)

    async def _notes(self, tx: Tx, rows: Sequence[Row], here: Container[str], events: int) -> list[Told]:
        """What members noted of their threads with the business, for their other devices."""
        found: list[Told] = []
        for row in {(row["member_id"], row["thread_id"], row["kind"]): row for row in rows}.values():
            member = (await store.members(tx, [row["member_id"]])).get(row["member_id"])
            if member is None or member.id not in here:
                continue
            cursor, thread_id = cursor_text(events, row["seq"]), str(row["thread_id"])
            standing = (await business.standings(tx, member.id)).get(thread_id)
            thread = await business.thread_of(tx, member, thread_id, standing, self._business)
            change: AnyChange = ThreadChanged(cursor=cursor, thread=thread)
            if row["kind"] == "receipt":
                me = thread.members[0]
                change = ReceiptChanged(
                    cursor=cursor, thread=thread_id, member=me.id, delivered=me.delivered, read=me.read
                )
            found.append(Told(row["seq"], change, [member.id]))
        return found


async def newest(tx: Tx) -> tuple[int, int]:
    """How far both logs have come."""
    return await last_event_seq(tx), await store.last_seq(tx)


async def after(tx: Tx, events: int, seq: int) -> Happenings:
    happened = [
        Happened(each.seq, each.kind, each.conversation_id or "", str(each.body.get("message_id", "")))
        for each in await read_events(tx, events, CHANGES_AT_ONCE)
    ]
    return Happenings(happened, await store.log_after(tx, seq, CHANGES_AT_ONCE))


def _happened(row: Row) -> Happened:
    body: Mapping[str, Any] = msgspec.json.decode(row["body"])
    return Happened(row["seq"], row["kind"], row["conversation_id"], str(body.get("message_id", "")))


def _key(thread: Thread) -> tuple[int, str]:
    return thread.latest_at, thread.id


def pattern_of(text: str) -> str:
    for special in "\\%_":
        text = text.replace(special, f"\\{special}")
    return f"%{text}%"


def place_of(before: str) -> tuple[int, str]:
    """(number, id) of a page's end; the newest where nothing is given."""
    if not before:
        return LATEST, ""
    number, _, identifier = before.partition(".")
    if not (number.isascii() and number.isdigit()) or len(number) > DIGITS_MAX:
        raise TalkError(400, "invalid", "This page is not known.", field="before")
    return int(number), identifier


def cursor_of(cursor: str) -> tuple[int, int]:
    events, _, seq = cursor.partition(".")
    if not all(each.isascii() and each.isdigit() and len(each) <= DIGITS_MAX for each in (events, seq)):
        raise TalkError(400, "invalid", "The cursor is not one of ours.", field="after")
    return int(events), int(seq)
