"""Half and nine in ten, within one in a hundred."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from holdfast.figures.model import Times
from holdfast.figures.spread import SHORTEST_MS, bin_of, middle_ms, times_of


@given(st.integers(0, 10**11))
def test_a_bin_stands_for_what_falls_into_it(took_ms: int) -> None:
    shown = middle_ms(bin_of(took_ms))
    assert abs(shown - took_ms) <= max(SHORTEST_MS, took_ms * 0.0101)


@given(st.lists(st.integers(SHORTEST_MS, 10**10), min_size=1, max_size=200))
def test_half_and_nine_in_ten_are_those_of_the_numbers(lengths: list[int]) -> None:
    times = times_of(list(Counter(map(bin_of, lengths)).items()))
    ordered = sorted(lengths)
    for shown, share in ((times.median_ms, 5), (times.ninety_ms, 9)):
        true = ordered[-(-len(ordered) * share // 10) - 1]
        assert shown is not None
        assert abs(shown - true) <= true * 0.0101 + 1


def test_nothing_says_nothing() -> None:
    assert times_of([]) == Times()
