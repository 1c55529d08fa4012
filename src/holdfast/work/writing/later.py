"""Replies that leave at a time: kept until then, queued once, and told where they cannot go.

A reply that was just sent is one of them for the moment in which it can be taken back.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from holdfast.kernel import Clock, IdSource
from holdfast.media import (
    BUSINESS,
    UnknownMediaError,
    attachments_of,
    give_back_media,
    release_media,
    use_media,
)
from holdfast.outbox import NewReply, Outbox, ReplyRefusedError
from holdfast.outbox.model import FILES_MAX
from holdfast.storage import Database, EventLog, Row, Tx, append_event
from holdfast.work.deciding import standings
from holdfast.work.model import TakenError, UnknownError, WorkRefusedError
from holdfast.work.writing import store
from holdfast.work.writing.model import LATER_MS_MAX, LATER_OF_CONVERSATION_MAX, LaterReply, NewLater
from holdfast.work.writing.shelf import checked_text

LOOK_SECONDS: Final = 0.5
CHANGED: Final = "later.changed"


class LaterReplies:
    """Raises UnknownError, TakenError and WorkRefusedError, each with a sentence for people.

    ``undo_ms``: how long a reply is held that names no time.
    """

    def __init__(
        self,
        *,
        database: Database,
        events: EventLog,
        clock: Clock,
        ids: IdSource,
        outbox: Outbox,
        undo_ms: int = 0,
    ) -> None:
        self._database = database
        self._events = events
        self._clock = clock
        self._ids = ids
        self._outbox = outbox
        self._undo_ms = undo_ms

    async def add(self, new: NewLater) -> LaterReply:
        """Keep a reply until its time; durable when this returns. Raises ReplyRefusedError, too, where one that
        names no time could not leave now.
        """
        later_id = await self._database.write(self._add, new)
        self._events.wake()
        return await self._database.read(_get, later_id)

    async def of(self, conversation_id: str) -> list[LaterReply]:
        """Those that wait and those that were refused, the next one first."""
        return await self._database.read(_of, conversation_id)

    async def cancel(self, later_id: str) -> LaterReply:
        """Take it back, while it waits; its files can be sent with another."""
        taken = await self._database.write(self._cancel, later_id)
        self._events.wake()
        return taken

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
            files=_ids(row),
            seen=row["seen"],
            reply_to=row["reply_to"],
        )
        try:
            enqueued = await self._outbox.enqueue_within(tx, reply)
        except ReplyRefusedError as error:
            await store.note_fate(tx, row["id"], state="refused", reason=error.message)
        else:
            await store.note_fate(tx, row["id"], state="queued", message_id=enqueued.message_id)
            await release_media(tx, _use(row["id"]))
        await _tell(tx, row["id"], row["conversation_id"], self._clock.now_ms())

    async def _add(self, tx: Tx, new: NewLater) -> str:
        if new.key:
            earlier = await store.later_by_key(tx, new.key)
            if earlier is not None:
                return _same(earlier, new)
        await standings(tx, [new.conversation_id])
        now = self._clock.now_ms()
        send_at, text = await self._checked(tx, new, now)
        waiting = await store.later_of(tx, new.conversation_id, LATER_OF_CONVERSATION_MAX)
        if len(waiting) >= LATER_OF_CONVERSATION_MAX:
            raise WorkRefusedError(f"No more than {LATER_OF_CONVERSATION_MAX} replies can wait here.")
        later_id = self._ids.new("lat")
        await store.insert_later(
            tx,
            id=later_id,
            conversation_id=new.conversation_id,
            author=new.author,
            text=text,
            route=new.route,
            send_at=send_at,
            at=now,
            held=int(new.send_at is None),
            files=msgspec.json.encode(new.files).decode(),
            seen=new.seen,
            key=new.key,
            reply_to=new.reply_to,
        )
        await _use_files(tx, later_id, new.files)
        await _tell(tx, later_id, new.conversation_id, now)
        return later_id

    async def _checked(self, tx: Tx, new: NewLater, now: int) -> tuple[int, str]:
        """(when it leaves, its text)."""
        text = new.text.replace("\0", "")
        if len(new.files) > FILES_MAX:
            raise WorkRefusedError(f"A message takes {FILES_MAX} files at most.", "files")
        if new.send_at is None:
            reply = NewReply(
                conversation_id=new.conversation_id,
                text=text,
                author=new.author,
                route=new.route,
                files=new.files,
                seen=new.seen,
                reply_to=new.reply_to,
            )
            await self._outbox.check_within(tx, reply)
            return now + self._undo_ms, text
        if not now <= new.send_at <= now + LATER_MS_MAX:
            raise WorkRefusedError("Say when: a time to come, within a year.", "send_at")
        return new.send_at, text if new.files and not text.strip() else checked_text(text)

    async def _cancel(self, tx: Tx, later_id: str) -> LaterReply:
        taken = await _get(tx, later_id)
        if not await store.cancel_later(tx, later_id):
            raise WorkRefusedError("It is on its way already.")
        now = self._clock.now_ms()
        await give_back_media(tx, _use(later_id), now)
        await _tell(tx, later_id, taken.conversation_id, now)
        return msgspec.structs.replace(taken, state="cancelled")


async def _use_files(tx: Tx, later_id: str, ids: Sequence[str]) -> None:
    try:
        await use_media(tx, _use(later_id), ids, BUSINESS)
    except UnknownMediaError as error:
        raise WorkRefusedError("A file is not there any more; attach it again.", "files") from error


def _use(later_id: str) -> str:
    return f"later:{later_id}"


def _same(earlier: Row, new: NewLater) -> str:
    if earlier["conversation_id"] != new.conversation_id or earlier["text"] != new.text.replace("\0", ""):
        raise TakenError("This idempotency key was used for another reply.")
    return str(earlier["id"])


async def _tell(tx: Tx, later_id: str, conversation_id: str, now: int) -> None:
    await append_event(tx, at=now, kind=CHANGED, conversation_id=conversation_id, body={"later_id": later_id})


async def _get(tx: Tx, later_id: str) -> LaterReply:
    row = await store.get_later(tx, later_id)
    if row is None:
        raise UnknownError(f"There is no reply {later_id[:80]} that waits for its time.")
    [view] = await _views(tx, [row])
    return view


async def _of(tx: Tx, conversation_id: str) -> list[LaterReply]:
    return await _views(tx, await store.later_of(tx, conversation_id, LATER_OF_CONVERSATION_MAX))


async def _views(tx: Tx, rows: Sequence[Row]) -> list[LaterReply]:
    files = await attachments_of(tx, (each for row in rows for each in _ids(row)))
    return [
        LaterReply(
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
            held=bool(row["held"]),
            files=[files[each] for each in _ids(row) if each in files],
            reply_to=row["reply_to"] or None,
        )
        for row in rows
    ]


def _ids(row: Row) -> tuple[str, ...]:
    return () if row["files"] == "[]" else msgspec.json.decode(row["files"], type=tuple[str, ...])
