"""Every statement of this unit: channels that were added while running."""

from typing import Final

from holdfast.storage import Row, Tx

_ALL: Final = "SELECT * FROM channel ORDER BY id"
_ONE: Final = "SELECT * FROM channel WHERE id = :id"
_PUT: Final = """
INSERT INTO channel (id, platform, settings, secrets, created_at, updated_at)
VALUES (:id, :platform, '{}', :secrets, :at, :at)
"""


async def stored_channels(tx: Tx) -> list[Row]:
    return await tx.all(_ALL)


async def stored_channel(tx: Tx, channel_id: str) -> Row | None:
    return await tx.one(_ONE, id=channel_id)


async def put_channel(tx: Tx, channel_id: str, platform: str, sealed: bytes, at: int) -> None:
    """Keep a channel; ``sealed`` is its whole table, encrypted."""
    await tx.run(_PUT, id=channel_id, platform=platform, secrets=sealed, at=at)
