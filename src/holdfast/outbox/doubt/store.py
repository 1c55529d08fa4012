"""Every statement about sends in doubt: looking at them, setting them aside, and proof that comes late."""

from collections.abc import Iterable
from typing import Final

from holdfast.outbox.doubt.notes import Notes, read_notes
from holdfast.storage import Row, Tx

ANCHORS_MAX: Final = 50
"""How many ids from before a send are handed to an adapter; one that a record shows is enough."""
LIKE_AN_ECHO_MAX: Final = 20
"""How many deliveries are compared with an echo that none matches letter by letter."""
ASIDE: Final = "|aside"
"""Ends the name of the lane of what waits for a person's word while its own lane goes on."""

_CHANNELS: Final = "SELECT DISTINCT channel FROM delivery WHERE state = 'in_doubt' AND next_at <= :now"
_DUE: Final = """
SELECT d.*, a.value AS address, m.conversation_id FROM delivery d JOIN address a ON a.id = d.address_id
    JOIN message m ON m.id = d.message_id
WHERE d.state = 'in_doubt' AND d.channel = :channel AND d.next_at <= :now ORDER BY d.next_at LIMIT :limit
"""
_OPEN: Final = """
SELECT d.message_id, d.channel, d.text, d.reason, d.doubt_since, c.name AS contact_name
FROM delivery d JOIN address a ON a.id = d.address_id JOIN contact c ON c.id = a.contact_id
WHERE d.state = 'in_doubt' ORDER BY d.doubt_since, d.id LIMIT :limit
"""
_LATER: Final = (
    "UPDATE delivery SET next_at = :next_at, details = :details WHERE id = :id AND state = 'in_doubt'"
)
_NOTE: Final = "UPDATE delivery SET details = :details WHERE id = :id"
_EXPLAIN: Final = "UPDATE delivery SET reason = :reason WHERE id = :id AND state = 'in_doubt'"
_KNOWN: Final = """
SELECT external_id FROM delivery WHERE lane IN :lanes AND external_id IS NOT NULL AND created_at >= :since
    AND id <> :id
UNION SELECT external_id FROM message WHERE conversation_id = :conversation_id AND at >= :since
    AND channel = :channel AND address_id = :address_id AND external_id IS NOT NULL AND id <> :message_id
"""
_REPEATED: Final = """
SELECT details FROM delivery WHERE lane IN :lanes AND created_at >= :since AND details LIKE '%"repeats"%'
"""
_EARLIER: Final = """
SELECT external_id FROM delivery WHERE lane = :lane AND position < :position AND started_at <= :started_at
    AND state IN ('sent', 'delivered', 'read') AND external_id NOT LIKE 'stated:%' ORDER BY position DESC LIMIT :limit
"""
_HEARD_BEFORE: Final = """
SELECT external_id FROM message WHERE conversation_id = :conversation_id AND channel = :channel
    AND address_id = :address_id AND direction = 'in' AND external_id IS NOT NULL AND stored_at <= :started_at
    AND unsent_at IS NULL ORDER BY at DESC, id DESC LIMIT :limit
"""
_UNDER_WAY: Final = """
SELECT d.id, d.text, d.started_at FROM address a
    JOIN delivery d ON d.lane IN (a.channel || '|' || a.id, a.channel || '|' || a.id || '|aside')
WHERE a.channel = :channel AND a.value = :address AND d.started_at <= :latest
    AND d.state IN ('queued', 'held', 'sending', 'in_doubt')
ORDER BY d.position LIMIT :limit
"""
_DOUBTED: Final = """
SELECT d.id, d.text FROM address a
    JOIN delivery d ON d.lane IN (a.channel || '|' || a.id, a.channel || '|' || a.id || '|aside')
WHERE a.channel = :channel AND a.value = :address AND d.created_at <= :latest AND d.started_at >= :earliest
    AND ((d.state IN ('rejected', 'cancelled', 'expired', 'superseded') AND d.external_id IS NULL)
        OR (d.state IN ('sent', 'delivered', 'read') AND d.attempts > 1))
    AND EXISTS (SELECT 1 FROM attempt t WHERE t.delivery_id = d.id AND t.outcome = 'InDoubt')
ORDER BY d.started_at DESC LIMIT :limit
"""
_IS_A_MESSAGE: Final = (
    "SELECT 1 AS found FROM message WHERE channel = :channel AND external_id = :external_id"
)
_WRITTEN_ELSEWHERE: Final = """
SELECT text FROM message WHERE conversation_id = :conversation_id AND at >= :since AND channel = :channel
    AND address_id = :address_id AND author = 'platform' ORDER BY at DESC, id DESC LIMIT :limit
"""
_REVIVE: Final = """
UPDATE delivery SET state = 'sent', external_id = :external_id, reason = :reason, settled_at = :now, doubt_since = NULL
WHERE id = :id AND state IN ('rejected', 'cancelled', 'expired')
"""
_NAME: Final = "UPDATE delivery SET external_id = :external_id WHERE id = :id AND external_id IS NULL"
_REASON: Final = "UPDATE delivery SET reason = :reason WHERE id = :id"
_STOP_PARTS: Final = """
UPDATE delivery SET state = 'cancelled', reason = :reason, settled_at = :now
WHERE message_id = :message_id AND lane = :lane AND part > :part AND state IN ('queued', 'held')
"""
_PARTS_WAITING: Final = """
SELECT id, lane FROM delivery WHERE message_id = :message_id AND channel = :channel AND part >= :part
    AND state IN ('queued', 'held', 'in_doubt') ORDER BY part
"""
_MOVE: Final = "UPDATE delivery SET lane = :lane WHERE id = :id"
_TO_THE_END: Final = """
UPDATE delivery SET lane = :lane,
    position = (SELECT COALESCE(MAX(p.position), 0) + 1 FROM delivery p WHERE p.lane = :lane)
WHERE id = :id
"""


async def due_channels(tx: Tx, now: int) -> list[str]:
    """Channels with something in doubt whose time to be looked at has come."""
    return [str(row["channel"]) for row in await tx.all(_CHANNELS, now=now)]


async def due_doubts(tx: Tx, channel: str, now: int, limit: int) -> list[Row]:
    return await tx.all(_DUE, channel=channel, now=now, limit=limit)


async def open_doubts(tx: Tx, limit: int) -> list[Row]:
    """What is in doubt, the oldest first, with the name of the person it was for."""
    return await tx.all(_OPEN, limit=limit)


async def look_later(tx: Tx, delivery_id: str, next_at: int, notes: Notes) -> None:
    await tx.run(_LATER, id=delivery_id, next_at=next_at, details=notes.text())


async def write_notes(tx: Tx, delivery_id: str, notes: Notes) -> None:
    await tx.run(_NOTE, id=delivery_id, details=notes.text())


async def explain(tx: Tx, delivery_id: str, reason: str) -> None:
    await tx.run(_EXPLAIN, id=delivery_id, reason=reason)


async def known_ids(tx: Tx, delivery: Row, since: int) -> frozenset[str]:
    """The platform's ids in this conversation that belong to something other than this delivery."""
    lane = delivery["lane"].removesuffix(ASIDE)
    rows = await tx.all(
        _KNOWN,
        lanes=[lane, lane + ASIDE],
        since=since,
        id=delivery["id"],
        conversation_id=delivery["conversation_id"],
        channel=delivery["channel"],
        address_id=delivery["address_id"],
        message_id=delivery["message_id"],
    )
    repeated = await tx.all(_REPEATED, lanes=[lane, lane + ASIDE], since=since)
    repeats = (known for row in repeated for known in read_notes(row["details"]).repeats)
    return frozenset((*(str(row["external_id"]) for row in rows), *repeats))


async def earlier_ids(tx: Tx, delivery: Row) -> frozenset[str]:
    """The platform's ids of what we had sent on this lane before this send began, the newest ones."""
    rows = await tx.all(
        _EARLIER,
        lane=delivery["lane"].removesuffix(ASIDE),
        position=delivery["position"],
        started_at=delivery["started_at"],
        limit=ANCHORS_MAX,
    )
    return _ids(rows)


async def heard_ids(tx: Tx, delivery: Row) -> frozenset[str]:
    """The platform's ids of what the person had written here before this send began, the newest ones."""
    rows = await tx.all(
        _HEARD_BEFORE,
        conversation_id=delivery["conversation_id"],
        channel=delivery["channel"],
        address_id=delivery["address_id"],
        started_at=delivery["started_at"],
        limit=ANCHORS_MAX,
    )
    return _ids(rows)


def _ids(rows: Iterable[Row]) -> frozenset[str]:
    return frozenset(str(row["external_id"]) for row in rows)


async def under_way(tx: Tx, channel: str, address: str, latest: int) -> list[Row]:
    """Deliveries to an address that have left and are not settled, in their order."""
    return await tx.all(_UNDER_WAY, channel=channel, address=address, latest=latest, limit=LIKE_AN_ECHO_MAX)


async def doubted(tx: Tx, channel: str, address: str, *, latest: int, earliest: int) -> list[Row]:
    """Deliveries to an address that were given up or repeated after a doubt, the latest first."""
    return await tx.all(
        _DOUBTED,
        channel=channel,
        address=address,
        latest=latest,
        earliest=earliest,
        limit=LIKE_AN_ECHO_MAX,
    )


async def is_a_message(tx: Tx, channel: str, external_id: str) -> bool:
    """Whether something of its own is stored under a platform's id."""
    return await tx.one(_IS_A_MESSAGE, channel=channel, external_id=external_id) is not None


async def written_elsewhere(tx: Tx, delivery: Row, since: int) -> list[str]:
    """Texts that we wrote to this person in the platform's own app since a time, the latest first."""
    rows = await tx.all(
        _WRITTEN_ELSEWHERE,
        conversation_id=delivery["conversation_id"],
        channel=delivery["channel"],
        address_id=delivery["address_id"],
        since=since,
        limit=LIKE_AN_ECHO_MAX,
    )
    return [str(row["text"]) for row in rows]


async def revive(tx: Tx, delivery_id: str, external_id: str, reason: str, now: int) -> bool:
    """What was given up is proven to be sent after all; False where it was not given up."""
    return await tx.run(_REVIVE, id=delivery_id, external_id=external_id, reason=reason, now=now) == 1


async def name_it(tx: Tx, delivery_id: str, external_id: str) -> None:
    await tx.run(_NAME, id=delivery_id, external_id=external_id)


async def give_reason(tx: Tx, delivery_id: str, reason: str) -> None:
    await tx.run(_REASON, id=delivery_id, reason=reason)


async def stop_parts(tx: Tx, delivery: Row, reason: str, now: int) -> None:
    """Nobody wants the end of a message whose beginning cannot be sent."""
    await tx.run(
        _STOP_PARTS,
        message_id=delivery["message_id"],
        lane=delivery["lane"],
        part=delivery["part"],
        reason=reason,
        now=now,
    )


def is_aside(delivery: Row) -> bool:
    return str(delivery["lane"]).endswith(ASIDE)


async def set_aside(tx: Tx, delivery: Row) -> None:
    """Take a doubt, and the parts of its message behind it, out of the way of what was written later."""
    for row in await _waiting_parts(tx, delivery):
        await tx.run(_MOVE, id=row["id"], lane=delivery["lane"] + ASIDE)


async def bring_back(tx: Tx, delivery: Row) -> None:
    """Queue what was set aside at the end of its lane: what was written later has gone meanwhile."""
    for row in await _waiting_parts(tx, delivery):
        await tx.run(_TO_THE_END, id=row["id"], lane=delivery["lane"].removesuffix(ASIDE))


async def _waiting_parts(tx: Tx, delivery: Row) -> list[Row]:
    rows = await tx.all(
        _PARTS_WAITING,
        message_id=delivery["message_id"],
        channel=delivery["channel"],
        part=delivery["part"],
    )
    return [row for row in rows if row["lane"] == delivery["lane"]]
