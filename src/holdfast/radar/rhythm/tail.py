"""How rare a deviation is among those of its own series: the far end of what was seen, as a power law."""

from math import log
from typing import Final

FAR_SHARE: Final = 0.05
"""The largest twentieth of what was seen counts as the far end."""
FAR_NATS: Final = -log(FAR_SHARE)
SETTLED_AFTER: Final = 5
"""Deviations that only find the mark."""
MARK_GAIN_MIN: Final = 0.01
DECAY_FIRST: Final = 0.3
"""How the far end thins out before anything is known: a deviation is beyond the mark by this many nats."""
DECAY_FIRST_WEIGHT: Final = 10
DECAY_MEMORY: Final = 300
"""Deviations of the far end that are remembered."""
DECAY_MIN: Final = 0.02
DECAY_CLIP: Final = 6.0
"""What lies further out, in mean lengths of the far end, enters as if it lay here: an outage teaches little."""
TINY: Final = 1e-9


class Tail:
    """Learns the mark beyond which a twentieth of all deviations lie, and how fast they thin out there."""

    __slots__ = ("_count", "_far", "decay", "mark")

    def __init__(self) -> None:
        self.mark = TINY
        self.decay = DECAY_FIRST
        self._count = 0
        self._far = DECAY_FIRST_WEIGHT

    def surprise(self, deviation: float) -> float:
        """How rare a deviation (0 or more) is, in nats: 7 is one in eleven hundred. 0 for the nearer ones."""
        self._count += 1
        if self._count <= SETTLED_AFTER:
            self.mark = max(self.mark, deviation)
            return 0.0
        gain = MARK_GAIN_MIN + 1.0 / self._count
        if deviation <= self.mark:
            self.mark = max(self.mark * (1.0 - gain * FAR_SHARE), TINY)
            return 0.0
        beyond = log(deviation / self.mark)
        self.mark *= 1.0 + gain * (1.0 - FAR_SHARE)
        found = FAR_NATS + beyond / self.decay
        self._learn(beyond)
        return found

    def _learn(self, beyond: float) -> None:
        self._far = min(self._far + 1, DECAY_MEMORY)
        clipped = min(beyond, DECAY_CLIP * self.decay)
        self.decay = max(self.decay + (clipped - self.decay) / self._far, DECAY_MIN)
