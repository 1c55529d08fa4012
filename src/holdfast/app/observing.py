"""What the roads in tell the radar."""

from collections.abc import Sequence
from typing import Final

from holdfast.channels.contract import Capability, InboundEvent, MessageEchoed, MessageReceived
from holdfast.kernel import Clock
from holdfast.radar import Kind, Observation, Radar, Result, record_observation
from holdfast.storage import Database, Envelope, Tx

GAPS_OBSERVED_MAX: Final = 5


class Observing:
    def __init__(self, *, database: Database, clock: Clock, radar: Radar) -> None:
        self._database = database
        self._clock = clock
        self._radar = radar

    async def arrival(self, tx: Tx, envelope: Envelope, events: Sequence[InboundEvent]) -> None:
        """What arrived by the platform's own delivery is evidence that receiving works."""
        if envelope.source not in {"webhook", "poll"}:
            return
        written = [event.at for event in events if isinstance(event, MessageReceived | MessageEchoed)]
        lag_ms = max(0, envelope.received_at - max(written)) if written else None
        await record_observation(
            tx,
            Observation(
                channel=envelope.channel,
                capability=Capability.RECEIVE,
                kind=Kind.ARRIVAL,
                result=Result.OK,
                latency_ms=lag_ms,
                at=self._clock.now_ms(),
            ),
        )

    async def gap(self, channel: str, times: Sequence[int]) -> None:
        """Each message that only the history brought is evidence, the newest ones first."""
        now = self._clock.now_ms()
        newest = sorted(times, reverse=True)[:GAPS_OBSERVED_MAX]
        for at in newest:
            observation = Observation(
                channel=channel,
                capability=Capability.RECEIVE,
                kind=Kind.GAP,
                result=Result.FAIL,
                detail=f"{len(times)} messages in the platform's history were not delivered to us",
                latency_ms=now - at,
                at=now,
            )
            await self._database.write(record_observation, observation)
        self._radar.wake()
