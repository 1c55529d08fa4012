"""The fresh part of a mail's text: what stands before what it quotes.

Every line is looked at once, with patterns that cannot run away: anybody can send any text, and one mail
must not hold up those behind it.
"""

import re
from collections.abc import Sequence
from typing import Final

LINE_CHARACTERS_MAX: Final = 300
"""Longer lines are words, not marks."""
HEADER_LINES: Final = 4

_OPENING: Final = re.compile(r"(on|am|op|le|el|il|den|em|w dniu|dnia|på)\b", re.IGNORECASE)
_CLOSING: Final = re.compile(
    r"(wrote|schrieb|schreef|a écrit|escribió|ha scritto|skrev|escreveu|napisał\(?a?\)?)\b.{0,80}:$",
    re.IGNORECASE,
)
_ORIGINAL: Final = re.compile(
    r"-{2,}\s?(original message|ursprüngliche nachricht|oorspronkelijk bericht|message d'origine|"
    r"mensaje original|messaggio originale|oprindelig meddelelse|ursprungligt meddelande|"
    r"wiadomość oryginalna|forwarded message)\s?-{2,}$",
    re.IGNORECASE,
)
_FROM: Final = re.compile(r"\*?(from|von|van|de|da|fra|från|od):", re.IGNORECASE)
_SENT: Final = re.compile(
    r"\*?(sent|date|gesendet|datum|verzonden|envoyé|enviado|inviato|sendt|skickat|data|fecha|wysłano):",
    re.IGNORECASE,
)
_SIGNATURE: Final = frozenset({"--", "-- "})


def fresh_text(text: str) -> str:
    """The text without the quotation and signature below it; the whole where nothing would be left."""
    lines = text.split("\n")
    end = next((number for number in range(len(lines)) if _begins_quotation(lines, number)), len(lines))
    while end and (not lines[end - 1].strip() or lines[end - 1].startswith(">")):
        end -= 1
    return "\n".join(lines[:end]).strip() or text


def _begins_quotation(lines: Sequence[str], number: int) -> bool:
    line = lines[number]
    if len(line) > LINE_CHARACTERS_MAX:
        return False
    if line in _SIGNATURE or _ORIGINAL.match(line.strip()):
        return True
    if _FROM.match(line):
        return any(_SENT.match(following) for following in lines[number + 1 : number + HEADER_LINES])
    return bool(_OPENING.match(line)) and _announces(lines, number)


def _announces(lines: Sequence[str], number: int) -> bool:
    """Whether "On … wrote:" stands here, on one line or broken over two."""
    line = lines[number].strip()
    following = lines[number + 1].strip()[:LINE_CHARACTERS_MAX] if number + 1 < len(lines) else ""
    return bool(_CLOSING.search(line) or _CLOSING.search(f"{line} {following}"))
