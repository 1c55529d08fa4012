"""Every SQL statement about subscribers, announcements and notices."""

from typing import Final

import msgspec

from holdfast.status.subscribers.model import (
    Announcement,
    Kind,
    Notice,
    State,
    Subscriber,
    Told,
    joined,
    parted,
    wants,
)
from holdfast.storage import Row, Tx

QUESTION: Final = ""
"""The announcement's place in a notice that asks whether the address is theirs."""

_BY_ADDRESS: Final = "SELECT * FROM subscriber WHERE kind = :kind AND address_key = :key"
_BY_ID: Final = "SELECT * FROM subscriber WHERE id = :id"
_PAGE: Final = """
SELECT * FROM subscriber WHERE id > :after AND (CAST(:kind AS TEXT) = '' OR kind = :kind)
    AND (CAST(:state AS TEXT) = '' OR state = :state) ORDER BY id LIMIT :limit
"""
_COUNTS: Final = (
    "SELECT kind, state, COUNT(*) AS number FROM subscriber GROUP BY kind, state ORDER BY kind, state"
)
_ADD: Final = """
INSERT INTO subscriber (id, kind, address, address_key, channels, wanted, state, sealed, asked_at, confirmed_at)
VALUES (:id, :kind, :address, :key, :channels, :wanted, :state, :sealed, :asked_at, :confirmed_at)
"""
_ASK_AGAIN: Final = "UPDATE subscriber SET wanted = :wanted, asked_at = :at WHERE id = :id"
_WANTED: Final = "UPDATE subscriber SET wanted = :wanted WHERE id = :id"
_ACTIVATE: Final = """
UPDATE subscriber SET state = 'active', channels = wanted, confirmed_at = COALESCE(confirmed_at, :at),
    failing_since = NULL, problem = ''
WHERE id = :id
"""
_DELETE_NOTICES: Final = "DELETE FROM notice WHERE subscriber_id = :id"
_DELETE: Final = "DELETE FROM subscriber WHERE id = :id"
_UNCONFIRMED: Final = "SELECT id FROM subscriber WHERE state = 'asked' AND asked_at < :before LIMIT :limit"

_CURSOR: Final = "SELECT seq FROM announcement_cursor WHERE name = :name"
_SET_CURSOR: Final = """
INSERT INTO announcement_cursor (name, seq) VALUES (:name, :seq)
ON CONFLICT (name) DO UPDATE SET seq = excluded.seq
"""
_TOLD_OF: Final = """
SELECT body FROM event
WHERE seq > :cursor AND seq <= :last AND kind IN ('incident.opened', 'incident.updated', 'incident.closed')
ORDER BY seq
"""
_PUBLISHED: Final = """
SELECT body FROM event WHERE seq > :cursor AND seq <= :last AND kind = 'post.published' ORDER BY seq
"""
_KNOWN: Final = "SELECT id FROM announcement WHERE id IN :ids"
_ANNOUNCE: Final = """
INSERT INTO announcement (id, at, channels, body, spread_to) VALUES (:id, :at, :channels, :body, :spread_to)
ON CONFLICT (id) DO NOTHING
"""
_SPREADING: Final = """
SELECT * FROM announcement WHERE spread_to IS NOT NULL ORDER BY at, id LIMIT 1
"""
_ACTIVE: Final = """
SELECT id, kind, channels, confirmed_at FROM subscriber WHERE state = 'active' AND id > :after
ORDER BY id LIMIT :limit
"""
_SPREAD_TO: Final = "UPDATE announcement SET spread_to = :spread_to WHERE id = :id"
_ADD_NOTICE: Final = """
INSERT INTO notice (subscriber_id, announcement_id, kind, state, made_at, due_at)
VALUES (:subscriber_id, :announcement_id, :kind, 'waiting', :at, :at)
ON CONFLICT (subscriber_id, announcement_id) DO NOTHING
"""
_ASK: Final = """
INSERT INTO notice (subscriber_id, announcement_id, kind, state, made_at, due_at)
VALUES (:subscriber_id, '', :kind, 'waiting', :at, :at)
ON CONFLICT (subscriber_id, announcement_id) DO UPDATE
SET state = 'waiting', made_at = excluded.made_at, due_at = excluded.due_at, attempts = 0, settled_at = NULL
"""

_IS_DUE: Final = """
SELECT 1 AS found FROM notice WHERE kind = :kind AND state = 'waiting' AND due_at <= :now LIMIT 1
"""
_DUE: Final = """
SELECT n.subscriber_id, n.announcement_id, n.kind, n.made_at, n.attempts, s.address, s.sealed, s.failing_since,
    s.wanted,
    a.body
FROM notice n
JOIN subscriber s ON s.id = n.subscriber_id
LEFT JOIN announcement a ON a.id = n.announcement_id
WHERE n.kind = :kind AND n.state = 'waiting' AND n.due_at <= :now
AND NOT EXISTS (
    SELECT 1 FROM notice e
    WHERE e.subscriber_id = n.subscriber_id AND e.state IN ('waiting', 'sending')
    AND (e.made_at < n.made_at OR (e.made_at = n.made_at AND e.announcement_id < n.announcement_id))
)
ORDER BY n.due_at LIMIT :limit
"""
_BEGIN: Final = """
UPDATE notice SET state = 'sending', attempts = attempts + 1
WHERE subscriber_id = :subscriber_id AND announcement_id = :announcement_id AND state = 'waiting'
"""
_SETTLE: Final = """
UPDATE notice SET state = :state, due_at = :due_at, settled_at = :settled_at
WHERE subscriber_id = :subscriber_id AND announcement_id = :announcement_id
"""
_WELL: Final = "UPDATE subscriber SET failing_since = NULL, problem = '' WHERE id = :id"
_ILL: Final = """
UPDATE subscriber SET failing_since = COALESCE(failing_since, :at), problem = :problem WHERE id = :id
"""
_DISABLE: Final = "UPDATE subscriber SET state = 'disabled' WHERE id = :id"
_DROP_WAITING: Final = """
UPDATE notice SET state = 'failed', settled_at = :at WHERE subscriber_id = :id AND state = 'waiting'
"""
_TAKE_BACK: Final = "UPDATE notice SET state = 'waiting' WHERE state = 'sending' AND kind = :kind"
_FORGET_NOTICES: Final = "DELETE FROM notice WHERE made_at < :before"
_FORGET_ANNOUNCEMENTS: Final = "DELETE FROM announcement WHERE at < :before AND spread_to IS NULL"


async def by_address(tx: Tx, kind: Kind, key: str) -> Row | None:
    return await tx.one(_BY_ADDRESS, kind=kind.value, key=key)


async def by_id(tx: Tx, subscriber_id: str) -> Row | None:
    return await tx.one(_BY_ID, id=subscriber_id)


async def page(tx: Tx, after: str, kind: str, limit: int, state: str = "") -> list[Subscriber]:
    rows = await tx.all(_PAGE, after=after, kind=kind, limit=limit, state=state)
    return [subscriber(row) for row in rows]


async def counts(tx: Tx) -> list[tuple[Kind, State, int]]:
    rows = await tx.all(_COUNTS)
    return [(Kind(row["kind"]), State(row["state"]), int(row["number"])) for row in rows]


async def add(tx: Tx, found: Subscriber, *, key: str, sealed: str, wanted: str) -> None:
    await tx.run(
        _ADD,
        id=found.id,
        kind=found.kind.value,
        address=found.address,
        key=key,
        channels=joined(found.channels),
        wanted=wanted,
        state=found.state.value,
        sealed=sealed,
        asked_at=found.asked_at,
        confirmed_at=found.confirmed_at,
    )


async def ask_again(tx: Tx, subscriber_id: str, wanted: str, at: int) -> None:
    await tx.run(_ASK_AGAIN, id=subscriber_id, wanted=wanted, at=at)


async def set_wanted(tx: Tx, subscriber_id: str, wanted: str) -> None:
    await tx.run(_WANTED, id=subscriber_id, wanted=wanted)


async def activate(tx: Tx, subscriber_id: str, at: int) -> None:
    await tx.run(_ACTIVATE, id=subscriber_id, at=at)


async def remove(tx: Tx, subscriber_id: str) -> bool:
    await tx.run(_DELETE_NOTICES, id=subscriber_id)
    return await tx.run(_DELETE, id=subscriber_id) > 0


async def unconfirmed(tx: Tx, before: int, limit: int) -> list[str]:
    return [row["id"] for row in await tx.all(_UNCONFIRMED, before=before, limit=limit)]


async def cursor(tx: Tx, name: str) -> int | None:
    row = await tx.one(_CURSOR, name=name)
    return int(row["seq"]) if row else None


async def set_cursor(tx: Tx, name: str, seq: int) -> None:
    await tx.run(_SET_CURSOR, name=name, seq=seq)


async def incidents_told(tx: Tx, cursor: int, last: int) -> tuple[str, ...]:
    """The incidents of which something was said after a cursor, in their order."""
    rows = await tx.all(_TOLD_OF, cursor=cursor, last=last)
    bodies = [msgspec.json.decode(row["body"]) for row in rows]
    return tuple(dict.fromkeys(body["incident"]["id"] for body in bodies))


async def posts_published(tx: Tx, cursor: int, last: int) -> tuple[str, ...]:
    """The posts that appeared after a cursor, in their order."""
    rows = await tx.all(_PUBLISHED, cursor=cursor, last=last)
    return tuple(dict.fromkeys(msgspec.json.decode(row["body"])["post_id"] for row in rows))


async def known(tx: Tx, ids: list[str]) -> set[str]:
    """Which of these announcements there are."""
    return {row["id"] for row in await tx.all(_KNOWN, ids=ids)}


async def announce(tx: Tx, announcement: Announcement, *, silently: bool = False) -> bool:
    """Whether it is new; ``silently``: it is noted, and nobody is told."""
    changed = await tx.run(
        _ANNOUNCE,
        id=announcement.id,
        at=announcement.at,
        channels=joined(announcement.told.channels),
        body=msgspec.json.encode(announcement.told).decode(),
        spread_to=None if silently else "",
    )
    return changed > 0


async def is_spreading(tx: Tx) -> bool:
    return await tx.one(_SPREADING) is not None


async def spread(tx: Tx, now: int, limit: int) -> bool:
    """Make notices of the oldest announcement for the next subscribers; whether there was one."""
    row = await tx.one(_SPREADING)
    if row is None:
        return False
    active = await tx.all(_ACTIVE, after=row["spread_to"], limit=limit)
    notices = [
        {"subscriber_id": each["id"], "announcement_id": row["id"], "kind": each["kind"], "at": now}
        for each in active
        if wants(each["channels"], row["channels"]) and (each["confirmed_at"] or 0) <= row["at"]
    ]
    await tx.many(_ADD_NOTICE, notices)
    last = active[-1]["id"] if len(active) == limit else None
    await tx.run(_SPREAD_TO, id=row["id"], spread_to=last)
    return True


async def add_question(tx: Tx, subscriber_id: str, kind: Kind, at: int) -> None:
    await tx.run(_ASK, subscriber_id=subscriber_id, kind=kind.value, at=at)


async def is_due(tx: Tx, kind: Kind, now: int) -> bool:
    return await tx.one(_IS_DUE, kind=kind.value, now=now) is not None


async def begin_due(tx: Tx, kind: Kind, now: int, limit: int) -> list[Notice]:
    """Take the oldest notice of each subscriber that is due, and mark them as being sent."""
    rows = await tx.all(_DUE, kind=kind.value, now=now, limit=limit)
    keys = [{name: row[name] for name in ("subscriber_id", "announcement_id")} for row in rows]
    await tx.many(_BEGIN, keys)
    return [_notice(row) for row in rows]


async def settle(tx: Tx, notice: Notice, *, state: str, due_at: int, now: int) -> None:
    await tx.run(
        _SETTLE,
        subscriber_id=notice.subscriber_id,
        announcement_id=notice.announcement_id,
        state=state,
        due_at=due_at,
        settled_at=None if state == "waiting" else now,
    )


async def mark_well(tx: Tx, subscriber_id: str) -> None:
    await tx.run(_WELL, id=subscriber_id)


async def mark_ill(tx: Tx, subscriber_id: str, problem: str, at: int) -> None:
    await tx.run(_ILL, id=subscriber_id, problem=problem, at=at)


async def disable(tx: Tx, subscriber_id: str, at: int) -> None:
    await tx.run(_DISABLE, id=subscriber_id)
    await tx.run(_DROP_WAITING, id=subscriber_id, at=at)


async def take_back(tx: Tx, kind: Kind) -> None:
    """What a kill left as being sent is sent again: receivers know it by its identifier."""
    await tx.run(_TAKE_BACK, kind=kind.value)


async def forget(tx: Tx, before: int) -> None:
    await tx.run(_FORGET_NOTICES, before=before)
    await tx.run(_FORGET_ANNOUNCEMENTS, before=before)


def subscriber(row: Row) -> Subscriber:
    return Subscriber(
        id=row["id"],
        kind=Kind(row["kind"]),
        address=row["address"],
        channels=parted(row["channels"] if row["state"] == "active" else row["wanted"]),
        state=State(row["state"]),
        asked_at=row["asked_at"],
        confirmed_at=row["confirmed_at"],
        failing_since=row["failing_since"],
        problem=row["problem"],
    )


def _notice(row: Row) -> Notice:
    return Notice(
        subscriber_id=row["subscriber_id"],
        announcement_id=row["announcement_id"],
        kind=Kind(row["kind"]),
        address=row["address"],
        sealed=row["sealed"],
        made_at=row["made_at"],
        attempts=row["attempts"] + 1,
        failing_since=row["failing_since"],
        told=msgspec.json.decode(row["body"], type=Told) if row["body"] else None,
        wanted=row["wanted"],
    )
