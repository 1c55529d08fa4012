"""Statements for many lanes at once."""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from holdfast.outbox.model import Claimed
from holdfast.storage import Row, Tx

_HEADS: Final = """
SELECT l.id AS owned_lane, l.fence, l.leased_by, d.*, i.class AS klass, i.expires_at, i.route,
    a.value AS address, a.last_in_at, a.consent, a.proof, m.conversation_id, m.attachments
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
UPDATE delivery SET state = 'sending', attempts = :number, started_at = :now, reason = ''
WHERE id = :id AND state IN ('queued', 'held')
"""
_START_ATTEMPT: Final = "INSERT INTO attempt (delivery_id, number, started_at) VALUES (:id, :number, :now)"
_RETURNED: Final = """
SELECT id, lane, channel, message_id, state, attempts FROM delivery WHERE id IN :ids ORDER BY id
"""
_ACCEPT: Final = """
UPDATE delivery SET state = 'sent', external_id = :external_id, reason = '', settled_at = :now, doubt_since = NULL
WHERE id = :id AND state = 'sending'
"""
_END_ATTEMPT: Final = """
UPDATE attempt SET finished_at = :now, outcome = 'Accepted', detail = :external_id
WHERE delivery_id = :id AND number = :number AND finished_at IS NULL
"""
_PARKED: Final = """
SELECT DISTINCT external_id FROM parked_event WHERE channel = :channel AND external_id IN :external_ids
ORDER BY external_id
"""


class Start(msgspec.Struct, frozen=True):
    """A delivery that is about to be sent, and the number of that attempt."""

    delivery_id: str
    number: int


class Answered(msgspec.Struct, frozen=True):
    """A delivery that its platform has accepted, the attempt's number and the platform's id of it."""

    delivery_id: str
    number: int
    external_id: str


async def owned_heads(tx: Tx, lanes: Iterable[Claimed]) -> dict[str, Row]:
    """The head of each lane that is still its owner's, by lane; of an empty lane all but the lane is None."""
    fences = {lane.lane: lane.fence for lane in lanes}
    heads: dict[str, Row] = {}
    for row in await tx.all(_HEADS, lanes=sorted(fences)):
        name = str(row["owned_lane"])
        if row["fence"] == fences[name] and row["leased_by"] is not None:
            heads.setdefault(name, row)
    return heads


async def prolong_leases(tx: Tx, lanes: Iterable[str], *, until: int, soon: int) -> None:
    """Give lanes whose fence was just seen more time, where their lease ends before ``soon``."""
    await tx.run(_PROLONG, lanes=sorted(lanes), until=until, soon=soon)


async def start_attempts(tx: Tx, starts: Sequence[Start], now: int) -> None:
    """Mark deliveries as being sent, before the first byte leaves."""
    rows = [{"id": each.delivery_id, "number": each.number, "now": now} for each in starts]
    await tx.many(_START, rows)
    await tx.many(_START_ATTEMPT, rows)


async def returned(tx: Tx, ids: Iterable[str]) -> dict[str, Row]:
    return {str(row["id"]): row for row in await tx.all(_RETURNED, ids=sorted(ids))}


async def accept_all(tx: Tx, answered: Sequence[Answered], now: int) -> None:
    """Settle deliveries that were seen in this transaction to be under way, and their attempts."""
    rows = [
        {"id": each.delivery_id, "number": each.number, "external_id": each.external_id, "now": now}
        for each in answered
    ]
    await tx.many(_ACCEPT, [_without(row, "number") for row in rows])
    await tx.many(_END_ATTEMPT, rows)


async def parked_for(tx: Tx, channel: str, external_ids: Iterable[str]) -> list[str]:
    """Those of the platform's ids for which something came before we knew them."""
    rows = await tx.all(_PARKED, channel=channel, external_ids=sorted(external_ids))
    return [str(row["external_id"]) for row in rows]


def _without(row: dict[str, object], name: str) -> dict[str, object]:
    return {each: value for each, value in row.items() if each != name}
