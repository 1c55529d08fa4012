"""Statements for many lanes at once."""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from holdfast.outbox.model import Claimed
from holdfast.storage import Row, Tx

_HEADS: Final = """
SELECT l.id AS owned_lane, l.fence, l.leased_by, l.lease_until, d.*, i.class AS klass, i.expires_at, i.route,
    a.value AS address, a.last_in_at, a.consent, a.proof, m.conversation_id, m.attachments, m.details AS said,
    (SELECT COUNT(*) FROM delivery o WHERE o.message_id = d.message_id) AS deliveries
FROM lane l
    LEFT JOIN delivery d ON d.lane = l.id AND d.state IN ('queued', 'held', 'sending', 'in_doubt')
        AND d.position = (SELECT MIN(p.position) FROM delivery p
            WHERE p.lane = l.id AND p.state IN ('queued', 'held', 'sending', 'in_doubt'))
    LEFT JOIN intent i ON i.id = d.intent_id
    LEFT JOIN address a ON a.id = d.address_id
    LEFT JOIN message m ON m.id = d.message_id
WHERE l.id IN :lanes ORDER BY d.id
"""
_PROLONG: Final = "UPDATE lane SET lease_until = :until WHERE id IN :lanes AND lease_until < :soon"
_START: Final = """
UPDATE delivery SET state = 'sending', attempts = attempts + 1, started_at = :now, reason = ''
WHERE id IN :ids AND CASE WHEN state IN ('queued', 'held') THEN 1 ELSE 0 END = 1
"""
_START_ATTEMPTS: Final = """
INSERT INTO attempt (delivery_id, number, started_at)
SELECT id, attempts, CAST(:now AS BIGINT) FROM delivery WHERE id IN :ids ORDER BY id
"""
_RETURNED: Final = """
SELECT d.id, d.lane, d.channel, d.message_id, d.state, d.attempts,
    (SELECT COUNT(*) FROM delivery o WHERE o.message_id = d.message_id) AS deliveries
FROM delivery d WHERE d.id IN :ids ORDER BY d.id
"""
_ACCEPT: Final = """
UPDATE delivery SET state = 'sent', external_id = given.external_id, reason = '', settled_at = given.now,
    doubt_since = NULL
FROM GIVEN (id TEXT, external_id TEXT, now BIGINT) WHERE delivery.id = given.id AND state = 'sending'
"""
_END_ATTEMPTS: Final = """
UPDATE attempt SET finished_at = :now, outcome = 'Accepted',
    detail = (SELECT d.external_id FROM delivery d WHERE d.id = attempt.delivery_id)
WHERE delivery_id IN :ids AND finished_at IS NULL
"""
_EXPECT_ECHOES: Final = """
INSERT INTO observation (channel, capability, kind, result, error_class, detail, at)
SELECT channel, 'receive', 'echo_expected', 'unknown', '', SUBSTR(external_id, 1, 200), CAST(:now AS BIGINT)
FROM delivery WHERE id IN :ids ORDER BY id
"""
_PARKED: Final = """
SELECT DISTINCT external_id FROM parked_event WHERE channel = :channel AND external_id IN :external_ids
ORDER BY external_id
"""


class Answered(msgspec.Struct, frozen=True):
    """A delivery that its platform has accepted, and the platform's id of it."""

    delivery_id: str
    external_id: str


async def owned_heads(tx: Tx, lanes: Iterable[Claimed], now: int) -> dict[str, Row]:
    """The head of each lane that is still its owner's, by lane; of an empty lane all but the lane is None."""
    fences = {lane.lane: lane.fence for lane in lanes}
    heads: dict[str, Row] = {}
    for row in await tx.all(_HEADS, lanes=sorted(fences)):
        name = str(row["owned_lane"])
        if row["fence"] == fences[name] and row["leased_by"] is not None and row["lease_until"] > now:
            heads.setdefault(name, row)
    return heads


async def prolong_leases(tx: Tx, lanes: Iterable[str], *, until: int, soon: int) -> None:
    """Give lanes whose fence was just seen more time, where their lease ends before ``soon``."""
    await tx.run(_PROLONG, lanes=sorted(lanes), until=until, soon=soon)


async def start_attempts(tx: Tx, delivery_ids: Sequence[str], now: int) -> None:
    """Mark waiting deliveries as being sent, before the first byte leaves."""
    await tx.run(_START, ids=delivery_ids, now=now)
    await tx.run(_START_ATTEMPTS, ids=delivery_ids, now=now)


async def returned(tx: Tx, ids: Iterable[str]) -> dict[str, Row]:
    return {str(row["id"]): row for row in await tx.all(_RETURNED, ids=sorted(ids))}


async def accept_all(tx: Tx, answered: Sequence[Answered], now: int) -> None:
    """Settle deliveries that were seen in this transaction to be under way, and their attempts."""
    rows = [{"id": each.delivery_id, "external_id": each.external_id, "now": now} for each in answered]
    await tx.many(_ACCEPT, rows)
    await tx.run(_END_ATTEMPTS, ids=[each.delivery_id for each in answered], now=now)


async def expect_echoes(tx: Tx, delivery_ids: Sequence[str], now: int) -> None:
    """Note that the platform will echo what it has just accepted."""
    await tx.run(_EXPECT_ECHOES, ids=delivery_ids, now=now)


async def parked_for(tx: Tx, channel: str, external_ids: Iterable[str]) -> list[str]:
    """Those of the platform's ids for which something came before we knew them."""
    rows = await tx.all(_PARKED, channel=channel, external_ids=sorted(external_ids))
    return [str(row["external_id"]) for row in rows]
