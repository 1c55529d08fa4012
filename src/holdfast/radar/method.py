"""The arithmetic of the method: how much evidence is enough, for a failure and for its end."""

from math import exp, log
from typing import Final

import msgspec

CONFIRM_AT: Final = 9.0
"""Scores are told on a scale on which this confirms, however many nats a chart asks for."""
SUSPECT_AT: Final = 6.0
CLEAR_BELOW: Final = 2.0
SCORE_OVER: Final = 6.0
"""The score rises no higher above what confirms."""
APART_SHARE: Final = 0.4
"""Of an ordinary burst: signs this close together have one cause, and weigh together as one."""
OUTAGES_PER_FALSE_ALARM: Final = 12.0
"""What turns a score into a confidence: of thirteen that reach the threshold, one is chance."""

CHANCE_OF_FALSE_RECOVERING: Final = 0.015
CHANCE_OF_FALSE_UP: Final = 0.01
SHARES: Final = (
    (0.995, 0.48),
    (0.97, 0.11),
    (0.9, 0.12),
    (0.7, 0.08),
    (0.5, 0.06),
    (0.3, 0.12),
    (0.15, 0.03),
)
"""Shares that fail in an outage, and how far each is believed before anything is known of it."""
RELAPSE_FACTOR: Final = 10.0
ALMOST: Final = 1e-9


class Method(msgspec.Struct, frozen=True, kw_only=True):
    """How careful to be. ``burst_ms``: how long ordinary trouble may last, which is not worth an incident."""

    false_alarms_per_year: float = 1.0
    burst_ms: int = 20_000

    @property
    def apart_ms(self) -> float:
        return self.burst_ms * APART_SHARE


def confidence(score: float) -> float:
    """The probability of trouble after a score, given how much oftener outages reach the threshold than chance."""
    return round(1 / (1 + exp(CONFIRM_AT - score) / OUTAGES_PER_FALSE_ALARM), 2)


class Share:
    """What share of an outage's calls fails, as it is believed: a mixture, made likelier by what is seen.

    The failure that began it says nothing: whatever the share is, it begins with one.
    """

    __slots__ = ("_believed",)

    def __init__(self, bad: float = 0.0, good: float = 0.0) -> None:
        self._believed = [prior for _, prior in SHARES]
        self.see(max(bad - 1.0, 0.0), good)

    def see(self, bad: float, good: float) -> None:
        told = [
            belief * share**bad * (1.0 - share) ** good
            for belief, (share, _) in zip(self._believed, SHARES, strict=True)
        ]
        whole = sum(told)
        self._believed = [belief / whole for belief in told]

    @property
    def mean(self) -> float:
        """The chance that the next call fails."""
        return sum(belief * share for belief, (share, _) in zip(self._believed, SHARES, strict=True))


def proof_wanted(chance: float, *, tries: float, relapses: int) -> float:
    """How unlikely the successes have to be if failures went on, in nats.

    After each failure a run of successes may begin, and with many tries one of them succeeds by chance. A return
    that was believed in vain makes the next one ten times as hard to believe.
    """
    return log(1 / chance) + log(1 + tries) + log(RELAPSE_FACTOR) * relapses
