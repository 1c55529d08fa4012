"""The event log: every committed change has a number, and every reader holds a cursor."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import suppress
from typing import Any, Final

import msgspec

from holdfast.kernel import Clock
from holdfast.storage.database import Database, Row, Tx

PAGE_EVENTS: Final = 500
POLL_SECONDS: Final = 1.0
"""How soon changes of another process are seen; those of this process wake readers at once."""

_APPEND_ONE_OF_MANY: Final = """
INSERT INTO event (at, kind, conversation_id, body) VALUES (:at, :kind, :conversation_id, :body)
"""
_APPEND: Final = f"{_APPEND_ONE_OF_MANY}RETURNING seq"
_AFTER: Final = "SELECT * FROM event WHERE seq > :cursor ORDER BY seq LIMIT :limit"
_LAST: Final = "SELECT COALESCE(MAX(seq), 0) AS seq FROM event"
_FIRST: Final = "SELECT COALESCE(MIN(seq), 0) AS seq FROM event"


class Event(msgspec.Struct, frozen=True):
    """One committed change. ``kind`` reads as past tense, such as ``message.received``."""

    seq: int
    at: int
    kind: str
    conversation_id: str | None
    body: dict[str, Any]


class NewEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A change that is to be recorded."""

    at: int
    kind: str
    body: dict[str, Any]
    conversation_id: str | None = None


async def append_event(
    tx: Tx, *, at: int, kind: str, body: dict[str, Any], conversation_id: str | None = None
) -> int:
    """Record a change inside the transaction that makes it; its number."""
    row = await tx.one(
        _APPEND,
        at=at,
        kind=kind,
        conversation_id=conversation_id,
        body=msgspec.json.encode(body).decode(),
    )
    return int(row["seq"]) if row else 0


async def append_events(tx: Tx, events: Iterable[NewEvent]) -> None:
    """Record changes in their order, inside the transaction that makes them."""
    await tx.many(_APPEND_ONE_OF_MANY, [_values(event) for event in events])


def _values(event: NewEvent) -> dict[str, object]:
    return {
        "at": event.at,
        "kind": event.kind,
        "conversation_id": event.conversation_id,
        "body": msgspec.json.encode(event.body).decode(),
    }


async def read_events(tx: Tx, cursor: int, limit: int) -> Sequence[Event]:
    return [_event(row) for row in await tx.all(_AFTER, cursor=cursor, limit=limit)]


async def last_event_seq(tx: Tx) -> int:
    row = await tx.one(_LAST)
    return int(row["seq"]) if row else 0


async def first_event_seq(tx: Tx) -> int:
    """The number of the oldest event that is kept, 0 where there is none."""
    row = await tx.one(_FIRST)
    return int(row["seq"]) if row else 0


class EventLog:
    """Lets many readers wait for what follows their cursor."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._changed = asyncio.Event()

    def wake(self) -> None:
        """Say that something was committed. Losing a wake costs a second, never an event."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def last(self) -> int:
        return await self._database.read(last_event_seq)

    async def after(self, cursor: int, limit: int = PAGE_EVENTS) -> Sequence[Event]:
        return await self._database.read(read_events, cursor, limit)

    def moment(self) -> asyncio.Event:
        """Take it before reading and wait for it afterwards: then no wake falls between the two."""
        return self._changed

    async def wait(self, seconds: float = POLL_SECONDS, moment: asyncio.Event | None = None) -> None:
        """Return at the first wake after the moment, or after now; or after the given time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await (moment or self._changed).wait()

    async def follow(self, cursor: int) -> AsyncIterator[Event]:
        """Every event after the cursor, in order, for ever."""
        while True:
            changed = self._changed
            events = await self.after(cursor)
            for event in events:
                cursor = event.seq
                yield event
            if not events:
                with suppress(TimeoutError):
                    async with asyncio.timeout(POLL_SECONDS):
                        await changed.wait()


def _event(row: Row) -> Event:
    return Event(
        seq=row["seq"],
        at=row["at"],
        kind=row["kind"],
        conversation_id=row["conversation_id"],
        body=msgspec.json.decode(row["body"]),
    )
