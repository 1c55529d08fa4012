"""How rare so few or so many are, for counts that scatter more than chance alone would have it.

A negative binomial with mean ``usual`` and variance ``usual * clump + usual ** 2 * scatter``: what comes in
clumps is counted in clumps, and the rate itself is only known up to a scatter.
"""

from math import asinh, erfc, exp, inf, log, log1p, pi, sqrt
from typing import Final

EXACT_COUNT_MAX: Final = 400
"""Up to this count the lower tail is summed; beyond it the transformed normal is near enough."""
SCATTER_MIN: Final = 1e-6
FAR_OUT: Final = 25.0
"""From so many standard deviations on only the leading terms of the tail are used."""


def few_nats(count: float, usual: float, *, scatter: float, clump: float = 1.0) -> float:
    """-log of the probability that so few, or fewer, come where ``usual`` are usual."""
    usual, seen = usual / clump, int(count / clump)
    if usual <= 0.0 or seen >= usual:
        return 0.0
    if seen > EXACT_COUNT_MAX:
        return _tail_nats(-_deviation(seen, usual, scatter))
    return max(-_log_at_most(seen, usual, max(scatter, SCATTER_MIN)), 0.0)


def many_nats(count: float, usual: float, *, scatter: float, clump: float = 1.0) -> float:
    """-log of the probability that so many, or more, come where ``usual`` are usual."""
    usual, seen = usual / clump, count / clump
    if seen <= usual:
        return 0.0
    return _tail_nats(_deviation(max(seen - 1.0, usual), usual, scatter))


def quantile(nats: float, usual: float, *, scatter: float, clump: float = 1.0) -> tuple[float, float]:
    """(low, high): the counts that are rarer than this on either side lie beyond them."""
    width = _deviation_of(nats) * sqrt(usual * clump + usual * usual * scatter)
    return max(usual - width, 0.0), usual + width + 1.0


def _log_at_most(seen: int, usual: float, scatter: float) -> float:
    spread = usual * scatter
    term = total = 1.0
    ratio = spread / (1.0 + spread)
    for k in range(1, seen + 1):
        term *= (1.0 / scatter + k - 1) / k * ratio
        total += term
    return -log1p(spread) / scatter + log(total)


def _deviation(count: float, usual: float, scatter: float) -> float:
    """In standard deviations, after the transformation that makes them alike for all means."""
    root = sqrt(max(scatter, SCATTER_MIN))
    apart = asinh(root * sqrt(count + 0.375)) - asinh(root * sqrt(usual + 0.375))
    return 2.0 / root * apart


def _tail_nats(deviation: float) -> float:
    if deviation <= 0.0:
        return 0.0
    if deviation < FAR_OUT:
        return -log(0.5 * erfc(deviation / sqrt(2.0)))
    return 0.5 * deviation * deviation + log(deviation * sqrt(2.0 * pi))


def _deviation_of(nats: float) -> float:
    """The inverse of the tail, near enough: x with a tail of exp(-nats)."""
    if nats <= 0.0:
        return 0.0
    x = sqrt(2.0 * nats)
    for _ in range(3):
        x = sqrt(max(2.0 * (nats - log(max(x, 0.5) * sqrt(2.0 * pi))), 0.0))
    return x if x < inf else 0.0


def likelihood(nats: float) -> float:
    """The probability that a rarity stands for."""
    return exp(-nats)
