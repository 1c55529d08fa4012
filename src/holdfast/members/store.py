"""Members, their devices, blocks, proven addresses and private links: every statement."""

from collections.abc import Iterable
from typing import Final

from holdfast.members.model import CARDS_AT_ONCE, SESSIONS_OF_MEMBER_MAX, Card, Device, Member, Session
from holdfast.storage import Row, Tx

_INSERT: Final = """
INSERT INTO member (id, kind, name, created_at, seen_at) VALUES (:id, :kind, :name, :at, :at)
"""
_MEMBER: Final = "SELECT * FROM member WHERE id = :id"
_BY_EMAIL: Final = "SELECT * FROM member WHERE email = :email"
_BY_HANDLE: Final = "SELECT * FROM member WHERE handle = :handle"
_CARDS: Final = "SELECT id, handle, name, picture, about FROM member WHERE id IN :ids"
_SET_PROFILE: Final = """
UPDATE member SET name = :name, handle = :handle, picture = :picture, about = :about, receipts = :receipts,
    typing = :typing, presence = :presence, requests = :requests
WHERE id = :id
"""
_SEEN: Final = "UPDATE member SET seen_at = :at WHERE id = :id AND seen_at < :at"

_INSERT_SESSION: Final = """
INSERT INTO member_session (id, member_id, token_hash, device, created_at, seen_at)
VALUES (:id, :member_id, :token_hash, :device, :at, :at)
"""
_SESSION: Final = """
SELECT m.*, s.id AS session_id, s.seen_at AS session_seen_at
FROM member_session s JOIN member m ON m.id = s.member_id
WHERE s.token_hash = :token_hash
"""
_SESSION_SEEN: Final = "UPDATE member_session SET seen_at = :at WHERE id = :id"
_DEVICES: Final = """
SELECT * FROM member_session WHERE member_id = :member_id ORDER BY seen_at DESC, id DESC LIMIT :limit
"""
_END_SESSION: Final = "DELETE FROM member_session WHERE id = :id AND member_id = :member_id"
_END_OTHERS: Final = """
DELETE FROM member_session WHERE member_id = :member_id AND id NOT IN
    (SELECT id FROM member_session WHERE member_id = :member_id ORDER BY seen_at DESC, id DESC LIMIT :limit)
"""

_PROVE: Final = """
INSERT INTO member_address (member_id, address_id, proven_at) VALUES (:member_id, :address_id, :at)
ON CONFLICT DO NOTHING
"""
_OWN: Final = """
SELECT a.* FROM address a WHERE a.value = :member_id AND a.channel LIKE 'direct:%'
"""
_PROVEN: Final = """
SELECT a.* FROM member_address p JOIN address a ON a.id = p.address_id
WHERE p.member_id = :member_id
"""

_BLOCK: Final = """
INSERT INTO member_block (member_id, blocked_id, at) VALUES (:member_id, :blocked_id, :at) ON CONFLICT DO NOTHING
"""
_UNBLOCK: Final = "DELETE FROM member_block WHERE member_id = :member_id AND blocked_id = :blocked_id"
_IS_BLOCKED: Final = """
SELECT 1 AS found FROM member_block WHERE member_id = :member_id AND blocked_id = :blocked_id
"""
_BLOCKS: Final = "SELECT blocked_id FROM member_block WHERE member_id = :member_id ORDER BY at, blocked_id"
_BLOCKED_BY: Final = "SELECT member_id FROM member_block WHERE blocked_id = :blocked_id AND member_id IN :ids"

_INSERT_LINK: Final = """
INSERT INTO continue_link (token_hash, contact_id, channel, address_id, created_at, expires_at)
VALUES (:token_hash, :contact_id, :channel, :address_id, :at, :expires_at)
"""
_USE_LINK: Final = """
UPDATE continue_link SET used_at = :now
WHERE token_hash = :token_hash AND used_at IS NULL AND expires_at > :now
    AND (CAST(:channel AS TEXT) = '' OR channel = :channel)
RETURNING contact_id, channel, address_id
"""
_MERGED_INTO: Final = "SELECT merged_into FROM contact WHERE id = :id"


async def insert(tx: Tx, member: Member) -> None:
    await tx.run(_INSERT, id=member.id, kind=member.kind, name=member.name, at=member.created_at)


async def member(tx: Tx, member_id: str) -> Member | None:
    row = await tx.one(_MEMBER, id=member_id)
    return member_of(row) if row else None


async def by_email(tx: Tx, email: str) -> Member | None:
    row = await tx.one(_BY_EMAIL, email=email)
    return member_of(row) if row else None


async def by_handle(tx: Tx, handle: str) -> Member | None:
    row = await tx.one(_BY_HANDLE, handle=handle)
    return member_of(row) if row else None


async def cards(tx: Tx, ids: Iterable[str]) -> dict[str, Card]:
    rows = await tx.all(_CARDS, ids=sorted(set(ids))[:CARDS_AT_ONCE])
    return {
        row["id"]: Card(row["id"], row["handle"] or "", row["name"], row["picture"], row["about"])
        for row in rows
    }


async def set_profile(tx: Tx, member: Member) -> None:
    await tx.run(
        _SET_PROFILE,
        id=member.id,
        name=member.name,
        handle=member.handle or None,
        picture=member.picture,
        about=member.about,
        receipts=int(member.receipts),
        typing=int(member.typing),
        presence=int(member.presence),
        requests=member.requests,
    )


async def insert_session(
    tx: Tx, *, session_id: str, member_id: str, token_hash: str, device: str, at: int
) -> None:
    """A new device; the one that was longest away makes room for it where there are too many."""
    await tx.run(
        _INSERT_SESSION, id=session_id, member_id=member_id, token_hash=token_hash, device=device, at=at
    )
    await tx.run(_END_OTHERS, member_id=member_id, limit=SESSIONS_OF_MEMBER_MAX)


async def session(tx: Tx, token_hash: str) -> Session | None:
    row = await tx.one(_SESSION, token_hash=token_hash)
    if row is None:
        return None
    return Session(id=row["session_id"], member=member_of(row), seen_at=row["session_seen_at"])


async def note_seen(tx: Tx, session: Session, at: int) -> None:
    await tx.run(_SESSION_SEEN, id=session.id, at=at)
    await tx.run(_SEEN, id=session.member.id, at=at)


async def devices(tx: Tx, session: Session) -> list[Device]:
    rows = await tx.all(_DEVICES, member_id=session.member.id, limit=SESSIONS_OF_MEMBER_MAX)
    return [
        Device(
            id=row["id"],
            device=row["device"],
            created_at=row["created_at"],
            seen_at=row["seen_at"],
            current=row["id"] == session.id,
        )
        for row in rows
    ]


async def end_session(tx: Tx, member_id: str, session_id: str) -> bool:
    return await tx.run(_END_SESSION, member_id=member_id, id=session_id) > 0


async def prove_address(tx: Tx, *, member_id: str, address_id: str, at: int) -> None:
    await tx.run(_PROVE, member_id=member_id, address_id=address_id, at=at)


async def own_addresses(tx: Tx, member_id: str) -> list[Row]:
    """The member's addresses on our own channels."""
    return await tx.all(_OWN, member_id=member_id)


async def proven_addresses(tx: Tx, member_id: str) -> list[Row]:
    return await tx.all(_PROVEN, member_id=member_id)


async def block(tx: Tx, member_id: str, blocked_id: str, at: int) -> None:
    await tx.run(_BLOCK, member_id=member_id, blocked_id=blocked_id, at=at)


async def unblock(tx: Tx, member_id: str, blocked_id: str) -> None:
    await tx.run(_UNBLOCK, member_id=member_id, blocked_id=blocked_id)


async def is_blocked(tx: Tx, by: str, whom: str) -> bool:
    return await tx.one(_IS_BLOCKED, member_id=by, blocked_id=whom) is not None


async def blocks_of(tx: Tx, member_id: str) -> list[str]:
    return [row["blocked_id"] for row in await tx.all(_BLOCKS, member_id=member_id)]


async def blocked_by(tx: Tx, whom: str, ids: Iterable[str]) -> set[str]:
    """Those of these members who have blocked somebody."""
    rows = await tx.all(_BLOCKED_BY, blocked_id=whom, ids=sorted(ids))
    return {row["member_id"] for row in rows}


async def insert_link(
    tx: Tx,
    *,
    token_hash: str,
    contact_id: str,
    channel: str,
    address_id: str | None,
    at: int,
    expires_at: int,
) -> None:
    await tx.run(
        _INSERT_LINK,
        token_hash=token_hash,
        contact_id=contact_id,
        channel=channel,
        address_id=address_id,
        at=at,
        expires_at=expires_at,
    )


async def use_link(tx: Tx, *, token_hash: str, channel: str, now: int) -> Row | None:
    """Contact, channel and address of a link that was still good; it is used up now."""
    return await tx.one(_USE_LINK, token_hash=token_hash, channel=channel, now=now)


async def merged_into(tx: Tx, contact_id: str) -> str | None:
    row = await tx.one(_MERGED_INTO, id=contact_id)
    return str(row["merged_into"]) if row and row["merged_into"] else None


def member_of(row: Row) -> Member:
    return Member(
        id=row["id"],
        kind=row["kind"],
        handle=row["handle"] or "",
        email=row["email"] or "",
        name=row["name"],
        picture=row["picture"],
        about=row["about"],
        receipts=bool(row["receipts"]),
        typing=bool(row["typing"]),
        presence=bool(row["presence"]),
        requests=row["requests"],
        standing=row["standing"],
        standing_reason=row["standing_reason"],
        standing_until=row["standing_until"],
        warning=row["warning"],
        warned_at=row["warned_at"],
        created_at=row["created_at"],
        seen_at=row["seen_at"],
        deleted_at=row["deleted_at"],
    )
