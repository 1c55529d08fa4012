"""The part of a text that shows why it was found, cut into pieces so that nobody needs to mark it up. Pure."""

import re
from collections.abc import Sequence
from typing import Final

from holdfast.conversations.search.folding import IS_UNSPACED, WORD, composed, fold, fold_character
from holdfast.conversations.texts import words_in
from holdfast.inbox.finding.model import Asked, Piece

SNIPPET_CHARACTERS: Final = 160
BEFORE_CHARACTERS: Final = 50
READ_CHARACTERS_MAX: Final = 20_000
_CUT: Final = "…"


def marks_of(asked: Asked) -> re.Pattern[str] | None:
    """What is marked in folded texts; None where only filters are asked for."""
    word = WORD.pattern.removesuffix("+")
    phrases = [re.escape(each) for each in asked.phrases]
    spaced = [each for each in asked.words.words if not IS_UNSPACED.match(each)]
    whole = [rf"(?<!{_LETTER}){re.escape(each)}(?!{_LETTER})" for each in spaced]
    begun = [
        rf"(?<!{_LETTER}){re.escape(each)}{word}*"
        for each in asked.words.beginnings
        if not IS_UNSPACED.match(each)
    ]
    found = [*phrases, *whole, *begun]
    return re.compile("|".join(found)) if found else None


_LETTER: Final = r"[^\W_]"


def holds(asked: Asked, said: str) -> bool:
    """Whether a text, as it is now, holds what is asked for."""
    folded = fold(said)
    flat = " ".join(folded.split())
    if not all(phrase in flat for phrase in asked.phrases):
        return False
    words = set(words_in(said))
    return set(asked.words.words) <= words and all(
        any(word.startswith(each) for word in words) for each in asked.words.beginnings
    )


def snippet(text: str, marks: re.Pattern[str] | None) -> list[Piece]:
    """At most SNIPPET_CHARACTERS of a text, around the first of what is marked."""
    flat = " ".join(composed(text[:READ_CHARACTERS_MAX]).split())
    spans = _spans(flat, marks)
    first = spans[0][0] if spans else 0
    start = _start(flat, first)
    end = min(len(flat), start + SNIPPET_CHARACTERS)
    pieces = [Piece(_CUT)] if start > 0 else []
    place = start
    for first_of, end_of in spans:
        left, right = max(first_of, place), min(end_of, end)
        if left >= right:
            continue
        pieces += _piece(flat[place:left], hit=False) + _piece(flat[left:right], hit=True)
        place = right
    return [*pieces, *_piece(flat[place:end] + (_CUT if end < len(flat) else ""), hit=False)]


def _start(flat: str, first: int) -> int:
    """Where a snippet begins: at a word a little before what was found."""
    if first <= BEFORE_CHARACTERS:
        return 0
    space = flat.find(" ", first - BEFORE_CHARACTERS, first)
    return space + 1 if space >= 0 else first - BEFORE_CHARACTERS


def _piece(text: str, *, hit: bool) -> list[Piece]:
    return [Piece(text, hit)] if text else []


def _spans(flat: str, marks: re.Pattern[str] | None) -> list[tuple[int, int]]:
    """Where what is marked stands in a text that is composed."""
    if marks is None:
        return []
    if flat.isascii():
        return [match.span() for match in marks.finditer(flat.lower()) if match[0]]
    folded, places = _folded(flat)
    return [
        (places[match.start()], places[match.end() - 1] + 1) for match in marks.finditer(folded) if match[0]
    ]


def _folded(flat: str) -> tuple[str, Sequence[int]]:
    """A text in its one spelling, and of which character each of it comes."""
    characters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(flat):
        for each in fold_character(character):
            characters.append(each)
            places.append(place)
    return "".join(characters), places
