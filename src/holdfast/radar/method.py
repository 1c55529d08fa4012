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
PRIOR_FAILED: Final = 3.0
PRIOR_WORKED: Final = 1.0
"""An outage of which nothing is known lets one call in four through."""
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


def return_step(bad: float, good: float) -> float:
    """How much one success says for a return, after so many failures and successes: how unlikely it were if the
    outage went on, of whatever share it is (a rule of succession).
    """
    return log((bad + PRIOR_FAILED + good + PRIOR_WORKED) / (good + PRIOR_WORKED))


def proof_wanted(chance: float, *, tries: int, relapses: int) -> float:
    """How unlikely the successes have to be if failures went on, in nats.

    Each run of successes that failed again was a try, and with many tries one of them succeeds by chance. A
    return that was believed in vain makes the next one ten times as hard to believe.
    """
    return log(1 / chance) + log(1 + tries) + log(RELAPSE_FACTOR) * relapses
