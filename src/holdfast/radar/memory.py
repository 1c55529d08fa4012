"""The recent observations, held in memory and kept up with the store by their numbers."""

from collections import deque
from typing import Final

from holdfast.radar.controls import CONTROL_CHANNEL
from holdfast.radar.evidence import EVIDENCE_MS, SKEW_MS
from holdfast.radar.model import Kind, Observation
from holdfast.radar.store import OBSERVATIONS_READ_MAX, load_observations
from holdfast.storage import Database

HELD_MAX: Final = 300
"""Observations held of one channel and capability."""


class Memory:
    """What was observed lately, by channel; whoever wrote it, this process or another."""

    def __init__(self) -> None:
        self._held: dict[str, dict[str, deque[Observation]]] = {}
        self._newest = 0

    async def catch_up(self, database: Database, now: int) -> None:
        while True:
            found = await database.read(load_observations, self._newest, now - EVIDENCE_MS)
            for number, seen in found:
                self._hold(number, seen)
            if len(found) < OBSERVATIONS_READ_MAX:
                return

    def _hold(self, number: int, seen: Observation) -> None:
        self._newest = number
        by_capability = self._held.setdefault(seen.channel, {})
        by_capability.setdefault(seen.capability or "", deque(maxlen=HELD_MAX)).append(seen)

    def of(self, channel: str) -> list[Observation]:
        return [seen for held in self._held.get(channel, {}).values() for seen in held]

    def controls(self, now: int, within_ms: int) -> list[Observation]:
        """What unrelated addresses answered lately."""
        return [o for o in self.of(CONTROL_CHANNEL) if now - within_ms <= o.at <= now + SKEW_MS]

    def feed(self, channel: str) -> Observation | None:
        """The newest reading of a feed."""
        readings = [seen for seen in self.of(channel) if seen.kind is Kind.FEED]
        return readings[-1] if readings else None
