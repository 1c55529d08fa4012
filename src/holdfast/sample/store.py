"""Every statement of this unit; rows go into the hub's own tables by the names of their columns."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from holdfast.storage import Tx
from holdfast.storage.migrations import migration_files

_INDEX: Final = re.compile(r"^CREATE (?:UNIQUE )?INDEX (\w+) ON (\w+)[^;]+", re.MULTILINE)
_DROPPED: Final = re.compile(r"^DROP TABLE (\w+)", re.MULTILINE)

_CLOSE_TALK: Final = """
UPDATE conversation SET status = :status, last_at = :last_at, last_in_at = :last_in_at, last_preview = :last_preview,
    last_channel = :last_channel, unread = :unread, waiting_since = CAST(:waiting_since AS BIGINT),
    answer_by = CAST(:waiting_since AS BIGINT) + 86400000
WHERE id = :id
"""
_HEARD: Final = "UPDATE address SET last_in_at = :last_in_at WHERE id = :id"
_IS_SHARED: Final = "SELECT 1 AS found FROM node WHERE seen_at > :since LIMIT 1"
_IS_USED: Final = """
SELECT 1 AS found FROM contact UNION ALL SELECT 1 FROM event UNION ALL SELECT 1 FROM agent
UNION ALL SELECT 1 FROM channel UNION ALL SELECT 1 FROM incident LIMIT 1
"""


async def put_rows(tx: Tx, rows: Mapping[str, Sequence[Mapping[str, object]]]) -> None:
    """Insert rows by table; the rows of one table all name the same columns."""
    for table, each in rows.items():
        if each:
            columns = ", ".join(each[0])
            values = ", ".join(f":{column}" for column in each[0])
            # Names of tables and columns come from this unit alone.
            await tx.many(f"INSERT INTO {table} ({columns}) VALUES ({values})", each)


async def close_talks(
    tx: Tx, conversations: Sequence[Mapping[str, object]], addresses: Sequence[Mapping[str, object]]
) -> None:
    """Bring conversations and addresses to how they stand after their last message."""
    await tx.many(_CLOSE_TALK, conversations)
    await tx.many(_HEARD, addresses)


def indexes() -> dict[str, str]:
    """The statement of every index of the schema, by name; a later migration's word is the last."""
    texts = [text for _, text in migration_files()]
    gone = {name for text in texts for name in _DROPPED.findall(text)}
    return {match[1]: match[0] for text in texts for match in _INDEX.finditer(text) if match[2] not in gone}


async def drop_index(tx: Tx, name: str) -> None:
    await tx.run(f"DROP INDEX {name}")


async def create_index(tx: Tx, statement: str) -> None:
    await tx.run(statement)


async def is_shared(tx: Tx, since: int) -> bool:
    """Whether a node of a hub gave a sign of life since a time."""
    return await tx.one(_IS_SHARED, since=since) is not None


async def is_used(tx: Tx) -> bool:
    """Whether a hub has anything to lose here."""
    return await tx.one(_IS_USED) is not None
