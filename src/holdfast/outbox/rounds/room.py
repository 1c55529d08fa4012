"""How many lanes of a channel are under way at once: more while its platform accepts, fewer when it fails."""

from typing import Final

from holdfast.channels.contract import Accepted, Outcome, Rejected

LANES_MIN: Final = 2
LANES_BEGUN: Final = 8
"""Where nothing is known: no more than these can come into doubt when a platform begins to fail."""
LANES_MAX: Final = 64
"""So that a slow platform cannot take every worker."""
STEP: Final = 8
"""Lanes are added so many at a time, as each claim of lanes is a commit."""


class Room:
    """Grows by one lane with each message that is accepted, and halves with each that is not."""

    def __init__(self) -> None:
        self._lanes = LANES_BEGUN

    @property
    def lanes(self) -> int:
        return self._lanes if self._lanes < STEP else self._lanes - self._lanes % STEP

    def learn(self, outcome: Outcome) -> bool:
        """Whether there is room for more lanes than before."""
        before = self.lanes
        match outcome:
            case Accepted():
                self._lanes = min(LANES_MAX, self._lanes + 1)
            case Rejected():
                pass  # of one message, and the platform answers
            case _:
                self._lanes = max(LANES_MIN, self._lanes // 2)
        return self.lanes > before
