"""Every statement about a hub's first steps."""

from typing import Final

from holdfast.storage import Row, Tx

LOOKED_AT: Final = 1_000
"""Messages that are looked at; a hub with more of them is not fresh."""

_NOTE: Final = "SELECT text FROM hub_note WHERE name = :name"
_PUT_NOTE: Final = """
INSERT INTO hub_note (name, text, at) VALUES (:name, :text, :at)
ON CONFLICT (name) DO UPDATE SET text = excluded.text, at = excluded.at
"""
_FIRST_MESSAGES: Final = """
SELECT direction, automatic, conversation_id FROM message ORDER BY id LIMIT :limit
"""
_ANY_AGENT: Final = "SELECT id FROM agent LIMIT 1"


async def note(tx: Tx, name: str) -> str:
    row = await tx.one(_NOTE, name=name)
    return str(row["text"]) if row else ""


async def put_note(tx: Tx, name: str, text: str, at: int) -> None:
    await tx.run(_PUT_NOTE, name=name, text=text, at=at)


async def first_messages(tx: Tx) -> list[Row]:
    return await tx.all(_FIRST_MESSAGES, limit=LOOKED_AT)


async def is_any_agent(tx: Tx) -> bool:
    """Whether there is or was anybody who may sign in."""
    return await tx.one(_ANY_AGENT) is not None
