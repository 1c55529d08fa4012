"""What an outcome or a piece of evidence does to a delivery: one transaction each.

An answer, an echo, a receipt and a look into the platform's history may all speak of the same send, in any
order. States move forward only, and whichever proof comes first settles.
"""

from random import Random
from typing import Final

import msgspec

from holdfast.channels.contract import (
    Accepted,
    Capability,
    Deferred,
    ErrorClass,
    InboundEvent,
    InDoubt,
    MessageEchoed,
    Outcome,
    ProbeResult,
    ReceiptArrived,
    ReceiptState,
    Rejected,
    Scope,
    Sending,
    Unreachable,
)
from holdfast.channels.region import region_of
from holdfast.conversations import Change, change_message, take_parked
from holdfast.kernel import Clock
from holdfast.outbox import store
from holdfast.outbox.breaker import (
    Breaker,
    BreakerRules,
    BreakerState,
    after_failure,
    after_success,
    held_because,
    only_country_fails,
)
from holdfast.outbox.candidates import Facts
from holdfast.outbox.doubt import late, words
from holdfast.outbox.doubt import store as doubts
from holdfast.outbox.doubt.notes import begin_again
from holdfast.outbox.doubt.policy import LATE_MS, absent_from
from holdfast.outbox.model import OPEN
from holdfast.outbox.retry import retry_wait_ms
from holdfast.outbox.showing.store import absorb
from holdfast.radar import Kind, Observation, Result, conversation_key, load_sends, record_observation
from holdfast.storage import Row, Tx, append_event

ECHO_SKEW_MS: Final = 5_000
"""A platform's clock may be this much behind ours, and some stamp whole seconds."""
COUNTRY_MS: Final = 60 * 60 * 1000
COUNTRY_SENDS_MAX: Final = 200
"""So far back it is looked whether other countries are reached."""
_SPEAKS_FOR_CHANNEL: Final = {ErrorClass.TOKEN, ErrorClass.ACCOUNT, ErrorClass.PERMISSION}
_ABOUT_THE_MESSAGE: Final = {
    ErrorClass.WINDOW,
    ErrorClass.RECIPIENT,
    ErrorClass.MESSAGE,
    ErrorClass.OPTED_OUT,
}


class SettleRules(msgspec.Struct, frozen=True):
    breaker: BreakerRules
    retry_ms_min: int
    retry_ms_max: int
    doubt_evidence_ms: int


class Settle:
    def __init__(self, *, clock: Clock, random: Random, facts: Facts, rules: SettleRules) -> None:
        self._clock = clock
        self._random = random
        self._facts = facts
        self._rules = rules

    async def outcome(self, tx: Tx, delivery_id: str, number: int, sending: Sending) -> str:
        """Settle one attempt; the delivery's state afterwards.

        A node that stood still may tell of an attempt that was followed up by another: only proof counts then.
        """
        delivery = await store.get_delivery(tx, delivery_id)
        if delivery is None:
            raise RuntimeError(f"delivery {delivery_id} is gone")
        now = self._clock.now_ms()
        outcome = sending.outcome
        await store.end_attempt(
            tx,
            delivery_id,
            number,
            outcome=type(outcome).__name__,
            detail=_detail(outcome),
            now=now,
        )
        if _error_class(outcome) is not ErrorClass.HUB:
            await self._observe(tx, delivery, sending, now)
            await self._turn_breaker(tx, delivery, outcome, now)
        if number == delivery["attempts"] or isinstance(outcome, Accepted):
            await self._move(tx, delivery, outcome, now)
        settled = await store.get_delivery(tx, delivery_id)
        return str(settled["state"]) if settled else ""

    async def touched(self, tx: Tx, channel: str, result: ProbeResult) -> None:
        """What a look at the way out says: proof like a send's, without a message."""
        now = self._clock.now_ms()
        works = result.ok is True
        await record_observation(
            tx,
            Observation(
                channel=channel,
                capability=Capability.SEND,
                kind=Kind.SEND,
                result=Result.OK if works else Result.FAIL,
                error_class=result.error_class.value if result.error_class else "",
                detail=result.detail,
                latency_ms=result.latency_ms,
                at=now,
            ),
        )
        before = await store.load_breaker(tx, channel)
        after = (
            after_success(before) if works else after_failure(before, self._rules.breaker, now, result.detail)
        )
        await self._save_breaker(tx, before, after, now)

    async def accepted(self, tx: Tx, delivery: Row, external_id: str, now: int) -> None:
        """The platform has it: by its answer, an echo, a receipt or its history."""
        if not await store.accept(tx, delivery["id"], external_id, now):
            return
        await absorb(tx, delivery["channel"], {external_id: delivery["message_id"]})
        await store.show(tx, delivery["message_id"], now)
        await store.wake_lane(tx, delivery["lane"], now)
        await late.rejoin(tx, delivery, now)
        fact = self._facts().get(delivery["channel"])
        if fact and fact.limits.echoes:
            await self._expect_echo(tx, delivery["channel"], external_id, now)
        await self.apply_parked(tx, delivery["channel"], external_id, now)

    async def apply_parked(self, tx: Tx, channel: str, external_id: str, now: int) -> None:
        """What came before we knew the platform's id of what it is about."""
        for body in await take_parked(tx, channel, external_id):
            event = msgspec.json.decode(body, type=InboundEvent)
            if isinstance(event, ReceiptArrived):
                await self.receipt(tx, channel, event)
            elif isinstance(event, Change):
                await change_message(tx, channel, event, now)

    async def echoed(self, tx: Tx, channel: str, echo: MessageEchoed) -> bool:
        """Match an echo to a delivery: by its id, by our own handle, or by person, text and time."""
        now = self._clock.now_ms()
        await record_observation(
            tx,
            Observation(
                channel=channel,
                capability=Capability.RECEIVE,
                kind=Kind.ECHO_SEEN,
                result=Result.OK,
                detail=echo.external_id,
                at=now,
            ),
        )
        if await store.delivery_by_external(tx, channel, echo.external_id):
            return True
        delivery_id = (
            echo.correlation
            or await store.match_echo(
                tx, channel=channel, address=echo.address, text=echo.text, at=echo.at, skew=ECHO_SKEW_MS
            )
            or await late.match_by_words(tx, channel, echo)
        )
        delivery = await store.get_delivery(tx, delivery_id) if delivery_id else None
        if delivery is None:
            return False
        if late.is_settled(delivery):
            return await late.join(tx, delivery, echo.external_id, now)
        await self.accepted(tx, delivery, echo.external_id, now)
        return True

    async def receipt(self, tx: Tx, channel: str, receipt: ReceiptArrived) -> bool:
        delivery_id = await store.delivery_by_external(tx, channel, receipt.external_id)
        delivery = await store.get_delivery(tx, delivery_id or receipt.correlation)
        if delivery is None or delivery["channel"] != channel:
            return False
        now = self._clock.now_ms()
        if delivery_id is None and late.is_of_another_call(delivery, receipt):
            return await late.note_other_call(tx, delivery, receipt, now)
        if receipt.state is ReceiptState.FAILED:
            await self._failed_later(tx, delivery, receipt, now)
            return True
        if delivery["state"] in OPEN:
            await self.accepted(tx, delivery, receipt.external_id or delivery["id"], now)
        elif late.tells_of_given_up(delivery, receipt):
            await late.revive(tx, delivery, receipt.external_id or delivery["id"], now)
        if receipt.state is not ReceiptState.SENT:
            earlier_too = receipt.state is ReceiptState.READ
            moved = await store.move_forward(tx, delivery, receipt.state.value, now, earlier_too=earlier_too)
            for message_id in dict.fromkeys(moved):
                await store.show(tx, message_id, now)
        return True

    async def _failed_later(self, tx: Tx, delivery: Row, receipt: ReceiptArrived, now: int) -> None:
        reason = receipt.reason or "The platform could not deliver it."
        if await store.fail_later(tx, delivery["id"], reason, now):
            if receipt.external_id:
                await doubts.name_it(tx, delivery["id"], receipt.external_id)
            await late.stop_parts(tx, delivery, now)
            await store.show(tx, delivery["message_id"], now)
            await store.wake_lane(tx, delivery["lane"], now)
            if receipt.error_class not in _ABOUT_THE_MESSAGE:
                await record_observation(
                    tx,
                    Observation(
                        channel=delivery["channel"],
                        capability=Capability.SEND,
                        kind=Kind.SEND,
                        result=Result.FAIL,
                        error_class=(receipt.error_class or ErrorClass.PLATFORM).value,
                        detail=reason,
                        region=self._region(delivery),
                        conversation=conversation_key(delivery["channel"], delivery["address"]),
                        at=now,
                    ),
                )

    async def _expect_echo(self, tx: Tx, channel: str, external_id: str, now: int) -> None:
        await record_observation(
            tx,
            Observation(
                channel=channel,
                capability=Capability.RECEIVE,
                kind=Kind.ECHO_EXPECTED,
                result=Result.UNKNOWN,
                detail=external_id,
                at=now,
            ),
        )

    async def _move(self, tx: Tx, delivery: Row, outcome: Outcome, now: int) -> None:
        match outcome:
            case Accepted(external_id):
                await self.accepted(tx, delivery, external_id, now)
                if late.took_another(delivery, external_id):
                    await late.note_repeat(tx, delivery, external_id, now)
                return
            case Rejected(reason=reason):
                moved = await store.set_state(
                    tx, delivery, "rejected", reason=reason, now=now, was="sending", final=True
                )
                if moved:
                    await late.stop_parts(tx, delivery, now)
            case InDoubt():
                moved = await self._doubt(tx, delivery, outcome, now)
            case Deferred() | Unreachable():
                moved = await self._wait(tx, delivery, outcome, now)
        if moved:
            await store.show(tx, delivery["message_id"], now)

    async def _doubt(self, tx: Tx, delivery: Row, outcome: InDoubt, now: int) -> bool:
        moved = await store.set_state(
            tx, delivery, "in_doubt", reason=words.lost(outcome.reason), now=now, was="sending"
        )
        if moved:
            fact, evidence_ms = self._facts().get(delivery["channel"]), self._rules.doubt_evidence_ms
            late_ms = fact.late_ms if fact else LATE_MS
            counts_from = absent_from(now, over=outcome.over, evidence_ms=evidence_ms, late_ms=late_ms)
            notes = begin_again(delivery["details"], counts_from)
            await doubts.look_later(tx, delivery["id"], now + evidence_ms, notes)
        return moved

    async def _wait(self, tx: Tx, delivery: Row, outcome: Deferred | Unreachable, now: int) -> bool:
        breaker = await store.load_breaker(tx, delivery["channel"])
        held = breaker.state is BreakerState.OPEN
        wait = retry_wait_ms(
            delivery["attempts"],
            minimum_ms=self._rules.retry_ms_min,
            maximum_ms=self._rules.retry_ms_max,
            random=self._random,
        )
        asked = outcome.wait_ms or 0 if isinstance(outcome, Deferred) else 0
        return await store.set_state(
            tx,
            delivery,
            "held" if held else "queued",
            reason=held_because(self._name(delivery["channel"])) if held else outcome.reason,
            now=now,
            was="sending",
            next_at=now + max(wait, asked),
        )

    async def _turn_breaker(self, tx: Tx, delivery: Row, outcome: Outcome, now: int) -> None:
        before = await store.load_breaker(tx, delivery["channel"])
        after = self._next_breaker(before, outcome, now)
        if after.state is BreakerState.OPEN and await self._only_country_fails(tx, delivery, outcome, now):
            after = before if before.state is BreakerState.CLOSED else after_success(before)
        await self._save_breaker(tx, before, after, now)

    async def _only_country_fails(self, tx: Tx, delivery: Row, outcome: Outcome, now: int) -> bool:
        """A country whose networks fail must not hold the messages to all others."""
        region = self._region(delivery)
        if not region or _error_class(outcome) in _SPEAKS_FOR_CHANNEL:
            return False
        lately = await load_sends(tx, delivery["channel"], now - COUNTRY_MS, COUNTRY_SENDS_MAX)
        return only_country_fails(region, lately, now)

    async def _save_breaker(self, tx: Tx, before: Breaker, after: Breaker, now: int) -> None:
        channel = before.channel
        if after == before:
            return
        await store.save_breaker(tx, after)
        if before.state is after.state:
            return
        name = self._name(channel)
        if after.state is BreakerState.OPEN:
            await store.hold_channel(tx, channel, held_because(name), now)
        else:
            await store.release_channel(tx, channel, now)
        await append_event(
            tx,
            at=now,
            kind="breaker.changed",
            body={"channel": channel, "state": after.state.value, "reason": after.reason},
        )

    def _next_breaker(self, breaker: Breaker, outcome: Outcome, now: int) -> Breaker:
        match outcome:
            case Accepted():
                return after_success(breaker)
            case Rejected(error_class=error_class) if error_class in _ABOUT_THE_MESSAGE:
                return after_success(breaker) if breaker.state is BreakerState.OPEN else breaker
            case Deferred(error_class=ErrorClass.THROTTLED):
                return breaker
            case _:
                pass
        wait = outcome.wait_ms if isinstance(outcome, Deferred) else None
        for_all = isinstance(outcome, Deferred) and outcome.scope is Scope.CHANNEL
        at_once = for_all and outcome.error_class in _SPEAKS_FOR_CHANNEL
        return after_failure(
            breaker, self._rules.breaker, now, _detail(outcome), wait_ms=wait, at_once=at_once
        )

    async def _observe(self, tx: Tx, delivery: Row, sending: Sending, now: int) -> None:
        outcome = sending.outcome
        if _is_one_busy_conversation(outcome):
            return
        error_class = _error_class(outcome)
        await record_observation(
            tx,
            Observation(
                channel=delivery["channel"],
                capability=Capability.SEND,
                kind=Kind.SEND,
                result=Result.OK if isinstance(outcome, Accepted) else Result.FAIL,
                error_class=error_class.value if error_class else "",
                detail=_detail(outcome),
                latency_ms=sending.latency_ms,
                region=self._region(delivery),
                conversation=conversation_key(delivery["channel"], delivery["address"]),
                at=now,
            ),
        )

    def _region(self, delivery: Row) -> str:
        fact = self._facts().get(delivery["channel"])
        return region_of(fact.platform, delivery["address"]) if fact else ""

    def _name(self, channel: str) -> str:
        fact = self._facts().get(channel)
        return fact.name if fact else channel


def _error_class(outcome: Outcome) -> ErrorClass | None:
    return getattr(outcome, "error_class", None)


def _is_one_busy_conversation(outcome: Outcome) -> bool:
    """A platform asks for patience with one person alone, which says nothing of its channel."""
    return (
        isinstance(outcome, Deferred)
        and outcome.scope is Scope.LANE
        and outcome.error_class is ErrorClass.THROTTLED
    )


def _detail(outcome: Outcome) -> str:
    match outcome:
        case Accepted(external_id):
            return external_id
        case _:
            return outcome.reason
