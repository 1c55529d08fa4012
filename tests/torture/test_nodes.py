"""Two nodes share one database: one is killed for good, or stands still and comes back."""

import signal
from pathlib import Path
from typing import Final

import aiohttp
from tests.postgres import PostgresServer
from tests.scenarios.demo import chance, measured, until
from tests.scenarios.serving import holdfast
from tests.torture.count import everything_arrived, what_went_out
from tests.torture.load import under_load
from tests.torture.nodes import Nodes, running_nodes

PROMISES: Final = 40
TAKEN_OVER_SECONDS_MAX: Final = 30.0


async def test_a_node_is_killed_for_good_and_the_other_goes_on_with_everything(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    random = chance("one of two nodes killed for good")
    async with (
        running_nodes(tmp_path, postgres.make_database(), 2) as hub,
        under_load(hub, random) as load,
    ):
        await load.given(PROMISES)
        gone = await _watcher(hub)
        await hub.node(gone).kill()
        await load.given(PROMISES)
        await _is_followed(hub, gone)
        await load.finish()
        measured("the node that kept the watch was killed for good after %d promises", load.acknowledged)
        await everything_arrived(hub, load)
        await what_went_out(hub, load)
        [living] = [url for url in await hub.known() if url != gone]
        said = await holdfast("node", "list", "--config", str(hub.node(living).config))
        assert (said.code, "keeps the watch" in said.out) == (0, True), said
        said = await holdfast(
            "node", "adopt", str(hub.node(gone).folder), "--config", str(hub.node(living).config)
        )
        assert said.code == 0, said
        await everything_arrived(hub, load)


async def test_a_node_that_stood_still_harms_nothing_when_it_wakes(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    random = chance("one of two nodes standing still")
    async with (
        running_nodes(tmp_path, postgres.make_database(), 2) as hub,
        under_load(hub, random) as load,
    ):
        await load.given(PROMISES)
        still = await _watcher(hub)
        node = hub.node(still)
        node.signal(signal.SIGSTOP)
        hub.balancer.take_out(node.port)
        await _is_followed(hub, still)
        node.signal(signal.SIGCONT)
        hub.balancer.put_back(node.port)
        await load.given(PROMISES)
        await load.finish()
        await everything_arrived(hub, load)
        await what_went_out(hub, load)


async def _watcher(hub: Nodes) -> str:
    """The address of the node that keeps the watch."""

    async def look() -> str | None:
        return next((url for url, each in (await hub.known()).items() if each["watches"]), None)

    found = await until(look, TAKEN_OVER_SECONDS_MAX, "a node that keeps the watch")
    assert found is not None
    return found


async def _is_followed(hub: Nodes, gone: str) -> None:
    """Until another node keeps the watch, and the one that is gone holds no lane."""

    async def look() -> bool:
        try:
            known = await hub.known()
        except (aiohttp.ClientError, TimeoutError):
            return False
        others = [each for url, each in known.items() if url != gone]
        return any(each["watches"] for each in others) and not known[gone]["lanes"]

    await until(look, TAKEN_OVER_SECONDS_MAX, "the watch and the lanes taken over")
