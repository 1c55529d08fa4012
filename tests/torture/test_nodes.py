"""Two nodes share one database: one is killed for good, or stands still and comes back."""

import asyncio
import os
import signal
from pathlib import Path
from typing import Any, Final

from tests.postgres import PostgresServer
from tests.scenarios.demo import chance, measured, until
from tests.torture.count import everything_arrived, what_went_out
from tests.torture.load import under_load
from tests.torture.world import World, running_world

PROMISES: Final = 60
TAKEN_OVER_SECONDS_MAX: Final = 30.0
STANDSTILL_SECONDS_MIN: Final = 8.0
"""Longer than a node may be silent."""


async def test_a_node_is_killed_for_good_and_the_other_goes_on_with_everything(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    random = chance("one of two nodes killed for good")
    database = postgres.make_database()
    async with (
        running_world(tmp_path, tmp_path / "data", database, nodes=2) as world,
        under_load(world, random, patient=False) as load,
    ):
        await load.given(PROMISES)
        watcher = await _watcher(world)
        gone = world.kill_node(watcher)
        await load.given(PROMISES)
        await until(lambda: _is_followed(world, watcher), TAKEN_OVER_SECONDS_MAX, "the watch taken over")
        await load.finish()
        measured("node %d, which kept the watch, was killed for good", gone)
        await everything_arrived(world, load)
        await what_went_out(world, load)


async def test_a_node_that_stands_still_harms_nothing_when_it_wakes(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    random = chance("one of two nodes standing still")
    database = postgres.make_database()
    async with (
        running_world(tmp_path, tmp_path / "data", database, nodes=2) as world,
        under_load(world, random, patient=False) as load,
    ):
        await load.given(PROMISES)
        watcher = await _watcher(world)
        os.kill(world.node_pid(watcher), signal.SIGSTOP)
        await until(lambda: _is_followed(world, watcher), TAKEN_OVER_SECONDS_MAX, "the watch taken over")
        os.kill(world.node_pid(watcher), signal.SIGCONT)
        await load.given(PROMISES)
        await load.finish()
        await everything_arrived(world, load)
        await what_went_out(world, load)


async def _nodes(world: World) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await world.api("GET", "/nodes"))["items"]
    return items


async def _watcher(world: World) -> str:
    """The address of the node that keeps the watch."""

    async def look() -> str | None:
        return next((each["url"] for each in await _nodes(world) if each["watches"]), None)

    found = await until(look, TAKEN_OVER_SECONDS_MAX, "a node that keeps the watch")
    assert found is not None
    return found


async def _is_followed(world: World, gone: str) -> bool:
    """Whether another node keeps the watch, and none of the lanes is held by the one that is gone."""
    try:
        nodes = {each["url"]: each for each in await _nodes(world)}
    except (OSError, asyncio.TimeoutError):
        return False
    others = [each for url, each in nodes.items() if url != gone]
    return any(each["watches"] for each in others) and not nodes.get(gone, {}).get("lanes")
