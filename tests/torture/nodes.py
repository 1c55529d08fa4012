"""The platforms as one process, and several nodes behind a balancer that share one database."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from random import Random
from typing import Any, Final

import aiohttp
from tests.scenarios.demo import ANSWER_SECONDS_MAX, Demo, until
from tests.scenarios.serving import free_port
from tests.torture.balancer import Balancer
from tests.torture.world import PEOPLE, SEED, START_SECONDS_MAX, running_simulators

from holdfast.app.demo_world import demo_people, hub_toml, new_keys, simulator_settings
from holdfast.app.seed import seed
from holdfast.settings import load_settings

TOLD_BYTES: Final = 4_000


class Node:
    """One process with a folder of its own."""

    def __init__(self, folder: Path, config: Path, port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.folder = folder
        self.config = config
        self._log = folder.with_suffix(".log")
        self.process: asyncio.subprocess.Process | None = None

    async def start(self, session: aiohttp.ClientSession) -> None:
        await self.spawn()
        await self.ready(session)

    async def spawn(self) -> None:
        with self._log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "holdfast", "serve", "--config", str(self.config)),
                stdout=log,
                stderr=log,
            )

    async def ready(self, session: aiohttp.ClientSession) -> None:
        """Until it keeps what it is given and commits."""

        async def answers() -> bool:
            assert self.process is not None
            assert self.process.returncode is None, self.said_last()
            with suppress(aiohttp.ClientError, TimeoutError):
                async with session.get(f"{self.url}/health/ready") as answer:
                    return answer.status == 200
            return False

        await until(answers, START_SECONDS_MAX, "the node ready")

    def signal(self, number: int) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    async def kill(self) -> None:
        """kill -9, until it is gone."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                self.process.kill()
            await self.process.wait()

    def said_last(self) -> str:
        return self._log.read_bytes()[-TOLD_BYTES:].decode(errors="replace")


class Nodes(Demo):
    """Asked through the balancer, as one hub."""

    def __init__(
        self,
        simulators: Any,
        session: aiohttp.ClientSession,
        said: Any,
        nodes: list[Node],
        balancer: Balancer,
    ) -> None:
        super().__init__(simulators, session, said)
        self.balancer = balancer
        self._nodes = {node.url: node for node in nodes}

    @property
    def nodes(self) -> list[Node]:
        return list(self._nodes.values())

    def node(self, url: str) -> Node:
        return self._nodes[url]

    async def known(self) -> dict[str, dict[str, Any]]:
        """What the hub tells of its nodes, by address."""
        return {each["url"]: each for each in (await self.api("GET", "/nodes"))["items"]}


@asynccontextmanager
async def running_nodes(folder: Path, database: str, count: int) -> AsyncIterator[Nodes]:
    keys, ports = new_keys(), [free_port() for _ in range(count)]
    people = demo_people(PEOPLE, Random(SEED))  # noqa: S311 - the same people each time
    async with Balancer(ports) as balancer:
        hub_url = f"http://127.0.0.1:{balancer.port}"
        settings = simulator_settings(people, keys, hub_url=hub_url, port=free_port())
        async with running_simulators(folder, settings) as (simulators, platforms):
            nodes = [
                _node(folder, keys, platforms, database, number, port) for number, port in enumerate(ports)
            ]
            sign_in = await seed(load_settings(nodes[0].config, {}), people)
            said = {
                "hub": hub_url,
                "api": f"{hub_url}/api/v1",
                "api_token": sign_in.token,
                "control": f"{platforms['control']}/control",
                "control_token": keys.control,
                "config": str(nodes[0].config),
                "data_dir": str(nodes[0].folder),
            }
            timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS_MAX)
            async with aiohttp.ClientSession(timeout=timeout) as session:
                try:
                    for node in nodes:
                        await node.start(session)
                    yield Nodes(simulators, session, said, nodes, balancer)
                finally:
                    await asyncio.gather(*(node.kill() for node in nodes))


def _node(folder: Path, keys: Any, platforms: dict[str, str], database: str, number: int, port: int) -> Node:
    """A node whose configuration differs in its folder and its address alone."""
    config, home = folder / f"node{number}.toml", folder / f"node{number}"
    text = hub_toml(
        keys, platforms, data_dir=str(home), database=database, port=port, status_port=free_port()
    )
    config.write_text(text, "utf-8")
    return Node(home, config, port)
