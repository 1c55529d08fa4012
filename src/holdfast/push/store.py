"""Every statement of this unit."""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from holdfast.push.model import Device, DeviceSettings, News, Notice
from holdfast.storage import Row, Tx

VAPID: Final = "vapid"
UNREAD_COUNTED_MAX: Final = 100

_KEY: Final = "SELECT sealed FROM push_key WHERE name = :name"
_KEEP_KEY: Final = """
INSERT INTO push_key (name, sealed, created_at) VALUES (:name, :sealed, :at) ON CONFLICT (name) DO NOTHING
"""
_DEVICE: Final = "SELECT * FROM push_device WHERE session_id = :session_id"
_PUT_DEVICE: Final = """
INSERT INTO push_device (session_id, member_id, endpoint_hash, sealed, created_at)
VALUES (:session_id, :member_id, :endpoint_hash, :sealed, :at)
ON CONFLICT (session_id) DO UPDATE SET member_id = excluded.member_id, endpoint_hash = excluded.endpoint_hash,
    sealed = excluded.sealed, failing_since = NULL, problem = ''
"""
_SET_SETTINGS: Final = """
UPDATE push_device SET settings = :settings, posts = :posts WHERE session_id = :session_id
"""
_REMOVE_DEVICE: Final = "DELETE FROM push_device WHERE session_id = :session_id"
_REMOVE_ENDPOINT: Final = """
DELETE FROM push_device WHERE endpoint_hash = :endpoint_hash AND session_id <> :besides
"""
_SESSIONS_OF: Final = """
SELECT session_id FROM push_device WHERE member_id = :member_id AND session_id <> :besides
ORDER BY created_at DESC, session_id
"""
_ILL: Final = """
UPDATE push_device SET failing_since = COALESCE(failing_since, :at), problem = :problem
WHERE session_id = :session_id RETURNING failing_since
"""
_WELL: Final = """
UPDATE push_device SET failing_since = NULL, problem = ''
WHERE session_id = :session_id AND failing_since IS NOT NULL
"""

_CURSOR: Final = "SELECT value FROM reader_cursor WHERE name = :name"
_SET_CURSOR: Final = """
INSERT INTO reader_cursor (name, value) VALUES (:name, :value)
ON CONFLICT (name) DO UPDATE SET value = excluded.value
"""
_DEVICES_OF: Final = "SELECT * FROM push_device WHERE member_id IN :member_ids"
_DEVICES_OF_POSTS: Final = """
SELECT * FROM push_device WHERE posts = 1 AND session_id > :after ORDER BY session_id LIMIT :limit
"""
_TELL: Final = """
INSERT INTO push_notice (session_id, thread_id, message_id, news_order, state, made_at, due_at, expires_at)
VALUES (:session_id, :thread_id, :message_id, :news_order, 'waiting', :at, :due_at, :expires_at)
ON CONFLICT (session_id, thread_id) DO UPDATE SET
    message_id = excluded.message_id, news_order = excluded.news_order, made_at = excluded.made_at,
    due_at = CASE WHEN push_notice.state = 'waiting' THEN push_notice.due_at ELSE excluded.due_at END,
    expires_at = excluded.expires_at, attempts = 0,
    state = CASE WHEN push_notice.state = 'sending' THEN 'sending' ELSE 'waiting' END
WHERE push_notice.news_order < excluded.news_order
"""
_IS_DUE: Final = "SELECT 1 AS found FROM push_notice WHERE state = 'waiting' AND due_at <= :now LIMIT 1"
_DUE: Final = """
SELECT n.*, d.member_id, d.sealed, d.settings FROM push_notice n JOIN push_device d ON d.session_id = n.session_id
WHERE n.state = 'waiting' AND n.due_at <= :now ORDER BY n.due_at LIMIT :limit
"""
_BEGIN: Final = """
UPDATE push_notice SET state = 'sending', attempts = attempts + 1
WHERE session_id = :session_id AND thread_id = :thread_id AND state = 'waiting'
"""
_SETTLE: Final = """
UPDATE push_notice SET
    state = CASE WHEN news_order = :news_order THEN :state ELSE 'waiting' END,
    due_at = CASE WHEN news_order = :news_order THEN CAST(:due_at AS BIGINT) ELSE CAST(:now AS BIGINT) END
WHERE session_id = :session_id AND thread_id = :thread_id AND state = 'sending'
"""
_TAKE_BACK: Final = "UPDATE push_notice SET state = 'waiting' WHERE state = 'sending'"
_FORGET: Final = "DELETE FROM push_notice WHERE made_at < :before AND state = 'idle'"

_NEWS_OF_BUSINESS: Final = """
SELECT m.id AS message_id, m.at, d.channel, d.state, COALESCE(s.member_id, a.value) AS member_id FROM message m
JOIN delivery d ON d.message_id = m.id JOIN address a ON a.id = d.address_id
LEFT JOIN member_alias s ON s.guest_id = a.value
WHERE m.id IN :ids AND d.channel LIKE 'direct:%'
"""
_WORD_OF_BUSINESS: Final = """
SELECT m.text, m.attachments, m.unsent_at, agent.name AS agent_name,
    (SELECT COUNT(*) FROM delivery u WHERE u.lane = d.lane AND u.state IN ('sent', 'delivered')) AS unread
FROM delivery d JOIN message m ON m.id = d.message_id JOIN address a ON a.id = d.address_id
LEFT JOIN agent ON m.author = 'agent:' || agent.id
WHERE d.message_id = :message_id AND d.channel = :channel AND d.state IN ('sent', 'delivered') AND (a.value = :member_id
        OR a.value IN (SELECT s.guest_id FROM member_alias s WHERE s.member_id = :member_id))
    AND NOT EXISTS (SELECT 1 FROM direct_participant p
        WHERE p.thread_id = :thread AND p.member_id = :member_id AND p.muted_until > :now)
LIMIT 1
"""
_LAST_OF_MEMBERS: Final = "SELECT COALESCE(MAX(seq), 0) AS seq FROM direct_log"
_LOG_OF_MEMBERS: Final = """
SELECT seq, kind, subject FROM direct_log WHERE seq > :cursor ORDER BY seq LIMIT :limit
"""
_SAID_BY_MEMBERS: Final = """
SELECT id, thread_id, place, author FROM direct_message
WHERE id IN :ids AND kind = 'text' AND only_for IS NULL AND refused = '' ORDER BY place
"""
_LISTENING: Final = """
SELECT DISTINCT p.thread_id, p.member_id FROM direct_participant p
JOIN push_device d ON d.member_id = p.member_id
WHERE p.thread_id IN :thread_ids AND p.state = 'open'
"""
_WORD_OF_MEMBERS: Final = """
SELECT m.text, m.attachments, t.kind, t.title, a.name AS author_name, a.handle AS author_handle,
    me.handle AS own_handle,
    (SELECT COUNT(*) FROM (SELECT 1 AS one FROM direct_message u WHERE u.thread_id = :thread AND u.place > p.seen
        AND u.author <> :member_id AND u.kind = 'text' AND u.only_for IS NULL LIMIT :counted) AS unseen) AS unread
FROM direct_participant p
JOIN direct_thread t ON t.id = p.thread_id
JOIN member me ON me.id = p.member_id
JOIN direct_message m ON m.thread_id = p.thread_id AND m.place > p.seen AND m.place > p.since
LEFT JOIN member a ON a.id = m.author
WHERE p.thread_id = :thread AND p.member_id = :member_id AND p.state = 'open' AND p.muted_until <= :now
    AND m.author <> :member_id AND m.kind = 'text' AND m.unsent_at IS NULL AND m.only_for IS NULL AND m.refused = ''
ORDER BY m.place DESC LIMIT 1
"""


async def key(tx: Tx) -> str | None:
    row = await tx.one(_KEY, name=VAPID)
    return str(row["sealed"]) if row else None


async def keep_key(tx: Tx, sealed: str, at: int) -> str:
    """Keep a new key; the one that is kept, where another node was quicker."""
    await tx.run(_KEEP_KEY, name=VAPID, sealed=sealed, at=at)
    return await key(tx) or sealed


async def device(tx: Tx, session_id: str) -> Device | None:
    row = await tx.one(_DEVICE, session_id=session_id)
    return _device(row) if row else None


async def put_device(
    tx: Tx, *, session_id: str, member_id: str, endpoint_hash: str, sealed: str, at: int
) -> None:
    await tx.run(
        _PUT_DEVICE,
        session_id=session_id,
        member_id=member_id,
        endpoint_hash=endpoint_hash,
        sealed=sealed,
        at=at,
    )


async def set_settings(tx: Tx, session_id: str, settings: DeviceSettings) -> None:
    text = msgspec.json.encode(settings).decode()
    await tx.run(_SET_SETTINGS, session_id=session_id, settings=text, posts=int(settings.posts))


async def remove_device(tx: Tx, session_id: str) -> None:
    await tx.run(_REMOVE_DEVICE, session_id=session_id)


async def remove_endpoint(tx: Tx, endpoint_hash: str, *, besides: str) -> None:
    await tx.run(_REMOVE_ENDPOINT, endpoint_hash=endpoint_hash, besides=besides)


async def sessions_of(tx: Tx, member_id: str, *, besides: str) -> list[str]:
    """The latest first."""
    rows = await tx.all(_SESSIONS_OF, member_id=member_id, besides=besides)
    return [str(row["session_id"]) for row in rows]


async def mark_ill(tx: Tx, session_id: str, problem: str, at: int) -> int:
    """Since when a device could not be told."""
    row = await tx.one(_ILL, session_id=session_id, problem=problem, at=at)
    return int(row["failing_since"]) if row else at


async def mark_well(tx: Tx, session_id: str) -> None:
    await tx.run(_WELL, session_id=session_id)


async def cursor(tx: Tx, name: str) -> int | None:
    row = await tx.one(_CURSOR, name=name)
    return int(row["value"]) if row else None


async def set_cursor(tx: Tx, name: str, value: int) -> None:
    await tx.run(_SET_CURSOR, name=name, value=value)


async def devices_of(tx: Tx, member_ids: Sequence[str]) -> list[Device]:
    return [_device(row) for row in await tx.all(_DEVICES_OF, member_ids=list(member_ids))]


async def devices_of_posts(tx: Tx, after: str, limit: int) -> list[Device]:
    return [_device(row) for row in await tx.all(_DEVICES_OF_POSTS, after=after, limit=limit)]


async def tell(
    tx: Tx, pairs: Iterable[tuple[Device, News]], *, now: int, due_at: int, expires_at: int
) -> None:
    """Put news on their way, each thread of a device once; what still waits of it gives its place."""
    times = {"at": now, "due_at": due_at, "expires_at": expires_at}
    rows = [
        {
            "session_id": each.session_id,
            "thread_id": news.thread,
            "message_id": news.message_id,
            "news_order": news.order,
            **times,
        }
        for each, news in pairs
    ]
    await tx.many(_TELL, rows)


async def is_due(tx: Tx, now: int) -> bool:
    return await tx.one(_IS_DUE, now=now) is not None


async def begin_due(tx: Tx, now: int, limit: int) -> list[Notice]:
    """Take the notices that are due, and mark them as being sent."""
    rows = await tx.all(_DUE, now=now, limit=limit)
    await tx.many(_BEGIN, [{name: row[name] for name in ("session_id", "thread_id")} for row in rows])
    return [_notice(row) for row in rows]


async def settle(tx: Tx, notice: Notice, *, state: str, due_at: int, now: int) -> None:
    """News that came meanwhile go on waiting."""
    await tx.run(
        _SETTLE,
        session_id=notice.device.session_id,
        thread_id=notice.news.thread,
        news_order=notice.news.order,
        state=state,
        due_at=due_at,
        now=now,
    )


async def take_back(tx: Tx) -> None:
    """What a kill left as being sent is sent again: the browser shows a thread's notice once."""
    await tx.run(_TAKE_BACK)


async def forget(tx: Tx, before: int) -> None:
    await tx.run(_FORGET, before=before)


async def news_of_business(tx: Tx, message_ids: Sequence[str]) -> list[Row]:
    """To whom these messages went over our own chat and are not known to be read."""
    rows = await tx.all(_NEWS_OF_BUSINESS, ids=list(message_ids))
    return [row for row in rows if row["state"] in {"sent", "delivered"}]


async def word_of_business(tx: Tx, news: News, *, channel: str, now: int) -> Row | None:
    """A message that went to a member over our own chat, and is neither read nor in a muted thread."""
    return await tx.one(
        _WORD_OF_BUSINESS,
        message_id=news.message_id,
        thread=news.thread,
        channel=channel,
        member_id=news.member_id,
        now=now,
    )


async def last_of_members(tx: Tx) -> int:
    row = await tx.one(_LAST_OF_MEMBERS)
    return int(row["seq"]) if row else 0


async def log_of_members(tx: Tx, cursor: int, limit: int) -> list[Row]:
    return await tx.all(_LOG_OF_MEMBERS, cursor=cursor, limit=limit)


async def said_by_members(tx: Tx, ids: Sequence[str]) -> list[Row]:
    """In their order, without what only one member sees."""
    return await tx.all(_SAID_BY_MEMBERS, ids=list(ids)) if ids else []


async def listening(tx: Tx, thread_ids: Sequence[str]) -> list[Row]:
    """Who takes part in these threads and has a device that is told."""
    return await tx.all(_LISTENING, thread_ids=list(thread_ids))


async def word_of_members(tx: Tx, news: News, now: int) -> Row | None:
    """The newest message of a thread that a member has not read, unless they muted or left it."""
    return await tx.one(
        _WORD_OF_MEMBERS, thread=news.thread, member_id=news.member_id, now=now, counted=UNREAD_COUNTED_MAX
    )


def _device(row: Row) -> Device:
    return Device(
        session_id=row["session_id"],
        member_id=row["member_id"],
        settings=msgspec.json.decode(row["settings"], type=DeviceSettings),
        sealed=row["sealed"],
    )


def _notice(row: Row) -> Notice:
    return Notice(
        device=_device(row),
        news=News(
            member_id=row["member_id"],
            thread=row["thread_id"],
            message_id=row["message_id"],
            order=row["news_order"],
        ),
        made_at=row["made_at"],
        expires_at=row["expires_at"],
        attempts=row["attempts"] + 1,
    )
