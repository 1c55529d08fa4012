"""A node that starts while the shared database is away: what it takes is kept, and comes in when that is back."""

import asyncio
from pathlib import Path
from typing import Final

from tests.postgres import PostgresServer
from tests.scenarios.demo import until
from tests.scenarios.serving import holdfast
from tests.torture.bare_wire import STORED, BareWire
from tests.torture.nodes import running_nodes

WRITES: Final = 5
TAKEN_SECONDS_MAX: Final = 60.0
ARRIVED_SECONDS_MAX: Final = 60.0


async def test_a_node_that_starts_without_its_database_takes_arrivals(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    async with running_nodes(tmp_path, postgres.make_database(), 1) as hub:
        wire = BareWire(hub)
        await wire.deliver("goran", "instagram")
        [node] = hub.nodes
        await node.kill()
        await asyncio.to_thread(postgres.kill)
        try:
            await node.spawn()
            async with asyncio.timeout(TAKEN_SECONDS_MAX):
                for _ in range(WRITES):
                    await wire.deliver("goran", "instagram")
            told = await holdfast("node", "list", "--config", str(node.config))
            assert (told.code, "The database does not answer" in told.err) == (1, True), told
        finally:
            await asyncio.to_thread(postgres.start)
        assert wire.answers[STORED] == 1 + WRITES
        await node.ready(hub.session)
        wanted = set(wire.delivered["goran", "instagram"])

        async def arrived() -> bool:
            return wanted <= {each["text"] for each in await hub.items("/messages", direction="in")}

        await until(arrived, ARRIVED_SECONDS_MAX, "what was taken while the database was away")


async def test_a_database_that_is_not_there_ends_the_start_with_a_sentence(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    config = tmp_path / "holdfast.toml"
    address = f"{postgres.url.rpartition('/')[0]}/no_such_database"
    config.write_text(f'[hub]\ndatabase = "{address}"\ndata_dir = "{tmp_path / "data"}"\nport = 1\n', "utf-8")
    for command in ("migrate", "serve"):
        told = await holdfast(command, "--config", str(config))
        assert told.code == 1, told
        assert "Traceback" not in told.err
