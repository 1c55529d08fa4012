"""Every statement of the search for contacts."""

from typing import Final

from holdfast.conversations.search.words import after, words_of
from holdfast.storage import Tx

CANDIDATES_MAX: Final = 500
"""Contacts with one of several words that are looked at for the others."""

_ADD: Final = "INSERT INTO contact_word (word, contact_id) VALUES (:word, :contact_id) ON CONFLICT DO NOTHING"
_DROP: Final = "DELETE FROM contact_word WHERE contact_id = :contact_id"
_JOIN: Final = """
INSERT INTO contact_word (word, contact_id)
SELECT word, CAST(:kept AS TEXT) FROM contact_word WHERE contact_id = :dropped ON CONFLICT DO NOTHING
"""
_SPOKEN: Final = """
SELECT name, '' AS value FROM contact WHERE id = :contact_id
UNION ALL SELECT name, value FROM address WHERE contact_id = :contact_id
UNION ALL SELECT value, '' AS value FROM contact_value WHERE contact_id = :contact_id
"""
_EXACT: Final = """
SELECT contact_id FROM contact_word WHERE word = :word ORDER BY contact_id DESC LIMIT :limit
"""
_BEGINNING: Final = """
SELECT contact_id FROM contact_word WHERE word > :word AND word < :after
ORDER BY word DESC, contact_id DESC LIMIT :limit
"""
_HAS: Final = """
SELECT 1 AS found FROM contact_word WHERE contact_id = :contact_id AND word >= :word AND word < :after LIMIT 1
"""


async def add_words(tx: Tx, contact_id: str, *texts: str) -> None:
    """Let a contact be found by the words of these texts, too."""
    words = sorted(words_of(*texts))
    if words:
        await tx.many(_ADD, [{"word": word, "contact_id": contact_id} for word in words])


async def renew_words(tx: Tx, contact_id: str) -> None:
    """Let a contact be found by the names, addresses and values of fields that it has now, and by nothing else."""
    rows = await tx.all(_SPOKEN, contact_id=contact_id)
    await tx.run(_DROP, contact_id=contact_id)
    await add_words(tx, contact_id, *(text for row in rows for text in (row["name"], row["value"])))


async def join_words(tx: Tx, *, kept: str, dropped: str) -> None:
    """Let one contact be found by whatever another was found by, who is found no more."""
    await tx.run(_JOIN, kept=kept, dropped=dropped)
    await tx.run(_DROP, contact_id=dropped)


async def beginning_with(tx: Tx, word: str, limit: int) -> list[str]:
    """Contacts with the word itself, the newest first, then those with words that begin with it."""
    exact = await tx.all(_EXACT, word=word, limit=limit)
    more = await tx.all(_BEGINNING, word=word, after=after(word), limit=limit)
    return [str(row["contact_id"]) for row in (*exact, *more)]


async def has_word(tx: Tx, contact_id: str, word: str) -> bool:
    return await tx.one(_HAS, contact_id=contact_id, word=word, after=after(word)) is not None
