"""Finding out about sends in doubt: the echo or receipt first, then the platform's own record.

Only what is proven not to have been sent goes out again. Where a platform keeps no record, the channel's
policy decides, and the message says so.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from holdfast.channels.contract import Adapter, CannotTell, Evidence, FoundSent, NotSent, SentQuery
from holdfast.kernel import Clock, get_log
from holdfast.outbox import store
from holdfast.outbox.breaker import BreakerState
from holdfast.outbox.candidates import Facts
from holdfast.outbox.settle import Settle
from holdfast.storage import Database, EventLog, Row, StoreUnavailableError, Tx

EVERY_SECONDS: Final = 1.0
LOOKED_UP_AT_ONCE: Final = 20
LOOKS_TO_PROVE_ABSENCE: Final = 2
"""A record may lag: absence is proven by two looks apart."""
LOOK_SECONDS_MAX: Final = 20.0
KNOWN_DAYS: Final = 7
SILENCE_MS: Final = 60_000
"""Where a status follows every send within seconds, its absence tells after this time …"""
HEARD_MS: Final = 15_000
"""… if other webhooks came this soon after the send: then those of this send would have come as well."""
NEVER_AFTER_MS: Final = 900_000
"""How long proof is awaited on a channel that is set never to repeat."""

_LOST: Final = "Sent, but the answer was lost."
_SILENCE: Final = "No status of it came, though webhooks did: it was not sent. Sending it now."
_WHAT_NEXT: Final = {
    "ask": "If no proof comes, a person has to say whether to send it again.",
    "never": "It will not be repeated.",
}


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
        self._log = get_log("reconciler")

    async def run(self) -> None:
        while True:
            try:
                await self.look()
            except StoreUnavailableError as error:
                self._log.warning("store unavailable", error=str(error))
            await self._clock.sleep(EVERY_SECONDS)

    async def look(self) -> int:
        """Look once at everything whose time has come; how many there were."""
        rows = await self._database.read(store.doubts, self._clock.now_ms(), LOOKED_UP_AT_ONCE)
        by_channel: dict[str, list[Row]] = {}
        for row in rows:
            by_channel.setdefault(row["channel"], []).append(row)
        await asyncio.gather(*(self._look_at_channel(each) for each in by_channel.values()))
        if rows:
            self._events.wake()
        return len(rows)

    async def _look_at_channel(self, rows: list[Row]) -> None:
        for row in rows:
            evidence = await self._evidence(row)
            await self._database.write(self._conclude, row["id"], evidence)

    async def _evidence(self, row: Row) -> Evidence:
        adapter = self._channels().get(row["channel"])
        if adapter is None:
            return CannotTell("the channel is no longer connected")
        since = row["started_at"] - KNOWN_DAYS * 86_400_000
        known = await self._database.read(store.known_since, row["channel"], row["address_id"], since)
        query = SentQuery(row["id"], row["address"], row["text"], row["started_at"], known)
        try:
            async with asyncio.timeout(LOOK_SECONDS_MAX):
                return await adapter.find_sent(query)
        except TimeoutError:
            return CannotTell("the platform's record did not answer in time")
        except Exception as error:  # noqa: BLE001 - a failed look is no evidence; the next one comes
            self._log.exception("adapter failed while looking for a send", delivery=row["id"])
            return CannotTell(type(error).__name__)

    async def _conclude(self, tx: Tx, delivery_id: str, evidence: Evidence) -> None:
        delivery = await store.get_delivery(tx, delivery_id)
        if delivery is None or delivery["state"] != "in_doubt":
            return
        now = self._clock.now_ms()
        match evidence:
            case FoundSent(external_id):
                await self._settle.accepted(tx, delivery, external_id, now)
            case NotSent():
                await self._absent(tx, delivery, now)
            case CannotTell(reason):
                await self._by_policy(tx, delivery, reason, now)

    async def _absent(self, tx: Tx, delivery: Row, now: int) -> None:
        details = msgspec.json.decode(delivery["details"], type=dict[str, int])
        looks = details.get("absent", 0) + 1
        if looks < LOOKS_TO_PROVE_ABSENCE:
            text = msgspec.json.encode({**details, "absent": looks}).decode()
            await store.look_later(tx, delivery["id"], now + self._recheck_ms // 3, text)
            return
        await store.look_later(tx, delivery["id"], now, "{}")
        await self._send_again(
            tx, delivery, "The platform's record shows it was not sent; sending it now.", now
        )

    async def _by_policy(self, tx: Tx, delivery: Row, reason: str, now: int) -> None:
        fact = self._facts().get(delivery["channel"])
        policy = fact.doubt_policy if fact else "ask"
        if policy == "resend":
            await self._send_again(tx, delivery, "Sent again with the same identity.", now)
            return
        if policy == "ask" and await self._silence_tells(tx, delivery, now):
            await self._send_again(tx, delivery, _SILENCE, now)
            return
        waited = now - (delivery["doubt_since"] or now)
        if policy == "never" and waited >= NEVER_AFTER_MS:
            await self._give_up(tx, delivery, now)
            return
        next_at = now + max(self._recheck_ms, min(waited, 20 * self._recheck_ms))
        if now < (silent_at := delivery["started_at"] + SILENCE_MS):
            next_at = min(next_at, silent_at)
        await store.look_later(tx, delivery["id"], next_at, delivery["details"])
        await self._explain(tx, delivery, f"{_LOST} {_sentence(reason)} {_WHAT_NEXT[policy]}", now)

    async def _silence_tells(self, tx: Tx, delivery: Row, now: int) -> bool:
        """Whether webhooks came right after the send, and none of them, nor any since, was its status."""
        fact = self._facts().get(delivery["channel"])
        sent_at = delivery["started_at"]
        if fact is None or not fact.limits.silence_tells or now - sent_at < SILENCE_MS:
            return False
        return await store.heard_soon(
            tx, delivery["channel"], since=sent_at, until=sent_at + HEARD_MS, fresh_ms=HEARD_MS
        )

    async def _explain(self, tx: Tx, delivery: Row, reason: str, now: int) -> None:
        """Say on the message what is known and what will be done; once, not at every look."""
        if reason != delivery["reason"]:
            await store.explain(tx, delivery["id"], reason)
            await store.show(tx, delivery["message_id"], now)

    async def _give_up(self, tx: Tx, delivery: Row, now: int) -> None:
        reason = "It is not known whether this arrived, and this channel is set never to repeat."
        await store.set_state(tx, delivery, "rejected", reason=reason, now=now, was="in_doubt", final=True)
        await store.wake_lane(tx, delivery["lane"], now)
        await store.show(tx, delivery["message_id"], now)

    async def _send_again(self, tx: Tx, delivery: Row, reason: str, now: int) -> None:
        breaker = await store.load_breaker(tx, delivery["channel"])
        state = "held" if breaker.state is BreakerState.OPEN else "queued"
        await store.set_state(tx, delivery, state, reason=reason, now=now, was="in_doubt")
        await store.wake_lane(tx, delivery["lane"], now)
        await store.show(tx, delivery["message_id"], now)


def _sentence(reason: str) -> str:
    text = reason.strip().rstrip(".")
    return f"{text[:1].upper()}{text[1:]}."
