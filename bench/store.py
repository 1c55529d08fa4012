"""The store of the measured hub: a fresh one for each measurement, filled before, looked into from outside."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from bench.place import CHANNEL, write_config
from holdfast.app.hub import Hub, open_hub
from holdfast.app.services import access
from holdfast.channels.transport import HttpTransport
from holdfast.conversations import NewAddress
from holdfast.conversations.past import PastMessage, take_over
from holdfast.inbox import Scope
from holdfast.kernel import SystemClock
from holdfast.outbox import NewReply
from holdfast.outbox.breaker import Breaker, BreakerState
from holdfast.outbox.store import save_breaker
from holdfast.settings import load_settings
from holdfast.storage import Database, Row, Tx

ENQUEUED_AT_ONCE = 500
_OPEN = "SELECT COUNT(*) AS count FROM delivery WHERE state IN ('queued', 'held', 'sending', 'in_doubt')"
_ARRIVED = """
SELECT id, external_id, stored_at FROM message
WHERE (stored_at, id) > (:at, :id) AND direction = 'in' ORDER BY stored_at, id LIMIT 20000
"""


class Stores:
    """Makes databases beside the one at ``server`` (an address), or none where the hub has its own file."""

    def __init__(self, server: str = "") -> None:
        self._server = server

    @asynccontextmanager
    async def fresh(self) -> AsyncIterator[str]:
        """The address of an empty database; an empty text for the embedded one."""
        if not self._server:
            yield ""
            return
        name = f"bench_{secrets.token_hex(6)}"
        await self._run(f"CREATE DATABASE {name}")
        try:
            yield urlunsplit(urlsplit(self._server)._replace(path=f"/{name}"))
        finally:
            await self._run(f"DROP DATABASE {name} WITH (FORCE)")

    async def _run(self, sql: str) -> None:
        connection = await asyncpg.connect(self._server)
        try:
            await connection.execute(sql)
        finally:
            await connection.close()


@asynccontextmanager
async def opened(folder: Path, database: str) -> AsyncIterator[Hub]:
    """A hub on this store that runs nothing: to fill it, or to look into it."""
    config = folder / "holdfast.toml"
    if not config.exists():
        write_config(folder, port=1, sink_url="http://127.0.0.1:1", database=database)
    hub = open_hub(
        load_settings(config, {}),
        clock=SystemClock(),
        random=Random(secrets.randbits(64)),  # noqa: S311 - identifiers of a hub that lives for seconds
        transport=HttpTransport(),
        node="bench",
    )
    try:
        yield hub
    finally:
        await hub.close()


async def api_token(hub: Hub) -> str:
    return (await access(hub).create_token("bench", [Scope.READ, Scope.WRITE], "bench")).token


async def make_conversations(hub: Hub, count: int) -> list[str]:
    """People who have just written; their conversations."""
    now = hub.clock.now_ms()
    for number in range(count):
        address = NewAddress(channel=CHANNEL, value=str(number), proof="wrote", consent="reply")
        await hub.conversations.create_contact(f"Person {number}", [address], "bench")
    past = [
        PastMessage(channel=CHANNEL, value=str(n), direction="in", text="hi", at=now, external_id=f"past-{n}")
        for n in range(count)
    ]
    await hub.database.write(take_over, hub.ids, past, now)
    return [str(row["id"]) for row in await hub.database.read(_conversations)]


async def hold(hub: Hub, conversations: Sequence[str], count: int) -> None:
    """Enqueue replies to a platform that refuses; it is asked again as soon as a hub runs."""
    now = hub.clock.now_ms()
    breaker = Breaker(CHANNEL, BreakerState.OPEN, failures=9, opened_at=now, probe_at=now, reason="bench")
    await hub.database.write(save_breaker, breaker)
    for first in range(0, count, ENQUEUED_AT_ONCE):
        numbers = range(first, min(count, first + ENQUEUED_AT_ONCE))
        await asyncio.gather(*(_enqueue(hub, conversations[n % len(conversations)], n) for n in numbers))


async def _enqueue(hub: Hub, conversation_id: str, number: int) -> None:
    await hub.outbox.enqueue(NewReply(conversation_id=conversation_id, text=f"{number}", author="api:bench"))


async def count_open(database: Database) -> int:
    return await database.read(_count_open)


async def arrived_after(database: Database, at: int, last_id: str) -> list[Row]:
    """Messages in conversations after a place, in the order in which they were applied."""
    return await database.read(_read_arrived, at, last_id)


async def _conversations(tx: Tx) -> list[Row]:
    return await tx.all("SELECT id FROM conversation ORDER BY id")


async def _count_open(tx: Tx) -> int:
    row = await tx.one(_OPEN)
    return int(row["count"]) if row else 0


async def _read_arrived(tx: Tx, at: int, last_id: str) -> list[Row]:
    return await tx.all(_ARRIVED, at=at, id=last_id)
