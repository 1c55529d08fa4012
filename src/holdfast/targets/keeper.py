"""Keeps every clock up to date as things happen, and tells when something is due soon or was missed."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from holdfast.conversations import conversation_changed
from holdfast.conversations.store import read_cursor, write_cursor
from holdfast.kernel import Clock, IdSource
from holdfast.storage import Database, Event, EventLog, Row, Tx, append_event
from holdfast.targets import store
from holdfast.targets.model import TARGETS_CHANGED
from holdfast.targets.renewing import MISSED, NEAR, Facts, renew

AT_ONCE: Final = 50
"""Conversations in one unit of work."""
TELL_SECONDS: Final = 1.0
UNWRITTEN_MAX: Final = 2_000
"""So many events may be passed over before the place is written down."""
_OF_CONVERSATIONS: Final = (
    "message.received",
    "message.created",
    "message.changed",
    "message.rerouted",
    "conversation.changed",
)
_OF_ALL: Final = (TARGETS_CHANGED, "profile.changed")


class TargetKeeper:
    def __init__(
        self,
        *,
        database: Database,
        events: EventLog,
        clock: Clock,
        ids: IdSource,
        facts: Callable[[], Facts],
    ) -> None:
        self._database = database
        self._events = events
        self._clock = clock
        self._ids = ids
        self._facts = facts
        self._written = 0

    async def run(self) -> None:
        """Follow what happens. Reckoning again what was reckoned already changes nothing."""
        cursor = await self._database.read(read_cursor, store.CURSOR) or await self._events.last()
        while True:
            events = await self._events.after(cursor)
            if events:
                await self.follow(events)
                cursor = events[-1].seq
            else:
                await self._events.wait()

    async def follow(self, events: Sequence[Event]) -> None:
        """Costs two reads where nothing is promised."""
        kinds = {each.kind for each in events}
        last = events[-1].seq
        if await self._database.read(_is_idle) and not kinds & set(_OF_ALL):
            if last - self._written > UNWRITTEN_MAX:
                await self._database.write(write_cursor, store.CURSOR, last)
                self._written = last
            return
        if kinds & set(_OF_ALL):
            await self._renew_all(is_waiting_too=True)
        elif any(kind.startswith("incident.") for kind in kinds):
            await self._renew_all(is_waiting_too=False)
        named = [each.conversation_id for each in events if each.kind in _OF_CONVERSATIONS]
        await self._renew(list(dict.fromkeys(each for each in named if each)))
        await self._database.write(write_cursor, store.CURSOR, last)
        self._written = last

    async def _renew(self, ids: Sequence[str]) -> None:
        for first in range(0, len(ids), AT_ONCE):
            now, some = self._clock.now_ms(), ids[first : first + AT_ONCE]
            if await self._database.write(renew, some, self._facts(), now):
                self._events.wake()

    async def _renew_all(self, *, is_waiting_too: bool) -> None:
        """Whatever has a clock that runs, and whoever waits: targets, hours or outages are others than before."""
        after = ""
        while ids := await self._database.read(store.open_after, after, AT_ONCE):
            await self._renew(ids)
            after = ids[-1]
        at, after = 0, ""
        while is_waiting_too and (rows := await self._database.read(store.waiting_after, at, after, AT_ONCE)):
            await self._renew([str(row["id"]) for row in rows])
            at, after = int(rows[-1]["answer_by"]), str(rows[-1]["id"])

    async def tell(self) -> None:
        while True:
            await self.tell_due()
            await self._clock.sleep(TELL_SECONDS)

    async def tell_due(self) -> None:
        """Tell of what is nearly missed by now, and of what is missed: of each once."""
        if await self._database.read(store.to_tell, self._clock.now_ms()):
            await self._database.write(self._tell, self._clock.now_ms())
            self._events.wake()

    async def _tell(self, tx: Tx, now: int) -> None:
        rows = await store.to_tell(tx, now)
        names = await store.names(tx, sorted({row["target_id"] for row in rows}))
        places = {
            row["id"]: row
            for row in await store.conversations(tx, sorted({row["conversation_id"] for row in rows}))
        }
        await store.told(tx, [_marked(row, places.get(row["conversation_id"]), now) for row in rows])
        for row in rows:
            if row["conversation_id"] in places:
                place = places[row["conversation_id"]]
                await self._tell_one(tx, row, place, names.get(row["target_id"], ""), now)

    async def _tell_one(self, tx: Tx, row: Row, place: Row, name: str, now: int) -> None:
        is_missed = row["due_at"] is not None and row["due_at"] <= now
        told = Told(
            target=name,
            promise=row["kind"],
            due_at=row["due_at"],
            assignee=place["assignee_id"] or "",
            team=place["team_id"] or "",
        )
        await append_event(
            tx,
            at=now,
            kind="target.missed" if is_missed else "target.near",
            conversation_id=place["id"],
            body=msgspec.structs.asdict(told),
        )
        if is_missed:
            await store.note_missed(
                tx,
                change_id=self._ids.new("chg"),
                conversation_id=place["id"],
                at=now,
                detail=f"{row['kind']}:{name}",
            )
        await conversation_changed(tx, place["id"], now)


class Told(msgspec.Struct, frozen=True):
    """What an event says of a clock; ``promise``: first, next or resolve."""

    target: str
    promise: str
    due_at: int | None
    assignee: str
    team: str


def _marked(row: Row, place: Row | None, now: int) -> dict[str, Any]:
    """A clock after it was told of. Whoever has the conversation when it is missed has missed it."""
    is_missed = row["due_at"] is not None and row["due_at"] <= now
    return {
        "message_id": row["message_id"],
        "kind": row["kind"],
        "told": MISSED if is_missed else NEAR,
        "tell_at": None if is_missed else row["due_at"],
        "outcome": "missed" if is_missed else row["outcome"],
        "counted_at": row["due_at"] if is_missed else row["counted_at"],
        "agent_id": (place["assignee_id"] or "") if is_missed and place else row["agent_id"],
        "team_id": (place["team_id"] or "") if is_missed and place else row["team_id"],
    }


async def _is_idle(tx: Tx) -> bool:
    return not await store.targets(tx) and not await store.any_open(tx)
