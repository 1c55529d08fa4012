"""Which words a contact is found by, and which words a search asks for."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from holdfast.conversations.search.folding import IS_UNSPACED, RUNS, fold

WORD_CHARACTERS_MAX: Final = 80
WORDS_ASKED_MAX: Final = 5
BACKWARDS: Final = "<"
"""Begins a number written backwards, so that it is found by its last digits."""
NUMBER_DIGITS_MIN: Final = 4
_WORD: Final = re.compile(r"\w+")
_AFTER_ALL: Final = "\U0010ffff"


def words_of(*texts: str) -> set[str]:
    """The words of names and addresses: each word, the whole, and numbers backwards too; of names that are
    written without spaces whatever stands from any of their letters on.

    Of a mail address the part after the @ is one word, or half the world would be found by ``com``.
    """
    found: set[str] = set()
    for text in texts:
        whole = normal(text)
        before, _, domain = whole.partition("@")
        each = [*_WORD.findall(before), *([domain] if domain else []), whole]
        found.update(word[:WORD_CHARACTERS_MAX] for word in each if word)
        found.update(_backwards(word) for word in each if _is_number(word))
        found.update(end for word in each for end in _ends(word))
    return found


def asked_words(query: str) -> list[str]:
    """The words of a search, the longest first, which is the rarest as a rule."""
    return sorted(_WORD.findall(normal(query)), key=len, reverse=True)[:WORDS_ASKED_MAX]


def asked_whole(query: str) -> list[str]:
    """The whole of a search as beginnings that may be stored: as it is, and a number by its end."""
    whole = normal(query)[:WORD_CHARACTERS_MAX]
    digits = re.sub(r"[\s()+./-]", "", whole)
    if _is_number(digits):
        return [digits, _backwards(digits.lstrip("0") or digits)]
    return [whole] if whole and not whole.startswith(BACKWARDS) else []


def after(beginning: str) -> str:
    """What sorts after every word with this beginning."""
    return beginning + _AFTER_ALL


def normal(text: str) -> str:
    return " ".join(fold(text).split())


def without_doubles(ids: Iterable[str], limit: int) -> list[str]:
    return list(dict.fromkeys(ids))[:limit]


def _ends(word: str) -> Iterator[str]:
    for run in RUNS.findall(word[:WORD_CHARACTERS_MAX]) if IS_UNSPACED.search(word) else ():
        if IS_UNSPACED.match(run):
            yield from (run[place:] for place in range(len(run)))


def _is_number(word: str) -> bool:
    return len(word) >= NUMBER_DIGITS_MIN and word.isdecimal()


def _backwards(digits: str) -> str:
    return BACKWARDS + digits[::-1][: WORD_CHARACTERS_MAX - 1]
