from random import Random

from hypothesis import given
from hypothesis import strategies as st

from holdfast.kernel import IdSource


class Steps:
    """A clock that tells the given times, one after the other."""

    def __init__(self, times: list[int]) -> None:
        self._times = iter(times)

    def now_ms(self) -> int:
        return next(self._times)

    def monotonic(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("making an identifier waits for nothing")


def made(times: list[int], seed: int) -> list[str]:
    ids = IdSource(Steps(times), Random(seed))  # noqa: S311 - not a secret
    return [ids.new("msg") for _ in times]


@given(st.lists(st.integers(0, 1 << 47), min_size=2, max_size=40), st.integers(0, 99))
def test_identifiers_differ_and_sort_as_they_were_made_even_when_the_clock_steps_back(
    times: list[int], seed: int
) -> None:
    ids = made(times, seed)
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)


def test_an_identifier_has_its_prefix_and_one_length() -> None:
    assert {len(each) for each in made([0, 1, 1_790_000_000_000], 1)} == {4 + 26}
    assert all(each.startswith("msg_") for each in made([5, 6], 1))


def test_the_same_time_and_randomness_make_the_same_identifiers() -> None:
    assert made([7, 7, 8], 3) == made([7, 7, 8], 3)
    assert made([7, 7, 8], 3) != made([7, 7, 8], 4)
