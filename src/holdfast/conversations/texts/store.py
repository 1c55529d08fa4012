"""Every statement that keeps the index of texts."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final

from holdfast.conversations.texts.words import NOTE, Text, text_words
from holdfast.storage import Row, Tx

PLACES_OF_MILLISECOND: Final = 1 << 20
"""A place is the time of a text and a number among those of its millisecond: places sort by time."""
TRIES_MAX: Final = 8
BEFORE_ALL: Final = "~"
"""Sorts after every identifier: where the filling begins, which goes back from the newest."""
DONE: Final = ""

_ENTER: Final = (
    "INSERT INTO find_entry (place, subject_id) VALUES (:place, :subject_id) ON CONFLICT DO NOTHING"
)
_PLACES: Final = "SELECT place, subject_id FROM find_entry WHERE subject_id IN :ids"
_ADD: Final = "INSERT INTO find_words (rowid, words) VALUES (:place, :words)"
_DROP_WORDS: Final = "DELETE FROM find_words WHERE rowid IN :places"
_LEAVE: Final = "DELETE FROM find_entry WHERE place IN :places"

_MESSAGES: Final = """
SELECT id, at, text, direction, channel, attachments FROM message
WHERE id < :after AND unsent_at IS NULL ORDER BY id DESC LIMIT :limit
"""
_MESSAGE: Final = "SELECT id, at, text, direction, channel, attachments FROM message WHERE id = :id"
_IS_OLDER: Final = "SELECT 1 AS found FROM message WHERE id < :after LIMIT 1"
_NOTES: Final = """
SELECT id, at, text FROM internal_note WHERE id < :after AND removed_at IS NULL ORDER BY id DESC LIMIT :limit
"""
_CONTACTS: Final = "SELECT id FROM contact WHERE id < :after ORDER BY id DESC LIMIT :limit"
_FILLED_TO: Final = "SELECT subject, after FROM find_filling WHERE after <> '' ORDER BY subject"
_SET_FILLED: Final = "UPDATE find_filling SET after = :after WHERE subject = :subject"
_START: Final = "UPDATE find_filling SET after = '~'"


async def index_texts(tx: Tx, texts: Sequence[Text]) -> None:
    """Let texts be found that were not there before."""
    fresh = {each.id: each for each in texts}
    places = await _enter(tx, fresh)
    rows = sorted((place, text_words(fresh[subject])) for subject, place in places.items())
    await tx.many(_ADD, [{"place": place, "words": words} for place, words in rows])


async def index_missing(tx: Tx, texts: Sequence[Text]) -> None:
    """Let those texts be found that are not in the index yet."""
    known = {str(row["subject_id"]) for row in await _entries(tx, [each.id for each in texts])}
    await index_texts(tx, [each for each in texts if each.id not in known])


async def _enter(tx: Tx, fresh: dict[str, Text]) -> dict[str, int]:
    """The place of each text; of two that want the same one, the second takes another of its millisecond."""
    places: dict[str, int] = {}
    for salt in range(TRIES_MAX):
        missing = [each for each in fresh.values() if each.id not in places]
        if not missing:
            break
        wanted = sorted((_place(each, salt), each.id) for each in missing)
        await tx.many(_ENTER, [{"place": place, "subject_id": subject} for place, subject in wanted])
        rows = await _entries(tx, [each.id for each in missing])
        places |= {str(row["subject_id"]): int(row["place"]) for row in rows}
    return places


def _place(text: Text, salt: int) -> int:
    digest = blake2b(f"{text.id} {salt}".encode(), digest_size=8).digest()
    return place_of(text.at) + int.from_bytes(digest) % PLACES_OF_MILLISECOND


def place_of(at: int) -> int:
    """The first place of a time in ms."""
    return at * PLACES_OF_MILLISECOND


async def renew_text(tx: Tx, message_id: str) -> None:
    """Let a message be found by what it says now."""
    await forget_texts(tx, [message_id])
    row = await tx.one(_MESSAGE, id=message_id)
    if row is not None:
        await index_texts(tx, [_text(row)])


async def forget_texts(tx: Tx, ids: Sequence[str]) -> None:
    """Let messages or notes be found no more; nothing of them stays in the index."""
    places = [int(row["place"]) for row in await _entries(tx, ids)]
    if places:
        await tx.run(_DROP_WORDS, places=places)
        await tx.run(_LEAVE, places=places)


async def _entries(tx: Tx, ids: Sequence[str]) -> list[Row]:
    return await tx.all(_PLACES, ids=list(ids)) if ids else []


async def unindexed_messages(tx: Tx, after: str, limit: int) -> list[Text]:
    """Messages made before the one of this id, the newest first."""
    return [_text(row) for row in await tx.all(_MESSAGES, after=after, limit=limit)]


def _text(row: Row) -> Text:
    return Text(
        id=row["id"],
        at=row["at"],
        text=row["text"],
        direction=row["direction"],
        channel=row["channel"] or "",
        attachments=row["attachments"],
    )


async def unindexed_notes(tx: Tx, after: str, limit: int) -> list[Text]:
    rows = await tx.all(_NOTES, after=after, limit=limit)
    return [Text(id=row["id"], at=row["at"], text=row["text"], direction=NOTE) for row in rows]


async def older_contacts(tx: Tx, after: str, limit: int) -> list[str]:
    return [str(row["id"]) for row in await tx.all(_CONTACTS, after=after, limit=limit)]


async def filling(tx: Tx) -> dict[str, str]:
    """What is still to be indexed of an older store: the id after which it goes on, by its kind."""
    return {str(row["subject"]): str(row["after"]) for row in await tx.all(_FILLED_TO)}


async def filled_to(tx: Tx, subject: str, after: str) -> None:
    await tx.run(_SET_FILLED, subject=subject, after=after)


async def is_filling(tx: Tx) -> bool:
    """Whether older messages are not all found yet."""
    after = (await filling(tx)).get("message")
    return after is not None and await tx.one(_IS_OLDER, after=after) is not None


async def start_filling(tx: Tx) -> None:
    """Index everything that is not in the index, as after an upgrade."""
    await tx.run(_START)
