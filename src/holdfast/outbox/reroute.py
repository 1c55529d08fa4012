"""Carrying what is held on a failing channel to another way that the person agreed to."""

from typing import Final

import msgspec

from holdfast.kernel import Clock, IdSource
from holdfast.outbox import store
from holdfast.outbox.candidates import Facts, candidates
from holdfast.outbox.enqueue import insert_deliveries
from holdfast.outbox.routing import choose_failover
from holdfast.storage import Row, Tx, append_event

MOVED_AT_ONCE: Final = 200
DOUBT_AWAITED_MS: Final = 30_000
"""How long what follows a send in doubt waits for the proof before it goes another way without it."""


class FailoverRule(msgspec.Struct, frozen=True):
    """After how long (ms) a held message goes another way, in which order of platforms, and whether a
    machine's words may go too. ``lead_in`` stands before the first message a person gets this way.
    """

    after_ms: int
    order: tuple[str, ...]
    bots: bool = False
    lead_in: str = ""


class Reroute:
    def __init__(self, *, clock: Clock, ids: IdSource, facts: Facts) -> None:
        self._clock = clock
        self._ids = ids
        self._facts = facts

    async def __call__(self, tx: Tx, channel: str, incident_id: str, rule: FailoverRule) -> int:
        """Move what may move; how many deliveries found another way."""
        now = self._clock.now_ms()
        moved = 0
        waiting = await store.reroutable(
            tx,
            channel,
            before=now - rule.after_ms,
            doubted_after=now - DOUBT_AWAITED_MS,
            limit=MOVED_AT_ONCE,
        )
        for row in waiting:
            if row["klass"] == "person" or rule.bots:
                moved += await self._move(tx, row, incident_id, rule, now)
        return moved

    async def _move(self, tx: Tx, row: Row, incident_id: str, rule: FailoverRule, now: int) -> int:
        facts = self._facts()
        rows = await store.addresses_for(tx, row["conversation_id"])
        known = candidates(rows, facts, human=row["klass"] == "person")
        failing = next((each for each in known if each.channel == row["channel"]), None)
        chosen = choose_failover(known, failing, now, rule.order)
        if chosen is None:
            return 0
        name = facts[row["channel"]].name if row["channel"] in facts else row["channel"]
        reason = f"{name} is failing; sent by {chosen.name} instead."
        await store.set_state(tx, row, "superseded", reason=reason, now=now, was=row["state"], final=True)
        first = not await store.already_moved(tx, incident_id, row["conversation_id"], chosen.channel)
        text = f"{rule.lead_in}\n{row['text']}" if first and rule.lead_in else row["text"]
        await insert_deliveries(
            tx,
            self._ids,
            fact=facts[chosen.channel],
            chosen=chosen,
            intent_id=row["intent_id"],
            message_id=row["message_id"],
            text=text,
            klass=row["klass"],
            state="queued",
            reason=reason,
            incident_id=incident_id,
            now=now,
        )
        await store.show(tx, row["message_id"], now)
        await append_event(
            tx,
            at=now,
            kind="message.rerouted",
            conversation_id=row["conversation_id"],
            body={"message_id": row["message_id"], "from": row["channel"], "to": chosen.channel},
        )
        return 1
