"""Every statement of this unit."""

from collections.abc import Sequence
from typing import Any, Final

from holdfast.conversations.texts import Text, index_texts
from holdfast.outbox.breaker import Breaker, BreakerState
from holdfast.outbox.model import Claimed
from holdfast.outbox.showing.store import show_all
from holdfast.storage import Row, Tx

MEANWHILE_MAX: Final = 10

_CANDIDATES: Final = """
SELECT a.* FROM address a JOIN conversation c ON c.contact_id = a.contact_id
WHERE c.id = :conversation_id ORDER BY a.created_at, a.id
"""
_CONVERSATION: Final = "SELECT * FROM conversation WHERE id = :id"
_INSERT_MESSAGE: Final = """
INSERT INTO message (id, conversation_id, direction, author, channel, address_id, text, attachments, details, at,
    stored_at, source, automatic, state, state_reason)
VALUES (:id, :conversation_id, 'out', :author, :channel, :address_id, :text, :attachments, :details, :at, :at,
    :source, :automatic, :state, :state_reason)
"""
_ANSWERED_SINCE: Final = """
SELECT m.id FROM message m LEFT JOIN message s ON s.id = :seen
WHERE m.conversation_id = :conversation_id AND m.direction = 'out' AND m.automatic = 0 AND m.author <> :author
    AND (m.stored_at > COALESCE(s.stored_at, 0) OR (m.stored_at = s.stored_at AND m.id > s.id))
ORDER BY m.stored_at DESC, m.id DESC LIMIT :limit
"""
_QUOTED: Final = "SELECT conversation_id, channel, external_id, unsent_at FROM message WHERE id = :id"
_INSERT_INTENT: Final = """
INSERT INTO intent (id, message_id, conversation_id, contact_id, class, route, idempotency_key, created_at, expires_at)
VALUES (:id, :message_id, :conversation_id, :contact_id, :klass, :route, :idempotency_key, :created_at, :expires_at)
"""
_INTENT_BY_KEY: Final = """
SELECT i.*, m.text FROM intent i JOIN message m ON m.id = i.message_id WHERE i.idempotency_key = :key
"""
_INSERT_DELIVERY: Final = """
INSERT INTO delivery (id, intent_id, message_id, lane, position, channel, address_id, part, parts, text, details,
    state, reason, next_at, incident_id, created_at)
VALUES (:id, :intent_id, :message_id, :lane,
    (SELECT COALESCE(MAX(position), 0) + 1 FROM delivery WHERE lane = :lane),
    :channel, :address_id, :part, :parts, :text, :details, :state, :reason, :at, :incident_id, :at)
"""
_OPEN_LANE: Final = """
INSERT INTO lane (id, channel, address_id, due_at, urgency) VALUES (:id, :channel, :address_id, :at, :urgency)
ON CONFLICT (id) DO UPDATE SET
    due_at = CASE WHEN lane.due_at < excluded.due_at THEN lane.due_at ELSE excluded.due_at END,
    urgency = CASE WHEN lane.urgency < excluded.urgency THEN lane.urgency ELSE excluded.urgency END
"""
_DUE_LANES: Final = """
SELECT id, channel, fence FROM lane
WHERE channel = :channel AND due_at <= :now AND lease_until <= :now
ORDER BY urgency, due_at LIMIT :limit
"""
_ANY_LANE: Final = """
SELECT id, channel, fence FROM lane
WHERE channel = :channel AND due_at IS NOT NULL AND lease_until <= :now
ORDER BY urgency, due_at LIMIT 1
"""
_LEASE: Final = """
UPDATE lane SET leased_by = :node, lease_until = :until, fence = fence + 1
WHERE id = :id AND fence = :fence AND lease_until <= :now
"""
_RENEW_ALL: Final = """
UPDATE lane SET lease_until = :until
WHERE leased_by = :node AND id IN :lanes
"""
_RELEASE: Final = """
UPDATE lane SET lease_until = 0, leased_by = NULL, due_at = :due_at,
    urgency = CASE WHEN CAST(:due_at AS BIGINT) IS NULL THEN 4503599627370496 ELSE urgency END
WHERE id = :id AND fence = :fence
"""
_WAKE_LANE: Final = "UPDATE lane SET due_at = :now WHERE id = :id"
_WAKE_CHANNEL: Final = "UPDATE lane SET due_at = :now WHERE channel = :channel AND due_at > :now"
_CHANNELS_WAITING: Final = """
WITH RECURSIVE waiting (channel) AS (
    SELECT MIN(channel) FROM lane WHERE due_at IS NOT NULL
    UNION ALL
    SELECT (SELECT MIN(l.channel) FROM lane l WHERE l.due_at IS NOT NULL AND l.channel > waiting.channel)
    FROM waiting WHERE waiting.channel IS NOT NULL
)
SELECT channel FROM waiting WHERE channel IS NOT NULL
"""
_NEXT_DUE: Final = "SELECT MIN(due_at) AS due_at FROM lane WHERE due_at IS NOT NULL"
_HEAD: Final = """
SELECT d.*, i.class AS klass, i.expires_at, i.route, a.value AS address, a.last_in_at, a.consent, a.proof,
    m.conversation_id, m.attachments
FROM delivery d JOIN intent i ON i.id = d.intent_id JOIN address a ON a.id = d.address_id
    JOIN message m ON m.id = d.message_id
WHERE d.lane = :lane AND d.state IN ('queued', 'held', 'sending', 'in_doubt')
ORDER BY d.position LIMIT 1
"""
_THREADING: Final = """
SELECT external_id, details FROM message
WHERE conversation_id = :conversation_id AND channel = :channel AND direction = 'in' ORDER BY at DESC LIMIT 1
"""
_END_ATTEMPT: Final = """
UPDATE attempt SET finished_at = :now, outcome = :outcome, detail = :detail
WHERE delivery_id = :delivery_id AND number = :number AND finished_at IS NULL
"""
_DELIVERY: Final = """
SELECT d.*, i.class AS klass, i.route, m.conversation_id, a.value AS address FROM delivery d
JOIN intent i ON i.id = d.intent_id JOIN message m ON m.id = d.message_id JOIN address a ON a.id = d.address_id
WHERE d.id = :id
"""
_ACCEPT: Final = """
UPDATE delivery SET state = 'sent', external_id = :external_id, reason = '', settled_at = :now, doubt_since = NULL
WHERE id = :id AND (state IN ('sending', 'in_doubt', 'queued', 'held')
    OR (state = 'sent' AND external_id LIKE 'stated:%'))
"""
_SET_STATE: Final = """
UPDATE delivery SET state = :state, reason = :reason, next_at = :next_at, settled_at = :settled_at,
    doubt_since = CASE WHEN :state = 'in_doubt' THEN COALESCE(doubt_since, :now) ELSE NULL END
WHERE id = :id AND state = :was
"""
_FORWARD: Final = """
UPDATE delivery SET state = :state, settled_at = :now
WHERE id = :id AND state IN ('sent', 'delivered') AND state <> :state AND (:state = 'read' OR state = 'sent')
RETURNING message_id
"""
_FORWARD_EARLIER: Final = """
UPDATE delivery SET state = :state, settled_at = :now
WHERE lane = :lane AND position <= :position AND state IN ('sent', 'delivered') AND state <> :state
    AND (:state = 'read' OR state = 'sent')
RETURNING message_id
"""
_FAIL_LATER: Final = """
UPDATE delivery SET state = 'rejected', reason = :reason, settled_at = :now
WHERE id = :id AND state IN ('sending', 'in_doubt', 'sent') RETURNING message_id
"""
_BY_EXTERNAL: Final = "SELECT id FROM delivery WHERE channel = :channel AND external_id = :external_id"
_ECHO_MATCH: Final = """
SELECT id FROM (
    SELECT d.id, d.position, d.started_at FROM address a
        JOIN delivery d ON d.lane IN (a.channel || '|' || a.id, a.channel || '|' || a.id || '|aside')
    WHERE a.channel = :channel AND a.value = :address AND d.text = :text AND d.started_at <= :latest
        AND d.state IN ('queued', 'held', 'sending', 'in_doubt')
    UNION SELECT d.id, d.position, d.started_at FROM address a
        JOIN delivery d ON d.lane IN (a.channel || '|' || a.id, a.channel || '|' || a.id || '|aside')
    WHERE a.channel = :channel AND a.value = :address AND d.text = :text AND d.started_at <= :latest
        AND d.state IN ('sent', 'delivered') AND d.external_id LIKE 'stated:%'
) AS alike ORDER BY ABS(started_at - :at), position LIMIT 1
"""
_HOLD_CHANNEL: Final = """
UPDATE delivery SET state = 'held', reason = :reason WHERE channel = :channel AND state = 'queued'
RETURNING message_id
"""
_UNHOLD_CHANNEL: Final = """
UPDATE delivery SET state = 'queued', reason = '' WHERE channel = :channel AND state = 'held' RETURNING message_id
"""
_TAG: Final = """
UPDATE delivery SET incident_id = :incident_id
WHERE channel = :channel AND incident_id IS NULL AND state IN ('queued', 'held', 'sending', 'in_doubt')
"""
_BREAKER: Final = "SELECT * FROM breaker WHERE channel = :channel"
_BREAKERS: Final = "SELECT * FROM breaker"
_SAVE_BREAKER: Final = """
INSERT INTO breaker (channel, state, failures, opened_at, probe_at, reason)
VALUES (:channel, :state, :failures, :opened_at, :probe_at, :reason)
ON CONFLICT (channel) DO UPDATE SET state = excluded.state, failures = excluded.failures,
    opened_at = excluded.opened_at, probe_at = excluded.probe_at, reason = excluded.reason
"""
_ABANDONED: Final = """
SELECT d.id, d.lane FROM delivery d JOIN lane l ON l.id = d.lane
WHERE d.state = 'sending' AND l.lease_until <= :now LIMIT :limit
"""
_FREE_LEASES: Final = "UPDATE lane SET lease_until = 0, leased_by = NULL WHERE lease_until > 0"
_FREE_LEASES_OF: Final = "UPDATE lane SET lease_until = 0, leased_by = NULL WHERE leased_by = :node"
_FORGOTTEN_LANES: Final = """
UPDATE lane SET due_at = :now WHERE due_at IS NULL AND lease_until <= :now
    AND id IN (SELECT d.lane FROM delivery d WHERE d.state IN ('queued', 'held', 'sending', 'in_doubt')
        GROUP BY d.lane HAVING COUNT(*) FILTER (WHERE d.state IN ('in_doubt', 'sending')) = 0)
"""
_REROUTABLE: Final = """
SELECT d.*, i.class AS klass, i.route, i.expires_at, m.conversation_id FROM delivery d
JOIN intent i ON i.id = d.intent_id JOIN message m ON m.id = d.message_id
WHERE d.channel = :channel AND d.state IN ('queued', 'held') AND d.created_at <= :before
    AND i.route NOT LIKE 'only:%' AND d.lane NOT LIKE '%|aside'
    AND EXISTS (SELECT 1 FROM address o JOIN address h ON h.contact_id = o.contact_id
        WHERE h.id = d.address_id AND o.channel <> d.channel AND o.consent = 'failover' AND o.proof IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM delivery e WHERE e.lane = d.lane AND e.position < d.position
        AND e.state IN ('queued', 'held', 'sending', 'in_doubt')
        AND (e.state = 'sending' OR (e.state = 'in_doubt' AND e.doubt_since > :doubted_after)))
    AND NOT EXISTS (SELECT 1 FROM delivery l
        WHERE l.lane = d.lane AND l.position > d.position AND l.state = 'superseded')
ORDER BY d.created_at, d.position LIMIT :limit
"""
_ALREADY_MOVED: Final = """
SELECT 1 AS found FROM delivery d JOIN message m ON m.id = d.message_id
WHERE d.incident_id = :incident_id AND m.conversation_id = :conversation_id AND d.channel = :channel LIMIT 1
"""
_LAST_HEARD: Final = """
SELECT value FROM address WHERE channel = :channel AND last_in_at IS NOT NULL AND consent <> 'opted_out'
ORDER BY last_in_at DESC LIMIT 1
"""
_PROVEN_OF_MESSAGE: Final = """
SELECT 1 AS found FROM delivery WHERE message_id = :message_id AND state IN ('sent', 'delivered', 'read') LIMIT 1
"""
_UNDER_WAY_OF: Final = """
SELECT id FROM message WHERE conversation_id = :conversation_id
    AND state IN ('waiting', 'sending', 'held', 'rerouted', 'in_doubt') ORDER BY id
"""
_OPEN_OF_MESSAGE: Final = """
SELECT d.*, m.conversation_id FROM delivery d JOIN message m ON m.id = d.message_id
WHERE d.message_id = :message_id AND d.state IN ('queued', 'held', 'sending', 'in_doubt')
"""
_OPEN_INCIDENT: Final = """
SELECT incident_id AS id FROM incident_component WHERE channel = :channel AND state <> 'closed'
ORDER BY joined_at DESC LIMIT 1
"""
_BOTS_WAITING: Final = """
SELECT d.id, d.message_id FROM delivery d JOIN intent i ON i.id = d.intent_id
WHERE d.incident_id = :incident_id AND i.class = 'bot' AND d.state IN ('queued', 'held') LIMIT :limit
"""
_COUNTS: Final = """
SELECT channel, state, COUNT(*) AS count FROM delivery WHERE state IN ('queued', 'held', 'sending', 'in_doubt')
GROUP BY channel, state
"""


async def addresses_for(tx: Tx, conversation_id: str) -> list[Row]:
    return await tx.all(_CANDIDATES, conversation_id=conversation_id)


async def get_conversation(tx: Tx, conversation_id: str) -> Row | None:
    return await tx.one(_CONVERSATION, id=conversation_id)


async def intent_by_key(tx: Tx, key: str) -> Row | None:
    return await tx.one(_INTENT_BY_KEY, key=key)


async def insert_message(tx: Tx, **columns: Any) -> None:
    await tx.run(_INSERT_MESSAGE, **columns)
    names = ("id", "at", "text", "channel", "attachments")
    await index_texts(tx, [Text(**{name: columns[name] for name in names}, direction="out")])


async def answered_since(tx: Tx, conversation_id: str, author: str, seen: str) -> list[str]:
    """What others than the author have said to the person since a message was stored, oldest first."""
    rows = await tx.all(
        _ANSWERED_SINCE, conversation_id=conversation_id, author=author, seen=seen, limit=MEANWHILE_MAX
    )
    return [str(row["id"]) for row in reversed(rows)]


async def quoted(tx: Tx, message_id: str) -> Row | None:
    return await tx.one(_QUOTED, id=message_id)


async def insert_intent(tx: Tx, **columns: Any) -> None:
    await tx.run(_INSERT_INTENT, **columns)


async def insert_delivery(tx: Tx, *, urgency: int, **columns: Any) -> None:
    """Append to the lane's queue and make the lane due."""
    await tx.run(_INSERT_DELIVERY, **columns)
    await tx.run(
        _OPEN_LANE,
        id=columns["lane"],
        channel=columns["channel"],
        address_id=columns["address_id"],
        at=columns["at"],
        urgency=urgency,
    )


async def lease_lanes(
    tx: Tx, *, channel: str, limit: int, now: int, until: int, node: str, any_lane: bool
) -> list[Claimed]:
    """Claim due lanes of a channel; with ``any_lane`` one lane, due or not, as a probe."""
    rows = await tx.all(_DUE_LANES, channel=channel, now=now, limit=1 if any_lane else limit)
    if any_lane and not rows:
        rows = await tx.all(_ANY_LANE, channel=channel, now=now)
    return [
        Claimed(row["id"], row["channel"], row["fence"] + 1)
        for row in rows
        if await tx.run(_LEASE, id=row["id"], fence=row["fence"], now=now, until=until, node=node)
    ]


async def renew_leases(tx: Tx, *, node: str, lanes: Sequence[str], until: int) -> int:
    return await tx.run(_RENEW_ALL, node=node, lanes=list(lanes), until=until)


async def release_lane(tx: Tx, lane: Claimed, due_at: int | None) -> None:
    await tx.run(_RELEASE, id=lane.lane, fence=lane.fence, due_at=due_at)


async def wake_lane(tx: Tx, lane: str, now: int) -> None:
    await tx.run(_WAKE_LANE, id=lane, now=now)


async def wake_channel(tx: Tx, channel: str, now: int) -> None:
    await tx.run(_WAKE_CHANNEL, channel=channel, now=now)


async def channels_waiting(tx: Tx) -> list[str]:
    return [str(row["channel"]) for row in await tx.all(_CHANNELS_WAITING)]


async def next_due(tx: Tx) -> int | None:
    row = await tx.one(_NEXT_DUE)
    return row["due_at"] if row else None


async def head_of_lane(tx: Tx, lane: str) -> Row | None:
    return await tx.one(_HEAD, lane=lane)


async def last_heard(tx: Tx, conversation_id: str, channel: str) -> Row | None:
    return await tx.one(_THREADING, conversation_id=conversation_id, channel=channel)


async def end_attempt(tx: Tx, delivery_id: str, number: int, *, outcome: str, detail: str, now: int) -> None:
    await tx.run(
        _END_ATTEMPT, delivery_id=delivery_id, number=number, outcome=outcome, detail=detail, now=now
    )


async def get_delivery(tx: Tx, delivery_id: str) -> Row | None:
    return await tx.one(_DELIVERY, id=delivery_id)


async def accept(tx: Tx, delivery_id: str, external_id: str, now: int) -> bool:
    return await tx.run(_ACCEPT, id=delivery_id, external_id=external_id, now=now) == 1


async def set_state(
    tx: Tx,
    delivery: Row,
    state: str,
    *,
    reason: str,
    now: int,
    was: str,
    next_at: int | None = None,
    final: bool = False,
) -> bool:
    """Move a delivery on from the state it is known to be in; False where it has moved meanwhile."""
    changed = await tx.run(
        _SET_STATE,
        id=delivery["id"],
        state=state,
        reason=reason,
        was=was,
        next_at=next_at if next_at is not None else now,
        settled_at=now if final else None,
        now=now,
    )
    return changed == 1


async def move_forward(tx: Tx, delivery: Row, state: str, now: int, *, earlier_too: bool) -> list[str]:
    if earlier_too:
        lane, position = delivery["lane"], delivery["position"]
        rows = await tx.all(_FORWARD_EARLIER, lane=lane, position=position, state=state, now=now)
    else:
        rows = await tx.all(_FORWARD, id=delivery["id"], state=state, now=now)
    return [str(row["message_id"]) for row in rows]


async def fail_later(tx: Tx, delivery_id: str, reason: str, now: int) -> bool:
    return await tx.one(_FAIL_LATER, id=delivery_id, reason=reason, now=now) is not None


async def delivery_by_external(tx: Tx, channel: str, external_id: str) -> str | None:
    row = await tx.one(_BY_EXTERNAL, channel=channel, external_id=external_id)
    return str(row["id"]) if row else None


async def match_echo(tx: Tx, *, channel: str, address: str, text: str, at: int, skew: int) -> str | None:
    """The delivery of these words that an echo speaks of: of several the one whose call was nearest to its time."""
    row = await tx.one(_ECHO_MATCH, channel=channel, address=address, text=text, at=at, latest=at + skew)
    return str(row["id"]) if row else None


async def show(tx: Tx, message_id: str, now: int) -> None:
    """Recompute what a message shows, and say that it changed."""
    await show_all(tx, (message_id,), now)


async def hold_channel(tx: Tx, channel: str, reason: str, now: int) -> int:
    rows = await tx.all(_HOLD_CHANNEL, channel=channel, reason=reason)
    await show_all(tx, (str(row["message_id"]) for row in rows), now)
    return len(rows)


async def release_channel(tx: Tx, channel: str, now: int) -> int:
    rows = await tx.all(_UNHOLD_CHANNEL, channel=channel)
    await show_all(tx, (str(row["message_id"]) for row in rows), now)
    await wake_channel(tx, channel, now)
    return len(rows)


async def tag_incident(tx: Tx, channel: str, incident_id: str) -> int:
    return await tx.run(_TAG, channel=channel, incident_id=incident_id)


async def load_breaker(tx: Tx, channel: str) -> Breaker:
    row = await tx.one(_BREAKER, channel=channel)
    return _breaker(row) if row else Breaker(channel)


async def waiting_and_breakers(tx: Tx) -> tuple[list[str], dict[str, Breaker]]:
    """The channels on which something waits, and the breakers; one look for both."""
    return await channels_waiting(tx), await load_breakers(tx)


async def load_breakers(tx: Tx) -> dict[str, Breaker]:
    return {row["channel"]: _breaker(row) for row in await tx.all(_BREAKERS)}


def _breaker(row: Row) -> Breaker:
    return Breaker(
        channel=row["channel"],
        state=BreakerState(row["state"]),
        failures=row["failures"],
        opened_at=row["opened_at"],
        probe_at=row["probe_at"],
        reason=row["reason"],
    )


async def save_breaker(tx: Tx, breaker: Breaker) -> None:
    await tx.run(
        _SAVE_BREAKER,
        channel=breaker.channel,
        state=breaker.state.value,
        failures=breaker.failures,
        opened_at=breaker.opened_at,
        probe_at=breaker.probe_at,
        reason=breaker.reason,
    )


async def abandoned(tx: Tx, now: int, limit: int) -> list[Row]:
    """Deliveries being sent whose lane's lease has run out."""
    return await tx.all(_ABANDONED, now=now, limit=limit)


async def free_leases(tx: Tx) -> int:
    return await tx.run(_FREE_LEASES)


async def free_leases_of(tx: Tx, node: str) -> int:
    return await tx.run(_FREE_LEASES_OF, node=node)


async def wake_forgotten_lanes(tx: Tx, now: int) -> int:
    return await tx.run(_FORGOTTEN_LANES, now=now)


async def reroutable(tx: Tx, channel: str, *, before: int, doubted_after: int, limit: int) -> list[Row]:
    """What waits on a channel since before a time and may go another way without changing places: nothing
    ahead of it is on its way or freshly in doubt, and nothing behind it has gone that way already.
    """
    return await tx.all(_REROUTABLE, channel=channel, before=before, doubted_after=doubted_after, limit=limit)


async def already_moved(tx: Tx, incident_id: str, conversation_id: str, channel: str) -> bool:
    """Whether this conversation already went that way during the incident."""
    row = await tx.one(
        _ALREADY_MOVED, incident_id=incident_id, conversation_id=conversation_id, channel=channel
    )
    return row is not None


async def last_writer(tx: Tx, channel: str) -> str | None:
    """The address from which somebody wrote last on a channel."""
    row = await tx.one(_LAST_HEARD, channel=channel)
    return str(row["value"]) if row else None


async def partly_sent(tx: Tx, message_id: str) -> bool:
    return await tx.one(_PROVEN_OF_MESSAGE, message_id=message_id) is not None


async def open_deliveries(tx: Tx, message_id: str) -> list[Row]:
    return await tx.all(_OPEN_OF_MESSAGE, message_id=message_id)


async def under_way_of(tx: Tx, conversation_id: str) -> list[str]:
    """Messages of a conversation whose end is not known yet."""
    return [str(row["id"]) for row in await tx.all(_UNDER_WAY_OF, conversation_id=conversation_id)]


async def open_incident(tx: Tx, channel: str) -> str | None:
    row = await tx.one(_OPEN_INCIDENT, channel=channel)
    return str(row["id"]) if row else None


async def waiting_bots(tx: Tx, incident_id: str, limit: int) -> list[Row]:
    return await tx.all(_BOTS_WAITING, incident_id=incident_id, limit=limit)


async def open_counts(tx: Tx) -> list[Row]:
    return await tx.all(_COUNTS)
