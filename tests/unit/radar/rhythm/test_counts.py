from math import exp, lgamma, log

import pytest

from holdfast.radar.rhythm.counts import few_nats, many_nats, quantile


def exact_at_most(count: int, usual: float, scatter: float) -> float:
    size = 1 / scatter
    share = usual / (usual + size)
    return sum(
        exp(lgamma(k + size) - lgamma(size) - lgamma(k + 1) + size * log(1 - share) + k * log(share))
        for k in range(count + 1)
    )


@pytest.mark.parametrize(("count", "usual", "scatter"), [(0, 5.0, 0.2), (3, 20.0, 0.05), (40, 100.0, 0.3)])
def test_few_is_the_lower_tail_of_a_negative_binomial(count: int, usual: float, scatter: float) -> None:
    assert few_nats(count, usual, scatter=scatter) == pytest.approx(
        -log(exact_at_most(count, usual, scatter))
    )


def test_without_scatter_nothing_at_all_is_as_rare_as_chance_makes_it() -> None:
    assert few_nats(0, 12.0, scatter=0.0) == pytest.approx(12.0, rel=1e-3)


@pytest.mark.parametrize(("count", "usual", "scatter"), [(12, 4.0, 0.2), (90, 30.0, 0.1), (60, 20.0, 0.02)])
def test_many_is_the_upper_tail(count: int, usual: float, scatter: float) -> None:
    exact = -log(1 - exact_at_most(count - 1, usual, scatter))
    assert many_nats(count, usual, scatter=scatter) == pytest.approx(exact, rel=1e-6)


def test_large_counts_need_no_large_sums() -> None:
    assert few_nats(5_000, 50_000.0, scatter=0.01) > 50
    assert 0 <= few_nats(49_000, 50_000.0, scatter=0.01) < 2
    assert many_nats(1e9, 10.0, scatter=0.1) > 30


def test_what_comes_in_clumps_says_less() -> None:
    assert few_nats(0, 12.0, scatter=0.0, clump=3.0) == pytest.approx(4.0, rel=1e-3)


def test_as_many_as_usual_are_no_surprise() -> None:
    assert few_nats(10, 10.0, scatter=0.1) == 0.0
    assert many_nats(10, 10.0, scatter=0.1) == 0.0
    assert few_nats(0, 0.0, scatter=0.1) == 0.0


def test_the_band_of_the_usual_holds_what_is_usual() -> None:
    low, high = quantile(4.6, 100.0, scatter=0.01)
    assert 60 < low < 75
    assert 125 < high < 145
