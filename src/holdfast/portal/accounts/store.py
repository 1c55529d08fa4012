"""Everything of one member at once: every statement."""

from typing import Any, Final

from holdfast.storage import Row, Tx

THREADS_MAX: Final = 5_000
EXPORTED_MAX: Final = 200_000

_THREADS: Final = """
SELECT t.* FROM direct_participant p JOIN direct_thread t ON t.id = p.thread_id
WHERE p.member_id = :member_id AND p.state <> 'left' ORDER BY p.last_at DESC LIMIT :limit
"""
_SET_PAIR: Final = """
UPDATE direct_thread SET pair =
    CASE WHEN EXISTS (SELECT 1 FROM direct_thread taken WHERE taken.pair = :pair) THEN NULL ELSE :pair END
WHERE id = :id
"""
_HAND_PLACES: Final = """
UPDATE direct_participant SET member_id = :to WHERE member_id = :by AND NOT EXISTS
    (SELECT 1 FROM direct_participant theirs
    WHERE theirs.member_id = :to AND theirs.thread_id = direct_participant.thread_id)
"""
_DROP_PLACES: Final = "DELETE FROM direct_participant WHERE member_id = :by"
_HAND_MESSAGES: Final = """
UPDATE direct_message SET author = :to, only_for = CASE WHEN only_for = :by THEN :to ELSE only_for END
WHERE author = :by
"""
_HAND_REACTIONS: Final = """
UPDATE direct_reaction SET member_id = :to WHERE member_id = :by AND NOT EXISTS
    (SELECT 1 FROM direct_reaction theirs
    WHERE theirs.member_id = :to AND theirs.message_id = direct_reaction.message_id)
"""
_DROP_REACTIONS: Final = "DELETE FROM direct_reaction WHERE member_id = :by"
_TELL_EMPTIED: Final = """
INSERT INTO direct_log (seq, at, thread_id, member_id, kind, subject)
SELECT (SELECT COALESCE(MAX(seq), 0) FROM direct_log) + ROW_NUMBER() OVER (ORDER BY place), CAST(:at AS BIGINT),
    thread_id, only_for, 'message', id
FROM direct_message WHERE author = :member_id AND kind = 'text' AND unsent_at IS NULL
"""
_EMPTY: Final = """
UPDATE direct_message SET text = '', attachments = '[]', preview = '', unsent_at = :at
WHERE author = :member_id AND kind = 'text' AND unsent_at IS NULL
"""
_LEAVE: Final = """
UPDATE direct_participant SET state = 'left', draft = '' WHERE member_id = :member_id
"""
_EXPORTED_THREADS: Final = """
SELECT t.id, t.kind, t.title, t.created_at, p.role, p.state, p.pinned, p.muted_until, p.draft
FROM direct_participant p JOIN direct_thread t ON t.id = p.thread_id
WHERE p.member_id = :member_id ORDER BY t.created_at, t.id LIMIT :limit
"""
_EXPORTED_MESSAGES: Final = """
SELECT id, thread_id, text, reply_to, at, edited_at, unsent_at FROM direct_message
WHERE author = :member_id AND kind = 'text' ORDER BY place LIMIT :limit
"""
_EXPORTED_REACTIONS: Final = """
SELECT message_id, emoji, at FROM direct_reaction WHERE member_id = :member_id AND emoji <> '' LIMIT :limit
"""


async def threads_of(tx: Tx, member_id: str) -> list[Row]:
    return await tx.all(_THREADS, member_id=member_id, limit=THREADS_MAX)


async def set_pair(tx: Tx, thread_id: str, pair: str) -> None:
    """A pair that is there twice after two became one is found in the lists alone."""
    await tx.run(_SET_PAIR, id=thread_id, pair=pair)


async def hand_over(tx: Tx, by: str, to: str) -> None:
    """Places, messages and reactions of one are another's."""
    await tx.run(_HAND_PLACES, by=by, to=to)
    await tx.run(_DROP_PLACES, by=by)
    await tx.run(_HAND_MESSAGES, by=by, to=to)
    await tx.run(_HAND_REACTIONS, by=by, to=to)
    await tx.run(_DROP_REACTIONS, by=by)


async def tell_emptied(tx: Tx, member_id: str, at: int) -> None:
    """Each message that is about to be emptied is a change for whoever has it."""
    await tx.run(_TELL_EMPTIED, member_id=member_id, at=at)


async def empty_messages(tx: Tx, member_id: str, at: int) -> None:
    await tx.run(_EMPTY, member_id=member_id, at=at)


async def leave_all(tx: Tx, member_id: str) -> None:
    await tx.run(_LEAVE, member_id=member_id)
    await tx.run(_DROP_REACTIONS, by=member_id)


async def exported_threads(tx: Tx, member_id: str) -> list[dict[str, Any]]:
    return [dict(row) for row in await tx.all(_EXPORTED_THREADS, member_id=member_id, limit=EXPORTED_MAX)]


async def exported_messages(tx: Tx, member_id: str) -> list[dict[str, Any]]:
    return [dict(row) for row in await tx.all(_EXPORTED_MESSAGES, member_id=member_id, limit=EXPORTED_MAX)]


async def exported_reactions(tx: Tx, member_id: str) -> list[dict[str, Any]]:
    return [dict(row) for row in await tx.all(_EXPORTED_REACTIONS, member_id=member_id, limit=EXPORTED_MAX)]
