"""The rescuer: whatever a kill can leave behind is found again here.

A delivery marked as being sent whose worker is gone may or may not have been sent: it is in doubt. A lane
with something to send that nobody will wake is woken.
"""

from collections.abc import Callable
from typing import Final

from holdfast.kernel import Clock, get_log
from holdfast.outbox import store
from holdfast.outbox.candidates import Facts
from holdfast.outbox.doubt import store as doubts
from holdfast.outbox.doubt import words
from holdfast.outbox.doubt.notes import begin_again
from holdfast.outbox.doubt.policy import LATE_MS, absent_from
from holdfast.storage import Database, EventLog, Row, StoreUnavailableError, Tx

EVERY_SECONDS: Final = 5.0
RESCUED_AT_ONCE: Final = 500


class Rescuer:
    def __init__(
        self,
        *,
        database: Database,
        events: EventLog,
        clock: Clock,
        facts: Facts,
        doubt_evidence_ms: int,
        owned_lanes: Callable[[], frozenset[str]],
        node: str,
    ) -> None:
        self._database = database
        self._events = events
        self._clock = clock
        self._facts = facts
        self._doubt_evidence_ms = doubt_evidence_ms
        self._owned_lanes = owned_lanes
        self._node = node
        self._log = get_log("rescuer")

    async def take_over_all(self) -> None:
        """At the start of the only node: every lease is of a process that is gone."""
        await self._database.write(store.free_leases)
        await self.rescue()

    async def take_over_own(self) -> None:
        """At the start of one node of several: the leases under its name are of its earlier life."""
        await self._database.write(self.free_lanes, self._node)
        await self.rescue()

    async def free_lanes(self, tx: Tx, node: str) -> int:
        """Give up every lane of a node that is gone; how many. What it was sending is rescued like any other."""
        return await store.free_leases_of(tx, node)

    async def run(self) -> None:
        while True:
            await self._clock.sleep(EVERY_SECONDS)
            try:
                await self.rescue()
            except StoreUnavailableError as error:
                self._log.warning("store unavailable", error=str(error))

    async def rescue(self) -> int:
        """Put abandoned deliveries in doubt and wake forgotten lanes; how many were abandoned."""
        rescued = await self._database.write(self._rescue)
        if rescued:
            self._log.info("sends interrupted by a stop are in doubt", count=rescued)
        self._events.wake()
        return rescued

    async def _rescue(self, tx: Tx) -> int:
        now = self._clock.now_ms()
        owned = self._owned_lanes()
        rows = await store.abandoned(tx, now, RESCUED_AT_ONCE)
        abandoned = [row for row in rows if row["lane"] not in owned]
        for row in abandoned:
            delivery = await store.get_delivery(tx, row["id"])
            if delivery is None:
                continue
            await store.end_attempt(
                tx, row["id"], delivery["attempts"], outcome="InDoubt", detail="interrupted", now=now
            )
            await store.set_state(
                tx,
                delivery,
                "in_doubt",
                reason=words.INTERRUPTED,
                now=now,
                was="sending",
            )
            await self._note(tx, delivery, now)
            await store.show(tx, delivery["message_id"], now)
        await store.wake_forgotten_lanes(tx, now)
        return len(abandoned)

    async def _note(self, tx: Tx, delivery: Row, now: int) -> None:
        """The call ended with its process, some time before now; the platform may still be at work on it."""
        fact = self._facts().get(delivery["channel"])
        late_ms = fact.late_ms if fact else LATE_MS
        evidence_ms = self._doubt_evidence_ms
        counts_from = absent_from(now, over=False, evidence_ms=evidence_ms, late_ms=late_ms)
        notes = begin_again(delivery["details"], counts_from)
        await doubts.look_later(tx, delivery["id"], now + evidence_ms, notes)
