"""What was observed since the last look, whoever wrote it: this process or another."""

from holdfast.radar.evidence import EVIDENCE_MS
from holdfast.radar.model import Observation
from holdfast.radar.store import OBSERVATIONS_READ_MAX, load_observations
from holdfast.storage import Database


class Memory:
    """Keeps up with the observations in the store by their numbers."""

    def __init__(self) -> None:
        self._newest = 0

    async def catch_up(self, database: Database, now: int) -> list[Observation]:
        """What is new, in the order of its time as far as it came together."""
        fresh: list[Observation] = []
        while True:
            found = await database.read(load_observations, self._newest, now - EVIDENCE_MS)
            for number, seen in found:
                self._newest = number
                fresh.append(seen)
            if len(found) < OBSERVATIONS_READ_MAX:
                return sorted(fresh, key=lambda seen: seen.at)
