"""Speed limits, as the platforms apply them."""

from collections import defaultdict, deque
from dataclasses import dataclass, field

from holdfast_simulators.clock import MS_PER_SECOND

KEYS_MAX = 20_000


@dataclass
class Window:
    """So many calls in any stretch of one second, counted apart for each key."""

    per_second: int
    _times_ms: defaultdict[str, deque[int]] = field(default_factory=lambda: defaultdict(deque))

    def allows(self, key: str, now_ms: int) -> bool:
        """Count this call and say whether it may pass; a refused call is not counted."""
        times = self._recent(key, now_ms)
        if len(times) >= self.per_second:
            return False
        times.append(now_ms)
        return True

    def percent(self, key: str, now_ms: int) -> int:
        return 100 * len(self._recent(key, now_ms)) // self.per_second

    def _recent(self, key: str, now_ms: int) -> deque[int]:
        times = self._times_ms[key]
        while times and times[0] <= now_ms - MS_PER_SECOND:
            times.popleft()
        return times


@dataclass
class Bucket:
    """A burst that fills up again slowly, apart for each key."""

    burst: int
    refill_ms: int
    _full_at_ms: dict[str, int] = field(default_factory=dict)
    """When the key's bucket would be full again: one number says how much was borrowed."""

    def allows(self, key: str, now_ms: int) -> bool:
        full_at_ms = max(self._full_at_ms.get(key, 0), now_ms)
        if full_at_ms - now_ms > (self.burst - 1) * self.refill_ms:
            return False
        if len(self._full_at_ms) >= KEYS_MAX:
            self._full_at_ms = {k: at for k, at in self._full_at_ms.items() if at > now_ms}
        self._full_at_ms[key] = full_at_ms + self.refill_ms
        return True
