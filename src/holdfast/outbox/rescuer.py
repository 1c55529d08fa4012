"""The rescuer: whatever a kill can leave behind is found again here.

A delivery marked as being sent whose worker is gone may or may not have been sent: it is in doubt. A lane
with something to send that nobody will wake is woken.
"""

from collections.abc import Callable
from typing import Final

from holdfast.kernel import Clock, get_log
from holdfast.outbox import store
from holdfast.outbox.candidates import Facts
from holdfast.storage import Database, EventLog, Row, StoreUnavailableError, Tx

EVERY_SECONDS: Final = 5.0
RESCUED_AT_ONCE: Final = 500
_REASON: Final = "Holdfast stopped while sending this. Looking for proof before sending again."


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
    ) -> None:
        self._database = database
        self._events = events
        self._clock = clock
        self._facts = facts
        self._doubt_evidence_ms = doubt_evidence_ms
        self._owned_lanes = owned_lanes
        self._log = get_log("rescuer")

    async def take_over_all(self) -> None:
        """At the start of the only node: every lease is of a process that is gone."""
        await self._database.write(store.free_leases)
        await self.rescue()

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
                reason=_REASON,
                now=now,
                was="sending",
                next_at=self._look_from(delivery, now) + self._doubt_evidence_ms,
            )
            await store.show(tx, delivery["message_id"], now)
        await store.wake_forgotten_lanes(tx, now)
        return len(abandoned)

    def _look_from(self, delivery: Row, now: int) -> int:
        """A platform may still be at work on a request whose sender is gone, for as long as an answer may take."""
        fact = self._facts().get(delivery["channel"])
        if fact is None or fact.limits.resend_is_safe:
            return now
        return max(now, (delivery["started_at"] or now) + fact.call_ms)
