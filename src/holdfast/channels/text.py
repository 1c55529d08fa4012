"""Cutting a text into pieces that a platform takes."""

import unicodedata
from typing import Final

from holdfast.channels.contract import Limits

CHARACTER_BYTES_MAX: Final = 4
_JOINER: Final = "\u200d"
_VARIATIONS: Final = range(0xFE00, 0xFE10)
_SKIN_TONES: Final = range(0x1F3FB, 0x1F400)


def split_text(text: str, limits: Limits) -> tuple[str, ...]:
    """Pieces of at most ``limits.text_max``, cut at white space where there is some.

    Joined again they are the text, but for white space around the cuts. Raises ValueError where the
    limit cannot hold a single character.
    """
    if limits.text_max < CHARACTER_BYTES_MAX:
        raise ValueError(f"a limit of {limits.text_max} holds no character")
    pieces: list[str] = []
    while text_size(text, limits.text_unit) > limits.text_max:
        piece, text = _cut(text, _fitting(text, limits))
        pieces.append(piece)
    return tuple(piece for piece in (*pieces, text) if piece) or (text,)


def text_size(text: str, unit: str) -> int:
    return len(text.encode()) if unit == "bytes" else len(text)


def _fitting(text: str, limits: Limits) -> int:
    """How many characters of the text fit."""
    if limits.text_unit != "bytes":
        return limits.text_max
    head = text[: limits.text_max].encode()[: limits.text_max]
    return len(head.decode(errors="ignore"))


def _cut(text: str, fitting: int) -> tuple[str, str]:
    for place in range(fitting, 0, -1):
        if text[place].isspace():
            return text[:place].rstrip(), text[place:].lstrip()
    place = next((place for place in range(fitting, 0, -1) if not _joined(text, place)), fitting)
    return text[:place], text[place:]


def _joined(text: str, place: int) -> bool:
    """Whether what people see as one character spans this place."""
    before, after = text[place - 1], text[place]
    if _JOINER in (before, after) or unicodedata.combining(after):
        return True
    return ord(after) in _VARIATIONS or ord(after) in _SKIN_TONES


def same_words(one: str, other: str) -> bool:
    """Whether two texts are one, though a platform has changed spaces, quotation marks or capitals.

    A text without letters and digits has to be the same but for white space.
    """
    words, others = _letters(one), _letters(other)
    return words == others if words or others else one.split() == other.split()


def _letters(text: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFKC", text).casefold() if each.isalnum())
