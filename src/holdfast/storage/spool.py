"""The spool: where what arrives is made durable before it is acknowledged.

A file of its own, so that a stalled store never stops arrivals.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Final

import msgspec

from holdfast.storage.database import Row, Tx
from holdfast.storage.sqlite import SqliteDatabase, connect

READ_BYTES_MAX: Final = 64 * 1024 * 1024
"""Bodies that are read at once: a mail may have 25 MB, and anybody may send many."""
APPENDED_AT_ONCE_MAX: Final = 500
"""Envelopes in one commit."""
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
INSERT INTO envelope (seq, channel, source, received_at, headers, body)
VALUES (:seq, :channel, :source, :received_at, :headers, :body)
"""
_NEWEST: Final = "SELECT seq FROM sqlite_sequence WHERE name = 'envelope'"
_SIZES_AFTER: Final = (
    "SELECT seq, LENGTH(body) AS bytes FROM envelope WHERE seq > :seq ORDER BY seq LIMIT :limit"
)
_BETWEEN: Final = "SELECT * FROM envelope WHERE seq > :seq AND seq <= :last ORDER BY seq"
_ONE: Final = "SELECT * FROM envelope WHERE seq = :seq"
_LAST: Final = "SELECT COALESCE(MAX(seq), 0) AS seq FROM envelope"
_PRUNE: Final = "DELETE FROM envelope WHERE seq <= :applied AND received_at < :before"

_NUMBER: Final = "UPDATE sqlite_sequence SET seq = :seq WHERE name = 'envelope'"
_FIRST_NUMBER: Final = "INSERT INTO sqlite_sequence (name, seq) VALUES ('envelope', :seq)"
_RENUMBER: Final = "UPDATE envelope SET seq = seq + :by"
_EMPTY: Final = """
UPDATE envelope SET body = X'', headers = '{}' WHERE seq = :seq AND seq <= :applied
"""


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
        self._waiting: list[_Waiting] = []
        self._writer: asyncio.Task[None] | None = None

    async def append(self, envelope: NewEnvelope) -> int:
        """Make one envelope durable (fsync) and return its number; raises SpoolUnavailableError."""
        waiting = _Waiting(_columns(envelope), asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_waiting(), name="spool-write")
        self.appending += 1
        try:
            seq = await waiting.number
        finally:
            self.appending -= 1
        if self.confirm is not None:
            await self.confirm(seq)
        return seq

    async def _write_waiting(self) -> None:
        """Write what waits, all of it at once, and what has come meanwhile after that."""
        while self._waiting:
            batch, self._waiting = self._waiting[:APPENDED_AT_ONCE_MAX], self._waiting[APPENDED_AT_ONCE_MAX:]
            try:
                first = await self._database.write(_append_all, [each.columns for each in batch])
            except Exception as error:  # noqa: BLE001 - whatever it was, nobody may wait for ever
                for each in batch:
                    each.refuse(error)
            else:
                for seq, each in enumerate(batch, first):
                    each.confirm(seq)
                self.arrived.set()
        self._writer = None

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

    async def begin_after(self, applied: int) -> bool:
        """Give no number again that the store has applied already; whether any would have been.

        A file that was lost, or brought back from an older copy, would number what arrives anew from below, and what
        arrived would be taken for applied. What stands in it is numbered behind, and applied (again): repeats
        have no effect.
        """
        return await self._database.write(_begin_after, applied)

    async def prune(self, *, applied: int, before_ms: int) -> int:
        """Drop envelopes that were applied and arrived before the given time; the number dropped."""
        return await self._database.write(_prune, applied, before_ms)

    async def empty(self, seqs: Sequence[int], *, applied: int) -> None:
        """Leave of envelopes that were applied nothing but that they came; whoever wrote them was erased."""
        await self._database.write(_empty, seqs, applied)

    async def close(self) -> None:
        if self._writer is not None:
            await asyncio.wait({self._writer})  # it may have been cancelled; the file is closed all the same
        await self._database.close()


class _Waiting:
    """An envelope on its way to the disk, and who waits for its number."""

    def __init__(self, columns: dict[str, object], number: asyncio.Future[int]) -> None:
        self.columns = columns
        self.number = number

    def confirm(self, seq: int) -> None:
        if not self.number.done():
            self.number.set_result(seq)

    def refuse(self, error: Exception) -> None:
        if not self.number.done():
            refusal = SpoolUnavailableError(str(error))
            refusal.__cause__ = error
            self.number.set_exception(refusal)


def _columns(envelope: NewEnvelope) -> dict[str, object]:
    return {
        "channel": envelope.channel,
        "source": envelope.source,
        "received_at": envelope.received_at,
        "headers": msgspec.json.encode(envelope.headers).decode(),
        "body": envelope.body,
    }


async def _append_all(tx: Tx, envelopes: Sequence[dict[str, object]]) -> int:
    """Append envelopes in their order, numbered without a gap; the number of the first."""
    newest = await tx.one(_NEWEST)
    first = int(newest["seq"]) + 1 if newest else 1
    await tx.many(_INSERT, [{**columns, "seq": seq} for seq, columns in enumerate(envelopes, first)])
    return first


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


async def _begin_after(tx: Tx, applied: int) -> bool:
    newest = await tx.one(_NEWEST)
    if newest is not None and int(newest["seq"]) >= applied:
        return False
    if newest is None:
        await tx.run(_FIRST_NUMBER, seq=applied)
    else:
        await tx.run(_RENUMBER, by=applied)
        await tx.run(_NUMBER, seq=applied + int(newest["seq"]))
    return applied > 0


async def _prune(tx: Tx, applied: int, before_ms: int) -> int:
    return await tx.run(_PRUNE, applied=applied, before=before_ms)


async def _empty(tx: Tx, seqs: Sequence[int], applied: int) -> None:
    await tx.many(_EMPTY, [{"seq": seq, "applied": applied} for seq in seqs])


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
