"""Power cuts: what was acknowledged had been synced. The platforms do not lose their power, only the hub does."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

import asyncpg
import pytest
from tests.postgres import PostgresServer
from tests.scenarios.demo import chance, measured
from tests.torture.count import everything_arrived, what_went_out
from tests.torture.disk import Disk
from tests.torture.load import Load, rounds, under_load
from tests.torture.world import World, running_world

from holdfast.storage import SqliteDatabase, Tx

CUTS: Final = rounds("HOLDFAST_POWER_CUTS", 2)
POSTGRES_CUTS: Final = rounds("HOLDFAST_POWER_CUTS", 1)
FLOOD_SECONDS_MAX: Final = 1.5
PROMISES: Final = 5
"""Given at least between two cuts, so that each cut has something to lose."""
WRITER: Final = Path(__file__).with_name("writer.py")
WRITTEN: Final = 300


async def test_what_was_acknowledged_survives_power_cuts(tmp_path: Path, disk: Disk) -> None:
    random = chance(f"{CUTS} power cuts under load")
    async with (
        running_world(tmp_path, disk.mount / "data") as world,
        under_load(world, random) as load,
    ):
        for _ in range(CUTS):
            await load.given(PROMISES)
            async with load.wire.flood():
                await asyncio.sleep(random.uniform(0, FLOOD_SECONDS_MAX))
                await asyncio.to_thread(disk.cut_power, world.hub_pid)
                await world.end_hub()
            await asyncio.to_thread(disk.power_on)
            await world.start_hub()
        await _nothing_is_missing(world, load)


async def test_so_it_does_with_postgresql_on_the_same_machine(tmp_path: Path, disk: Disk) -> None:
    random = chance(f"{POSTGRES_CUTS} power cuts under load, with PostgreSQL")
    async with (
        _server_on(disk) as server,
        running_world(tmp_path, disk.mount / "data", await _careless_database(server)) as world,
        under_load(world, random) as load,
    ):
        for _ in range(POSTGRES_CUTS):
            await load.given(PROMISES)
            async with load.wire.flood():
                await asyncio.sleep(random.uniform(0, FLOOD_SECONDS_MAX))
                powered = server.pids()
                await asyncio.to_thread(disk.cut_power, world.hub_pid, *powered)
                await world.end_hub()
                _kill(powered)
            await asyncio.to_thread(disk.power_on)
            await asyncio.to_thread(server.start)
            await world.start_hub()
        await _nothing_is_missing(world, load)


@asynccontextmanager
async def _server_on(disk: Disk) -> AsyncIterator[PostgresServer]:
    """A server whose data lie on the disk, and are really there."""
    server = PostgresServer(disk.mount)
    try:
        await asyncio.to_thread(disk.power_on)  # making a cluster leaves it unsynced
        await asyncio.to_thread(server.start)
        yield server
    finally:
        await asyncio.to_thread(server.remove)


async def _careless_database(server: PostgresServer) -> str:
    """One that answers before it syncs, unless it is told otherwise."""
    url = server.make_database()
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(f"ALTER DATABASE {url.rpartition('/')[2]} SET synchronous_commit TO off")
    finally:
        await connection.close()
    return url


def _kill(pids: Iterable[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


async def _nothing_is_missing(world: World, load: Load) -> None:
    await load.finish()
    await everything_arrived(world, load)
    await what_went_out(world, load)


@pytest.mark.parametrize(("synchronous", "loses"), [("FULL", False), ("NORMAL", True), ("OFF", True)])
async def test_a_store_keeps_what_it_synced_and_this_test_would_see_it_if_not(
    disk: Disk, synchronous: str, *, loses: bool
) -> None:
    """The same cut on a store that does not sync: were nothing lost there, the tests here would prove nothing."""
    path = disk.mount / "hub.db"
    acknowledged = await asyncio.to_thread(_written_until_the_cut, disk, path, synchronous)
    await asyncio.to_thread(disk.power_on)
    lost = acknowledged - await _kept(path)
    measured("%s: %d acknowledged, %d lost", synchronous, len(acknowledged), len(lost))
    assert len(acknowledged) >= WRITTEN
    assert bool(lost) is loses


def _written_until_the_cut(disk: Disk, path: Path, synchronous: str) -> set[int]:
    """The numbers that a writer acknowledged before its disk was gone."""
    command = [sys.executable, str(WRITER), str(path), synchronous]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:  # noqa: S603 - our own file
        assert process.stdout is not None
        first = [int(process.stdout.readline()) for _ in range(WRITTEN)]
        disk.cut_power(process.pid)
        process.kill()
        rest = process.stdout.read().decode()
    return {*first, *map(int, rest.splitlines())}


async def _kept(path: Path) -> set[int]:
    database = SqliteDatabase(path)
    try:
        return await database.read(_numbers)
    finally:
        await database.close()


async def _numbers(tx: Tx) -> set[int]:
    if not await tx.all("SELECT name FROM sqlite_master WHERE name = 'number'"):
        return set()
    return {row["value"] for row in await tx.all("SELECT value FROM number")}
