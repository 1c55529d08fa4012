"""Whether a rule is meant. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from holdfast.automation.model import Conditions, Heard, Rule

_WORDS_KNOWN: Final = 4_096


def chosen(rules: Iterable[Rule], heard: Heard) -> list[Rule]:
    """The rules that act on a message, in their order, up to the first that stops the others."""
    acting = []
    for rule in rules:
        if rule.enabled and fits(rule.when, heard):
            acting.append(rule)
            if rule.stop:
                break
    return acting


def fits(when: Conditions, heard: Heard) -> bool:
    return (
        (not when.channels or heard.channel in when.channels)
        and (when.hours == "any" or heard.is_open is (when.hours == "open"))
        and (not when.first or heard.is_first)
        and (not when.labels or not set(when.labels).isdisjoint(heard.labels))
        and (not when.words or has_one(heard.text, when.words))
    )


def has_one(text: str, words: Sequence[str]) -> bool:
    """Whether one of the words stands in the text, however it is written: whole words in scripts that have capitals,
    anywhere in those that have none, for many of them put no space between words, or join what stands before.
    """
    folded = _folded(text)
    return any(_pattern(word).search(folded) for word in words)


@lru_cache(maxsize=_WORDS_KNOWN)
def _pattern(word: str) -> re.Pattern[str]:
    folded = _folded(word)
    before = r"(?<!\w)" if _has_edge(folded[:1]) else ""
    behind = r"(?!\w)" if _has_edge(folded[-1:]) else ""
    return re.compile(before + r"\s+".join(map(re.escape, folded.split())) + behind)


def _has_edge(letter: str) -> bool:
    return letter.upper() != letter.lower() or letter.isdecimal()


def _folded(text: str) -> str:
    """Without capitals and accents, and with equal letters written alike."""
    parted = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in parted if not unicodedata.combining(letter))
