"""The road out as the rest of Holdfast sees it."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any, Final

from holdfast.channels.contract import Adapter
from holdfast.kernel import Clock, IdSource
from holdfast.outbox import store
from holdfast.outbox.breaker import Breaker, BreakerRules
from holdfast.outbox.candidates import Facts, candidates
from holdfast.outbox.dispatcher import Dispatcher, always
from holdfast.outbox.doubt import late
from holdfast.outbox.doubt.store import open_doubts
from holdfast.outbox.enqueue import Enqueue
from holdfast.outbox.ledger import ledger_since
from holdfast.outbox.model import Enqueued, NewReply, OpenDoubt, ReplyRefusedError
from holdfast.outbox.reactions import ReactionRules, Reactions
from holdfast.outbox.reconcile import Reconciler
from holdfast.outbox.reroute import FailoverRule, Reroute
from holdfast.outbox.rescuer import Rescuer
from holdfast.outbox.routing import Route, choose_failover, routes
from holdfast.outbox.settle import Settle, SettleRules
from holdfast.settings import Outbox as OutboxSettings
from holdfast.storage import Database, EventLog, Row, Tx

DECISIONS: Final = ("sent", "resend", "give_up")
CANCELLED_AT_ONCE: Final = 1_000
DOUBTS_SHOWN_MAX: Final = 1_000


class Outbox:
    """Takes replies, and owns the workers that deliver them: dispatcher, rescuer, reconciler, reactions."""

    def __init__(
        self,
        *,
        database: Database,
        events: EventLog,
        clock: Clock,
        ids: IdSource,
        random: Random,
        channels: Callable[[], Mapping[str, Adapter]],
        facts: Facts,
        settings: OutboxSettings,
        node: str,
        may_begin: Callable[[], bool] = always,
    ) -> None:
        """``may_begin`` says whether this node may begin a send, or others may be taking over its lanes."""
        self._database = database
        self._counting = asyncio.Lock()
        self._events = events
        self._clock = clock
        self._facts = facts
        self.settle = Settle(clock=clock, random=random, facts=facts, rules=_rules(settings))
        self.dispatcher = Dispatcher(
            database=database,
            events=events,
            clock=clock,
            channels=channels,
            facts=facts,
            settle=self.settle,
            node=node,
            lease_ms=_ms(settings.lease_seconds),
            lanes_at_once=settings.lanes_at_once,
            may_begin=may_begin,
        )
        self.rescuer = Rescuer(
            database=database,
            events=events,
            clock=clock,
            facts=facts,
            doubt_evidence_ms=_ms(settings.doubt_evidence_seconds),
            owned_lanes=self.dispatcher.owned_lanes,
            node=node,
        )
        self.reconciler = Reconciler(
            database=database,
            events=events,
            clock=clock,
            channels=channels,
            facts=facts,
            settle=self.settle,
            recheck_ms=_ms(settings.doubt_recheck_seconds),
        )
        self.reactions = Reactions(
            database=database,
            events=events,
            clock=clock,
            random=random,
            channels=channels,
            facts=facts,
            rules=ReactionRules(
                retry_ms_min=_ms(settings.retry_seconds_min),
                retry_ms_max=_ms(settings.retry_seconds_max),
                doubt_ms=_ms(settings.doubt_evidence_seconds),
            ),
            may_begin=may_begin,
        )
        self._enqueue = Enqueue(
            clock=clock,
            ids=ids,
            facts=facts,
            person_hours=settings.retry_horizon_hours,
            bot_hours=settings.bot_horizon_hours,
        )
        self._reroute = Reroute(clock=clock, ids=ids, facts=facts)

    async def enqueue(self, reply: NewReply) -> Enqueued:
        """Take a reply: durable when this returns. Raises ReplyRefusedError."""
        enqueued = await self._database.write(self._enqueue, reply)
        self.stir()
        return enqueued

    async def enqueue_within(self, tx: Tx, reply: NewReply) -> Enqueued:
        """Take a reply in a unit of work of the caller's. Raises ReplyRefusedError, and has then changed nothing.

        Call ``stir`` once it is committed.
        """
        return await self._enqueue(tx, reply)

    async def check_within(self, tx: Tx, reply: NewReply) -> None:
        """Raises ReplyRefusedError where a reply could not be taken now; changes nothing."""
        await self._enqueue.check(tx, reply)

    async def ledger(self, since: int) -> dict[str, Any]:
        """The account of everything since a time (ms). It may take seconds: one is made at a time, so that
        whoever asks for many does not keep others from reading.
        """
        async with self._counting:
            return await self._database.read(ledger_since, since)

    async def routes(self, conversation_id: str) -> Sequence[Route]:
        """Every way to the person of a conversation, the recommended one first."""
        rows = await self._database.read(store.addresses_for, conversation_id)
        return routes(candidates(rows, self._facts(), human=True), self._clock.now_ms())

    async def way_around(self, conversation_id: str, failing: str, order: Sequence[str]) -> str | None:
        """The channel on which the person agreed to be reached while another fails; None where there is none."""
        rows = await self._database.read(store.addresses_for, conversation_id)
        known = candidates(rows, self._facts(), human=False)
        stuck = next((each for each in known if each.channel == failing), None)
        chosen = choose_failover(known, stuck, self._clock.now_ms(), order)
        return chosen.channel if chosen else None

    async def breakers(self) -> Mapping[str, Breaker]:
        return await self._database.read(store.load_breakers)

    async def doubts(self) -> Sequence[OpenDoubt]:
        """What is in doubt, the oldest first; at most ``DOUBTS_SHOWN_MAX``."""
        return [
            OpenDoubt(
                message_id=row["message_id"],
                channel=row["channel"],
                contact_name=row["contact_name"],
                text=row["text"],
                reason=row["reason"],
                since=row["doubt_since"],
            )
            for row in await self._database.read(open_doubts, DOUBTS_SHOWN_MAX)
        ]

    async def resolve_doubt(self, message_id: str, decision: str, by: str) -> None:
        """A person says what became of a send in doubt. Raises ReplyRefusedError when it is not in doubt."""
        if decision not in DECISIONS:
            raise ReplyRefusedError(
                "bad_decision", f"decision must be one of {', '.join(DECISIONS)}.", "decision"
            )
        await self._database.write(self._resolve_doubt, message_id, decision, by)
        self.stir()

    async def cancel(self, message_id: str, by: str) -> None:
        """Take back a message of which nothing was sent. Raises ReplyRefusedError otherwise."""
        await self._database.write(self._cancel, message_id, by)
        self.stir()

    async def hold(self, channel: str, incident_id: str) -> int:
        """Put what waits on a channel to an incident's account; how many deliveries."""
        tagged = await self._database.write(store.tag_incident, channel, incident_id)
        self.stir()
        return tagged

    async def fail_over(self, channel: str, incident_id: str, rule: FailoverRule) -> int:
        """Carry what is held on a channel to other ways; how many deliveries moved."""
        moved = await self._database.write(self._reroute, channel, incident_id, rule)
        if moved:
            self.stir()
        return moved

    async def drop_stale_bots(self, incident_id: str) -> int:
        """Automatic replies that an incident held are stale once it is over; how many were dropped."""
        dropped = await self._database.write(self._drop_bots, incident_id)
        self.stir()
        return dropped

    async def drain(self, channel: str) -> None:
        """Let a recovered channel's queue go now rather than at its next retry."""
        await self._database.write(store.wake_channel, channel, self._clock.now_ms())
        self.stir()

    def stir(self) -> None:
        self._events.wake()
        self.dispatcher.wake()

    async def _resolve_doubt(self, tx: Tx, message_id: str, decision: str, by: str) -> None:
        rows = [row for row in await store.open_deliveries(tx, message_id) if row["state"] == "in_doubt"]
        if not rows:
            raise ReplyRefusedError("not_in_doubt", "This message is not in doubt.")
        now = self._clock.now_ms()
        for row in rows:
            await self._decide(tx, row, decision, by, now)

    async def _decide(self, tx: Tx, row: Row, decision: str, by: str, now: int) -> None:
        match decision:
            case "sent":
                await self.settle.accepted(tx, row, f"{late.STATED}{row['id']}", now)
            case "resend":
                await late.send_again(tx, row, "queued", f"Sent again on the word of {by}.", now)
            case _:
                await late.give_up(tx, row, "cancelled", f"Given up by {by}.", now)

    async def _cancel(self, tx: Tx, message_id: str, by: str) -> None:
        rows = await store.open_deliveries(tx, message_id)
        begun = any(row["state"] not in {"queued", "held"} for row in rows)
        if not rows or begun or await store.partly_sent(tx, message_id):
            raise ReplyRefusedError(
                "already_sent", "It is too late: this message has been sent or is being sent."
            )
        now = self._clock.now_ms()
        for row in rows:
            await store.set_state(
                tx, row, "cancelled", reason=f"Taken back by {by}.", now=now, was=row["state"], final=True
            )
            await store.wake_lane(tx, row["lane"], now)
        await store.show(tx, message_id, now)

    async def take_back_all_within(self, tx: Tx, conversation_id: str, why: str) -> int:
        """Let nothing more leave to the person of a conversation; how many messages were taken back.

        What is in doubt is given up. Raises ReplyRefusedError while one is just being sent.
        """
        message_ids = await store.under_way_of(tx, conversation_id)
        now = self._clock.now_ms()
        for message_id in message_ids:
            for row in await store.open_deliveries(tx, message_id):
                if row["state"] == "sending":
                    raise ReplyRefusedError(
                        "being_sent", "A message to this person is just being sent; try again in a moment."
                    )
                if row["state"] == "in_doubt":
                    await late.give_up(tx, row, "cancelled", f"Given up: {why}.", now)
                    continue
                await store.set_state(
                    tx, row, "cancelled", reason=f"Taken back: {why}.", now=now, was=row["state"], final=True
                )
                await store.wake_lane(tx, row["lane"], now)
            await store.show(tx, message_id, now)
        return len(message_ids)

    async def _drop_bots(self, tx: Tx, incident_id: str) -> int:
        now = self._clock.now_ms()
        rows = await store.waiting_bots(tx, incident_id, CANCELLED_AT_ONCE)
        for row in rows:
            delivery = await store.get_delivery(tx, row["id"])
            if delivery is None:
                continue
            reason = "An automatic reply that was no longer true."
            await store.set_state(
                tx, delivery, "expired", reason=reason, now=now, was=delivery["state"], final=True
            )
            await store.show(tx, row["message_id"], now)
        return len(rows)


async def waiting_counts(tx: Tx) -> dict[str, dict[str, int]]:
    """Channel -> open delivery state -> how many."""
    counts: dict[str, dict[str, int]] = {}
    for row in await store.open_counts(tx):
        counts.setdefault(row["channel"], {})[row["state"]] = row["count"]
    return counts


def _rules(settings: OutboxSettings) -> SettleRules:
    return SettleRules(
        breaker=BreakerRules(
            failures_to_open=settings.breaker_failures,
            probe_ms_min=_ms(settings.breaker_probe_seconds_min),
            probe_ms_max=_ms(settings.breaker_probe_seconds_max),
        ),
        retry_ms_min=_ms(settings.retry_seconds_min),
        retry_ms_max=_ms(settings.retry_seconds_max),
        doubt_evidence_ms=_ms(settings.doubt_evidence_seconds),
    )


def _ms(seconds: float) -> int:
    return int(seconds * 1000)
