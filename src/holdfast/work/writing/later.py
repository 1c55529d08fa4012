"""Replies that leave at a time: kept until then, queued once, and told where they cannot go."""

from typing import Final

from holdfast.kernel import Clock, IdSource
from holdfast.outbox import NewReply, Outbox, ReplyRefusedError
from holdfast.storage import Database, EventLog, Row, Tx, append_event
from holdfast.work.deciding import standings
from holdfast.work.model import UnknownError, WorkRefusedError
from holdfast.work.writing import store
from holdfast.work.writing.model import LATER_MS_MAX, LATER_OF_CONVERSATION_MAX, LaterReply
from holdfast.work.writing.shelf import checked_text

LOOK_SECONDS: Final = 0.5
CHANGED: Final = "later.changed"


class LaterReplies:
    """Raises UnknownError and WorkRefusedError, each with a sentence for people."""

    def __init__(
        self, *, database: Database, events: EventLog, clock: Clock, ids: IdSource, outbox: Outbox
    ) -> None:
        self._database = database
        self._events = events
        self._clock = clock
        self._ids = ids
        self._outbox = outbox

    async def add(self, conversation_id: str, text: str, route: str, send_at: int, by: str) -> LaterReply:
        """Keep a reply until its time; durable when this returns."""
        later_id = await self._database.write(self._add, conversation_id, text, route, send_at, by)
        self._events.wake()
        return await self._database.read(_get, later_id)

    async def of(self, conversation_id: str) -> list[LaterReply]:
        """Those that wait and those that were refused, the next one first."""
        rows = await self._database.read(store.later_of, conversation_id, LATER_OF_CONVERSATION_MAX)
        return [_view(row) for row in rows]

    async def cancel(self, later_id: str) -> LaterReply:
        """Take it back, while it waits."""
        await self._database.write(self._cancel, later_id)
        self._events.wake()
        return await self._database.read(_get, later_id)

    async def run(self) -> None:
        """Queue what is due."""
        while True:
            await self.queue_due()
            await self._clock.sleep(LOOK_SECONDS)

    async def queue_due(self) -> None:
        due = await self._database.read(store.due, self._clock.now_ms())
        for row in due:
            await self._database.write(self._queue, row)
        if due:
            self._outbox.stir()

    async def _queue(self, tx: Tx, row: Row) -> None:
        """Queue one reply and note it, in one unit of work: it leaves once, or was taken back in time."""
        if not await store.take_later(tx, row["id"]):
            return
        reply = NewReply(
            conversation_id=row["conversation_id"],
            text=row["text"],
            author=row["author"],
            route=row["route"],
        )
        try:
            enqueued = await self._outbox.enqueue_within(tx, reply)
        except ReplyRefusedError as error:
            await store.note_fate(tx, row["id"], state="refused", reason=error.message)
        else:
            await store.note_fate(tx, row["id"], state="queued", message_id=enqueued.message_id)
        await _tell(tx, row["id"], row["conversation_id"], self._clock.now_ms())

    async def _add(self, tx: Tx, conversation_id: str, text: str, route: str, send_at: int, by: str) -> str:
        now = self._clock.now_ms()
        if not now <= send_at <= now + LATER_MS_MAX:
            raise WorkRefusedError("Say when: a time to come, within a year.", "send_at")
        await standings(tx, [conversation_id])
        if (
            len(await store.later_of(tx, conversation_id, LATER_OF_CONVERSATION_MAX))
            >= LATER_OF_CONVERSATION_MAX
        ):
            raise WorkRefusedError(f"No more than {LATER_OF_CONVERSATION_MAX} replies can wait here.")
        later_id = self._ids.new("lat")
        await store.insert_later(
            tx,
            later_id=later_id,
            conversation_id=conversation_id,
            author=by,
            text=checked_text(text),
            route=route,
            send_at=send_at,
            at=now,
        )
        await _tell(tx, later_id, conversation_id, now)
        return later_id

    async def _cancel(self, tx: Tx, later_id: str) -> None:
        row = await store.get_later(tx, later_id)
        if row is None:
            raise UnknownError(f"There is no reply {later_id[:80]} that waits for its time.")
        if not await store.cancel_later(tx, later_id):
            raise WorkRefusedError("It is on its way already.")
        await _tell(tx, later_id, row["conversation_id"], self._clock.now_ms())


async def _tell(tx: Tx, later_id: str, conversation_id: str, now: int) -> None:
    await append_event(tx, at=now, kind=CHANGED, conversation_id=conversation_id, body={"later_id": later_id})


async def _get(tx: Tx, later_id: str) -> LaterReply:
    row = await store.get_later(tx, later_id)
    if row is None:
        raise UnknownError(f"There is no reply {later_id[:80]} that waits for its time.")
    return _view(row)


def _view(row: Row) -> LaterReply:
    return LaterReply(
        id=row["id"],
        conversation_id=row["conversation_id"],
        author=row["author"],
        text=row["text"],
        route=row["route"],
        send_at=row["send_at"],
        state=row["state"],
        reason=row["reason"],
        message_id=row["message_id"],
        made_at=row["made_at"],
    )
