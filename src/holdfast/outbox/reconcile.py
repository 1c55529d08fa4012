"""Finding out about sends in doubt: the echo or receipt first, then the platform's own record.

Only what is proven not to have been sent goes out again. Where a platform keeps no record, the channel's
policy decides, and the message says so. Channels are looked at side by side: one that hangs holds up none.
"""

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

import msgspec

from holdfast.channels.contract import Adapter, CannotTell, Evidence, FoundSent, NotSent, SentQuery
from holdfast.channels.record import CLOCK_WRONG_MS
from holdfast.channels.text import same_words
from holdfast.kernel import Clock, get_log
from holdfast.outbox import store
from holdfast.outbox.breaker import BreakerState
from holdfast.outbox.candidates import ChannelFact, Facts
from holdfast.outbox.doubt import late, policy, words
from holdfast.outbox.doubt import store as doubts
from holdfast.outbox.doubt.notes import read_notes
from holdfast.outbox.doubt.policy import Standing, Step
from holdfast.outbox.doubt.store import is_aside
from holdfast.outbox.settle import Settle
from holdfast.storage import Database, EventLog, Row, StoreUnavailableError, Tx

EVERY_SECONDS: Final = 1.0
LOOKED_UP_AT_ONCE: Final = 20
LOOK_SECONDS_MAX: Final = 20.0
KNOWN_DAYS: Final = 7


class Reconciler:
    def __init__(
        self,
        *,
        database: Database,
        events: EventLog,
        clock: Clock,
        channels: Callable[[], Mapping[str, Adapter]],
        facts: Facts,
        settle: Settle,
        recheck_ms: int,
    ) -> None:
        self._database = database
        self._events = events
        self._clock = clock
        self._channels = channels
        self._facts = facts
        self._settle = settle
        self._recheck_ms = recheck_ms
        self._looking: dict[str, asyncio.Task[int]] = {}
        self._log = get_log("reconciler")

    async def run(self) -> None:
        """Look at what is due until cancelled."""
        try:
            while True:
                try:
                    await self._begin()
                except StoreUnavailableError as error:
                    self._log.warning("store unavailable", error=str(error))
                await self._clock.sleep(EVERY_SECONDS)
        finally:
            await self._abandon()

    async def look(self) -> int:
        """Look once at everything whose time has come; how many there were."""
        return sum(await asyncio.gather(*await self._begin()))

    async def _begin(self) -> list[asyncio.Task[int]]:
        due = await self._database.read(doubts.due_channels, self._clock.now_ms())
        for channel in due:
            if channel not in self._looking:
                task = asyncio.create_task(self._look_at_channel(channel), name=f"doubts of {channel}")
                self._looking[channel] = task
                task.add_done_callback(partial(self._looked, channel))
        return [self._looking[channel] for channel in due if channel in self._looking]

    def _looked(self, channel: str, task: asyncio.Task[int]) -> None:
        del self._looking[channel]
        if not task.cancelled() and (error := task.exception()) is not None:
            self._log.warning("looking for proof stopped", channel=channel, error=repr(error))

    async def _abandon(self) -> None:
        tasks = list(self._looking.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _look_at_channel(self, channel: str) -> int:
        now = self._clock.now_ms()
        rows = await self._database.read(doubts.due_doubts, channel, now, LOOKED_UP_AT_ONCE)
        for row in rows:
            asked_at = self._clock.now_ms()
            evidence = await self._evidence(row)
            await self._database.write(self._conclude, row, evidence, asked_at)
            self._events.wake()
        return len(rows)

    async def _evidence(self, row: Row) -> Evidence:
        adapter = self._channels().get(row["channel"])
        if adapter is None:
            return CannotTell("the channel is no longer connected")
        query = await self._database.read(_query, row)
        try:
            async with asyncio.timeout(LOOK_SECONDS_MAX):
                return await adapter.find_sent(query)
        except TimeoutError:
            return CannotTell("the platform's record did not answer in time")
        except Exception as error:  # noqa: BLE001 - a failed look is no evidence; the next one comes
            self._log.exception("adapter failed while looking for a send", delivery=row["id"])
            return CannotTell(f"looking for it failed ({type(error).__name__})")

    async def _conclude(self, tx: Tx, row: Row, evidence: Evidence, asked_at: int) -> None:
        delivery = await store.get_delivery(tx, row["id"])
        if delivery is None or not _same_doubt(delivery, row):
            return
        now = self._clock.now_ms()
        match evidence:
            case FoundSent(external_id):
                await self._settle.accepted(tx, delivery, external_id, now)
            case NotSent() if await _stands_elsewhere(tx, delivery):
                await self._by_policy(tx, delivery, words.WRITTEN_ELSEWHERE, now)
            case NotSent():
                await self._absent(tx, delivery, asked_at, now)
            case CannotTell(reason):
                await self._by_policy(tx, delivery, reason, now)

    async def _absent(self, tx: Tx, delivery: Row, asked_at: int, now: int) -> None:
        notes = read_notes(delivery["details"])
        proven = policy.proves_absence(notes, asked_at)
        if proven and not is_aside(delivery):
            await self._send_again(tx, delivery, words.PROVEN_ABSENT, now)
            return
        apart = policy.LOOK_APART_MS_MAX if proven else self._recheck_ms
        soon = now + self._recheck_ms // 3
        next_at = min(now + apart, max(soon, notes.absent_from))
        noted = msgspec.structs.replace(notes, absent=notes.absent + 1)
        await doubts.look_later(tx, delivery["id"], now + apart if proven else next_at, noted)
        await self._explain(tx, delivery, words.ABSENT_BUT_OVERTAKEN if proven else words.NOT_ON_RECORD, now)

    async def _by_policy(self, tx: Tx, delivery: Row, reason: str, now: int) -> None:
        fact = self._facts().get(delivery["channel"])
        standing = Standing(
            waited_ms=now - (delivery["doubt_since"] or now),
            aside=is_aside(delivery),
            **_settings(fact, delivery["klass"]),
        )
        match policy.next_step(standing):
            case Step.SEND_AGAIN:
                await self._send_again(tx, delivery, _why_again(fact), now)
            case Step.GIVE_UP:
                said = words.given_up(standing.policy, klass=delivery["klass"])
                await late.give_up(tx, delivery, "rejected", said, now)
            case Step.SET_ASIDE:
                await self._set_aside(tx, delivery, now)
                await self._wait(tx, delivery, msgspec.structs.replace(standing, aside=True), reason, now)
            case Step.WAIT:
                await self._wait(tx, delivery, standing, reason, now)

    async def _wait(self, tx: Tx, delivery: Row, standing: Standing, reason: str, now: int) -> None:
        notes = read_notes(delivery["details"])
        since = delivery["doubt_since"] or now
        deadlines = (since + policy.step_after_ms(standing),)
        next_at = policy.next_look(now, standing.waited_ms, self._recheck_ms, *deadlines)
        await doubts.look_later(tx, delivery["id"], next_at, notes)
        said = words.unsettled(
            reason,
            standing.policy,
            resend_after_ms=standing.resend_after_ms,
            holds_ms=standing.holds_ms,
            aside=standing.aside,
        )
        await self._explain(tx, delivery, said, now)

    async def _explain(self, tx: Tx, delivery: Row, reason: str, now: int) -> None:
        """Say on the message what is known and what will be done; once, not at every look."""
        if reason != delivery["reason"]:
            await doubts.explain(tx, delivery["id"], reason)
            await store.show(tx, delivery["message_id"], now)

    async def _set_aside(self, tx: Tx, delivery: Row, now: int) -> None:
        await doubts.set_aside(tx, delivery)
        await store.wake_lane(tx, delivery["lane"], now)

    async def _send_again(self, tx: Tx, delivery: Row, reason: str, now: int) -> None:
        breaker = await store.load_breaker(tx, delivery["channel"])
        held = breaker.state is BreakerState.OPEN
        said = f"{reason} {words.AGAIN_LATER if held else words.AGAIN_NOW}"
        await late.send_again(tx, delivery, "held" if held else "queued", said, now)


async def _query(tx: Tx, row: Row) -> SentQuery:
    return SentQuery(
        delivery_id=row["id"],
        address=row["address"],
        text=row["text"],
        started_at=row["started_at"],
        known=await doubts.known_ids(tx, row, row["started_at"] - KNOWN_DAYS * 86_400_000),
        earlier=await doubts.earlier_ids(tx, row),
        heard=await doubts.heard_ids(tx, row),
    )


async def _stands_elsewhere(tx: Tx, delivery: Row) -> bool:
    """Whether these words stand there as if written in the platform's own app: with clocks far apart, what
    we sent looks so.
    """
    texts = await doubts.written_elsewhere(tx, delivery, delivery["started_at"] - CLOCK_WRONG_MS)
    return any(same_words(text, delivery["text"]) for text in texts)


def _same_doubt(delivery: Row, row: Row) -> bool:
    """Whether nothing has become of it while it was looked for, not even another attempt."""
    return bool(delivery["state"] == "in_doubt" and delivery["attempts"] == row["attempts"])


def _settings(fact: ChannelFact | None, klass: str) -> dict[str, Any]:
    """The channel's policy; of one that is no longer connected nothing is sent without a person's word."""
    if fact is None:
        return {}
    # Nobody is asked about a machine's words: they are out of date before anybody has answered.
    unasked = klass == "bot" and fact.doubt_policy == "ask"
    return {
        "policy": "never" if unasked else fact.doubt_policy,
        "resend_after_ms": fact.resend_after_ms,
        "holds_ms": fact.doubt_holds_ms,
    }


def _why_again(fact: ChannelFact | None) -> str:
    return words.SAME_IDENTITY if fact is not None and fact.limits.resend_is_safe else words.NO_PROOF
