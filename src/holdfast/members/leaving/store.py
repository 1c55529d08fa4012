"""What a member takes along, and what goes with them: every statement."""

from collections.abc import Sequence
from typing import Final

from holdfast.storage import Row, Tx

_DEVICES: Final = """
SELECT device, created_at, seen_at FROM member_session WHERE member_id = :id ORDER BY created_at, id
"""
_PASSKEYS: Final = """
SELECT name, created_at, used_at FROM member_passkey WHERE member_id = :id ORDER BY created_at, id
"""
_BLOCKS: Final = (
    "SELECT blocked_id AS member, at FROM member_block WHERE member_id = :id ORDER BY at, blocked_id"
)
_COMPLAINTS: Final = """
SELECT at, about_id AS member, reason, text, state FROM complaint WHERE by_id = :id ORDER BY at, id LIMIT :limit
"""
_SAID: Final = """
SELECT m.id, m.at, m.direction, m.channel, m.text, m.edited_at, m.unsent_at FROM message m
WHERE m.conversation_id = :conversation_id AND (m.at > :at OR (m.at = :at AND m.id > :id)) AND (
    (m.direction = 'in' AND m.address_id IN :address_ids)
    OR (m.direction = 'out' AND EXISTS (SELECT 1 FROM delivery d WHERE d.message_id = m.id
        AND d.address_id IN :address_ids AND d.state IN ('sent', 'delivered', 'read'))))
ORDER BY m.at, m.id LIMIT :limit
"""
_CONVERSATION: Final = "SELECT id FROM conversation WHERE contact_id = :contact_id"

_SHUT: Final = """
UPDATE member SET kind = 'member', name = '', handle = NULL, email = NULL, picture = '', about = '', warning = '',
    standing_reason = '', deleted_at = :at
WHERE id = :id
"""
_DROP: Final = tuple(
    f"DELETE FROM {table} WHERE member_id = :id"
    for table in ("member_session", "member_passkey", "member_address", "member_block", "member_claim")
)
_DROP_LOGINS: Final = "DELETE FROM member_login WHERE email = :email"
_EMPTY_COMPLAINTS: Final = "UPDATE complaint SET text = '', quote = '' WHERE by_id = :id"
_EMPTY_QUOTES: Final = "UPDATE complaint SET quote = '' WHERE about_id = :id"
_RETIRE_ADDRESSES: Final = """
UPDATE address SET name = '', consent = 'opted_out', consent_at = :at
WHERE channel LIKE 'direct:%' AND value IN
    (SELECT CAST(:id AS TEXT) UNION ALL SELECT guest_id FROM member_alias WHERE member_id = :id)
"""
_UNNAME: Final = """
UPDATE contact SET name = '' WHERE id = :contact_id
    AND NOT EXISTS (SELECT 1 FROM address a WHERE a.contact_id = :contact_id AND a.value <> :id
        AND a.value NOT IN (SELECT guest_id FROM member_alias WHERE member_id = :id))
"""


async def devices(tx: Tx, member_id: str) -> list[Row]:
    return await tx.all(_DEVICES, id=member_id)


async def passkeys(tx: Tx, member_id: str) -> list[Row]:
    return await tx.all(_PASSKEYS, id=member_id)


async def blocks(tx: Tx, member_id: str) -> list[Row]:
    return await tx.all(_BLOCKS, id=member_id)


async def complaints(tx: Tx, member_id: str, limit: int) -> list[Row]:
    return await tx.all(_COMPLAINTS, id=member_id, limit=limit)


async def said(
    tx: Tx, contact_id: str, address_ids: Sequence[str], after: tuple[int, str], limit: int
) -> list[Row]:
    """What was said with the business over these addresses of a contact, oldest first, after a place."""
    conversation = await tx.one(_CONVERSATION, contact_id=contact_id)
    if conversation is None:
        return []
    return await tx.all(
        _SAID,
        conversation_id=conversation["id"],
        address_ids=list(address_ids),
        at=after[0],
        id=after[1],
        limit=limit,
    )


async def shut(tx: Tx, member_id: str, email: str, at: int) -> None:
    """Leave nothing of an account but its id."""
    await tx.run(_SHUT, id=member_id, at=at)
    for statement in (*_DROP, _EMPTY_COMPLAINTS, _EMPTY_QUOTES):
        await tx.run(statement, id=member_id)
    if email:
        await tx.run(_DROP_LOGINS, email=email)


async def retire_addresses(tx: Tx, member_id: str, contact_ids: Sequence[str], at: int) -> None:
    """Nothing is sent to the member's own addresses any more; a contact of nothing else loses its name."""
    await tx.run(_RETIRE_ADDRESSES, id=member_id, at=at)
    for contact_id in contact_ids:
        await tx.run(_UNNAME, contact_id=contact_id, id=member_id)
