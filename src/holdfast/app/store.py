"""Every statement of this unit: channels that were added while running, nodes and their duties."""

from typing import Final

from holdfast.storage import Row, Tx

_ALL: Final = "SELECT * FROM channel ORDER BY id"
_ONE: Final = "SELECT * FROM channel WHERE id = :id"
_PUT: Final = """
INSERT INTO channel (id, platform, settings, secrets, created_at, updated_at)
VALUES (:id, :platform, '{}', :secrets, :at, :at)
"""
_CHANGE: Final = "UPDATE channel SET secrets = :secrets, updated_at = :at WHERE id = :id"
_DROP: Final = "DELETE FROM channel WHERE id = :id"
_SIGN: Final = """
INSERT INTO node (name, url, started_at, seen_at) VALUES (:name, :url, :now, :now)
ON CONFLICT (name) DO UPDATE SET url = excluded.url, seen_at = excluded.seen_at
"""
_SILENT: Final = "SELECT name FROM node WHERE seen_at < :before"
_NODES: Final = """
SELECT node.*, (SELECT COUNT(*) FROM lane WHERE lane.leased_by = node.name) AS lanes,
    EXISTS (SELECT 1 FROM duty WHERE duty.holder = node.name AND duty.until > :now) AS watches
FROM node ORDER BY name
"""
_FORGET_NODE: Final = "DELETE FROM node WHERE name = :name"
_FORGET_NODES: Final = "DELETE FROM node WHERE seen_at < :before"
_LEAVE_DUTIES: Final = "UPDATE duty SET until = 0 WHERE holder = :holder"
_TAKE_DUTY: Final = """
INSERT INTO duty (name, holder, until) VALUES (:name, :holder, :until)
ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
WHERE duty.holder = excluded.holder OR duty.until < :now
"""


async def stored_channels(tx: Tx) -> list[Row]:
    return await tx.all(_ALL)


async def stored_channel(tx: Tx, channel_id: str) -> Row | None:
    return await tx.one(_ONE, id=channel_id)


async def change_channel(tx: Tx, channel_id: str, sealed: bytes, at: int) -> None:
    await tx.run(_CHANGE, id=channel_id, secrets=sealed, at=at)


async def put_channel(tx: Tx, channel_id: str, platform: str, sealed: bytes, at: int) -> None:
    """Keep a channel; ``sealed`` is its whole table, encrypted."""
    await tx.run(_PUT, id=channel_id, platform=platform, secrets=sealed, at=at)


async def drop_channel(tx: Tx, channel_id: str) -> bool:
    return await tx.run(_DROP, id=channel_id) == 1


async def sign(tx: Tx, node: str, url: str, now: int) -> None:
    """A node's sign of life."""
    await tx.run(_SIGN, name=node, url=url, now=now)


async def silent_nodes(tx: Tx, *, before: int) -> list[str]:
    return [str(row["name"]) for row in await tx.all(_SILENT, before=before)]


async def all_nodes(tx: Tx, now: int) -> list[Row]:
    """Every node that was seen lately: name, url, started_at, seen_at, lanes, watches."""
    return await tx.all(_NODES, now=now)


async def forget_node(tx: Tx, node: str) -> None:
    """A node that stops by itself: it holds no duty from now on."""
    await tx.run(_LEAVE_DUTIES, holder=node)
    await tx.run(_FORGET_NODE, name=node)


async def forget_nodes(tx: Tx, *, before: int) -> None:
    await tx.run(_FORGET_NODES, before=before)


async def take_duty(tx: Tx, name: str, holder: str, *, now: int, until: int) -> bool:
    """Take or keep a duty that one node has at a time; whether it is this one's now."""
    return await tx.run(_TAKE_DUTY, name=name, holder=holder, now=now, until=until) > 0
