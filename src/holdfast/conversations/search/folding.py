"""One spelling for what people spell in several: small letters, no accents, plain widths. Of any language."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

CHARACTERS_REMEMBERED: Final = 16_384

UNSPACED: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003134f"
)
"""Letters of scripts that write no spaces between words: Thai, Lao, Burmese, Khmer, Japanese, Chinese."""
_SIGNS: Final = "\u0900-\u0dff\u0f00-\u0fff"
"""Scripts whose words hold signs that are no letters by themselves."""
WORD: Final = re.compile(rf"(?:[^\W_]|[{_SIGNS}{UNSPACED}])+")
RUNS: Final = re.compile(rf"[{UNSPACED}]+|[^{UNSPACED}]+")
IS_UNSPACED: Final = re.compile(rf"[{UNSPACED}]")

_MARKS: Final = re.compile("[\u0300-\u036f\u0591-\u05bd\u05bf-\u05c7\u064b-\u065f\u0670]")
"""Accents, and the points over Hebrew and Arabic, which writers leave out as they like."""


def fold(text: str) -> str:
    """The text in one spelling."""
    if text.isascii():
        return text.lower()
    return "".join(map(fold_character, composed(text)))


def composed(text: str) -> str:
    """The text with each letter and its accent as one character, where there is such a one."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


@lru_cache(maxsize=CHARACTERS_REMEMBERED)
def fold_character(character: str) -> str:
    """One character of a composed text in its one spelling: nothing, one character or several."""
    parts = _MARKS.sub("", unicodedata.normalize("NFKD", character).casefold())
    return unicodedata.normalize("NFC", parts)
