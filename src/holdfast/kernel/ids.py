"""Identifiers that sort by the time of their making (ULID layout, with a readable prefix)."""

from random import Random
from typing import Final

from holdfast.kernel.clock import Clock

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RANDOM_BITS: Final = 80
_LENGTH: Final = 26


class IdSource:
    """Makes identifiers such as ``msg_01J8ZK3Q…``; two made in one millisecond still sort as made."""

    def __init__(self, clock: Clock, random: Random) -> None:
        self._clock = clock
        self._random = random
        self._last = 0

    def new(self, prefix: str) -> str:
        value = (self._clock.now_ms() << _RANDOM_BITS) | self._random.getrandbits(_RANDOM_BITS)
        if value <= self._last:
            value = self._last + 1
        self._last = value
        return f"{prefix}_{_base32(value)}"


def _base32(value: int) -> str:
    digits = []
    for _ in range(_LENGTH):
        digits.append(_ALPHABET[value & 31])
        value >>= 5
    return "".join(reversed(digits))
