"""Every statement about agents, sessions, tokens and the audit trail."""

from typing import Any, Final

from holdfast.storage import Row, Tx

LISTED_MAX: Final = 500

_AGENT_BY_EMAIL: Final = "SELECT * FROM agent WHERE email = :email"
_AGENTS: Final = """
SELECT id, email, name, role, created_at FROM agent WHERE removed_at IS NULL ORDER BY created_at, id LIMIT :limit
"""
_AGENT: Final = "SELECT * FROM agent WHERE id = :id AND removed_at IS NULL"
_OTHER_OWNER: Final = (
    "SELECT 1 AS one FROM agent WHERE role = 'owner' AND removed_at IS NULL AND id <> :id LIMIT 1"
)
_CHANGE_AGENT: Final = "UPDATE agent SET name = :name, role = :role WHERE id = :id"
_PUT_PASSWORD: Final = "UPDATE agent SET password_hash = :hashed WHERE id = :id"  # noqa: S105 - a statement
_REMOVE_AGENT: Final = "UPDATE agent SET removed_at = :at, password_hash = '' WHERE id = :id"
_INSERT_AGENT: Final = """
INSERT INTO agent (id, email, name, password_hash, role, created_at)
VALUES (:id, :email, :name, :password_hash, :role, :at)
ON CONFLICT (email) DO UPDATE SET
    name = excluded.name, password_hash = excluded.password_hash, role = excluded.role, removed_at = NULL
RETURNING id
"""
_DROP_SESSIONS_OF: Final = "DELETE FROM agent_session WHERE agent_id = :agent_id AND token_hash <> :kept"
_INSERT_SESSION: Final = """
INSERT INTO agent_session (token_hash, agent_id, csrf, created_at, expires_at)
VALUES (:token_hash, :agent_id, :csrf, :at, :expires_at)
"""
_SESSION: Final = """
SELECT agent_session.csrf, agent.id, agent.name, agent.role FROM agent_session
JOIN agent ON agent.id = agent_session.agent_id
WHERE agent_session.token_hash = :token_hash AND agent_session.expires_at > :now AND agent.removed_at IS NULL
"""
_DROP_SESSION: Final = "DELETE FROM agent_session WHERE token_hash = :token_hash"
_DROP_EXPIRED: Final = "DELETE FROM agent_session WHERE expires_at <= :now"
_INSERT_API_KEY: Final = """
INSERT INTO api_token (id, name, token_hash, scopes, created_at, expires_at, created_by)
VALUES (:id, :name, :token_hash, :scopes, :at, :expires_at, :by)
"""
_API_KEY: Final = """
SELECT * FROM api_token
WHERE token_hash = :token_hash AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > :now)
"""
_USE_API_KEY: Final = "UPDATE api_token SET last_used_at = :at WHERE id = :id"
_API_KEYS: Final = "SELECT * FROM api_token ORDER BY created_at, id LIMIT :limit"
_REVOKE: Final = "UPDATE api_token SET revoked_at = :at WHERE id = :id AND revoked_at IS NULL"
_AUDIT: Final = """
INSERT INTO audit_entry (id, at, who, action, subject, detail)
VALUES (:id, :at, :who, :action, :subject, :detail)
"""


async def agent_by_email(tx: Tx, email: str) -> Row | None:
    return await tx.one(_AGENT_BY_EMAIL, email=email)


async def agents(tx: Tx) -> list[Row]:
    return await tx.all(_AGENTS, limit=LISTED_MAX)


async def put_agent(
    tx: Tx, *, agent_id: str, email: str, name: str, password_hash: str, role: str, at: int
) -> str:
    """Make the agent, or give an existing one of that address a new password; the agent's id."""
    row = await tx.one(
        _INSERT_AGENT, id=agent_id, email=email, name=name, password_hash=password_hash, role=role, at=at
    )
    if row is None:
        raise RuntimeError("the agent that was just stored is not there")
    return str(row["id"])


async def agent(tx: Tx, agent_id: str) -> Row | None:
    """An agent who was not removed."""
    return await tx.one(_AGENT, id=agent_id)


async def is_other_owner(tx: Tx, agent_id: str) -> bool:
    """Whether anybody else is an owner."""
    return await tx.one(_OTHER_OWNER, id=agent_id) is not None


async def change_agent(tx: Tx, agent_id: str, *, name: str, role: str) -> None:
    await tx.run(_CHANGE_AGENT, id=agent_id, name=name, role=role)


async def put_password(tx: Tx, agent_id: str, hashed: str) -> None:
    await tx.run(_PUT_PASSWORD, id=agent_id, hashed=hashed)


async def remove_agent(tx: Tx, agent_id: str, at: int) -> None:
    await tx.run(_REMOVE_AGENT, id=agent_id, at=at)
    await drop_sessions_of(tx, agent_id)


async def drop_sessions_of(tx: Tx, agent_id: str, kept: str = "") -> None:
    """End all sign-ins of an agent but the one whose token has the hash ``kept``."""
    await tx.run(_DROP_SESSIONS_OF, agent_id=agent_id, kept=kept)


async def insert_session(
    tx: Tx, *, token_hash: str, agent_id: str, csrf: str, at: int, expires_at: int
) -> None:
    await tx.run(_DROP_EXPIRED, now=at)
    await tx.run(
        _INSERT_SESSION, token_hash=token_hash, agent_id=agent_id, csrf=csrf, at=at, expires_at=expires_at
    )


async def session(tx: Tx, token_hash: str, now: int) -> Row | None:
    return await tx.one(_SESSION, token_hash=token_hash, now=now)


async def drop_session(tx: Tx, token_hash: str) -> None:
    await tx.run(_DROP_SESSION, token_hash=token_hash)


async def insert_token(tx: Tx, **columns: Any) -> None:
    await tx.run(_INSERT_API_KEY, **columns)


async def token(tx: Tx, token_hash: str, now: int) -> Row | None:
    """One that is neither revoked nor at its end."""
    return await tx.one(_API_KEY, token_hash=token_hash, now=now)


async def use_token(tx: Tx, token_id: str, at: int) -> None:
    await tx.run(_USE_API_KEY, id=token_id, at=at)


async def tokens(tx: Tx) -> list[Row]:
    return await tx.all(_API_KEYS, limit=LISTED_MAX)


async def revoke_token(tx: Tx, token_id: str, at: int) -> bool:
    return await tx.run(_REVOKE, id=token_id, at=at) == 1


async def audit(
    tx: Tx, *, entry_id: str, at: int, who: str, action: str, subject: str = "", detail: str = ""
) -> None:
    await tx.run(_AUDIT, id=entry_id, at=at, who=who, action=action, subject=subject, detail=detail)
