"""The spool: where what arrives is made durable before it is acknowledged.

A file of its own, so that a stalled store never stops arrivals.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Final

import msgspec

from holdfast.storage.database import Row, StoreUnavailableError, Tx
from holdfast.storage.sqlite import SqliteDatabase, connect

READ_BYTES_MAX: Final = 64 * 1024 * 1024
"""Bodies that are read at once: a mail may have 25 MB, and anybody may send many."""
CURSOR: Final = "applier"

_CREATE: Final = """
CREATE TABLE IF NOT EXISTS envelope (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    channel TEXT NOT NULL,
    source TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    headers TEXT NOT NULL,
    body BLOB NOT NULL
)
"""
_INSERT: Final = """
INSERT INTO envelope (channel, source, received_at, headers, body)
VALUES (:channel, :source, :received_at, :headers, :body) RETURNING seq
"""
_SIZES_AFTER: Final = (
    "SELECT seq, LENGTH(body) AS bytes FROM envelope WHERE seq > :seq ORDER BY seq LIMIT :limit"
)
_BETWEEN: Final = "SELECT * FROM envelope WHERE seq > :seq AND seq <= :last ORDER BY seq"
_ONE: Final = "SELECT * FROM envelope WHERE seq = :seq"
_LAST: Final = "SELECT COALESCE(MAX(seq), 0) AS seq FROM envelope"
_PRUNE: Final = "DELETE FROM envelope WHERE seq <= :applied AND received_at < :before"


class SpoolUnavailableError(Exception):
    """Nothing was made durable; the sender must keep what it sent."""


class NewEnvelope(msgspec.Struct, frozen=True):
    """A raw thing that arrived, before it has a number.

    ``source`` is ``webhook``, ``history`` (read back from the platform), ``poll`` (a mailbox) or
    ``direct`` (our own chat). ``received_at`` is in milliseconds since the epoch.
    """

    channel: str
    source: str
    received_at: int
    body: bytes
    headers: dict[str, str] = {}


class Envelope(msgspec.Struct, frozen=True):
    """A raw thing that arrived and is on disk, numbered in order of arrival."""

    seq: int
    channel: str
    source: str
    received_at: int
    body: bytes
    headers: dict[str, str] = {}
    spool: str = ""


class Spool:
    """One node's spool; it has a name where several nodes share a store, each with a spool of its own.

    ``confirm`` is asked after every append and may wait, within bounds, until the envelope is safe elsewhere, too.
    """

    def __init__(
        self, path: Path, *, name: str = "", inline: bool = False, synchronous: str = "FULL"
    ) -> None:
        self.name = name
        self.confirm: Callable[[int], Awaitable[None]] | None = None
        setup = connect(path, synchronous=synchronous)
        setup.execute(_CREATE)
        setup.close()
        self._database = SqliteDatabase(path, inline=inline, synchronous=synchronous)
        self.arrived = asyncio.Event()
        self.appending = 0
        """How many wait for what they brought to be safe."""

    async def append(self, envelope: NewEnvelope) -> int:
        """Make one envelope durable (fsync) and return its number; raises SpoolUnavailableError."""
        self.appending += 1
        try:
            seq = await self._database.write(_append, envelope)
        except StoreUnavailableError as error:
            raise SpoolUnavailableError(str(error)) from error
        finally:
            self.appending -= 1
        self.arrived.set()
        if self.confirm is not None:
            await self.confirm(seq)
        return seq

    @property
    def cursor_name(self) -> str:
        """Under which the store keeps how far this spool was applied."""
        return f"{CURSOR}:{self.name}" if self.name else CURSOR

    async def after(self, seq: int, limit: int) -> Sequence[Envelope]:
        """The next envelopes, at least one where there is any, and no more than fit into memory well."""
        return await self._database.read(_after, seq, limit, self.name)

    async def get(self, seq: int) -> Envelope | None:
        return await self._database.read(_get, seq, self.name)

    async def last_seq(self) -> int:
        return await self._database.read(_last)

    async def prune(self, *, applied: int, before_ms: int) -> int:
        """Drop envelopes that were applied and arrived before the given time; the number dropped."""
        return await self._database.write(_prune, applied, before_ms)

    async def close(self) -> None:
        await self._database.close()


async def _append(tx: Tx, envelope: NewEnvelope) -> int:
    row = await tx.one(
        _INSERT,
        channel=envelope.channel,
        source=envelope.source,
        received_at=envelope.received_at,
        headers=msgspec.json.encode(envelope.headers).decode(),
        body=envelope.body,
    )
    return int(row["seq"]) if row else 0


async def _after(tx: Tx, seq: int, limit: int, name: str) -> list[Envelope]:
    last, total = seq, 0
    for row in await tx.all(_SIZES_AFTER, seq=seq, limit=limit):
        total += row["bytes"]
        if total > READ_BYTES_MAX and last > seq:
            break
        last = row["seq"]
    return [_envelope(row, name) for row in await tx.all(_BETWEEN, seq=seq, last=last)]


async def _get(tx: Tx, seq: int, name: str) -> Envelope | None:
    row = await tx.one(_ONE, seq=seq)
    return _envelope(row, name) if row else None


async def _last(tx: Tx) -> int:
    row = await tx.one(_LAST)
    return int(row["seq"]) if row else 0


async def _prune(tx: Tx, applied: int, before_ms: int) -> int:
    return await tx.run(_PRUNE, applied=applied, before=before_ms)


def _envelope(row: Row, spool: str) -> Envelope:
    return Envelope(
        seq=row["seq"],
        channel=row["channel"],
        source=row["source"],
        received_at=row["received_at"],
        headers=msgspec.json.decode(row["headers"], type=dict[str, str]),
        body=row["body"],
        spool=spool,
    )
