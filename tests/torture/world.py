"""The platforms as one process, and a hub on any directory as another: one may die without the other."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from random import Random
from typing import Any, Final

import aiohttp
from tests.scenarios.demo import ANSWER_SECONDS_MAX, Demo, until
from tests.scenarios.serving import free_port

from holdfast.app.demo_world import demo_people, hub_toml, new_keys, simulator_settings
from holdfast.app.seed import seed
from holdfast.settings import load_settings

PEOPLE: Final = 24
SEED: Final = 7
START_SECONDS_MAX: Final = 150.0
TOLD_BYTES: Final = 4_000


class World(Demo):
    """Like the demo, but nothing starts the hub again except the test."""

    def __init__(self, simulators: Any, session: aiohttp.ClientSession, said: Any, log: Path) -> None:
        super().__init__(simulators, session, said)
        self._log = log
        self._hub: asyncio.subprocess.Process | None = None

    async def start_hub(self) -> None:
        """Start it and wait until it keeps what it is given."""
        with self._log.open("ab") as log:
            self._hub = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "holdfast", "serve", "--config", self.addresses["config"]),
                stdout=log,
                stderr=log,
            )
        await until(self._ready, START_SECONDS_MAX, "the hub ready")

    async def _ready(self) -> bool:
        assert self._hub is not None
        assert self._hub.returncode is None, f"the hub has ended: {self.said_last()}"
        with suppress(aiohttp.ClientError, TimeoutError):
            async with self.session.get(f"{self.addresses['hub']}/health/ready") as answer:
                return answer.status == 200
        return False

    @property
    def hub_pid(self) -> int:
        assert self._hub is not None
        return self._hub.pid

    @property
    def hub_lives(self) -> bool:
        return self._hub is not None and self._hub.returncode is None

    def said_last(self) -> str:
        return self._log.read_bytes()[-TOLD_BYTES:].decode(errors="replace")

    async def end_hub(self) -> None:
        """kill -9, until it is gone and holds no file any more."""
        if self._hub is not None:
            with suppress(ProcessLookupError):
                self._hub.kill()
            await self._hub.wait()


@asynccontextmanager
async def running_world(folder: Path, data_dir: Path, database: str = "") -> AsyncIterator[World]:
    """Platforms with people, and a hub that knows them; configuration and logs lie in ``folder``.

    ``database`` is the address of a PostgreSQL database; the embedded one for none.
    """
    keys, port = new_keys(), free_port()
    people = demo_people(PEOPLE, Random(SEED))  # noqa: S311 - the same people each time
    hub_url = f"http://127.0.0.1:{port}"
    settings = simulator_settings(people, keys, hub_url=hub_url, port=free_port())
    async with running_simulators(folder, settings) as (simulators, platforms):
        config = folder / "holdfast.toml"
        text = hub_toml(
            *(keys, platforms),
            data_dir=str(data_dir),
            database=database,
            port=port,
            status_port=free_port(),
        )
        config.write_text(text, "utf-8")
        sign_in = await seed(load_settings(config, {}), people)
        said = {
            "hub": hub_url,
            "api": f"{hub_url}/api/v1",
            "api_token": sign_in.token,
            "control": f"{platforms['control']}/control",
            "control_token": keys.control,
            "config": str(config),
            "data_dir": str(data_dir),
        }
        timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS_MAX)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            world = World(simulators, session, said, folder / "hub.log")
            try:
                await world.start_hub()
                yield world
            finally:
                await world.end_hub()


@asynccontextmanager
async def running_simulators(
    folder: Path, settings: dict[str, Any]
) -> AsyncIterator[tuple[Any, dict[str, str]]]:
    """The platforms' process, and the addresses at which they answer."""
    config, ready = folder / "simulators.json", folder / "simulators.ready"
    config.write_text(json.dumps(settings), "utf-8")
    with (folder / "simulators.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "holdfast_simulators"),
            *("--config", str(config), "--ready-file", str(ready)),
            stdout=log,
            stderr=log,
        )
    try:

        async def answers() -> bool:
            assert process.returncode is None, (folder / "simulators.log").read_text("utf-8")
            return ready.exists()

        await until(answers, START_SECONDS_MAX, "the simulated platforms")
        yield process, json.loads(ready.read_text("utf-8"))
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
