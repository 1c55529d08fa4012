"""The database dies or stands still under load: what arrives is kept all the same, and nothing is lost."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Final

import pytest
from tests.postgres import PostgresServer
from tests.scenarios.demo import chance, measured
from tests.torture.bare_wire import STORED
from tests.torture.count import everything_arrived, what_went_out
from tests.torture.load import Load, rounds, under_load
from tests.torture.world import World, running_world

SHORT: Final = 2
TIMES: Final = rounds("HOLDFAST_DATABASE_DEATHS", SHORT)
PROMISES: Final = 10
AWAY_PROMISES_MIN: Final = 20
AWAY_PROMISES_MAX: Final = 40 if TIMES == SHORT else 400
"""Webhooks acknowledged while there is no database: for some seconds, in a long run for up to a minute."""
FLOOD_SECONDS_MAX: Final = 1.0


@pytest.fixture
def mortal() -> Iterator[PostgresServer]:
    """A server for one test alone, which may kill it."""
    server = PostgresServer()
    try:
        server.start()
        yield server
    finally:
        server.remove()


async def test_a_database_that_is_killed_and_comes_back_costs_nothing(
    tmp_path: Path, mortal: PostgresServer
) -> None:
    random = chance("deaths of the database under load")
    async with (
        running_world(tmp_path, tmp_path / "data", mortal.make_database()) as world,
        under_load(world, random) as load,
    ):
        for number in range(TIMES):
            await load.given(PROMISES)
            async with load.wire.flood():
                await asyncio.sleep(random.uniform(0, FLOOD_SECONDS_MAX))
                await asyncio.to_thread(mortal.kill if number % 2 == 0 else lambda: mortal.stop("immediate"))
            await _keeps_what_arrives(load, random)
            await asyncio.to_thread(mortal.start)
        await _nothing_is_missing(world, load)


async def test_a_database_that_stands_still_holds_up_no_arrival(
    tmp_path: Path, mortal: PostgresServer
) -> None:
    random = chance("stalls of the database under load")
    async with (
        running_world(tmp_path, tmp_path / "data", mortal.make_database()) as world,
        under_load(world, random) as load,
    ):
        for _ in range(TIMES):
            await load.given(PROMISES)
            mortal.stall()
            try:
                await _keeps_what_arrives(load, random)
            finally:
                mortal.go_on()
        await _nothing_is_missing(world, load)


async def _keeps_what_arrives(load: Load, random: Random) -> None:
    """Webhooks are answered 200, and no other way, while the database is away."""
    before, began = load.wire.answers.copy(), time.monotonic()
    await load.given_on_the_wire(random.randint(AWAY_PROMISES_MIN, AWAY_PROMISES_MAX))
    answers = load.wire.answers - before
    measured("without the database for %.0f s: %s", time.monotonic() - began, dict(answers))
    assert set(answers) == {STORED}


async def _nothing_is_missing(world: World, load: Load) -> None:
    await load.given(PROMISES)
    await load.finish()
    assert world.hub_lives, world.said_last()
    await everything_arrived(world, load)
    await what_went_out(world, load)
