"""Settling what came back from many sends: the plain successes together, whatever else one by one."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from holdfast.channels.contract import Accepted, Capability, Sending
from holdfast.channels.region import region_of
from holdfast.outbox import store
from holdfast.outbox.breaker import Breaker
from holdfast.outbox.candidates import ChannelFact, Facts
from holdfast.outbox.doubt.store import is_aside
from holdfast.outbox.rounds import store as rounds
from holdfast.outbox.rounds.model import Returned
from holdfast.outbox.rounds.store import Answered
from holdfast.outbox.settle import Settle
from holdfast.outbox.showing.store import absorb, show_all, show_sent
from holdfast.radar import Kind, Observation, Result, conversation_key, record_observations
from holdfast.storage import Row, Tx


async def settle_all(
    tx: Tx, settle: Settle, facts: Facts, returned: Sequence[Returned], now: int
) -> dict[str, str]:
    """Settle attempts; the state of each delivery afterwards, by its id."""
    if not returned:
        return {}
    rows = await rounds.returned(tx, (each.delivery_id for each in returned))
    breakers = await store.load_breakers(tx)
    plain: dict[str, list[tuple[Row, Returned]]] = defaultdict(list)
    states = {}
    for each in returned:
        row = rows.get(each.delivery_id)
        if row is not None and _is_plain(row, each.sending, breakers):
            plain[row["channel"]].append((row, each))
        else:
            states[each.delivery_id] = await settle.outcome(tx, each.delivery_id, each.number, each.sending)
    for channel, sends in plain.items():
        await _accept(tx, settle, sends, now, fact=facts().get(channel))
        states |= {str(row["id"]): "sent" for row, _ in sends}
    return states


def _is_plain(row: Row, sending: Sending, breakers: Mapping[str, Breaker]) -> bool:
    """A first try on a channel that works was accepted, and nobody had a word about it before its answer."""
    breaker = breakers.get(row["channel"])
    return (
        isinstance(sending.outcome, Accepted)
        and row["state"] == "sending"
        and row["attempts"] == 1
        and not is_aside(row)
        and (breaker is None or breaker == Breaker(breaker.channel))
    )


async def _accept(
    tx: Tx, settle: Settle, sends: Sequence[tuple[Row, Returned]], now: int, *, fact: ChannelFact | None
) -> None:
    """Sends of one channel; ``fact`` is None where it was disconnected meanwhile."""
    channel, platform = str(sends[0][0]["channel"]), fact.platform if fact else ""
    answered = [Answered(row["id"], external_id(each.sending)) for row, each in sends]
    await rounds.accept_all(tx, answered, now)
    await absorb(tx, channel, {external_id(each.sending): row["message_id"] for row, each in sends})
    await show_sent(tx, [row["message_id"] for row, _ in sends if row["deliveries"] == 1], now)
    await show_all(tx, (row["message_id"] for row, _ in sends if row["deliveries"] != 1), now)
    await record_observations(tx, [_observation(channel, platform, each, now) for _, each in sends])
    if fact is not None and fact.limits.echoes:
        await rounds.expect_echoes(tx, [each.delivery_id for each in answered], now)
    for known in await rounds.parked_for(tx, channel, (each.external_id for each in answered)):
        await settle.apply_parked(tx, channel, known, now)


def external_id(sending: Sending) -> str:
    """The platform's id of what it accepted."""
    return sending.outcome.external_id if isinstance(sending.outcome, Accepted) else ""


def _observation(channel: str, platform: str, returned: Returned, now: int) -> Observation:
    return Observation(
        channel=channel,
        capability=Capability.SEND,
        kind=Kind.SEND,
        result=Result.OK,
        detail=external_id(returned.sending),
        latency_ms=returned.sending.latency_ms,
        region=region_of(platform, returned.address),
        conversation=conversation_key(channel, returned.address),
        at=now,
    )
