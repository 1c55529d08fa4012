"""The hub's database goes away while members write to each other, and comes back."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from tests.postgres import PostgresServer
from tests.scenarios.databases import known_for
from tests.scenarios.demo import until
from tests.scenarios.direct_town import all_texts, begin_pair, configured, devices_of, settle
from tests.scenarios.serving import serving

pytestmark = pytest.mark.on("postgresql")
PATIENCE_SECONDS: Final = 60.0
WRITTEN: Final = 60
GOES_AWAY_AFTER: Final = 20


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[PostgresServer]:
    """A server for one test alone, which may stop it."""
    server = PostgresServer()
    try:
        server.start()
        known_for(tmp_path).write_text(server.make_database(), "ascii")
        yield server
    finally:
        server.remove()


async def test_what_members_write_arrives_once_and_in_order_although_the_database_was_away(
    tmp_path: Path, mortal: PostgresServer
) -> None:
    config, port = await configured(tmp_path)
    [[ann]], [[ben]] = await settle(config, "Ann"), await settle(config, "Ben")
    acknowledged: list[str] = []
    async with serving(config, port) as hub, devices_of(hub, [ann, ben]) as (one, other):
        thread = await begin_pair(one, other, ben.id)

        async def write() -> None:
            async with one.stream() as stream:
                for number in range(WRITTEN):
                    await stream.send(thread, f"n{number}", client_id=f"k{number}")
                    acknowledged.append(f"n{number}")

        async def has_begun() -> bool:
            return len(acknowledged) >= GOES_AWAY_AFTER

        writing = asyncio.create_task(write())
        await until(has_begun, PATIENCE_SECONDS, "some traffic")
        await asyncio.to_thread(mortal.stop, "immediate")
        await asyncio.to_thread(mortal.start)
        await asyncio.wait_for(writing, PATIENCE_SECONDS)

        async def all_is_there() -> list[str]:
            texts = await all_texts(other, thread)
            return texts if texts[-1] == acknowledged[-1] else []

        assert await until(all_is_there, PATIENCE_SECONDS, "all of it applied") == ["Hello", *acknowledged]
