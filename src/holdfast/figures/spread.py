"""How lengths of time are spread: kept in bins that are each a little longer than the one before. Pure.

Half and nine in ten of a year are then found among some hundred numbers for each key, and are right within one in a
hundred, whatever their size.
"""

from collections.abc import Sequence
from math import log
from typing import Final

from holdfast.figures.model import Times

GROWTH: Final = 1.02
SHORTEST_MS: Final = 1_000
_LOG: Final = log(GROWTH)


def bin_of(took_ms: int) -> int:
    """Which bin a length of time falls in; all below a second are one."""
    return 0 if took_ms < SHORTEST_MS else int(log(took_ms / SHORTEST_MS) / _LOG) + 1


def middle_ms(number: int) -> int:
    """What a bin stands for."""
    return SHORTEST_MS // 2 if number == 0 else round(SHORTEST_MS * GROWTH ** (number - 0.5))


def times_of(bins: Sequence[tuple[int, int]]) -> Times:
    """What (bin, how many) pairs say, in whatever order."""
    ordered = sorted(bins)
    count = sum(many for _, many in ordered)
    if not count:
        return Times()
    return Times(count, _place(ordered, -(-count // 2)), _place(ordered, -(-count * 9 // 10)))


def _place(ordered: Sequence[tuple[int, int]], place: int) -> int:
    seen = 0
    for number, many in ordered:
        seen += many
        if seen >= place:
            return middle_ms(number)
    raise ValueError("there are not so many")
