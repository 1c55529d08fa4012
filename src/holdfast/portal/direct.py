"""Direct as a member uses it: one list of threads and one row of changes, whoever is on the other side."""

from collections.abc import Awaitable, Callable, Collection, Container
from typing import Concatenate, Final, ParamSpec, TypeVar

from holdfast.kernel import Clock, IdSource
from holdfast.members import Card, Member
from holdfast.portal import business
from holdfast.portal.business import store as conversations
from holdfast.portal.business.spooled import ChatBody
from holdfast.portal.files import attached
from holdfast.portal.reading import (
    Changes,
    Happenings,
    Reading,
    after,
    cursor_of,
    newest,
    pattern_of,
    place_of,
)
from holdfast.portal.talks import store
from holdfast.portal.talks.changes import Told, cursor_text
from holdfast.portal.talks.model import (
    BUSINESS_THREAD,
    MESSAGES_AT_ONCE_MAX,
    Message,
    MessagePage,
    TalkError,
    Thread,
    ThreadPage,
    ThreadPatch,
    ThreadToMake,
)
from holdfast.portal.talks.threads import Threads
from holdfast.portal.writing import Prepared, ToSend, Writing, chat_envelope, checked_attachments
from holdfast.storage import Database, EventLog, Spool, Tx

DIGITS_MAX: Final = 18
SEARCH_CHARACTERS_MAX: Final = 100
PARTNERS_MAX: Final = 500

P = ParamSpec("P")
T = TypeVar("T")


class Direct:
    """``business`` is the name of the business, ``channels`` names the Direct channels.

    Methods raise TalkError where a member may not do it, StoreUnavailableError, SpoolUnavailableError.
    """

    def __init__(
        self,
        *,
        database: Database,
        events: EventLog,
        spool: Spool,
        clock: Clock,
        ids: IdSource,
        business: str,
        channels: Callable[[], Collection[str]],
    ) -> None:
        self._database = database
        self._events = events
        self._clock = clock
        self._threads = Threads(clock=clock, ids=ids)
        self.writing = Writing(database=database, spool=spool, clock=clock, channels=channels)
        self._reading = Reading(business=business, channels=channels, channel_of=self.writing.channel_of)

    # --- reading -----------------------------------------------------------------------------------------

    async def threads(self, member: Member, before: str) -> ThreadPage:
        """The latest threads; ``before`` is of the page before, or empty."""
        return await self._database.read(self._reading.threads, member, place_of(before))

    async def thread(self, member: Member, thread_id: str) -> Thread:
        return await self._database.read(self._reading.thread, member, thread_id)

    async def messages(self, member: Member, thread_id: str, before: str, limit: int) -> MessagePage:
        limit = max(1, min(limit, MESSAGES_AT_ONCE_MAX))
        return await self._database.read(self._reading.messages, member, thread_id, place_of(before), limit)

    async def search(self, member: Member, text: str, thread_id: str) -> list[Message]:
        """Newest first; of one thread, or of the latest ones."""
        text = text.strip().lower()[:SEARCH_CHARACTERS_MAX]
        if not text:
            raise TalkError(422, "empty", "Say what to look for.", field="q")
        return await self._database.read(self._reading.search, member, pattern_of(text), thread_id)

    async def changes(self, member: Member, cursor: str) -> Changes:
        """What happened after a cursor. Raises ForgottenError."""
        return await self._database.read(self._reading.changes, member, cursor_of(cursor))

    async def newest(self) -> tuple[int, int]:
        """How far both logs have come."""
        return await self._database.read(newest)

    async def cursor(self) -> str:
        """The newest one."""
        return cursor_text(*await self.newest())

    async def after(self, events: int, seq: int) -> Happenings:
        """What came after a place in both logs, for whoever hands it out to all."""
        return await self._database.read(after, events, seq)

    async def told(self, happenings: Happenings, events: int, seq: int, here: Container[str]) -> list[Told]:
        """Changes for those who are here: first what the hub's events mean, then the log from ``seq`` on."""
        return await self._database.read(self._reading.told, happenings, events, seq, here)

    async def partners(self, member_id: str) -> list[str]:
        """With whom a member shares a pair, and may know of each other whether they are here."""
        return await self._database.read(store.partners, member_id, PARTNERS_MAX)

    async def card(self, member: Member, other: str) -> Card:
        """Of oneself, and of those with whom one shares a thread; whoever else there may be is not known."""
        if other != member.id and not await self._database.read(store.shares_thread, member.id, other):
            raise TalkError(404, "not_found", "There is no such member.")
        found = (await self._database.read(store.members, [other])).get(other)
        return found.card if found else Card(other)

    async def turned_away(self, member_id: str, others: Collection[str]) -> set[str]:
        """Those of some others who have blocked a member."""
        found = await self._database.read(store.blocks, others, [member_id])
        return {by for by, _ in found}

    async def sessions_alive(self, ids: Collection[str]) -> set[str]:
        return await self._database.read(store.sessions_alive, ids)

    # --- deciding ----------------------------------------------------------------------------------------

    async def make_thread(self, member: Member, wanted: ThreadToMake) -> Thread:
        return await self._write(self._threads.make, member, wanted)

    async def change_thread(self, member: Member, thread_id: str, patch: ThreadPatch) -> Thread:
        if thread_id.startswith(BUSINESS_THREAD):
            self.writing.channel_of(thread_id)
        await self._write(self._threads.change, member, thread_id, patch)
        return await self.thread(member, thread_id)

    async def accept(self, member: Member, thread_id: str) -> Thread:
        return await self._write(self._threads.accept, member.id, thread_id)

    async def decline(self, member: Member, thread_id: str) -> None:
        await self._write(self._threads.decline, member.id, thread_id)

    async def add(self, member: Member, thread_id: str, member_id: str) -> Thread:
        return await self._write(self._threads.add, member, thread_id, member_id)

    async def remove(self, member: Member, thread_id: str, member_id: str) -> None:
        await self._write(self._threads.remove, member, thread_id, member_id)

    async def received(self, member: Member, thread_id: str, *, delivered: int = 0, seen: int = 0) -> None:
        """The member, or this device of theirs, has everything up to an order."""
        if thread_id.startswith(BUSINESS_THREAD):
            await self._received_of_business(member, thread_id, delivered=delivered, seen=seen)
        else:
            await self._write(self._threads.received, member.id, thread_id, delivered=delivered, seen=seen)

    # --- writing -----------------------------------------------------------------------------------------

    async def message(self, member: Member, thread_id: str, wanted: ToSend) -> Prepared:
        """A message, ready to be kept."""
        ids = checked_attachments(wanted.attachments)
        files = await self._database.read(attached, ids, member.id) if ids else []
        if len(files) < len(ids):
            raise TalkError(422, "unknown_attachment", "There is no such upload.", field="attachments")
        return await self.writing.message(member, thread_id, wanted, files)

    # --- units of work -----------------------------------------------------------------------------------

    async def _write(
        self, work: Callable[Concatenate[Tx, P], Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        result = await self._database.write(work, *args, **kwargs)
        self._events.wake()
        return result

    async def _received_of_business(
        self, member: Member, thread_id: str, *, delivered: int, seen: int
    ) -> None:
        channel, now = self.writing.channel_of(thread_id), self._clock.now_ms()
        delivered, seen = min(max(delivered, seen), now), min(seen, now)
        ids = await self._write(_note_received, member, thread_id, delivered=delivered, seen=seen, now=now)
        kind = "seen" if seen else "delivered"
        for external_id in ids:
            body = ChatBody(id=external_id, visitor=member.id, at=now, kind=kind)
            await self.writing.keep(Prepared([chat_envelope(channel, body)]))


async def _note_received(
    tx: Tx, member: Member, thread_id: str, *, delivered: int, seen: int, now: int
) -> list[str]:
    """External ids of what the business's side is told of: nothing, where the member shows no receipts."""
    if await store.received(tx, thread_id, member.id, delivered=delivered, seen=seen):
        await store.log(
            tx, at=now, kind="receipt", thread_id=thread_id, member_id=member.id, subject=member.id
        )
    standing = (await business.standings(tx, member.id)).get(thread_id)
    if standing is None or not member.receipts:
        return []
    states = ("sent", "delivered") if seen else ("sent",)
    return await conversations.unseen(
        tx, standing.channel, standing.address_id, until=max(seen, delivered), states=states
    )
