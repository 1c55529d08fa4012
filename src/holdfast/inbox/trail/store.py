"""Every statement that looks into the audit trail."""

from collections.abc import Iterable
from typing import Any, Final

from holdfast.storage import Row, Tx

LAST_ID: Final = "~"
"""Behind every id."""

_ALL: Final = """
SELECT * FROM audit_entry
WHERE id < :before AND at >= :since AND at < :until ORDER BY id DESC LIMIT :limit
"""
_BY_ACTION: Final = """
SELECT * FROM audit_entry
WHERE action >= :action AND action < :action_end AND (who = :who OR :who = '') AND (subject = :subject OR :subject = '')
    AND id < :before AND at >= :since AND at < :until ORDER BY id DESC LIMIT :limit
"""
_BY_WHO: Final = """
SELECT * FROM audit_entry
WHERE who = :who AND (subject = :subject OR :subject = '')
    AND id < :before AND at >= :since AND at < :until ORDER BY id DESC LIMIT :limit
"""
_BY_SUBJECT: Final = """
SELECT * FROM audit_entry
WHERE subject = :subject AND id < :before AND at >= :since AND at < :until ORDER BY id DESC LIMIT :limit
"""
_AGENT_NAMES: Final = "SELECT id, name FROM agent WHERE id IN :ids"


async def entries(
    tx: Tx, *, action: str, who: str, subject: str, since: int, until: int, before: str, limit: int
) -> list[Row]:
    """The newest first; ``action`` is a whole one or, ending with a dot, the beginning of several."""
    span: dict[str, Any] = {"since": since, "until": until, "before": before or LAST_ID, "limit": limit}
    if action:
        end = action[:-1] + "/" if action.endswith(".") else action + "\x01"
        return await tx.all(_BY_ACTION, action=action, action_end=end, who=who, subject=subject, **span)
    if who:
        return await tx.all(_BY_WHO, who=who, subject=subject, **span)
    if subject:
        return await tx.all(_BY_SUBJECT, subject=subject, **span)
    return await tx.all(_ALL, **span)


async def agent_names(tx: Tx, ids: Iterable[str]) -> dict[str, str]:
    """Of agents who were removed, too."""
    wanted = sorted(set(ids))
    rows = await tx.all(_AGENT_NAMES, ids=wanted) if wanted else []
    return {str(row["id"]): str(row["name"]) for row in rows}
