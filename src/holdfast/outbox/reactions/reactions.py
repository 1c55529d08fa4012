"""Reactions of the business: the newest wish for a message is kept, and sent until the platform has taken it.

A platform keeps one reaction of the business for a message, so setting it again has no second effect: what a kill or
a lost answer leaves open is sent again, and only then called sent. Of one message one call is under way at a time.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from random import Random
from typing import Final

import msgspec

from holdfast.channels.contract import (
    Accepted,
    Adapter,
    InDoubt,
    Outcome,
    Reacting,
    Rejected,
    Sending,
    TakesReactions,
)
from holdfast.conversations import BUSINESS, set_reaction
from holdfast.kernel import Clock, get_log
from holdfast.outbox.breaker import BreakerState
from holdfast.outbox.candidates import Facts, window_closes_at
from holdfast.outbox.model import ReplyRefusedError
from holdfast.outbox.reactions import store
from holdfast.outbox.retry import retry_wait_ms
from holdfast.outbox.store import load_breaker
from holdfast.storage import Database, EventLog, Row, Tx, append_event

EMOJI_CHARACTERS_MAX: Final = 16
HOUR_MS: Final = 3_600_000
HORIZON_MS: Final = 24 * HOUR_MS
"""A reaction that comes a day late says something else."""
LOOK_SECONDS: Final = 1.0
LEASE_MS: Final = 60_000
LOST: Final = "The platform's answer was lost; it is set again, which has no second effect."


class ReactionRules(msgspec.Struct, frozen=True):
    """``doubt_ms``: how long a lost call may still take effect."""

    retry_ms_min: int
    retry_ms_max: int
    doubt_ms: int


class Reactions:
    def __init__(
        self,
        *,
        database: Database,
        events: EventLog,
        clock: Clock,
        random: Random,
        channels: Callable[[], Mapping[str, Adapter]],
        facts: Facts,
        rules: ReactionRules,
        may_begin: Callable[[], bool],
    ) -> None:
        self._database = database
        self._events = events
        self._clock = clock
        self._random = random
        self._channels = channels
        self._facts = facts
        self._rules = rules
        self._may_begin = may_begin
        self._wake = asyncio.Event()
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._log = get_log("reactions")

    async def want(self, message_id: str, emoji: str, by: str) -> None:
        """Set the business's reaction to a message, or take it back with an empty one; durable when this returns.

        Raises ReplyRefusedError.
        """
        await self._database.write(self._want, message_id, _checked(emoji), by)
        self._events.wake()
        self._wake.set()

    async def run(self) -> None:
        """Send what is due, each channel by itself, so that none waits for another's platform."""
        try:
            while True:
                self._wake.clear()
                for channel in await self._database.read(store.channels_due, self._clock.now_ms()):
                    self._begin(channel)
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_SECONDS):
                        await self._wake.wait()
        finally:
            for task in self._busy.values():
                task.cancel()
            await asyncio.gather(*self._busy.values(), return_exceptions=True)

    async def send_due(self, channel: str) -> None:
        """Send what is due on a channel, one after the other."""
        while self._may_begin() and isinstance(adapter := self._channels().get(channel), TakesReactions):
            row = await self._database.write(self._claim, channel)
            if row is None:
                return
            reacting = Reacting(address=row["address"], external_id=row["external_id"], emoji=row["emoji"])
            sending = await adapter.react(reacting)
            await self._database.write(self._settle, row, sending)
            self._events.wake()

    def _begin(self, channel: str) -> None:
        if channel in self._busy:
            return
        task = asyncio.create_task(self.send_due(channel), name=f"reactions {channel}")
        self._busy[channel] = task
        task.add_done_callback(lambda done: self._finished(channel, done))

    def _finished(self, channel: str, task: asyncio.Task[None]) -> None:
        self._busy.pop(channel, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._log.error("reactions stopped and are begun again", channel=channel, error=repr(error))

    async def _want(self, tx: Tx, message_id: str, emoji: str, by: str) -> None:
        now = self._clock.now_ms()
        row = await store.message(tx, message_id)
        problem = self._problem(row, now)
        if row is None or problem:
            raise ReplyRefusedError("cannot_react", problem, "emoji")
        await store.wish(
            tx,
            message_id=message_id,
            channel=row["channel"],
            address=row["address"],
            external_id=row["external_id"],
            emoji=emoji,
            author=by,
            at=now,
            expires_at=now + HORIZON_MS,
        )
        await _tell(tx, row["id"], row["conversation_id"], now)

    def _problem(self, row: Row | None, now: int) -> str:
        """Why nobody can react to a message; empty where one can."""
        fact = self._facts().get(row["channel"]) if row is not None else None
        if row is None or fact is None:
            return "The channel of this message is not connected."
        if not fact.limits.reactions:
            return f"{fact.name}: there are no reactions on this channel."
        if row["unsent_at"] is not None:
            return "This message was taken back."
        if not row["external_id"] or str(row["external_id"]).startswith("stated:"):
            return "One can react to a message once it is known to have been sent."
        if row["consent"] == "opted_out":
            return "The person asked not to be written to here."
        closes = window_closes_at(fact.limits, row["last_in_at"], human=False)
        return f"{fact.name}: the reply window has closed." if closes is not None and closes <= now else ""

    async def _claim(self, tx: Tx, channel: str) -> Row | None:
        """The next wish to send, marked as being sent before its first byte leaves."""
        if (await load_breaker(tx, channel)).state is BreakerState.OPEN:
            return None
        now = self._clock.now_ms()
        while row := await store.next_due(tx, channel, now):
            message = await store.message(tx, row["message_id"])
            problem = self._problem(message, now)
            if row["expires_at"] <= now:
                problem = "It waited longer than it was meant to."
            if not problem:
                await store.begin(tx, row, now + LEASE_MS)
                return row
            await store.settle(tx, row["message_id"], state="failed", reason=problem, next_at=now)
            if message is not None:
                await _tell(tx, message["id"], message["conversation_id"], now)
        return None

    async def _settle(self, tx: Tx, sent: Row, sending: Sending) -> None:
        wish, message = await store.one(tx, sent["message_id"]), await store.message(tx, sent["message_id"])
        if wish is None or message is None:
            return  # erased meanwhile
        now, outcome = self._clock.now_ms(), sending.outcome
        if isinstance(outcome, Accepted):
            await set_reaction(tx, message_id=sent["message_id"], by=BUSINESS, emoji=sent["emoji"], at=now)
        state, reason, next_at = self._after(wish, outcome, now)
        if wish["number"] != sent["number"]:
            state, reason = "queued", ""
            next_at = next_at if isinstance(outcome, InDoubt) else now
        await store.settle(tx, sent["message_id"], state=state, reason=reason, next_at=next_at)
        await _tell(tx, message["id"], message["conversation_id"], now)

    def _after(self, wish: Row, outcome: Outcome, now: int) -> tuple[str, str, int]:
        """(state, reason, when it is due again)."""
        match outcome:
            case Accepted():
                return "sent", "", now
            case Rejected(reason=reason):
                return "failed", reason, now
            case InDoubt():
                return "in_doubt", LOST, now + self._rules.doubt_ms
        wait = retry_wait_ms(
            wish["attempts"],
            minimum_ms=self._rules.retry_ms_min,
            maximum_ms=self._rules.retry_ms_max,
            random=self._random,
        )
        return "queued", outcome.reason, now + max(wait, getattr(outcome, "wait_ms", 0) or 0)


def _checked(emoji: str) -> str:
    emoji = emoji.replace("\0", "").strip()
    if len(emoji) > EMOJI_CHARACTERS_MAX or any(each.isspace() or each.isalpha() for each in emoji):
        raise ReplyRefusedError("not_an_emoji", "A reaction is one emoji.", "emoji")
    if emoji and emoji.isascii():
        raise ReplyRefusedError("not_an_emoji", "A reaction is one emoji.", "emoji")
    return emoji


async def _tell(tx: Tx, message_id: str, conversation_id: str, now: int) -> None:
    body = {"message_id": message_id, "change": "ReactionChanged"}
    await append_event(tx, at=now, kind="message.changed", conversation_id=conversation_id, body=body)
