"""How rare so few or so many are, for counts that scatter more than chance alone would have it.

A negative binomial with mean ``usual`` and variance ``usual * clump + usual ** 2 * scatter``: what comes in
clumps is counted in clumps, and the rate itself is only known up to a scatter.
"""

from collections.abc import Iterable
from math import inf, lgamma, log, log1p, pi, sqrt
from typing import Final

SCATTER_MIN: Final = 1e-6
TERMS_MAX: Final = 1_000
"""Of a tail that are summed one by one."""
TERM_SHARE_MIN: Final = 1e-9


def few_nats(count: float, usual: float, *, scatter: float, clump: float = 1.0) -> float:
    """-log of the probability that so few, or fewer, come where ``usual`` are usual."""
    usual, seen = usual / clump, int(count / clump)
    if usual <= 0.0 or seen >= usual:
        return 0.0
    size = 1.0 / max(scatter, SCATTER_MIN)
    growth = (usual + size) / usual
    tail = _sum_of(k / (k - 1 + size) * growth for k in range(seen, 0, -1))
    return max(-_log_chance(seen, usual, size) - log(tail), 0.0)


def many_nats(count: float, usual: float, *, scatter: float, clump: float = 1.0) -> float:
    """-log of the probability that so many, or more, come where ``usual`` are usual; inf where none are."""
    usual, seen = usual / clump, round(count / clump)
    if seen <= usual:
        return 0.0
    if usual <= 0.0:
        return inf
    size = 1.0 / max(scatter, SCATTER_MIN)
    decay = usual / (usual + size)
    tail = _sum_of((k + size) / (k + 1) * decay for k in range(seen, 2 * seen + TERMS_MAX))
    return max(-_log_chance(seen, usual, size) - log(tail), 0.0)


def _sum_of(ratios: Iterable[float]) -> float:
    """1 + r1 + r1 r2 + …, for falling ratios; a sum that is broken off counts its rest too high."""
    total = term = 1.0
    for n, ratio in enumerate(ratios):
        term *= ratio
        total += term
        if term < TERM_SHARE_MIN * total:
            return total
        if n == TERMS_MAX:
            return total + term * ratio / (1.0 - ratio) if ratio < 1.0 else inf
    return total


def _log_chance(count: int, usual: float, size: float) -> float:
    """Of exactly so many."""
    ways = lgamma(count + size) - lgamma(size) - lgamma(count + 1)
    return ways - size * log1p(usual / size) + count * log(usual / (usual + size))


def quantile(nats: float, usual: float, *, scatter: float, clump: float = 1.0) -> tuple[float, float]:
    """(low, high): the counts that are rarer than this on either side lie beyond them, nearly."""
    width = _deviation_of(nats) * sqrt(usual * clump + usual * usual * scatter)
    return max(usual - width, 0.0), usual + width + 1.0


def _deviation_of(nats: float) -> float:
    """The standard deviations beyond which a normal has exp(-nats) of its mass, nearly."""
    x = sqrt(2.0 * nats)
    for _ in range(3):
        x = sqrt(max(2.0 * (nats - log(max(x, 0.5) * sqrt(2.0 * pi))), 0.0))
    return x
