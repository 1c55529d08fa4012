"""What is ordinary for a channel: how many of its calls fail though all is well, and in which ways."""

from collections.abc import Mapping
from math import exp, sqrt
from typing import Final

HABIT_MS: Final = 7 * 24 * 60 * 60 * 1000
"""How long what is ordinary is remembered."""
HABITS_A_YEAR: Final = 365 / 7
PRIOR_SIGNS: Final = 200.0
PRIOR_BAD: Final = 1.0
"""Before much is known of a channel, it is taken to fail once in PRIOR_SIGNS calls."""
CLASS_PRIOR_BAD: Final = 0.5
"""In any one way half as often."""
SHARE_MIN: Final = 0.0001
SHARE_MAX: Final = 0.05
CLASSES_MAX: Final = 12
OTHER: Final = "other"


class Habit:
    """How many signs there were lately, how many of them were bad, and of these how many by error class."""

    __slots__ = ("at", "bad", "classes", "classes_at", "seen")

    def __init__(
        self, seen: float = 0.0, bad: float = 0.0, classes: Mapping[str, float] | None = None
    ) -> None:
        self.seen, self.bad, self.at = seen, bad, 0
        self.classes, self.classes_at = dict(classes or {}), 0

    def pass_to(self, at: int) -> None:
        """Forget as much as the time since the last sign makes it."""
        if at <= self.at:
            return
        if self.at:
            kept = max(1.0 - (at - self.at) / HABIT_MS, 0.0)
            self.seen *= kept
            self.bad *= kept
        self.at = at

    def count(self, weight: float, *, good: bool, at: int = 0, error_class: str = "") -> None:
        self.seen += weight
        if good:
            return
        self.bad += weight
        kept = exp(-max(at - self.classes_at, 0) / HABIT_MS) if self.classes_at else 1.0
        self.classes = {name: bad * kept for name, bad in self.classes.items()}
        self.classes_at = max(at, self.classes_at)
        name = error_class if error_class in self.classes or len(self.classes) < CLASSES_MAX else OTHER
        self.classes[name] = self.classes.get(name, 0.0) + weight

    def share(self) -> float:
        """The ordinary share of failures, estimated from above."""
        return self._estimated(self.bad, PRIOR_BAD)

    def share_of(self, error_class: str) -> float:
        """The ordinary share of failures of one class, estimated from above."""
        known = sum(self.classes.values())
        part = self.classes.get(error_class, 0.0) / known if known else 1.0
        return self._estimated(self.bad * part, CLASS_PRIOR_BAD)

    def a_year(self) -> float:
        """How many independent signs a year brings."""
        return self.seen * HABITS_A_YEAR

    def _estimated(self, bad: float, prior: float) -> float:
        share = (bad + sqrt(bad) + prior) / (self.seen + PRIOR_SIGNS)
        return min(max(share, SHARE_MIN), SHARE_MAX)
