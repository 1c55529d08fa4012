"""Which words a text is found by."""

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from holdfast.conversations.search.folding import IS_UNSPACED, RUNS, WORD, fold

WORD_CHARACTERS_MAX: Final = 40
WORDS_OF_TEXT_MAX: Final = 2_000
TEXT_CHARACTERS_READ: Final = 20_000
"""How far into a very long text its words are looked for."""
NOTE: Final = "note"
FILE: Final = "file"
_MARK: Final = "·"
"""Begins what a text is found by that is no word of it; no word holds it."""
_NOT_PLAIN: Final = re.compile(r"[^a-z0-9]+")


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """A message or a note: what it says, and what else it is found by (``direction``: in, out or note).

    ``attachments`` as they are stored.
    """

    id: str
    at: int
    text: str
    direction: str
    channel: str = ""
    attachments: str = "[]"


def text_words(text: Text) -> str:
    """The words of a text and its facets, each once, for the index."""
    found = dict.fromkeys(words_in(said_by(text.text, text.attachments)))
    facets = [facet(text.direction)]
    if text.channel:
        facets += [facet(text.channel), facet(text.channel.partition(":")[0])]
    if text.attachments != "[]":
        facets.append(facet(FILE))
    return " ".join([*facets, *list(found)[:WORDS_OF_TEXT_MAX]])


def facet(name: str) -> str:
    """What stands in the index for a property of a text, such as its channel."""
    return _MARK + _NOT_PLAIN.sub(_MARK, name.lower())


def said_by(text: str, attachments: str) -> str:
    """What can be found of a message: its text, and the names of its files."""
    if attachments == "[]":
        return text
    names = [each["name"] for each in msgspec.json.decode(attachments) if each.get("name")]
    return "\n".join([text, *names])


def words_in(text: str) -> Iterator[str]:
    """The words of a text as they are kept; of scripts without spaces every two neighbours, and the last one."""
    for match in WORD.finditer(fold(text[:TEXT_CHARACTERS_READ])):
        for run in RUNS.findall(match[0]):
            if IS_UNSPACED.match(run):
                yield from (run[place : place + 2] for place in range(len(run)))
            else:
                yield run[:WORD_CHARACTERS_MAX]
