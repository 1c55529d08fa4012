"""The arithmetic of the method: what is ordinary for a channel, and how much evidence is enough."""

from math import ceil, exp, log, sqrt
from typing import Final

import msgspec

FAILING_SHARE_ILL: Final = 0.5
"""The share of failures that is told apart best from what is ordinary."""
ORDINARY_PRIOR: Final = 0.02
"""What a channel is taken to fail ordinarily before much is known of it."""
ORDINARY_PRIOR_SIGNS: Final = 300.0
"""How many signs of its own weigh as much as that belief."""
ORDINARY_MIN: Final = 0.001
ORDINARY_MAX: Final = 0.05
HABIT_MS: Final = 7 * 24 * 60 * 60 * 1000
"""How long what is ordinary is remembered."""
HABITS_A_YEAR: Final = 365 / 7

CONFIRM_AT: Final = 9.0
"""The least that confirms: between two failures (6.4) and three (9.7) of a channel of which little is known."""
CONFIRM_AT_MAX: Final = 14.0
RUN_LENGTH_FACTOR: Final = 4.0
"""Measured: signs between two false alarms are at least so many times e to the threshold."""
SUSPECT_SHARE: Final = 2 / 3
"""Of what confirms, so much raises suspicion."""
CLEAR_BELOW: Final = 2.0
SCORE_OVER: Final = 6.0
"""The score rises no higher above what confirms."""
APART_SHARE: Final = 0.4
"""Of an ordinary burst: signs this close together have one cause, and weigh together as one."""
PRIOR: Final = log(1000)
"""Trouble is expected in one of a thousand moments: what turns a score into a confidence."""

CHANCE_OF_FALSE_RECOVERING: Final = 0.1
CHANCE_OF_FALSE_UP: Final = 0.02
RECOVERING_AT: Final = -log(CHANCE_OF_FALSE_RECOVERING)
ALMOST: Final = 1e-9
UP_AT: Final = -log(CHANCE_OF_FALSE_UP)
SHARE_FOR_PROOF_MIN: Final = 0.2
SHARE_FOR_PROOF_MAX: Final = 0.9
"""Bounds on the share from which the proof of a return is reckoned: 2 successes at least, 18 at most."""


class Method(msgspec.Struct, frozen=True, kw_only=True):
    """How careful to be. ``burst_ms``: how long ordinary trouble may last, which is not worth an incident."""

    false_alarms_per_year: float = 1.0
    burst_ms: int = 20_000

    @property
    def apart_ms(self) -> float:
        return self.burst_ms * APART_SHARE

    def confirm_at(self, seen: float) -> float:
        """The threshold for a channel that gives so many independent signs in the time of a habit."""
        a_year = max(seen * HABITS_A_YEAR, 1.0)
        wanted = log(a_year / (RUN_LENGTH_FACTOR * self.false_alarms_per_year))
        return min(max(wanted, CONFIRM_AT), CONFIRM_AT_MAX)


class Habit:
    """What is ordinary: how many signs there were lately, and how many of them were bad."""

    __slots__ = ("at", "bad", "seen")

    def __init__(self, seen: float = 0.0, bad: float = 0.0, at: int = 0) -> None:
        self.seen, self.bad, self.at = seen, bad, at

    def pass_to(self, at: int) -> None:
        """Forget as much as the time since the last sign makes it."""
        if at <= self.at:
            return
        if self.at:
            kept = max(1.0 - (at - self.at) / HABIT_MS, 0.0)
            self.seen *= kept
            self.bad *= kept
        self.at = at

    def count(self, weight: float, *, good: bool) -> None:
        self.seen += weight
        self.bad += 0.0 if good else weight

    def share(self) -> float:
        """The ordinary share of failures, estimated from above."""
        bad = self.bad + sqrt(self.bad) + ORDINARY_PRIOR * ORDINARY_PRIOR_SIGNS
        return min(max(bad / (self.seen + ORDINARY_PRIOR_SIGNS), ORDINARY_MIN), ORDINARY_MAX)


def bad_step(ordinary: float) -> float:
    """How much one failure says for trouble: the logarithm of how much likelier it is then."""
    return log(FAILING_SHARE_ILL / ordinary)


def good_step(ordinary: float) -> float:
    """How much one success says against it, negative."""
    return log((1 - FAILING_SHARE_ILL) / (1 - ordinary))


def confidence(score: float) -> float:
    """The probability of trouble after a score, given how rare trouble is."""
    return round(1 / (1 + exp(PRIOR - score)), 2)


def return_step(share: float) -> float:
    """How much one success says for a return from a failing share: how unlikely it were without."""
    return -log(1 - bounded_share(share))


def proof_needed(share: float, chance: float) -> int:
    """The run of successes that would come by less than this chance if failures went on at this share."""
    return ceil(round(-log(chance) / return_step(share), 6))


def bounded_share(share: float) -> float:
    return min(max(share, SHARE_FOR_PROOF_MIN), SHARE_FOR_PROOF_MAX)


def share_at_least(share: float, signs: float) -> float:
    """A share that was seen when it was at its worst, less what chance may have added."""
    return share - sqrt(share * (1 - share) / max(signs, 1.0))
