"""Sets of message numbers: `4`, `1:3,9`, `12:*` (RFC 3501, section 9, sequence-set)."""

from collections.abc import Sequence

from holdfast_simulators.mail.imap.grammar import BadCommandError

RANGES_MAX = 1_000
DIGITS_MAX = 10


def looks_like_numbers(word: str) -> bool:
    return bool(word) and all(character in "0123456789:,*" for character in word)


def chosen(numbers: str, present: Sequence[int]) -> list[int]:
    """Return the numbers of `present` (rising) that the set names.

    `*` is the largest number in use, and a range may be written backwards. So `9:*` in a mailbox
    whose largest UID is 3 names UID 3: clients must be ready for that.
    """
    parts = numbers.split(",")
    if len(parts) > RANGES_MAX:
        raise BadCommandError("Too many ranges of numbers")
    if not present:
        return []
    ranges = [_bounds(part, present[-1]) for part in parts]
    return [number for number in present if any(low <= number <= high for low, high in ranges)]


def _bounds(part: str, largest: int) -> tuple[int, int]:
    first, colon, last = part.partition(":")
    ends = sorted((_number(first, largest), _number(last if colon else first, largest)))
    return ends[0], ends[1]


def _number(word: str, largest: int) -> int:
    if word == "*":
        return largest
    if not word.isdigit() or len(word) > DIGITS_MAX:
        raise BadCommandError("A message number is a positive whole number or *")
    return int(word)
