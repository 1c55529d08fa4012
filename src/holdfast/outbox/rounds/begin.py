"""Beginning what heads the lanes: each is marked as being sent before its first byte leaves."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from holdfast.channels.contract import Attachment, Limits, Outgoing
from holdfast.outbox import store
from holdfast.outbox.candidates import ChannelFact, Facts, window_closes_at
from holdfast.outbox.rounds import store as rounds
from holdfast.outbox.rounds.model import Ask, Wait, Work
from holdfast.outbox.showing.store import show_all, show_sending
from holdfast.storage import Row, Tx


class Begin:
    def __init__(self, *, facts: Facts, lease_ms: int) -> None:
        self._facts = facts
        self._lease_ms = lease_ms

    async def __call__(self, tx: Tx, asks: Sequence[Ask], now: int) -> dict[str, Work | Wait]:
        """For each lane the head to send, or that it waits; a lane that is not its owner's any more waits, too."""
        found: dict[str, Work | Wait] = {ask.lane.lane: Wait(None) for ask in asks}
        left, limits = list(asks), _limits(self._facts())
        while left:
            heads = await rounds.owned_heads(tx, (ask.lane for ask in left), now)
            left = [ask for ask in left if ask.lane.lane in heads]
            left, ready = await self._sift(tx, left, heads, limits, found, now)
            found |= await self._start(tx, ready, limits, now)
        await self._prolong(tx, [name for name, step in found.items() if isinstance(step, Work)], now)
        return found

    async def _sift(
        self,
        tx: Tx,
        asks: Iterable[Ask],
        heads: Mapping[str, Row],
        limits: Mapping[str, Limits],
        found: dict[str, Work | Wait],
        now: int,
    ) -> tuple[list[Ask], list[Row]]:
        """(lanes to look at again as their head was dropped, heads that may leave); the others are let go."""
        again, ready = [], []
        for ask in asks:
            head = heads[ask.lane.lane]
            if not _may_leave(head, now, probing=ask.probing):
                due_at = due(head)
                await store.release_lane(tx, ask.lane, due_at)
                found[ask.lane.lane] = Wait(due_at)
            elif problem := _too_late(head, limits[head["channel"]], now):
                await _drop(tx, head, *problem, now)
                again.append(ask)
            else:
                ready.append(head)
        return again, ready

    async def _start(
        self, tx: Tx, heads: Sequence[Row], limits: Mapping[str, Limits], now: int
    ) -> dict[str, Work | Wait]:
        if not heads:
            return {}
        await rounds.start_attempts(tx, [head["id"] for head in heads], now)
        await show_sending(tx, [head["message_id"] for head in heads if head["deliveries"] == 1], now)
        await show_all(tx, (head["message_id"] for head in heads if head["deliveries"] != 1), now)
        return {head["lane"]: await _work(tx, head, limits[head["channel"]], now) for head in heads}

    async def _prolong(self, tx: Tx, lanes: Sequence[str], now: int) -> None:
        if lanes:
            await rounds.prolong_leases(
                tx, lanes, until=now + self._lease_ms, soon=now + self._lease_ms * 3 // 4
            )


def _limits(facts: Mapping[str, ChannelFact]) -> dict[str, Limits]:
    return {channel: fact.limits for channel, fact in facts.items()}


def due(head: Row | None) -> int | None:
    """When a lane is due again; None for when something wakes it."""
    if head is None or head["id"] is None or head["state"] in {"sending", "in_doubt"}:
        return None
    return int(head["next_at"])


def _may_leave(head: Row, now: int, *, probing: bool) -> bool:
    if head["id"] is None or head["state"] in {"sending", "in_doubt"}:
        return False
    return bool(probing or head["next_at"] <= now)


def _too_late(head: Row, limits: Limits, now: int) -> tuple[str, str] | None:
    """Windows, consent and life time are judged when sending, not when queueing."""
    if head["expires_at"] <= now:
        return "expired", "It waited longer than it was meant to."
    if head["consent"] == "opted_out":
        return "rejected", "The person asked not to be written to here."
    closes = window_closes_at(limits, head["last_in_at"], human=head["klass"] == "person")
    if closes is not None and closes <= now:
        return "rejected", "The platform's reply window has closed; the person has to write first."
    return None


async def _work(tx: Tx, head: Row, limits: Limits, now: int) -> Work:
    closes = window_closes_at(limits, head["last_in_at"], human=False)
    thread = await _thread(tx, head) if limits.threaded else {}
    outgoing = Outgoing(
        delivery_id=head["id"],
        address=head["address"],
        text=head["text"],
        created_at=head["created_at"],
        human=head["klass"] == "person",
        window_open=closes is None or closes > now,
        attachments=_attachments(head),
        reply_to=await _quoted(tx, head) if limits.quotes else "",
        subject=thread.get("subject", ""),
        in_reply_to=thread.get("message_id", ""),
        references=thread.get("references", ""),
    )
    return Work(outgoing, head["attempts"] + 1, head["klass"])


async def _quoted(tx: Tx, head: Row) -> str:
    """The platform's id of what is quoted, with the first part, and where it was said on the same channel."""
    if head["part"] != 1 or head["said"] == "{}":
        return ""
    reply_to = msgspec.json.decode(head["said"]).get("reply_to")
    row = await store.quoted(tx, reply_to) if reply_to else None
    return str(row["external_id"] or "") if row is not None and row["channel"] == head["channel"] else ""


async def _drop(tx: Tx, head: Row, state: str, reason: str, now: int) -> None:
    await store.set_state(tx, head, state, reason=reason, now=now, was=head["state"], final=True)
    await store.show(tx, head["message_id"], now)


async def _thread(tx: Tx, head: Row) -> dict[str, str]:
    heard = await store.last_heard(tx, head["conversation_id"], head["channel"])
    return msgspec.json.decode(heard["details"], type=dict[str, str]) if heard else {}


def _attachments(head: Row) -> tuple[Attachment, ...]:
    """They go with the first part."""
    if head["part"] != 1 or head["attachments"] == "[]":
        return ()
    return msgspec.json.decode(head["attachments"], type=tuple[Attachment, ...])
