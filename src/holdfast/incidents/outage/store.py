"""Every statement about who waits in an incident, and who has seen how it ended."""

from collections.abc import Sequence
from typing import Final

from holdfast.storage import Row, Tx

ADDRESSES_AT_ONCE: Final = 500

_FAILING: Final = """
SELECT incident_id, channel, onset_at, state FROM incident_component WHERE state <> 'closed' ORDER BY joined_at, channel
"""
_WAITING: Final = """
SELECT v.id AS conversation_id, v.contact_id, v.assignee_id, c.name AS contact_name, w.channel, w.held, w.since
FROM (
    SELECT conversation_id, MIN(channel) AS channel, SUM(held) AS held, MIN(at) AS since FROM (
        SELECT m.conversation_id, d.channel, 1 AS held, d.created_at AS at
        FROM delivery d JOIN message m ON m.id = d.message_id
        WHERE d.incident_id IN (SELECT CAST(:incident_id AS TEXT)
            UNION ALL SELECT id FROM incident WHERE merged_into = :incident_id AND merged_into <> '')
            AND d.state IN ('queued', 'held', 'sending', 'in_doubt') AND d.channel IN :channels
        UNION ALL
        SELECT o.conversation_id, o.channel, 0 AS held, o.at
        FROM message o JOIN conversation u ON u.id = o.conversation_id
        WHERE o.channel IN :channels AND o.stored_at >= :since AND o.direction = 'in' AND o.automatic = 0
            AND u.waiting_since IS NOT NULL
    ) AS touched GROUP BY conversation_id ORDER BY MIN(at), conversation_id LIMIT :limit
) AS w JOIN conversation v ON v.id = w.conversation_id JOIN contact c ON c.id = v.contact_id
ORDER BY w.since, v.id
"""
_ADDRESSES: Final = "SELECT * FROM address WHERE contact_id IN :contacts ORDER BY contact_id, created_at, id"
_OVER: Final = """
SELECT i.id, i.title, i.onset_at, i.recovered_at, i.closed_at FROM incident i
WHERE i.closed_at >= :since AND i.state = 'closed' AND i.merged_into = ''
    AND NOT EXISTS (SELECT 1 FROM incident_dismissed d WHERE d.incident_id = i.id AND d.who = :who)
ORDER BY i.closed_at DESC, i.id DESC LIMIT :limit
"""
_DISMISS: Final = """
INSERT INTO incident_dismissed (incident_id, who, at)
SELECT id, CAST(:who AS TEXT), CAST(:at AS BIGINT) FROM incident WHERE id = :incident_id AND state = 'closed'
ON CONFLICT DO NOTHING
"""


async def failing(tx: Tx) -> list[Row]:
    """The channels that do not work now, of which incident, and since when."""
    return [row for row in await tx.all(_FAILING) if row["state"] == "open"]


async def waiting(tx: Tx, incident_id: str, *, channels: Sequence[str], since: int, limit: int) -> list[Row]:
    """People with something held, or with no answer, on these channels; who waits longest first."""
    return await tx.all(_WAITING, incident_id=incident_id, channels=list(channels), since=since, limit=limit)


async def addresses_of(tx: Tx, contacts: Sequence[str]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {each: [] for each in contacts}
    for first in range(0, len(contacts), ADDRESSES_AT_ONCE):
        for row in await tx.all(_ADDRESSES, contacts=contacts[first : first + ADDRESSES_AT_ONCE]):
            found[row["contact_id"]].append(row)
    return found


async def over(tx: Tx, who: str, since: int, limit: int) -> list[Row]:
    """Incidents that closed since then and that ``who`` has not put away, the latest first."""
    return await tx.all(_OVER, who=who, since=since, limit=limit)


async def dismiss(tx: Tx, incident_id: str, who: str, at: int) -> None:
    await tx.run(_DISMISS, incident_id=incident_id, who=who, at=at)
