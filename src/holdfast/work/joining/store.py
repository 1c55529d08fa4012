"""Every statement that moves what was decided about one conversation to another, and back."""

from collections.abc import Sequence
from typing import Any, Final

from holdfast.storage import Row, Tx

NOTES: Final = "SELECT id FROM internal_note WHERE conversation_id = :id ORDER BY at, id"
CHANGES: Final = "SELECT id FROM conversation_change WHERE conversation_id = :id ORDER BY at, id"
LATER: Final = "SELECT id FROM later_reply WHERE conversation_id = :id ORDER BY send_at, id"

_LABELS: Final = """
SELECT label_id, at FROM conversation_label WHERE conversation_id = :id ORDER BY at, label_id
"""
_PUT_LABEL: Final = """
INSERT INTO conversation_label (conversation_id, label_id, at) VALUES (:conversation_id, :label_id, :at)
ON CONFLICT DO NOTHING
"""
_TAKE_LABELS: Final = """
DELETE FROM conversation_label WHERE conversation_id = :conversation_id AND label_id IN :labels
"""
_MOVE_LABELS: Final = """
INSERT INTO conversation_label (conversation_id, label_id, at)
SELECT CAST(:kept AS TEXT), label_id, at FROM conversation_label WHERE conversation_id = :dropped
ON CONFLICT DO NOTHING
"""
_DROP_LABELS: Final = "DELETE FROM conversation_label WHERE conversation_id = :dropped"
_MOVE_NOTES: Final = "UPDATE internal_note SET conversation_id = :kept WHERE conversation_id = :dropped"
_MOVE_MENTIONS: Final = "UPDATE mention SET conversation_id = :kept WHERE conversation_id = :dropped"
_MOVE_STORY: Final = "UPDATE conversation_change SET conversation_id = :kept WHERE conversation_id = :dropped"
_MOVE_LATER: Final = "UPDATE later_reply SET conversation_id = :kept WHERE conversation_id = :dropped"
_DRAFTS: Final = """
SELECT conversation_id, agent_id, text, route, at FROM draft WHERE conversation_id = :id ORDER BY agent_id
"""
_DROP_DRAFTS: Final = "DELETE FROM draft WHERE conversation_id = :dropped"
_PUT_DRAFT: Final = """
INSERT INTO draft (conversation_id, agent_id, text, route, at)
VALUES (:conversation_id, :agent_id, :text, :route, :at) ON CONFLICT DO NOTHING
"""
_NOTES_BACK: Final = """
UPDATE internal_note SET conversation_id = :dropped WHERE id IN :ids AND conversation_id = :kept
"""
_MENTIONS_BACK: Final = """
UPDATE mention SET conversation_id = :dropped WHERE note_id IN :ids AND conversation_id = :kept
"""
_STORY_BACK: Final = """
UPDATE conversation_change SET conversation_id = :dropped WHERE id IN :ids AND conversation_id = :kept
"""
_LATER_BACK: Final = """
UPDATE later_reply SET conversation_id = :dropped WHERE id IN :ids AND conversation_id = :kept
"""


async def labels(tx: Tx, conversation_id: str) -> list[tuple[str, int]]:
    """(label, when it was put) each."""
    return [(str(row["label_id"]), int(row["at"])) for row in await tx.all(_LABELS, id=conversation_id)]


async def ids_of(tx: Tx, statement: str, conversation_id: str) -> list[str]:
    """The ids that one of the statements above finds."""
    return [str(row["id"]) for row in await tx.all(statement, id=conversation_id)]


async def drafts(tx: Tx, conversation_id: str) -> list[dict[str, Any]]:
    return [_plain(row) for row in await tx.all(_DRAFTS, id=conversation_id)]


def _plain(row: Row) -> dict[str, Any]:
    return dict(row)


async def move_all(tx: Tx, *, kept: str, dropped: str) -> None:
    """Everything that was decided about one conversation is about another from now on."""
    await tx.run(_MOVE_LABELS, kept=kept, dropped=dropped)
    await tx.run(_DROP_LABELS, dropped=dropped)
    for statement in (_MOVE_NOTES, _MOVE_MENTIONS, _MOVE_STORY, _MOVE_LATER):
        await tx.run(statement, kept=kept, dropped=dropped)
    await tx.run(_DROP_DRAFTS, dropped=dropped)


async def take_labels(tx: Tx, conversation_id: str, labels: Sequence[str]) -> None:
    if labels:
        await tx.run(_TAKE_LABELS, conversation_id=conversation_id, labels=list(labels))


async def put_labels(tx: Tx, conversation_id: str, labels: Sequence[tuple[str, int]]) -> None:
    rows = [{"conversation_id": conversation_id, "label_id": label, "at": at} for label, at in labels]
    await tx.many(_PUT_LABEL, rows)


async def move_back(
    tx: Tx, *, kept: str, dropped: str, notes: Sequence[str], changes: Sequence[str], later: Sequence[str]
) -> None:
    """Give back what is still with the kept conversation."""
    for statement, ids in (
        (_NOTES_BACK, notes),
        (_MENTIONS_BACK, notes),
        (_STORY_BACK, changes),
        (_LATER_BACK, later),
    ):
        if ids:
            await tx.run(statement, kept=kept, dropped=dropped, ids=list(ids))


async def put_drafts(tx: Tx, rows: Sequence[dict[str, Any]]) -> None:
    await tx.many(_PUT_DRAFT, rows)
