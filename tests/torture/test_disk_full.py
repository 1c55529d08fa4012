"""A full disk: nothing is acknowledged that cannot be kept, and all goes on by itself once there is room."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Final

from tests.scenarios.demo import chance, measured, until
from tests.torture.bare_wire import NOT_STORED, STORED
from tests.torture.count import everything_arrived, what_went_out
from tests.torture.disk import Disk
from tests.torture.load import Load, rounds, under_load
from tests.torture.world import running_world

TIMES: Final = rounds("HOLDFAST_FULL_DISKS", 1)
PROMISES: Final = 20
REFUSALS: Final = 20
"""On the bare wire, each time."""
REFUSED_SECONDS_MAX: Final = 60.0


async def test_a_full_disk_refuses_loses_nothing_and_goes_on_by_itself(
    tmp_path: Path, small_disk: Disk
) -> None:
    random = chance("full disks under load")
    async with (
        running_world(tmp_path, small_disk.mount / "data") as world,
        under_load(world, random) as load,
    ):
        for _ in range(TIMES):
            await load.given(PROMISES)
            refused = await _filled(small_disk, load)
            await asyncio.to_thread(small_disk.free)
            await load.given(PROMISES)
            measured("the disk was full, %s", dict(refused))
            assert set(refused) <= {STORED, NOT_STORED}, f"{refused}: no answer at all"
            assert world.hub_lives, world.said_last()
        await load.finish()
        await everything_arrived(world, load)
        await what_went_out(world, load)


async def _filled(disk: Disk, load: Load) -> Counter[int]:
    """Answers on the bare wire while no room was left, until many of them were refusals."""
    before = load.wire.answers.copy()

    async def refused() -> bool:
        load.goes_on()
        await asyncio.to_thread(disk.fill)  # what a file gives back is taken at once
        return load.wire.answers[NOT_STORED] - before[NOT_STORED] >= REFUSALS

    await until(refused, REFUSED_SECONDS_MAX, "refusals")
    return load.wire.answers - before
