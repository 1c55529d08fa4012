"""kill -9 of the hub while it holds, carries elsewhere, answers by itself, doubts and drains."""

import asyncio
from collections import Counter
from pathlib import Path
from random import Random
from typing import Final

import pytest
from tests.scenarios.demo import Demo, chance, failing_in, measured, running_demo
from tests.scenarios.fault_story import CLOSED_SECONDS, nothing_is_wrong
from tests.scenarios.traffic import Traffic
from tests.torture.load import rounds

LINES: Final = (("ann", "instagram"), ("chiara", "instagram"), ("emre", "instagram"), ("hana", "instagram"))
LONG: Final = bool(rounds("HOLDFAST_KILL_ROUNDS", 0))
KILLS_BEFORE, KILLS_DURING, KILLS_AFTER = (1, 5, 3) if LONG else (0, 2, 1)
UP_SECONDS_MAX: Final = 4.0 if LONG else 3.0
AUTOMATIC: Final = ("Thank you for your message", "We are back on")


@pytest.mark.parametrize("kind", ["refused", "accept_then_reset"])
async def test_an_outage_is_survived_however_often_the_hub_is_killed_in_it(tmp_path: Path, kind: str) -> None:
    random = chance(f"kills while instagram is {kind}")
    async with running_demo(tmp_path) as demo, Traffic(demo, LINES) as traffic:
        await _kill(demo, random, KILLS_BEFORE)
        await demo.fault("instagram", kind, **({} if kind == "refused" else {"capability": "send"}))
        await _kill(demo, random, KILLS_DURING)
        await demo.end_faults()
        await _kill(demo, random, KILLS_AFTER)
        await traffic.goes_on(len(LINES))
        await demo.all_closed(CLOSED_SECONDS)
        tally = await traffic.settled()
        measured("killed while %s: %s", kind, tally)
        nothing_is_wrong(tally)
        await _machines_spoke_once(demo)


async def _kill(demo: Demo, random: Random, times: int) -> None:
    for _ in range(times):
        await demo.ready()
        await asyncio.sleep(random.uniform(0, UP_SECONDS_MAX))
        demo.kill_hub()
    await demo.ready()


async def _machines_spoke_once(demo: Demo) -> None:
    """Automatic replies and thanks: once a person and incident."""
    incidents = [each for each in await demo.incidents("all") if "instagram:shop" in failing_in(each)]
    reached = [each for each in await demo.on_all_phones() if each["direction"] == "in"]
    for words in AUTOMATIC:
        times = Counter(each["person"] for each in reached if each["text"].startswith(words))
        assert all(count <= len(incidents) for count in times.values()), (words, times)
