"""Contacts that a search means; what it costs is bounded, however many contacts there are."""

from typing import Final

from holdfast.conversations.search.store import CANDIDATES_MAX, beginning_with, has_word
from holdfast.conversations.search.words import asked_whole, asked_words, without_doubles
from holdfast.storage import Tx

FOUND_MAX: Final = 200


async def find_contacts(tx: Tx, query: str) -> list[str]:
    """Identifiers of at most FOUND_MAX contacts: those whose name, address or a word of them begins with the
    query, and those who have all of its words. Of many the newest with the very word come first.
    """
    found = [
        contact_id
        for whole in asked_whole(query)
        for contact_id in await beginning_with(tx, whole, FOUND_MAX)
    ]
    first, *others = asked_words(query) or [""]
    if others and len(found) < FOUND_MAX:
        found += await _with_all(tx, first, others)
    return without_doubles(found, FOUND_MAX)


async def _with_all(tx: Tx, first: str, others: list[str]) -> list[str]:
    candidates = without_doubles(await beginning_with(tx, first, CANDIDATES_MAX), CANDIDATES_MAX)
    found = []
    for contact_id in candidates:
        if len(found) == FOUND_MAX:
            break
        if all([await has_word(tx, contact_id, word) for word in others]):
            found.append(contact_id)
    return found
