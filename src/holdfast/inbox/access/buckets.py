"""Rate limits: a bucket of tokens per key, bounded in number."""

from collections import OrderedDict
from typing import Final

import msgspec

from holdfast.kernel import Clock

KEYS_MAX: Final = 20_000
"""The bucket used longest ago is forgotten first; it was the fullest."""


class Rate(msgspec.Struct, frozen=True):
    """``burst`` at once, then ``per_second``."""

    burst: float
    per_second: float


class Buckets:
    """One named limit for many keys."""

    def __init__(self, clock: Clock, rate: Rate, *, keys_max: int = KEYS_MAX) -> None:
        self._clock = clock
        self._rate = rate
        self._keys_max = keys_max
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> float:
        """Take one token: 0.0 where there was one, else the seconds until there is."""
        now = self._clock.monotonic()
        level, seen = self._levels.get(key, (self._rate.burst, now))
        level = min(self._rate.burst, level + (now - seen) * self._rate.per_second)
        wait = 0.0 if level >= 1 else (1 - level) / self._rate.per_second
        self._put(key, level if wait else level - 1, now)
        return wait

    def give_back(self, key: str) -> None:
        level, seen = self._levels.get(key, (self._rate.burst, self._clock.monotonic()))
        self._put(key, min(self._rate.burst, level + 1), seen)

    def _put(self, key: str, level: float, now: float) -> None:
        self._levels[key] = (level, now)
        self._levels.move_to_end(key)
        while len(self._levels) > self._keys_max:
            self._levels.popitem(last=False)
