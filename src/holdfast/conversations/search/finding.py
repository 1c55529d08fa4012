"""Contacts that a search means; what it costs is bounded, however many contacts there are."""

from typing import Final

from holdfast.conversations.search.store import CANDIDATES_MAX, beginning_with, has_word
from holdfast.conversations.search.words import asked_whole, asked_words, without_doubles
from holdfast.storage import Tx

FOUND_MAX: Final = 50
ENOUGH: Final = 25
"""Contacts found by the whole of a query, with which its single words are not looked for."""


async def find_contacts(tx: Tx, query: str) -> list[str]:
    """Identifiers of at most FOUND_MAX contacts: those whose name, address or a word of them begins with the
    query, and those who have all of its words. Of many the newest with the very word come first.
    """
    wholes, words = asked_whole(query), asked_words(query)
    found = [contact_id for whole in wholes for contact_id in await beginning_with(tx, whole, FOUND_MAX)]
    if not set(words) <= set(wholes) and len(found) < ENOUGH:
        found += await _with_all(tx, words[0], words[1:])
    return without_doubles(found, FOUND_MAX)


async def _with_all(tx: Tx, first: str, others: list[str]) -> list[str]:
    candidates = without_doubles(await beginning_with(tx, first, CANDIDATES_MAX), CANDIDATES_MAX)
    found: list[str] = []
    for contact_id in candidates:
        if len(found) == FOUND_MAX:
            break
        if all([await has_word(tx, contact_id, word) for word in others]):
            found.append(contact_id)
    return found
