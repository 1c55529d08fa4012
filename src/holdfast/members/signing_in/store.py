"""Codes and links that were sent, passkeys and what they are to sign: every statement."""

from typing import Final

from holdfast.storage import Row, Tx

_ADD_LOGIN: Final = """
INSERT INTO member_login (id, email, code_hash, link_hash, created_at, expires_at, member_id)
VALUES (:id, :email, :code_hash, :link_hash, :at, :expires_at, :member_id)
"""
_LOGINS_SINCE: Final = """
SELECT COUNT(*) AS count FROM member_login WHERE email = :email AND created_at > :since
"""
_CHANGES_SINCE: Final = """
SELECT COUNT(*) AS count FROM member_login WHERE member_id = :member_id AND created_at > :since
"""
_LOGIN: Final = """
SELECT * FROM member_login WHERE id = :id AND used_at IS NULL AND expires_at > :now
    AND COALESCE(member_id, '') = :member_id
"""
_SET_EMAIL: Final = "UPDATE member SET email = :email WHERE id = :id"
_USE_LOGIN: Final = "UPDATE member_login SET used_at = :now WHERE id = :id AND used_at IS NULL"
_USE_LOGIN_LINK: Final = """
UPDATE member_login SET used_at = :now
WHERE link_hash = :link_hash AND used_at IS NULL AND expires_at > :now AND member_id IS NULL
RETURNING email
"""
_ATTEMPT: Final = """
UPDATE member_login SET attempts = attempts + 1 WHERE id = :id AND attempts < :most
"""
_ADD_MEMBER: Final = """
INSERT INTO member (id, kind, email, name, created_at, seen_at) VALUES (:id, 'member', :email, :name, :at, :at)
"""
_PROMOTE: Final = "UPDATE member SET kind = 'member', email = :email WHERE id = :id"

_ADD_CHALLENGE: Final = """
INSERT INTO member_challenge (challenge, member_id, expires_at) VALUES (:challenge, :member_id, :expires_at)
"""
_CHALLENGES: Final = "SELECT COUNT(*) AS count FROM member_challenge WHERE expires_at > :now"
_DROP_CHALLENGES: Final = "DELETE FROM member_challenge WHERE expires_at <= :now"
_TAKE_CHALLENGE: Final = """
DELETE FROM member_challenge WHERE challenge = :challenge AND member_id = :member_id AND expires_at > :now
"""
_ADD_PASSKEY: Final = """
INSERT INTO member_passkey (id, member_id, credential_id, public_key, sign_count, name, created_at)
VALUES (:id, :member_id, :credential_id, :public_key, :sign_count, :name, :at)
"""
_PASSKEYS: Final = "SELECT * FROM member_passkey WHERE member_id = :member_id ORDER BY created_at, id"
_PASSKEY: Final = "SELECT * FROM member_passkey WHERE credential_id = :credential_id"
_USED_PASSKEY: Final = "UPDATE member_passkey SET sign_count = :sign_count, used_at = :at WHERE id = :id"
_DROP_PASSKEY: Final = "DELETE FROM member_passkey WHERE id = :id AND member_id = :member_id"


async def add_login(
    tx: Tx,
    *,
    login_id: str,
    email: str,
    code_hash: str,
    link_hash: str,
    at: int,
    expires_at: int,
    member_id: str | None = None,
) -> None:
    """``member_id``: whose address it is to become, where the code is not for signing in."""
    await tx.run(
        _ADD_LOGIN,
        id=login_id,
        email=email,
        code_hash=code_hash,
        link_hash=link_hash,
        at=at,
        expires_at=expires_at,
        member_id=member_id,
    )


async def logins_since(tx: Tx, email: str, since: int) -> int:
    row = await tx.one(_LOGINS_SINCE, email=email, since=since)
    return int(row["count"]) if row else 0


async def changes_since(tx: Tx, member_id: str, since: int) -> int:
    """How often a member asked for another address."""
    row = await tx.one(_CHANGES_SINCE, member_id=member_id, since=since)
    return int(row["count"]) if row else 0


async def set_email(tx: Tx, member_id: str, email: str) -> None:
    await tx.run(_SET_EMAIL, id=member_id, email=email)


async def login(tx: Tx, login_id: str, now: int, *, member_id: str = "") -> Row | None:
    """A login that is still good, or a member's change of address that is."""
    return await tx.one(_LOGIN, id=login_id, now=now, member_id=member_id)


async def count_attempt(tx: Tx, login_id: str, most: int) -> bool:
    """Count one attempt; whether it may be made."""
    return await tx.run(_ATTEMPT, id=login_id, most=most) == 1


async def use_login(tx: Tx, login_id: str, now: int) -> bool:
    return await tx.run(_USE_LOGIN, id=login_id, now=now) == 1


async def use_login_link(tx: Tx, link_hash: str, now: int) -> str | None:
    """The address that a link was sent to; the link is used up now."""
    row = await tx.one(_USE_LOGIN_LINK, link_hash=link_hash, now=now)
    return str(row["email"]) if row else None


async def add_member(tx: Tx, *, member_id: str, email: str, name: str, at: int) -> None:
    await tx.run(_ADD_MEMBER, id=member_id, email=email, name=name, at=at)


async def promote(tx: Tx, member_id: str, email: str) -> None:
    """A guest has shown an address."""
    await tx.run(_PROMOTE, id=member_id, email=email)


async def add_challenge(
    tx: Tx, *, challenge: str, member_id: str, now: int, expires_at: int, most: int
) -> bool:
    """Whether there was room for one more."""
    await tx.run(_DROP_CHALLENGES, now=now)
    row = await tx.one(_CHALLENGES, now=now)
    if row is not None and row["count"] >= most:
        return False
    await tx.run(_ADD_CHALLENGE, challenge=challenge, member_id=member_id, expires_at=expires_at)
    return True


async def take_challenge(tx: Tx, *, challenge: str, member_id: str, now: int) -> bool:
    """Whether it was one of ours for this member; it is used up now."""
    return await tx.run(_TAKE_CHALLENGE, challenge=challenge, member_id=member_id, now=now) == 1


async def add_passkey(
    tx: Tx,
    *,
    passkey_id: str,
    member_id: str,
    credential_id: str,
    public_key: str,
    sign_count: int,
    name: str,
    at: int,
) -> None:
    await tx.run(
        _ADD_PASSKEY,
        id=passkey_id,
        member_id=member_id,
        credential_id=credential_id,
        public_key=public_key,
        sign_count=sign_count,
        name=name,
        at=at,
    )


async def passkeys(tx: Tx, member_id: str) -> list[Row]:
    return await tx.all(_PASSKEYS, member_id=member_id)


async def passkey(tx: Tx, credential_id: str) -> Row | None:
    return await tx.one(_PASSKEY, credential_id=credential_id)


async def note_passkey_used(tx: Tx, passkey_id: str, sign_count: int, at: int) -> None:
    await tx.run(_USED_PASSKEY, id=passkey_id, sign_count=sign_count, at=at)


async def drop_passkey(tx: Tx, member_id: str, passkey_id: str) -> bool:
    return await tx.run(_DROP_PASSKEY, id=passkey_id, member_id=member_id) == 1
