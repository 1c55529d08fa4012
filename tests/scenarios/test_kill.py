"""kill -9 of the hub and the status page at random moments, under load from every side, and then the count."""

import asyncio
import time
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Final

import aiohttp
from tests.scenarios.demo import BACK_SECONDS_MAX, Demo, chance, measured, running_demo, until
from tests.torture.count import everything_arrived, what_went_out
from tests.torture.load import rounds, under_load

ROUNDS: Final = rounds("HOLDFAST_KILL_ROUNDS", 3)
UP_SECONDS_MAX: Final = 2.0
"""How long the hub lives at most before it is killed again, once it has answered."""
COMING_UP_SECONDS_MAX: Final = 1.5
COMING_UP: Final = 0.25
"""The share of kills that hit a hub which has not answered yet."""
STATUS_EVERY: Final = 3
"""In each third round the status page's process is killed, too."""


async def test_nothing_is_lost_or_doubled_however_often_the_hub_is_killed(tmp_path: Path) -> None:
    random = chance("kills under load")
    async with running_demo(tmp_path) as demo, under_load(demo, random) as load:
        began = time.monotonic()
        for number in range(ROUNDS):
            await _kill(demo, random, number)
            load.goes_on()
        await demo.ready()
        await load.finish()
        measured("%d kills within %.0f s", ROUNDS, time.monotonic() - began)
        await _page_is_back(demo)
        await everything_arrived(demo, load)
        await what_went_out(demo, load)


async def _kill(demo: Demo, random: Random, number: int) -> None:
    """Kill the hub while it works or, after the first time, while it comes up again."""
    if number and random.random() < COMING_UP:
        await _pause(random, COMING_UP_SECONDS_MAX)
    else:
        await demo.ready()
        await _pause(random, UP_SECONDS_MAX)
    names = ("hub",) if number % STATUS_EVERY else ("hub", "status")
    for name, pid in [(name, demo.kill(name)) for name in names]:
        await demo.another(name, pid)


async def _page_is_back(demo: Demo) -> None:
    async def look() -> bool:
        with suppress(aiohttp.ClientError):
            return "Kelp" in await demo.page()
        return False

    await until(look, BACK_SECONDS_MAX, "the status page")


async def _pause(random: Random, seconds_max: float) -> None:
    await asyncio.sleep(random.uniform(0, seconds_max))
