"""Every statement of talks among members."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from holdfast.members import Member
from holdfast.members.store import member_of
from holdfast.portal.talks.model import (
    CHANGES_AT_ONCE,
    FOUND_MAX,
    MEMBERS_SHOWN_MAX,
    SEARCHED_MESSAGES,
    UNREAD_COUNTED_MAX,
)
from holdfast.storage import Row, Tx

PARKED_AT_ONCE: Final = 100

# --- the log ---------------------------------------------------------------------------------------------

_LAST: Final = "SELECT COALESCE(MAX(seq), 0) AS seq FROM direct_log"
_FIRST: Final = "SELECT COALESCE(MIN(seq), 0) AS seq FROM direct_log"
_LOG: Final = """
INSERT INTO direct_log (seq, at, thread_id, member_id, kind, subject)
VALUES (:seq, :at, :thread_id, :member_id, :kind, :subject)
"""
_AFTER: Final = "SELECT * FROM direct_log WHERE seq > :after ORDER BY seq LIMIT :limit"
_AFTER_FOR: Final = """
SELECT * FROM (
    SELECT l.* FROM direct_participant p JOIN direct_log l ON l.thread_id = p.thread_id
    WHERE p.member_id = :member_id AND p.state IN ('open', 'request')
        AND l.seq > :after AND l.seq > p.since AND l.member_id IS NULL
    UNION ALL
    SELECT * FROM direct_log WHERE member_id = :member_id AND seq > :after
) AS mine ORDER BY seq LIMIT :limit
"""

# --- threads and who is in them --------------------------------------------------------------------------

_INSERT_THREAD: Final = """
INSERT INTO direct_thread (id, kind, pair, title, picture, created_at)
VALUES (:id, :kind, :pair, :title, :picture, :at) ON CONFLICT DO NOTHING
"""
_THREADS: Final = "SELECT * FROM direct_thread WHERE id IN :ids"
_PAIR: Final = "SELECT * FROM direct_thread WHERE pair = :pair"
_RENAME: Final = "UPDATE direct_thread SET title = :title, picture = :picture WHERE id = :id"
_INSERT_PARTICIPANTS: Final = """
INSERT INTO direct_participant (thread_id, member_id, role, state, since, last_at, invited_by, invited_at)
VALUES (:thread_id, :member_id, :role, :state, :since, :last_at, :invited_by, :invited_at)
ON CONFLICT (thread_id, member_id) DO UPDATE SET state = excluded.state, role = excluded.role, since = excluded.since,
    last_at = excluded.last_at, invited_by = excluded.invited_by, invited_at = excluded.invited_at, draft = ''
"""
_SEATS: Final = """
SELECT p.thread_id, p.member_id, p.role, p.state, p.since, p.last_at, t.kind
FROM direct_participant p JOIN direct_thread t ON t.id = p.thread_id
WHERE p.thread_id IN :ids ORDER BY p.thread_id, p.member_id
"""
_SEAT: Final = "SELECT * FROM direct_participant WHERE thread_id = :thread_id AND member_id = :member_id"
_SET_STATE: Final = """
UPDATE direct_participant SET state = :state, since = CASE WHEN :since < 0 THEN since ELSE :since END
WHERE thread_id = :thread_id AND member_id = :member_id
"""
_SPOKEN: Final = """
UPDATE direct_participant SET last_at = given.at FROM GIVEN (thread_id TEXT, member_id TEXT, at BIGINT)
WHERE direct_participant.thread_id = given.thread_id AND direct_participant.member_id = given.member_id
    AND last_at < given.at
"""
_PROMOTE: Final = """
UPDATE direct_participant SET role = 'owner' WHERE thread_id = :thread_id AND state = 'open' AND member_id =
    (SELECT MIN(member_id) FROM direct_participant WHERE thread_id = :thread_id AND state = 'open')
    AND NOT EXISTS (SELECT 1 FROM direct_participant WHERE thread_id = :thread_id AND state = 'open' AND role = 'owner')
"""
_NOTE: Final = """
INSERT INTO direct_participant (thread_id, member_id, state, pinned, muted_until, draft)
VALUES (:thread_id, :member_id, 'open', :pinned, :muted_until, :draft)
ON CONFLICT (thread_id, member_id) DO UPDATE SET
    pinned = excluded.pinned, muted_until = excluded.muted_until, draft = excluded.draft
"""
_RECEIVED: Final = """
INSERT INTO direct_participant (thread_id, member_id, state, delivered, seen)
VALUES (:thread_id, :member_id, 'open', :delivered, :seen)
ON CONFLICT (thread_id, member_id) DO UPDATE SET
    delivered = CASE WHEN excluded.delivered > direct_participant.delivered THEN excluded.delivered
        ELSE direct_participant.delivered END,
    seen = CASE WHEN excluded.seen > direct_participant.seen THEN excluded.seen ELSE direct_participant.seen END
WHERE excluded.delivered > direct_participant.delivered OR excluded.seen > direct_participant.seen
"""
_LATEST: Final = """
SELECT t.*, p.state, p.role, p.since, p.last_at, p.delivered, p.seen, p.pinned, p.muted_until, p.draft
FROM direct_participant p JOIN direct_thread t ON t.id = p.thread_id
WHERE p.member_id = :member_id AND p.state IN ('open', 'request') AND p.last_at > 0
    AND (p.last_at < :at OR (p.last_at = :at AND p.thread_id < :thread_id))
ORDER BY p.last_at DESC, p.thread_id DESC LIMIT :limit
"""
_MINE: Final = """
SELECT t.*, p.state, p.role, p.since, p.last_at, p.delivered, p.seen, p.pinned, p.muted_until, p.draft
FROM direct_participant p JOIN direct_thread t ON t.id = p.thread_id
WHERE p.member_id = :member_id AND p.state IN ('open', 'request') AND p.thread_id IN :ids
"""
_SHOWN: Final = """
SELECT * FROM (
    SELECT p.thread_id, p.member_id, p.role, p.state, p.delivered, p.seen, m.name, m.handle, m.picture, m.receipts,
        ROW_NUMBER() OVER (PARTITION BY p.thread_id ORDER BY p.member_id <> :member_id, p.since, p.member_id) AS number,
        COUNT(*) OVER (PARTITION BY p.thread_id) AS members
    FROM direct_participant p JOIN direct_thread t ON t.id = p.thread_id JOIN member m ON m.id = p.member_id
    WHERE p.thread_id IN :ids AND (t.kind = 'pair' OR p.state <> 'left')
) AS numbered WHERE number <= :limit ORDER BY thread_id, number
"""
_REACHES: Final = """
SELECT p.thread_id, p.member_id, p.state, p.delivered, p.seen, m.receipts
FROM direct_participant p JOIN member m ON m.id = p.member_id
WHERE p.thread_id IN :ids AND p.state <> 'left'
"""
_UNREAD: Final = """
SELECT COUNT(*) AS messages FROM (
    SELECT 1 FROM direct_message WHERE thread_id = :thread_id AND place > :seen AND place > :since
        AND author <> :member_id AND only_for IS NULL AND unsent_at IS NULL AND kind = 'text' LIMIT :limit
) AS counted
"""
_PARTNERS: Final = """
SELECT other.member_id FROM direct_participant mine
JOIN direct_thread t ON t.id = mine.thread_id AND t.kind = 'pair'
JOIN direct_participant other ON other.thread_id = mine.thread_id AND other.member_id <> mine.member_id
WHERE mine.member_id = :member_id AND mine.state = 'open' AND other.state = 'open'
    AND NOT EXISTS (SELECT 1 FROM member_block b WHERE (b.member_id = mine.member_id AND b.blocked_id = other.member_id)
        OR (b.member_id = other.member_id AND b.blocked_id = mine.member_id))
ORDER BY mine.last_at DESC LIMIT :limit
"""
_SHARES: Final = """
SELECT 1 AS found FROM direct_participant mine
JOIN direct_participant other ON other.thread_id = mine.thread_id AND other.member_id = :other
WHERE mine.member_id = :member_id AND mine.state IN ('open', 'request') AND other.state <> 'left' LIMIT 1
"""
_INVITED: Final = """
SELECT COUNT(*) AS strangers FROM direct_participant WHERE invited_by = :member_id AND invited_at > :after
"""
_KNOWN_TO: Final = """
SELECT other.member_id FROM direct_thread t
JOIN direct_participant mine ON mine.thread_id = t.id AND mine.member_id = :member_id AND mine.state = 'open'
JOIN direct_participant other ON other.thread_id = t.id AND other.member_id <> :member_id AND other.state = 'open'
WHERE t.pair IN :pairs
"""
_MEMBERS: Final = "SELECT * FROM member WHERE id IN :ids"
_BLOCKS: Final = (
    "SELECT member_id, blocked_id FROM member_block WHERE member_id IN :members AND blocked_id IN :others"
)

# --- messages --------------------------------------------------------------------------------------------

_KNOWN_MESSAGES: Final = "SELECT id FROM direct_message WHERE id IN :ids"
_INSERT_MESSAGES: Final = """
INSERT INTO direct_message (id, thread_id, place, author, kind, text, reply_to, attachments, at, only_for, refused)
VALUES (:id, :thread_id, :place, :author, :kind, :text, :reply_to, :attachments, :at, :only_for, :refused)
"""
_MESSAGES: Final = "SELECT * FROM direct_message WHERE id IN :ids"
_REACTIONS: Final = """
SELECT message_id, member_id, emoji FROM direct_reaction WHERE message_id IN :ids AND emoji <> ''
ORDER BY message_id, at, member_id
"""
_PAGE: Final = """
SELECT * FROM direct_message WHERE thread_id = :thread_id AND place < :before AND place > :since
    AND (only_for IS NULL OR only_for = :member_id)
ORDER BY place DESC LIMIT :limit
"""
_FIND: Final = """
SELECT * FROM (
    SELECT * FROM direct_message WHERE thread_id = :thread_id AND place > :since
        AND (only_for IS NULL OR only_for = :member_id) ORDER BY place DESC LIMIT :searched
) AS latest WHERE LOWER(text) LIKE :pattern ESCAPE '\\' AND kind = 'text' ORDER BY place DESC LIMIT :limit
"""
_EDIT: Final = """
UPDATE direct_message SET text = :text, preview = '', edited_at = :at
WHERE id = :id AND unsent_at IS NULL AND COALESCE(edited_at, 0) <= :at
"""
_UNSEND: Final = """
UPDATE direct_message SET text = '', attachments = '[]', preview = '', unsent_at = :at
WHERE id = :id AND unsent_at IS NULL
"""
_REACT: Final = """
INSERT INTO direct_reaction (message_id, member_id, emoji, at) VALUES (:id, :member_id, :emoji, :at)
ON CONFLICT (message_id, member_id) DO UPDATE SET emoji = excluded.emoji, at = excluded.at
WHERE excluded.at >= direct_reaction.at AND excluded.emoji <> direct_reaction.emoji
"""
_PARK: Final = "INSERT INTO direct_parked (message_id, body, at) VALUES (:message_id, :body, :at)"
_PARKED: Final = "SELECT * FROM direct_parked WHERE message_id IN :ids ORDER BY id LIMIT :limit"
_UNPARK: Final = "DELETE FROM direct_parked WHERE id IN :ids"
_SESSIONS: Final = "SELECT id FROM member_session WHERE id IN :ids"


async def last_seq(tx: Tx) -> int:
    row = await tx.one(_LAST)
    return int(row["seq"]) if row else 0


async def first_seq(tx: Tx) -> int:
    """The number of the oldest change that is kept, 0 where there is none."""
    row = await tx.one(_FIRST)
    return int(row["seq"]) if row else 0


async def log_all(tx: Tx, rows: Sequence[Mapping[str, object]]) -> None:
    """Rows with their numbers: the next ones, without a gap."""
    await tx.many(_LOG, rows)


async def log(
    tx: Tx, *, at: int, kind: str, thread_id: str = "", member_id: str | None = None, subject: str = ""
) -> int:
    """Record one change inside the transaction that makes it; its number.

    Commits follow one another on either database, so that the next number is the newest and one.
    """
    seq = await last_seq(tx) + 1
    row = {"thread_id": thread_id, "member_id": member_id, "kind": kind, "subject": subject}
    await log_all(tx, [{**row, "seq": seq, "at": at}])
    return seq


async def log_after(tx: Tx, after: int, limit: int) -> list[Row]:
    return await tx.all(_AFTER, after=after, limit=limit)


async def log_after_for(tx: Tx, member_id: str, after: int) -> list[Row]:
    """What concerns one member after a number, and one row more than is shown at once."""
    return await tx.all(_AFTER_FOR, member_id=member_id, after=after, limit=CHANGES_AT_ONCE + 1)


async def insert_thread(tx: Tx, *, thread_id: str, kind: str, pair: str | None, title: str, at: int) -> bool:
    """False where the pair is there already."""
    return bool(
        await tx.run(_INSERT_THREAD, id=thread_id, kind=kind, pair=pair, title=title, picture="", at=at)
    )


async def threads(tx: Tx, ids: Collection[str]) -> list[Row]:
    return await tx.all(_THREADS, ids=list(ids))


async def pair_of(tx: Tx, pair: str) -> Row | None:
    return await tx.one(_PAIR, pair=pair)


async def rename(tx: Tx, thread_id: str, *, title: str, picture: str) -> None:
    await tx.run(_RENAME, id=thread_id, title=title, picture=picture)


async def insert_participants(tx: Tx, rows: Sequence[Mapping[str, object]]) -> None:
    await tx.many(_INSERT_PARTICIPANTS, rows)


async def seats(tx: Tx, ids: Collection[str]) -> list[Row]:
    return await tx.all(_SEATS, ids=list(ids))


async def seat(tx: Tx, thread_id: str, member_id: str) -> Row | None:
    return await tx.one(_SEAT, thread_id=thread_id, member_id=member_id)


async def set_state(tx: Tx, thread_id: str, member_id: str, state: str, *, since: int = -1) -> None:
    await tx.run(_SET_STATE, thread_id=thread_id, member_id=member_id, state=state, since=since)


async def promote(tx: Tx, thread_id: str) -> None:
    """A group without an owner is given one."""
    await tx.run(_PROMOTE, thread_id=thread_id)


async def note_spoken(tx: Tx, rows: Iterable[Mapping[str, object]]) -> None:
    """Threads move to the top of their members' lists: (thread_id, member_id, at), each pair once."""
    await tx.many(_SPOKEN, rows)


async def note(tx: Tx, thread_id: str, member_id: str, noted: Mapping[str, object]) -> None:
    """What a member notes of a thread: pinned, muted_until, draft."""
    await tx.run(_NOTE, thread_id=thread_id, member_id=member_id, **noted)


async def received(tx: Tx, thread_id: str, member_id: str, *, delivered: int, seen: int) -> bool:
    """Whether it is news; receipts only move forward."""
    return bool(
        await tx.run(_RECEIVED, thread_id=thread_id, member_id=member_id, delivered=delivered, seen=seen)
    )


async def latest_threads(tx: Tx, member_id: str, *, at: int, thread_id: str, limit: int) -> list[Row]:
    return await tx.all(_LATEST, member_id=member_id, at=at, thread_id=thread_id, limit=limit)


async def my_threads(tx: Tx, member_id: str, ids: Collection[str]) -> list[Row]:
    return await tx.all(_MINE, member_id=member_id, ids=list(ids))


async def shown_members(tx: Tx, member_id: str, ids: Collection[str]) -> list[Row]:
    """The first members of each thread, oneself before all, with how many there are."""
    return await tx.all(_SHOWN, member_id=member_id, ids=list(ids), limit=MEMBERS_SHOWN_MAX)


async def reaches(tx: Tx, ids: Collection[str]) -> list[Row]:
    """How far the members of each thread have come, and whether they show it."""
    return await tx.all(_REACHES, ids=list(ids))


async def unread(tx: Tx, thread_id: str, member_id: str, *, seen: int, since: int) -> int:
    row = await tx.one(
        _UNREAD, thread_id=thread_id, member_id=member_id, seen=seen, since=since, limit=UNREAD_COUNTED_MAX
    )
    return int(row["messages"]) if row else 0


async def partners(tx: Tx, member_id: str, limit: int) -> list[str]:
    """With whom a member shares a pair that both have opened, and neither blocks the other."""
    rows = await tx.all(_PARTNERS, member_id=member_id, limit=limit)
    return [str(row["member_id"]) for row in rows]


async def shares_thread(tx: Tx, member_id: str, other: str) -> bool:
    """Whether a member is in a thread in which another is as well."""
    return await tx.one(_SHARES, member_id=member_id, other=other) is not None


async def strangers_invited(tx: Tx, member_id: str, after: int) -> int:
    row = await tx.one(_INVITED, member_id=member_id, after=after)
    return int(row["strangers"]) if row else 0


async def known_to(tx: Tx, member_id: str, pairs: Sequence[str]) -> set[str]:
    """Of some pairs of a member the others, where both have written or accepted."""
    rows = await tx.all(_KNOWN_TO, member_id=member_id, pairs=list(pairs))
    return {str(row["member_id"]) for row in rows}


async def members(tx: Tx, ids: Collection[str]) -> dict[str, Member]:
    """Also those who have deleted their account: of them only the id is left."""
    return {str(row["id"]): member_of(row) for row in await tx.all(_MEMBERS, ids=list(ids))}


async def blocks(tx: Tx, members: Collection[str], others: Collection[str]) -> set[tuple[str, str]]:
    """(who blocks, whom) of some members and some others."""
    rows = await tx.all(_BLOCKS, members=list(members), others=list(others))
    return {(str(row["member_id"]), str(row["blocked_id"])) for row in rows}


async def known_messages(tx: Tx, ids: Collection[str]) -> set[str]:
    return {str(row["id"]) for row in await tx.all(_KNOWN_MESSAGES, ids=list(ids))}


async def insert_messages(tx: Tx, rows: Sequence[Mapping[str, object]]) -> None:
    await tx.many(_INSERT_MESSAGES, rows)


async def messages(tx: Tx, ids: Collection[str]) -> dict[str, Row]:
    return {str(row["id"]): row for row in await tx.all(_MESSAGES, ids=list(ids))}


async def reactions(tx: Tx, ids: Collection[str]) -> list[Row]:
    return await tx.all(_REACTIONS, ids=list(ids))


async def page(tx: Tx, thread_id: str, member_id: str, *, before: int, since: int, limit: int) -> list[Row]:
    """Newest first."""
    return await tx.all(
        _PAGE, thread_id=thread_id, member_id=member_id, before=before, since=since, limit=limit
    )


async def find(tx: Tx, thread_id: str, member_id: str, *, since: int, pattern: str) -> list[Row]:
    values: dict[str, Any] = {"searched": SEARCHED_MESSAGES, "limit": FOUND_MAX, "pattern": pattern}
    return await tx.all(_FIND, thread_id=thread_id, member_id=member_id, since=since, **values)


async def edit(tx: Tx, message_id: str, text: str, at: int) -> bool:
    return bool(await tx.run(_EDIT, id=message_id, text=text, at=at))


async def unsend(tx: Tx, message_id: str, at: int) -> bool:
    return bool(await tx.run(_UNSEND, id=message_id, at=at))


async def react(tx: Tx, message_id: str, member_id: str, emoji: str, at: int) -> bool:
    return bool(await tx.run(_REACT, id=message_id, member_id=member_id, emoji=emoji, at=at))


async def park(tx: Tx, message_id: str, body: str, at: int) -> None:
    await tx.run(_PARK, message_id=message_id, body=body, at=at)


async def take_parked(tx: Tx, ids: Collection[str]) -> list[str]:
    """The first of what waited for messages that are here now, in its order; nothing where none is left."""
    rows = await tx.all(_PARKED, ids=list(ids), limit=PARKED_AT_ONCE)
    if rows:
        await tx.run(_UNPARK, ids=[row["id"] for row in rows])
    return [str(row["body"]) for row in rows]


async def sessions_alive(tx: Tx, ids: Collection[str]) -> set[str]:
    return {str(row["id"]) for row in await tx.all(_SESSIONS, ids=list(ids))}
