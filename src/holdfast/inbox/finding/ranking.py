"""Which of what was found matters most. Pure."""

import re
from typing import Final

from holdfast.conversations.search import fold
from holdfast.conversations.texts import words_in
from holdfast.inbox.finding.model import Asked

DAY_MS: Final = 86_400_000
HALF_LIFE_DAYS: Final = 30.0
WHOLE_POINTS: Final = 3.0
WORD_POINTS: Final = 1.0
BEGINNING_POINTS: Final = 0.5
DENSE_POINTS: Final = 2.0
NEW_POINTS: Final = 1.5


def score(asked: Asked, said: str, at: int, now: int) -> float:
    """Points of a text: the query word for word, whole words before beginnings, much of it, and not long ago."""
    words = list(words_in(said))
    found = sum(word in asked.words.words for word in words)
    begun = (
        [word for word in words if word.startswith(asked.words.beginnings)] if asked.words.beginnings else []
    )
    exact = sum(word in asked.words.beginnings for word in begun)
    points = WORD_POINTS * (len(asked.words.words) + min(exact, 1)) + (BEGINNING_POINTS if begun else 0.0)
    if asked.whole and _stands_in(asked.whole, " ".join(fold(said).split())):
        points += WHOLE_POINTS
    points += DENSE_POINTS * min(1.0, (found + len(begun)) / max(1, len(words)))
    age = max(0, now - at) / DAY_MS
    return float(points + NEW_POINTS * 0.5 ** (age / HALF_LIFE_DAYS))


def _stands_in(whole: str, text: str) -> bool:
    return re.search(rf"(?<![^\W_]){re.escape(whole)}", text) is not None
