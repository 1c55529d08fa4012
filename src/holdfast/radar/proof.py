"""The proof of a return: how unlikely the successes since would be if failures went on."""

from math import log
from typing import Final

from holdfast.radar.method import Share, proof_wanted

PROVEN: Final = 50.0
"""More nats than any proof asks for."""
RELAPSES_MAX: Final = 4
"""Every relapse makes the next proof harder again, up to this."""
RECALLED_SIGNS: Final = 10.0
"""What is remembered of a share over a restart is believed as if it came from so many signs."""


class Proof:
    """``nats``: what has been gathered since the newest failures. ``share``: what is believed of the share that
    fails, ``tries`` the failures since it was found: after each a run of successes may begin. ``since``: the first
    success.
    """

    __slots__ = ("_run", "nats", "share", "since", "strong", "tries")

    def __init__(self) -> None:
        self.share = Share()
        self.tries = 0.0
        self.lose()

    def lose(self) -> None:
        self.nats = self._run = 0.0
        self.strong = False
        self.since: int | None = None

    def begin(self, bad: float, good: float, *, again: bool) -> None:
        """An outage has been found, or one that had seemed to be over."""
        self.lose()
        if again:
            self.share.see(bad, good)
            self.tries += bad
        else:
            self.share, self.tries = Share(bad, good), 0.0

    def recall(self, share: float) -> None:
        self.share = Share(RECALLED_SIGNS * share, RECALLED_SIGNS * (1 - share))

    def succeed(self, at: int, worth: float, *, strong: bool) -> None:
        self.nats -= log(1.0 - self.share.mean) * worth
        self._run += worth
        self.share.see(0.0, worth)
        self.strong = self.strong or strong
        self.since = self.since or at

    def fail(self, weight: float, ordinary: float) -> None:
        self.tries += weight
        self._run = 0.0
        self.nats -= log(max(self.share.mean / ordinary, 1.0)) * weight
        self.share.see(weight, 0.0)
        if self.nats <= 0:
            self.lose()

    def complete(self) -> None:
        """Proven otherwise: what came has been held against what is usual."""
        self.nats = self._run = PROVEN

    def reaches(self, chance: float, relapses: int) -> bool:
        """Whether the successes are as unlikely as this. One alone proves nothing."""
        wanted = proof_wanted(chance, tries=self.tries, relapses=min(relapses, RELAPSES_MAX))
        return self._run > 1 and self.nats >= wanted
