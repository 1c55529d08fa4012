"""Every statement with which the hub forgets; each takes a bounded number of rows, so that no writer waits long.

What is numbered in the order of time is looked at from its old end: the oldest ``limit`` rows, of which those
before a time go. So no index by time has to be kept for it.
"""

from collections.abc import Awaitable, Callable
from typing import Final

from holdfast.conversations.texts import forget_texts
from holdfast.media import forget_media_of, release_media
from holdfast.storage import Row, Tx

HOUR_MS: Final = 3_600_000
LOOKED_BACK_MS: Final = 60 * 24 * HOUR_MS
"""Guests who were last seen earlier than this before the time have been looked at already."""

Forget = Callable[[Tx, int, int], Awaitable[int]]
"""(transaction, before ms, rows at most) -> rows forgotten"""

_OLDEST_EVENTS: Final = """
SELECT * FROM (SELECT * FROM event ORDER BY seq LIMIT :limit) AS oldest
WHERE at < :before AND seq < (SELECT MAX(seq) FROM event) ORDER BY seq
"""
_EVENTS: Final = "DELETE FROM event WHERE seq <= :last AND seq < (SELECT MAX(seq) FROM event)"
_OBSERVATIONS: Final = """
DELETE FROM observation WHERE id IN
    (SELECT id FROM (SELECT id, at FROM observation ORDER BY id LIMIT :limit) AS oldest WHERE at < :before)
"""
_SEEN: Final = """
DELETE FROM seen_event WHERE (channel, key) IN
    (SELECT channel, key FROM seen_event WHERE at < :before ORDER BY at LIMIT :limit)
"""
_PARKED: Final = """
DELETE FROM parked_event WHERE id IN (SELECT id FROM parked_event WHERE at < :before ORDER BY at LIMIT :limit)
"""
_ATTEMPTS: Final = """
DELETE FROM attempt WHERE (delivery_id, number) IN
    (SELECT delivery_id, number FROM
        (SELECT delivery_id, number, started_at FROM attempt ORDER BY delivery_id, number LIMIT :limit) AS oldest
    WHERE started_at < :before)
"""
_REFUSED: Final = """
DELETE FROM refused_request WHERE (channel, reason, hour) IN
    (SELECT channel, reason, hour FROM refused_request WHERE hour < :hour ORDER BY hour LIMIT :limit)
"""
_UNREADABLE: Final = """
DELETE FROM unread_envelope WHERE seq IN
    (SELECT seq FROM unread_envelope WHERE at < :before ORDER BY at LIMIT :limit)
"""
_GUESTS: Final = """
DELETE FROM member WHERE id IN
    (SELECT m.id FROM member m WHERE m.kind = 'guest' AND m.seen_at < :before AND m.seen_at >= :after
        AND NOT EXISTS (SELECT 1 FROM address a WHERE a.value = m.id AND a.channel LIKE 'direct:%')
        AND NOT EXISTS (SELECT 1 FROM direct_participant p WHERE p.member_id = m.id)
        AND NOT EXISTS (SELECT 1 FROM member_passkey p WHERE p.member_id = m.id)
    ORDER BY m.seen_at LIMIT :limit)
RETURNING id
"""
_DIRECT_LOG: Final = """
DELETE FROM direct_log WHERE seq < (SELECT MAX(seq) FROM direct_log) AND seq IN
    (SELECT seq FROM (SELECT seq, at FROM direct_log ORDER BY seq LIMIT :limit) AS oldest WHERE at < :before)
"""
_DIRECT_PARKED: Final = """
DELETE FROM direct_parked WHERE id IN (SELECT id FROM direct_parked WHERE at < :before ORDER BY at LIMIT :limit)
"""
_DEVICES: Final = """
DELETE FROM member_session WHERE id IN
    (SELECT id FROM member_session WHERE seen_at < :before ORDER BY seen_at LIMIT :limit)
"""
_LOGINS: Final = """
DELETE FROM member_login WHERE id IN
    (SELECT id FROM member_login WHERE expires_at < :before ORDER BY expires_at LIMIT :limit)
"""
_CLAIMS: Final = """
DELETE FROM member_claim WHERE id IN
    (SELECT id FROM member_claim WHERE expires_at < :before ORDER BY expires_at LIMIT :limit)
"""
_CHALLENGES: Final = """
DELETE FROM member_challenge WHERE challenge IN
    (SELECT challenge FROM member_challenge WHERE expires_at < :before ORDER BY expires_at LIMIT :limit)
"""
_COMPLAINTS: Final = """
DELETE FROM complaint WHERE id IN (SELECT id FROM complaint WHERE at < :before ORDER BY at LIMIT :limit)
"""
_LINKS: Final = """
DELETE FROM continue_link WHERE token_hash IN
    (SELECT token_hash FROM continue_link WHERE expires_at < :before ORDER BY expires_at LIMIT :limit)
"""
_SESSIONS: Final = """
DELETE FROM agent_session WHERE token_hash IN
    (SELECT token_hash FROM agent_session WHERE expires_at < :before LIMIT :limit)
"""
_POST_FILES: Final = """
DELETE FROM post_file WHERE name IN
    (SELECT f.name FROM post_file f WHERE f.made_at < :before
        AND NOT EXISTS (SELECT 1 FROM post_picture p WHERE p.file = f.name)
        AND NOT EXISTS (SELECT 1 FROM profile o WHERE o.id = 'profile' AND o.picture = f.name)
    ORDER BY f.made_at LIMIT :limit)
"""
_STORY: Final = """
DELETE FROM conversation_change WHERE id IN
    (SELECT id FROM conversation_change WHERE at < :before ORDER BY at, id LIMIT :limit)
"""
_OLD_NOTES: Final = """
SELECT id FROM (SELECT id, at FROM internal_note ORDER BY id LIMIT :limit) AS oldest WHERE at < :before
"""
_MENTIONS: Final = "DELETE FROM mention WHERE note_id IN :ids"
_NOTES: Final = "DELETE FROM internal_note WHERE id IN :ids"
_OLD_LATER: Final = """
SELECT id, files FROM (SELECT id, send_at, state, files FROM later_reply ORDER BY id LIMIT :limit) AS oldest
WHERE send_at < :before AND state <> 'waiting'
"""
_LATER: Final = "DELETE FROM later_reply WHERE id IN :ids"
_AUDIT: Final = """
DELETE FROM audit_entry WHERE id IN
    (SELECT id FROM (SELECT id, at FROM audit_entry ORDER BY id LIMIT :limit) AS oldest WHERE at < :before)
"""
_ALERTS: Final = """
DELETE FROM team_alert WHERE (name, target) IN
    (SELECT name, target FROM team_alert WHERE made_at < :before ORDER BY made_at LIMIT :limit)
AND state NOT IN ('queued', 'sending')
"""
_DRAFTS: Final = """
DELETE FROM incident_draft WHERE (incident_id, stage, round) IN
    (SELECT incident_id, stage, round FROM
        (SELECT incident_id, stage, round, made_at FROM incident_draft
        ORDER BY incident_id, stage, round LIMIT :limit) AS oldest
    WHERE made_at < :before AND EXISTS
        (SELECT 1 FROM incident i WHERE i.id = oldest.incident_id AND i.state = 'closed'))
"""
_DISMISSED: Final = """
DELETE FROM incident_dismissed WHERE (incident_id, who) IN
    (SELECT incident_id, who FROM incident_dismissed WHERE at < :before ORDER BY at LIMIT :limit)
"""
_RULE_RUNS: Final = """
DELETE FROM rule_run WHERE (message_id, rule_id) IN
    (SELECT message_id, rule_id FROM rule_run WHERE at < :before ORDER BY at LIMIT :limit)
"""
_ROUND_TRIPS: Final = """
DELETE FROM round_trip WHERE id IN
    (SELECT id FROM round_trip WHERE began_at < :before ORDER BY began_at LIMIT :limit)
"""


async def oldest_events(tx: Tx, before: int, limit: int) -> list[Row]:
    """Of the oldest events those before a time; the newest of all is always kept, for it holds the number."""
    return await tx.all(_OLDEST_EVENTS, before=before, limit=limit)


async def forget_events(tx: Tx, last: int) -> int:
    """Forget every event up to a number."""
    return await tx.run(_EVENTS, last=last)


async def forget_observations(tx: Tx, before: int, limit: int) -> int:
    return await tx.run(_OBSERVATIONS, before=before, limit=limit)


async def forget_seen(tx: Tx, before: int, limit: int) -> int:
    return await tx.run(_SEEN, before=before, limit=limit)


async def forget_parked(tx: Tx, before: int, limit: int) -> int:
    return await tx.run(_PARKED, before=before, limit=limit)


async def forget_story(tx: Tx, before: int, limit: int) -> int:
    return await tx.run(_STORY, before=before, limit=limit)


async def forget_notes(tx: Tx, before: int, limit: int) -> int:
    """Notes, whom they named, and the words by which they were found."""
    ids = [str(row["id"]) for row in await tx.all(_OLD_NOTES, before=before, limit=limit)]
    if not ids:
        return 0
    await forget_texts(tx, ids)
    await tx.run(_MENTIONS, ids=ids)
    return await tx.run(_NOTES, ids=ids)


async def forget_later(tx: Tx, before: int, limit: int) -> int:
    """What still waits is looked past: there are no more of them than people wait for."""
    rows = await tx.all(_OLD_LATER, before=before, limit=limit)
    for row in rows:
        if row["files"] != "[]":
            await release_media(tx, f"later:{row['id']}")
    return await tx.run(_LATER, ids=[row["id"] for row in rows]) if rows else 0


async def forget_dismissed(tx: Tx, before: int, limit: int) -> int:
    return await tx.run(_DISMISSED, before=before, limit=limit)


async def forget_attempts(tx: Tx, before: int, limit: int) -> int:
    return await tx.run(_ATTEMPTS, before=before, limit=limit)


async def forget_refused(tx: Tx, before: int, limit: int) -> int:
    return await tx.run(_REFUSED, hour=before // HOUR_MS, limit=limit)


async def forget_unreadable(tx: Tx, before: int, limit: int) -> int:
    return await tx.run(_UNREADABLE, before=before, limit=limit)


async def forget_guests(tx: Tx, before: int, limit: int) -> int:
    """Guests who never wrote and have no passkey, with their devices and uploads; who wrote is a contact, and stays."""
    gone = await tx.all(_GUESTS, before=before, after=before - LOOKED_BACK_MS, limit=limit)
    if gone:
        await forget_media_of(tx, *(str(row["id"]) for row in gone))
    return len(gone)


async def forget_direct_log(tx: Tx, before: int, limit: int) -> int:
    """The newest is always kept, for it holds the number."""
    return await tx.run(_DIRECT_LOG, before=before, limit=limit)


async def forget_direct_parked(tx: Tx, before: int, limit: int) -> int:
    return await tx.run(_DIRECT_PARKED, before=before, limit=limit)


async def forget_devices(tx: Tx, before: int, limit: int) -> int:
    return await tx.run(_DEVICES, before=before, limit=limit)


async def forget_logins(tx: Tx, before: int, limit: int) -> int:
    return await tx.run(_LOGINS, before=before, limit=limit)


async def forget_claims(tx: Tx, before: int, limit: int) -> int:
    return await tx.run(_CLAIMS, before=before, limit=limit)


async def forget_challenges(tx: Tx, before: int, limit: int) -> int:
    return await tx.run(_CHALLENGES, before=before, limit=limit)


async def forget_complaints(tx: Tx, before: int, limit: int) -> int:
    return await tx.run(_COMPLAINTS, before=before, limit=limit)


async def forget_links(tx: Tx, before: int, limit: int) -> int:
    return await tx.run(_LINKS, before=before, limit=limit)


async def forget_sessions(tx: Tx, before: int, limit: int) -> int:
    return await tx.run(_SESSIONS, before=before, limit=limit)


async def forget_alerts(tx: Tx, before: int, limit: int) -> int:
    """What the team was told; what is still to be sent stays."""
    return await tx.run(_ALERTS, before=before, limit=limit)


async def forget_drafts(tx: Tx, before: int, limit: int) -> int:
    """Of incidents that are over: what was told stands in their story, and nothing is drafted of them any more."""
    return await tx.run(_DRAFTS, before=before, limit=limit)


async def forget_round_trips(tx: Tx, before: int, limit: int) -> int:
    return await tx.run(_ROUND_TRIPS, before=before, limit=limit)


async def forget_rule_runs(tx: Tx, before: int, limit: int) -> int:
    return await tx.run(_RULE_RUNS, before=before, limit=limit)


async def forget_audit(tx: Tx, before: int, limit: int) -> int:
    return await tx.run(_AUDIT, before=before, limit=limit)


async def forget_post_files(tx: Tx, before: int, limit: int) -> int:
    """Pictures that neither a post nor the profile names."""
    return await tx.run(_POST_FILES, before=before, limit=limit)
