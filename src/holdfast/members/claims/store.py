"""Claims, and the addresses they are about: every statement."""

from collections.abc import Sequence
from typing import Final

from holdfast.storage import Row, Tx

_BY_VALUE: Final = """
SELECT a.id, a.value, a.last_in_at, v.id AS conversation_id
FROM address a JOIN conversation v ON v.contact_id = a.contact_id
WHERE a.channel = :channel AND a.value IN :values
"""
# The words lead to few contacts, the channel to all of them: || keeps its index out of it.
_BY_NAME: Final = """
SELECT a.id, a.value, a.last_in_at, v.id AS conversation_id
FROM contact_word w
JOIN address a ON a.contact_id = w.contact_id AND a.channel || '' = :channel AND LOWER(a.name) = :name
JOIN conversation v ON v.contact_id = a.contact_id
WHERE w.word = :name LIMIT 2
"""
_ADD: Final = """
INSERT INTO member_claim (id, member_id, address_id, place, code_hash, created_at, expires_at)
VALUES (:id, :member_id, :address_id, :place, :code_hash, :at, :expires_at)
"""
_OF_MEMBER: Final = """
SELECT COUNT(*) AS count FROM member_claim WHERE member_id = :member_id AND created_at > :since
"""
_OF_PLACE: Final = "SELECT COUNT(*) AS count FROM member_claim WHERE place = :place AND created_at > :since"
_CLAIM: Final = """
SELECT * FROM member_claim WHERE id = :id AND member_id = :member_id AND used_at IS NULL AND expires_at > :now
"""
_ATTEMPT: Final = "UPDATE member_claim SET attempts = attempts + 1 WHERE id = :id AND attempts < :most"
_USE: Final = "UPDATE member_claim SET used_at = :now WHERE id = :id AND used_at IS NULL"


async def wrote_from(tx: Tx, channel: str, values: Sequence[str], name: str) -> Row | None:
    """The one address of a channel with one of these values, or this name, from which somebody wrote."""
    rows = await tx.all(_BY_VALUE, channel=channel, values=list(values))
    if not rows and name:
        rows = await tx.all(_BY_NAME, channel=channel, name=name)
    return rows[0] if len(rows) == 1 and rows[0]["last_in_at"] else None


async def add(
    tx: Tx,
    *,
    claim_id: str,
    member_id: str,
    address_id: str,
    place: str,
    code_hash: str,
    at: int,
    expires_at: int,
) -> None:
    await tx.run(
        _ADD,
        id=claim_id,
        member_id=member_id,
        address_id=address_id,
        place=place,
        code_hash=code_hash,
        at=at,
        expires_at=expires_at,
    )


async def counts_since(tx: Tx, member_id: str, place: str, since: int) -> tuple[int, int]:
    """How many claims there were by a member, and how many of a place."""
    by_member = await tx.one(_OF_MEMBER, member_id=member_id, since=since)
    of_place = await tx.one(_OF_PLACE, place=place, since=since)
    return (by_member["count"] if by_member else 0, of_place["count"] if of_place else 0)


async def claim(tx: Tx, claim_id: str, member_id: str, now: int) -> Row | None:
    """A member's claim that is still good."""
    return await tx.one(_CLAIM, id=claim_id, member_id=member_id, now=now)


async def count_attempt(tx: Tx, claim_id: str, most: int) -> bool:
    """Count one attempt; whether it may be made."""
    return await tx.run(_ATTEMPT, id=claim_id, most=most) == 1


async def use(tx: Tx, claim_id: str, now: int) -> bool:
    return await tx.run(_USE, id=claim_id, now=now) == 1
