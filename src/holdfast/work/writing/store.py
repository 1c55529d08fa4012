"""Every statement about what helps agents to write."""

from typing import Any, Final

from holdfast.storage import Row, Tx

DUE_AT_ONCE: Final = 100
DRAFTS_MAX: Final = 500

_CANNED: Final = "SELECT * FROM canned_reply ORDER BY shortcut LIMIT :limit"
_CANNED_ONE: Final = "SELECT * FROM canned_reply WHERE id = :id"
_CANNED_NAMED: Final = "SELECT id FROM canned_reply WHERE shortcut = :shortcut"
_PUT_CANNED: Final = """
INSERT INTO canned_reply (id, shortcut, title, text, updated_at, updated_by)
VALUES (:id, :shortcut, :title, :text, :at, :by)
ON CONFLICT (id) DO UPDATE SET shortcut = excluded.shortcut, title = excluded.title, text = excluded.text,
    updated_at = excluded.updated_at, updated_by = excluded.updated_by
"""
_USE_CANNED: Final = "UPDATE canned_reply SET used = used + 1 WHERE id = :id"
_DROP_CANNED: Final = "DELETE FROM canned_reply WHERE id = :id"
_VIEWS: Final = """
SELECT * FROM saved_view WHERE owner = :owner UNION ALL SELECT * FROM saved_view WHERE owner = '' ORDER BY name, id
"""
_VIEW: Final = "SELECT * FROM saved_view WHERE id = :id"
_INSERT_VIEW: Final = """
INSERT INTO saved_view (id, owner, name, filter, created_at) VALUES (:id, :owner, :name, :filter, :at)
"""
_DROP_VIEW: Final = "DELETE FROM saved_view WHERE id = :id"
_INSERT_LATER: Final = """
INSERT INTO later_reply (id, conversation_id, author, text, route, send_at, state, made_at, held, files, seen,
    client_key, reply_to)
VALUES (:id, :conversation_id, :author, :text, :route, :send_at, 'waiting', :at, :held, :files, :seen, :key,
    :reply_to)
"""
_LATER: Final = "SELECT * FROM later_reply WHERE id = :id"
_LATER_BY_KEY: Final = "SELECT * FROM later_reply WHERE client_key = :key"
_LATER_OF: Final = """
SELECT * FROM later_reply WHERE conversation_id = :conversation_id AND state IN ('waiting', 'refused')
ORDER BY send_at, id LIMIT :limit
"""
_DUE: Final = """
SELECT * FROM later_reply WHERE state = 'waiting' AND send_at <= :now ORDER BY send_at, id LIMIT :limit
"""
_TAKE_LATER: Final = "UPDATE later_reply SET state = 'queued' WHERE id = :id AND state = 'waiting'"
_NOTE_FATE: Final = """
UPDATE later_reply SET state = :state, reason = :reason, message_id = :message_id WHERE id = :id
"""
_CANCEL_LATER: Final = """
UPDATE later_reply SET state = 'cancelled' WHERE id = :id AND state IN ('waiting', 'refused')
"""
_PUT_DRAFT: Final = """
INSERT INTO draft (conversation_id, agent_id, text, route, at) VALUES (:conversation_id, :agent_id, :text, :route, :at)
ON CONFLICT (agent_id, conversation_id) DO UPDATE SET text = excluded.text, route = excluded.route, at = excluded.at
"""
_DROP_DRAFT: Final = "DELETE FROM draft WHERE conversation_id = :conversation_id AND agent_id = :agent_id"
_DRAFT: Final = "SELECT * FROM draft WHERE agent_id = :agent_id AND conversation_id = :conversation_id"
_DRAFTS: Final = "SELECT * FROM draft WHERE agent_id = :agent_id ORDER BY at DESC LIMIT :limit"


async def canned(tx: Tx, limit: int) -> list[Row]:
    return await tx.all(_CANNED, limit=limit)


async def canned_one(tx: Tx, canned_id: str) -> Row | None:
    return await tx.one(_CANNED_ONE, id=canned_id)


async def canned_named(tx: Tx, shortcut: str) -> str | None:
    row = await tx.one(_CANNED_NAMED, shortcut=shortcut)
    return str(row["id"]) if row else None


async def put_canned(tx: Tx, **columns: Any) -> None:
    await tx.run(_PUT_CANNED, **columns)


async def use_canned(tx: Tx, canned_id: str) -> bool:
    return await tx.run(_USE_CANNED, id=canned_id) == 1


async def drop_canned(tx: Tx, canned_id: str) -> bool:
    return await tx.run(_DROP_CANNED, id=canned_id) == 1


async def views(tx: Tx, owner: str) -> list[Row]:
    """An agent's own views and everybody's."""
    return await tx.all(_VIEWS, owner=owner)


async def get_view(tx: Tx, view_id: str) -> Row | None:
    return await tx.one(_VIEW, id=view_id)


async def insert_view(tx: Tx, *, view_id: str, owner: str, name: str, filter_: str, at: int) -> None:
    await tx.run(_INSERT_VIEW, id=view_id, owner=owner, name=name, filter=filter_, at=at)


async def drop_view(tx: Tx, view_id: str) -> None:
    await tx.run(_DROP_VIEW, id=view_id)


async def insert_later(tx: Tx, **columns: Any) -> None:
    await tx.run(_INSERT_LATER, **columns)


async def get_later(tx: Tx, later_id: str) -> Row | None:
    return await tx.one(_LATER, id=later_id)


async def later_by_key(tx: Tx, key: str) -> Row | None:
    return await tx.one(_LATER_BY_KEY, key=key)


async def later_of(tx: Tx, conversation_id: str, limit: int) -> list[Row]:
    """Those that wait, and those that were refused, the next one first."""
    return await tx.all(_LATER_OF, conversation_id=conversation_id, limit=limit)


async def due(tx: Tx, now: int) -> list[Row]:
    return await tx.all(_DUE, now=now, limit=DUE_AT_ONCE)


async def take_later(tx: Tx, later_id: str) -> bool:
    """Whether it was still waiting; nobody else takes it then."""
    return await tx.run(_TAKE_LATER, id=later_id) == 1


async def note_fate(
    tx: Tx, later_id: str, *, state: str, reason: str = "", message_id: str | None = None
) -> None:
    await tx.run(_NOTE_FATE, id=later_id, state=state, reason=reason, message_id=message_id)


async def cancel_later(tx: Tx, later_id: str) -> bool:
    return await tx.run(_CANCEL_LATER, id=later_id) == 1


async def put_draft(tx: Tx, *, conversation_id: str, agent_id: str, text: str, route: str, at: int) -> None:
    await tx.run(
        _PUT_DRAFT, conversation_id=conversation_id, agent_id=agent_id, text=text, route=route, at=at
    )


async def drop_draft(tx: Tx, *, conversation_id: str, agent_id: str) -> None:
    await tx.run(_DROP_DRAFT, conversation_id=conversation_id, agent_id=agent_id)


async def drafts(tx: Tx, agent_id: str) -> list[Row]:
    """The latest first."""
    return await tx.all(_DRAFTS, agent_id=agent_id, limit=DRAFTS_MAX)


async def draft(tx: Tx, *, conversation_id: str, agent_id: str) -> Row | None:
    return await tx.one(_DRAFT, conversation_id=conversation_id, agent_id=agent_id)
