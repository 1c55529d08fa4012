"""What was so at the end of a run: the platforms' own record beside the hub's store."""

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from holdfast_simulators import World
from holdfast_simulators.people import Message
from holdfast_simulators.request_log import LoggedRequest

from .diary import Diary
from .fate import Fate
from .stumbles import STUMBLED
from .town import CHANNELS, DIRECT
from .virtual_loop import START_MS

Row = Mapping[str, Any]

PROVEN: Final = frozenset({"sent", "delivered", "read"})
OPEN: Final = frozenset({"queued", "held", "sending", "in_doubt"})
NODES_MAX: Final = 2
REQUESTS_READ_MAX: Final = 50_000
STATED: Final = "stated:"
"""How the external id of a delivery begins that a person settled by hand."""

_MESSAGES: Final = "SELECT * FROM message ORDER BY id"
_DELIVERIES: Final = """
SELECT d.*, a.value AS address, m.conversation_id, i.idempotency_key FROM delivery d
JOIN address a ON a.id = d.address_id JOIN message m ON m.id = d.message_id
JOIN intent i ON i.id = d.intent_id ORDER BY d.created_at, d.id
"""
_ADDRESSES: Final = """
SELECT a.*, v.id AS conversation_id FROM address a JOIN conversation v ON v.contact_id = a.contact_id ORDER BY a.id
"""
_INTENTS: Final = """
SELECT i.*, m.state, m.state_reason FROM intent i JOIN message m ON m.id = i.message_id ORDER BY i.id
"""
_INCIDENTS: Final = """
SELECT c.channel, c.title, c.state, c.joined_at AS opened_at, c.closed_at, c.evidence, c.incident_id AS id, c.onset_at
FROM incident_component c ORDER BY c.joined_at, c.channel
"""
_BREAKERS: Final = "SELECT * FROM breaker ORDER BY channel"
_REACTIONS: Final = "SELECT message_id, emoji FROM reaction WHERE emoji <> '' ORDER BY message_id"
_EVENTS: Final = "SELECT seq, at, kind, conversation_id, body FROM event ORDER BY seq"
_STUMBLED: Final = f"SELECT id FROM audit_entry WHERE action = '{STUMBLED}' ORDER BY id"
_UNRESTED: Final = """
SELECT (SELECT COUNT(*) FROM delivery WHERE state IN ('queued', 'held', 'sending', 'in_doubt'))
    + (SELECT COUNT(*) FROM incident WHERE state <> 'closed') AS count
"""
_FAILING: Final = "SELECT DISTINCT channel FROM incident_component WHERE state <> 'closed' ORDER BY channel"
_APPLIED: Final = "SELECT COALESCE(MAX(value), 0) FROM reader_cursor WHERE name IN (?, ?)"
_SPOOLED: Final = "SELECT COALESCE(MAX(seq), 0) FROM envelope"


@dataclass(frozen=True, kw_only=True)
class Truth:
    fate: Fate
    diary: Diary
    ended_at: float
    rested: bool
    """Whether everything came to rest in time."""
    lost: int
    """What the hub's own ledger says was lost."""
    world: list[Message]
    requests: list[LoggedRequest]
    owners: dict[tuple[str, str], str]
    """(channel, address) -> person."""
    messages: list[Row]
    deliveries: list[Row]
    addresses: list[Row]
    intents: list[Row]
    incidents: list[Row]
    breakers: list[Row]
    reactions: list[Row]
    witnessed: list[str]
    """What was seen to go wrong while it did, with the promise that it breaks."""
    aside: frozenset[str]
    """Deliveries that were once out of the way of what was written after them."""
    stumbled: list[str]
    """What is left of units of work that failed."""
    trace: str

    def counts(self) -> dict[str, int]:
        return {
            "people wrote": sum(m.direction == "out" for m in self.world),
            "reached people": sum(m.direction == "in" for m in self.world),
            "replies": len(self.diary.replies),
            "incidents": len(self.incidents),
            "in doubt": sum(row["state"] == "in_doubt" for row in self.deliveries),
            "failed": sum(row["state"] == "rejected" for row in self.deliveries),
            "expired": sum(row["state"] == "expired" for row in self.deliveries),
            "moved": sum(row["state"] == "superseded" for row in self.deliveries),
            "attempts over one": sum(row["attempts"] > 1 for row in self.deliveries),
        }


def channel_of(message: Message) -> str:
    return CHANNELS[message.platform, message.account]


def seconds(at_ms: int) -> float:
    """A time of the platforms or of the store, as seconds of the run."""
    return (at_ms - START_MS) / 1000


def spool_file(node: int) -> str:
    return f"spool{node or ''}.db"


def is_quiet(folder: Path) -> bool:
    """Whether nothing is open in the store, and all that arrived has been applied."""
    with closing(sqlite3.connect(folder / "hub.db")) as hub:
        (unrested,) = hub.execute(_UNRESTED).fetchone()
        behind = [node for node in range(NODES_MAX) if _is_behind(hub, folder / spool_file(node), node)]
    return not unrested and not behind


def _is_behind(hub: sqlite3.Connection, spool_path: Path, node: int) -> bool:
    if not spool_path.exists():
        return False
    with closing(sqlite3.connect(spool_path)) as spool:
        (spooled,) = spool.execute(_SPOOLED).fetchone()
    (applied,) = hub.execute(_APPLIED, ("applier", f"applier:node-{node}")).fetchone()
    return bool(applied != spooled)


def failing_channels(folder: Path) -> list[str]:
    """Those with an incident that is not over."""
    with closing(sqlite3.connect(folder / "hub.db")) as hub:
        return [channel for (channel,) in hub.execute(_FAILING)]


def look_back(
    fate: Fate,
    diary: Diary,
    world: World,
    store: Path,
    *,
    ended_at: float,
    rested: bool,
    lost: int,
    witnessed: list[str],
    aside: set[str],
) -> Truth:
    with closing(sqlite3.connect(store)) as connection:
        connection.row_factory = sqlite3.Row
        rows: dict[str, list[Row]] = {
            sql: [dict(row) for row in connection.execute(sql)]
            for sql in (
                _MESSAGES,
                _DELIVERIES,
                _ADDRESSES,
                _INTENTS,
                _INCIDENTS,
                _BREAKERS,
                _REACTIONS,
                _EVENTS,
                _STUMBLED,
            )
        }
    said, requests = world.messages(), world.requests.newest(REQUESTS_READ_MAX)
    return Truth(
        fate=fate,
        diary=diary,
        ended_at=ended_at,
        rested=rested,
        lost=lost,
        witnessed=witnessed,
        aside=frozenset(aside),
        stumbled=[row["id"] for row in rows[_STUMBLED]],
        world=said,
        requests=requests,
        owners=_owners(world, diary),
        messages=rows[_MESSAGES],
        deliveries=rows[_DELIVERIES],
        addresses=rows[_ADDRESSES],
        intents=rows[_INTENTS],
        incidents=rows[_INCIDENTS],
        breakers=rows[_BREAKERS],
        reactions=rows[_REACTIONS],
        trace=_digest(rows, said, requests),
    )


def _owners(world: World, diary: Diary) -> dict[tuple[str, str], str]:
    owners = {(DIRECT, visitor): name for visitor, name in diary.visitors.items()}
    for (platform, account), channel in CHANNELS.items():
        for person in world.people:
            address = person.address(platform, account)
            if address is not None:
                owners[channel, address] = person.id
    return owners


def _digest(rows: Mapping[str, list[Row]], said: list[Message], requests: list[LoggedRequest]) -> str:
    """Of every event, delivery, message and incident of the hub, and of all that the platforms saw."""
    lines = [json.dumps(row) for table in rows.values() for row in table]
    lines += [f"{m.number} {m.at_ms} {m.id} {m.direction} {m.state} {m.text}" for m in said]
    lines += [json.dumps(request.shown()) for request in requests]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
