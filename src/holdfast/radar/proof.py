"""The proof of a return: how unlikely the successes since would be if failures went on."""

from math import log
from typing import Final

from holdfast.radar.method import proof_wanted, return_step

PROVEN: Final = 50.0
"""More nats than any proof asks for."""
RELAPSES_MAX: Final = 4
"""Every relapse makes the next proof harder again, up to this."""
RECALLED_SIGNS: Final = 10.0
"""What is remembered of a share over a restart is believed as if it came from so many signs."""


class Proof:
    """``nats``: what has been gathered since the newest failures. ``bad`` and ``good`` count the signs of the
    outage up to there, ``tries`` the runs of successes that failed again. ``since``: the first success.
    """

    __slots__ = ("_run", "bad", "good", "nats", "since", "strong", "tries")

    def __init__(self) -> None:
        self.bad = self.good = 0.0
        self.tries = 0
        self.lose()

    def lose(self) -> None:
        self.nats = self._run = 0.0
        self.strong = False
        self.since: int | None = None

    def begin(self, bad: float, good: float, *, again: bool) -> None:
        """An outage has been found, or one that had seemed to be over."""
        self.lose()
        if not again:
            self.bad, self.good, self.tries = 0.0, 0.0, -1
        self.bad, self.good, self.tries = self.bad + bad, self.good + good, self.tries + 1

    def recall(self, share: float) -> None:
        self.bad, self.good = RECALLED_SIGNS * share, RECALLED_SIGNS * (1 - share)

    def succeed(self, at: int, worth: float, *, strong: bool) -> None:
        self.nats += return_step(self.bad, self.good + self._run) * worth
        self._run += worth
        if self.nats > 0:
            self.strong = self.strong or strong
            self.since = self.since or at

    def fail(self, weight: float, ordinary: float) -> None:
        self.tries += self._run > 0
        self.good += self._run
        self.bad += weight
        self._run = 0.0
        share = (self.bad + 1) / (self.bad + self.good + 2)
        self.nats -= log(share / ordinary) * weight
        if self.nats <= 0:
            self.lose()

    def complete(self) -> None:
        """Proven otherwise: what came has been held against what is usual."""
        self.nats = self._run = PROVEN

    def reaches(self, chance: float, relapses: int) -> bool:
        """Whether the successes are as unlikely as this. One alone proves nothing."""
        wanted = proof_wanted(chance, tries=self.tries, relapses=min(relapses, RELAPSES_MAX))
        return self._run > 1 and self.nats >= wanted
