"""Guests and the members they became: every statement."""

from collections.abc import Iterable
from typing import Final

from holdfast.storage import Row, Tx

_CONCERNING: Final = """
SELECT a.guest_id, a.member_id, m.name FROM member_alias a JOIN member m ON m.id = a.member_id
WHERE a.guest_id IN :ids OR a.member_id IN :ids
    OR a.member_id IN (SELECT b.member_id FROM member_alias b WHERE b.guest_id IN :ids)
ORDER BY a.at, a.guest_id
"""
_FOLLOW: Final = "UPDATE member_alias SET member_id = :member_id WHERE member_id = :guest_id"
_ADD: Final = """
INSERT INTO member_alias (guest_id, member_id, at) VALUES (:guest_id, :member_id, :at)
ON CONFLICT (guest_id) DO UPDATE SET member_id = excluded.member_id
"""
_HAND_PASSKEYS: Final = "UPDATE member_passkey SET member_id = :member_id WHERE member_id = :guest_id"
_HAND_BLOCKS: Final = """
INSERT INTO member_block (member_id, blocked_id, at)
SELECT CAST(:member_id AS TEXT), blocked_id, at FROM member_block
WHERE member_id = :guest_id AND blocked_id <> :member_id
ON CONFLICT DO NOTHING
"""
_STAY_BLOCKED: Final = """
INSERT INTO member_block (member_id, blocked_id, at)
SELECT member_id, CAST(:member_id AS TEXT), at FROM member_block
WHERE blocked_id = :guest_id AND member_id <> :member_id
ON CONFLICT DO NOTHING
"""


async def concerning(tx: Tx, ids: Iterable[str]) -> list[Row]:
    """Of some members: whom the guests among them became, and which guests became the members that these are."""
    return await tx.all(_CONCERNING, ids=sorted(ids))


async def add(tx: Tx, guest_id: str, member_id: str, at: int) -> None:
    """Whoever became the guest before is the member now as well."""
    await tx.run(_FOLLOW, guest_id=guest_id, member_id=member_id)
    await tx.run(_ADD, guest_id=guest_id, member_id=member_id, at=at)


async def hand_over(tx: Tx, guest_id: str, member_id: str) -> None:
    """Passkeys, and blocks of either side, are the member's."""
    for statement in (_HAND_PASSKEYS, _HAND_BLOCKS, _STAY_BLOCKED):
        await tx.run(statement, guest_id=guest_id, member_id=member_id)
