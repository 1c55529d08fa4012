"""In which conversations something was said, for the list of conversations."""

from typing import Final

from holdfast.conversations.search import fold
from holdfast.inbox.finding import store
from holdfast.inbox.finding.asking import asked_words
from holdfast.inbox.finding.model import Asked
from holdfast.storage import Tx

TEXTS_MAX: Final = 2_000
"""Texts with the words, the latest, whose conversations are told."""
_NEWEST: Final = 2**62


async def saying(tx: Tx, query: str) -> list[str]:
    """Conversations in which all the words were said in one message or note; the last may be a beginning."""
    words, _ = asked_words(fold(query), begins_one=True)
    if not words.words and not words.beginnings:
        return []
    places = await store.places(tx, Asked(words=words), before=_NEWEST, since=0, limit=TEXTS_MAX)
    return await store.conversations_at(tx, places)
