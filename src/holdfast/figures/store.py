"""Every statement of this unit."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

import msgspec

from holdfast.figures.model import Times
from holdfast.figures.spread import times_of
from holdfast.figures.talks import Talk
from holdfast.storage import Row, Tx

CURSOR: Final = "figures"
NO_LIMIT: Final = 1 << 40
TALKS_AT_ONCE: Final = 500

_COUNTED: Final = "SELECT value FROM reader_cursor WHERE name = :name"
_SET_COUNTED: Final = """
INSERT INTO reader_cursor (name, value) VALUES (:name, :value)
ON CONFLICT (name) DO UPDATE SET value = excluded.value
"""
_MESSAGES: Final = """
SELECT m.conversation_id, m.direction, m.author, m.channel, m.at, m.stored_at, m.automatic, v.team_id
FROM message m LEFT JOIN conversation v ON v.id = m.conversation_id
WHERE m.stored_at >= :since AND m.stored_at < :until ORDER BY m.stored_at, m.id LIMIT :limit
"""
_RESOLUTIONS: Final = """
SELECT h.conversation_id, h.at, h.who AS author, v.team_id
FROM conversation_change h LEFT JOIN conversation v ON v.id = h.conversation_id
WHERE h.at >= :since AND h.at < :until AND h.kind = 'resolved' ORDER BY h.at, h.id LIMIT :limit
"""
_ADD_VOLUME: Final = """
INSERT INTO figure_volume (bucket, channel, direction, agent_id, team_id, messages)
VALUES (:bucket, :channel, :direction, :agent_id, :team_id, :messages)
ON CONFLICT (bucket, channel, direction, agent_id, team_id)
DO UPDATE SET messages = figure_volume.messages + excluded.messages
"""
_TALKS: Final = "SELECT * FROM figure_talk WHERE conversation_id IN :ids"
_PUT_TALK: Final = """
INSERT INTO figure_talk (conversation_id, began_at, waiting_since, answered, last_at, channel)
VALUES (:conversation_id, :began_at, CAST(:waiting_since AS BIGINT), :answered, :last_at, :channel)
ON CONFLICT (conversation_id) DO UPDATE SET began_at = excluded.began_at, waiting_since = excluded.waiting_since,
    answered = excluded.answered, last_at = excluded.last_at, channel = excluded.channel
"""
_DROP_TALKS: Final = "DELETE FROM figure_talk WHERE conversation_id IN :ids"
_ADD_TIME: Final = """
INSERT INTO figure_time (kind, at, conversation_id, took_ms, bin, channel, agent_id, team_id)
VALUES (:kind, :at, :conversation_id, :took_ms, :bin, :channel, :agent_id, :team_id) ON CONFLICT DO NOTHING
"""
_VOLUME: Final = """
SELECT bucket, direction, SUM(messages) AS messages FROM figure_volume
WHERE bucket >= :since AND bucket < :until GROUP BY bucket, direction
"""
_SUMS: Final = """
SELECT direction, SUM(messages) AS messages FROM figure_volume
WHERE bucket >= :since AND bucket < :until GROUP BY direction
"""
_VOLUME_BY_CHANNEL: Final = """
SELECT channel AS key, direction, SUM(messages) AS messages FROM figure_volume
WHERE bucket >= :since AND bucket < :until GROUP BY channel, direction
"""
_VOLUME_BY_AGENT: Final = """
SELECT agent_id AS key, direction, SUM(messages) AS messages FROM figure_volume
WHERE bucket >= :since AND bucket < :until AND direction = 'out' GROUP BY agent_id, direction
"""
_VOLUME_BY_TEAM: Final = """
SELECT team_id AS key, direction, SUM(messages) AS messages FROM figure_volume
WHERE bucket >= :since AND bucket < :until GROUP BY team_id, direction
"""
_SPREAD: Final = """
SELECT {key} AS key, t.bin, COUNT(*) AS many FROM figure_time t
WHERE t.kind = :kind AND t.at >= :since AND t.at < :until GROUP BY {key}, t.bin
"""
_SPREAD_OF_LABELS: Final = """
SELECT l.label_id AS key, t.bin, COUNT(*) AS many
FROM label n JOIN conversation_label l ON l.label_id = n.id
    JOIN figure_time t ON t.conversation_id = l.conversation_id
WHERE t.kind = :kind AND t.at >= :since AND t.at < :until GROUP BY l.label_id, t.bin
"""
_SPREAD_OF_ALL: Final = """
SELECT '' AS key, t.bin, COUNT(*) AS many FROM figure_time t
WHERE t.kind = :kind AND t.at >= :since AND t.at < :until GROUP BY t.bin
"""
_KEYS: Final = {"channel": "t.channel", "agent": "t.agent_id", "team": "t.team_id", "target": "t.target_id"}
_OUTCOMES: Final = """
SELECT {key} AS key, t.kind, t.outcome, COUNT(*) AS many FROM target_timer t
WHERE t.counted_at >= :since AND t.counted_at < :until AND t.outcome <> '' GROUP BY {key}, t.kind, t.outcome
"""
_TARGETS: Final = "SELECT id, name FROM target"
_AGENTS: Final = "SELECT id, name FROM agent"
_TEAMS: Final = "SELECT id, name FROM team"
_LABEL_NAMES: Final = "SELECT id, name FROM label"
_OUTAGES: Final = """
SELECT id, title, onset_at, recovered_at, closed_at FROM incident
WHERE opened_at >= :since AND opened_at < :until AND merged_into = '' ORDER BY opened_at DESC, id DESC LIMIT :limit
"""
_JUDGED: Final = """
    SELECT conversation_id, CASE WHEN came = 1 OR EXISTS (
        SELECT 1 FROM message o WHERE o.conversation_id = touched.conversation_id AND o.at >= :onset AND o.at < :end
            AND o.direction = 'out' AND o.state IN ('sent', 'delivered', 'read')) THEN 1 ELSE 0 END AS saved
    FROM (
        SELECT conversation_id, MAX(came) AS came FROM (
            SELECT m.conversation_id, CASE WHEN d.state IN ('sent', 'delivered', 'read') AND d.settled_at < :end
                THEN 1 ELSE 0 END AS came
            FROM delivery d JOIN message m ON m.id = d.message_id
            WHERE d.incident_id IN (SELECT CAST(:incident_id AS TEXT)
                UNION ALL SELECT id FROM incident WHERE merged_into = :incident_id AND merged_into <> '')
            UNION
            SELECT w.conversation_id, 0 AS came FROM message w
            WHERE w.channel IN (SELECT channel FROM incident_component WHERE incident_id = :incident_id)
                AND w.stored_at >= :onset AND w.stored_at < :ended AND w.direction = 'in' AND w.automatic = 0
        ) AS involved GROUP BY conversation_id
    ) AS touched
"""
"""``came``: something that the incident held arrived after all, though it was written before it began."""
_TOUCHED: Final = f"""
SELECT COUNT(*) AS at_risk, COALESCE(SUM(saved), 0) AS saved FROM ({_JUDGED}) AS judged
"""
_LEADS: Final = f"""
SELECT l.currency, COUNT(*) AS at_risk, SUM(saved) AS saved, SUM(l.value) AS value_at_risk,
    SUM(CASE WHEN saved = 1 THEN l.value ELSE 0 END) AS value_saved
FROM ({_JUDGED}) AS judged JOIN conversation v ON v.id = judged.conversation_id
JOIN lead l ON l.contact_id = v.contact_id JOIN lead_stage s ON s.id = l.stage_id
WHERE s.kind = 'open' OR l.since >= :onset GROUP BY l.currency ORDER BY l.currency
"""
"""Those that were open when it began: still are, or came to where they are after it."""


class Time(msgspec.Struct, frozen=True, kw_only=True):
    kind: str
    at: int
    conversation_id: str
    took_ms: int
    bin: int
    channel: str
    agent_id: str
    team_id: str


async def counted_until(tx: Tx) -> int:
    row = await tx.one(_COUNTED, name=CURSOR)
    return int(row["value"]) if row else 0


async def set_counted_until(tx: Tx, at: int) -> None:
    await tx.run(_SET_COUNTED, name=CURSOR, value=at)


async def messages_between(tx: Tx, since: int, until: int, limit: int) -> list[Row]:
    """In the order in which they were stored; a negative limit is none."""
    return await tx.all(_MESSAGES, since=since, until=until, limit=limit if limit >= 0 else NO_LIMIT)


async def resolutions_between(tx: Tx, since: int, until: int, limit: int) -> list[Row]:
    return await tx.all(_RESOLUTIONS, since=since, until=until, limit=limit if limit >= 0 else NO_LIMIT)


async def add_volumes(tx: Tx, volumes: Sequence[Mapping[str, object]]) -> None:
    if volumes:
        await tx.many(_ADD_VOLUME, volumes)


async def add_times(tx: Tx, times: Sequence[Mapping[str, object]]) -> None:
    if times:
        await tx.many(_ADD_TIME, times)


async def talks_of(tx: Tx, ids: Sequence[str]) -> dict[str, Talk]:
    found = {}
    for first in range(0, len(ids), TALKS_AT_ONCE):
        for row in await tx.all(_TALKS, ids=ids[first : first + TALKS_AT_ONCE]):
            found[row["conversation_id"]] = Talk(
                began_at=row["began_at"],
                waiting_since=row["waiting_since"],
                answered=bool(row["answered"]),
                last_at=row["last_at"],
                channel=row["channel"],
            )
    return found


async def put_talks(tx: Tx, talks: Mapping[str, Talk | None]) -> None:
    going_on = [
        {**msgspec.structs.asdict(talk), "conversation_id": name, "answered": int(talk.answered)}
        for name, talk in talks.items()
        if talk is not None
    ]
    if going_on:
        await tx.many(_PUT_TALK, going_on)
    over = [name for name, talk in talks.items() if talk is None]
    for first in range(0, len(over), TALKS_AT_ONCE):
        await tx.run(_DROP_TALKS, ids=over[first : first + TALKS_AT_ONCE])


async def volume(tx: Tx, since: int, until: int) -> list[Row]:
    """(bucket, direction, messages)."""
    return await tx.all(_VOLUME, since=since, until=until)


async def sums(tx: Tx, since: int, until: int) -> dict[str, int]:
    """Messages by direction."""
    return {row["direction"]: int(row["messages"]) for row in await tx.all(_SUMS, since=since, until=until)}


async def volume_by(tx: Tx, by: Literal["channel", "agent", "team"], since: int, until: int) -> list[Row]:
    """(key, direction, messages)."""
    sql = {"channel": _VOLUME_BY_CHANNEL, "agent": _VOLUME_BY_AGENT, "team": _VOLUME_BY_TEAM}[by]
    return await tx.all(sql, since=since, until=until)


async def times_by(tx: Tx, kind: str, by: str, since: int, until: int) -> dict[str, Times]:
    """Median and nine in ten by key; without ``by`` of all, under the empty key."""
    special = {"": _SPREAD_OF_ALL, "label": _SPREAD_OF_LABELS}
    sql = special[by] if by in special else _SPREAD.format(key=_KEYS[by])
    found: dict[str, list[tuple[int, int]]] = {}
    for row in await tx.all(sql, kind=kind, since=since, until=until):
        found.setdefault(row["key"], []).append((row["bin"], row["many"]))
    return {name: times_of(bins) for name, bins in found.items()}


async def outcomes(tx: Tx, by: str, since: int, until: int) -> list[Row]:
    """(key, kind, outcome, many) of the clocks of targets that were met or missed in a time."""
    return await tx.all(_OUTCOMES.format(key=_KEYS[by]), since=since, until=until)


async def names_of(tx: Tx, by: str) -> dict[str, str]:
    """Names of agents, teams, labels and targets by id, those that are gone too; channels have none here."""
    sql = {"agent": _AGENTS, "team": _TEAMS, "label": _LABEL_NAMES, "target": _TARGETS}.get(by)
    return {row["id"]: row["name"] for row in await tx.all(sql)} if sql else {}


async def outages(tx: Tx, since: int, until: int, limit: int) -> list[Row]:
    return await tx.all(_OUTAGES, since=since, until=until, limit=limit)


async def touched(tx: Tx, incident_id: str, *, onset: int, ended: int, end: int) -> dict[str, Any]:
    """How many conversations an incident touched until it ended, and how many of them heard from us until ``end``."""
    row = await tx.one(_TOUCHED, incident_id=incident_id, onset=onset, ended=ended, end=end)
    return {"at_risk": int(row["at_risk"]), "saved": int(row["saved"])} if row else {"at_risk": 0, "saved": 0}


async def leads_touched(tx: Tx, incident_id: str, *, onset: int, ended: int, end: int) -> list[Row]:
    """The same of leads, for each currency, with what they are worth in its smallest unit."""
    return await tx.all(_LEADS, incident_id=incident_id, onset=onset, ended=ended, end=end)
