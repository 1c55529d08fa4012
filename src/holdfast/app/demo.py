"""The demo: simulators, hub and status page as processes of their own, seeded, watched, stopped together."""

import asyncio
import json
import secrets
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from pathlib import Path
from random import Random
from typing import Any, Final

import aiohttp
import msgspec

from holdfast.app.demo_world import demo_people, hub_toml, new_keys, simulator_settings, spare_account
from holdfast.app.private import make_private_folder, write_private
from holdfast.app.replayed_day import ReplayError, replay_day
from holdfast.app.seed import SignIn, seed
from holdfast.kernel import SystemClock
from holdfast.settings import load_settings

HOST: Final = "127.0.0.1"
FREE_PORTS: Final = range(20_000, 32_000)
READY_SECONDS_MAX: Final = 60.0
STOP_SECONDS_MAX: Final = 10.0
RESTART_SECONDS: Final = 0.5
LOOK_SECONDS: Final = 0.05
SEED: Final = 7
REPLAY_SPEED: Final = 2_880.0
"""A day in half a minute."""

Say = Callable[[str], None]


class DemoError(Exception):
    """The demo could not start; the sentence says why."""


class DemoOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Ports of 0 are chosen by the system; without ``data_dir`` a fresh temporary one is used.

    ``database`` is the address of an empty PostgreSQL database; without it the embedded one is used.
    """

    port: int
    status_port: int
    simulator_port: int
    data_dir: Path | None = None
    people: int = 12
    database: str = ""
    replay_day: bool = False


class Process:
    """A child process that is started again when it dies, until it is told to stop."""

    def __init__(self, name: str, arguments: list[str], run_dir: Path) -> None:
        self.name = name
        self._arguments = arguments
        self._run_dir = run_dir
        self._stopping = False
        self._child: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int:
        return self._child.pid if self._child else 0

    @property
    def died(self) -> bool:
        return self._child is not None and self._child.returncode is not None

    async def start(self) -> None:
        await self._spawn()
        self._watch = asyncio.create_task(self._keep(), name=f"keep {self.name}")

    async def _spawn(self) -> None:
        with (self._run_dir / f"{self.name}.log").open("ab") as log:
            self._child = await asyncio.create_subprocess_exec(
                sys.executable, *self._arguments, stdout=log, stderr=log, start_new_session=True
            )
        (self._run_dir / f"{self.name}.pid").write_text(str(self._child.pid), "ascii")

    async def _keep(self) -> None:
        while not self._stopping and self._child is not None:
            await self._child.wait()
            if not self._stopping:
                await asyncio.sleep(RESTART_SECONDS)
                await self._spawn()

    async def stop(self) -> None:
        self._stopping = True
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        if self._child is None or self._child.returncode is not None:
            return
        self._child.terminate()
        try:
            async with asyncio.timeout(STOP_SECONDS_MAX):
                await self._child.wait()
        except TimeoutError:
            self._child.kill()
            await self._child.wait()

    def last_words(self) -> str:
        log = (self._run_dir / f"{self.name}.log").read_text("utf-8", "replace").strip()
        return log.splitlines()[-1] if log else "it said nothing"


async def run_demo(options: DemoOptions, *, say: Say, announce: Callable[[dict[str, Any]], None]) -> None:
    """Run the demo until SIGINT or SIGTERM; ``announce`` gets every address once all answers."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    with _data_dir(options.data_dir) as data_dir:
        demo = _Demo(options, data_dir, say)
        starting = asyncio.create_task(demo.start())
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                announce(starting.result())
                await _until(stopping, starting.result(), options, say)
        finally:
            for task in (starting, stopping):
                task.cancel()
            await asyncio.gather(starting, stopping, return_exceptions=True)
            say("Stopping …")
            await demo.stop()


async def _until(
    stopping: asyncio.Task[bool], addresses: dict[str, Any], options: DemoOptions, say: Say
) -> None:
    """Wait for the stop; meanwhile people report what failed on a day of long ago, if that is wished."""
    if options.replay_day:
        playing = asyncio.create_task(_replay(addresses, say))
        await asyncio.wait({playing, stopping}, return_when=asyncio.FIRST_COMPLETED)
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)
    await stopping


async def _replay(addresses: dict[str, Any], say: Say) -> None:
    clock = SystemClock()
    try:
        counted = await replay_day(
            addresses["api"], addresses["api_token"], speed=REPLAY_SPEED, now_ms=clock.now_ms, say=say
        )
    except (ReplayError, aiohttp.ClientError, TimeoutError) as error:
        say(f"The day could not be replayed: {error}")
    else:
        say(f"Counted {counted:,} reports: {addresses['status']}/tracker")


class _Demo:
    def __init__(self, options: DemoOptions, data_dir: Path, say: Say) -> None:
        self._options = options
        self._data_dir = data_dir
        self._say = say
        self._run_dir = data_dir / "run"
        self._processes: list[Process] = []

    async def start(self) -> dict[str, Any]:
        make_private_folder(self._run_dir)
        ports = {
            name: port or _free_port()
            for name, port in (
                ("hub", self._options.port),
                ("status", self._options.status_port),
                ("simulators", self._options.simulator_port),
            )
        }
        for name, port in ports.items():
            _check_free(name, port)
        keys = new_keys()
        people = demo_people(self._options.people, Random(SEED))  # noqa: S311 - the same people each time
        hub_url = f"http://{HOST}:{ports['hub']}"
        self._say(f"Starting the simulated platforms with {len(people)} people …")
        simulators = simulator_settings(people, keys, hub_url=hub_url, port=ports["simulators"])
        addresses = await self._start_simulators(simulators)
        config = self._data_dir / "holdfast.toml"
        text = hub_toml(
            keys,
            addresses,
            data_dir=str(self._data_dir),
            database=self._options.database,
            port=ports["hub"],
            status_port=ports["status"],
        )
        write_private(config, text)
        self._say("Seeding the shop …")
        sign_in = await seed(load_settings(config, {}), people)
        self._say("Starting the status page and the hub …")
        await self._start("status", ["-m", "holdfast.web.status_process", *self._status_arguments(ports)])
        await self._start("hub", ["-m", "holdfast", "serve", "--config", str(config)])
        status_url = f"http://{HOST}:{ports['status']}"
        await self._wait_for(f"{hub_url}/health/ready", f"{status_url}/", f"{addresses['control']}/")
        told = self._addresses(hub_url, status_url, addresses, sign_in, keys.control, config)
        return {**told, "spare": spare_account(keys, addresses)}

    def _status_arguments(self, ports: dict[str, int]) -> list[str]:
        url = f"http://{HOST}:{ports['status']}"
        return ["--data-dir", str(self._data_dir), "--port", str(ports["status"]), "--base-url", url]

    async def _start_simulators(self, settings: dict[str, Any]) -> dict[str, str]:
        config, ready = self._data_dir / "simulators.json", self._run_dir / "simulators.ready"
        write_private(config, json.dumps(settings, indent=2))
        ready.unlink(missing_ok=True)
        arguments = ["-m", "holdfast_simulators", "--config", str(config), "--ready-file", str(ready)]
        simulators = await self._start("simulators", arguments)
        async with asyncio.timeout(READY_SECONDS_MAX):
            while not ready.exists():
                await asyncio.sleep(LOOK_SECONDS)
                if simulators.died:
                    raise DemoError(f"The simulators did not start: {simulators.last_words()}")
        addresses: dict[str, str] = json.loads(ready.read_text("utf-8"))
        return addresses

    async def _start(self, name: str, arguments: list[str]) -> Process:
        process = Process(name, arguments, self._run_dir)
        self._processes.append(process)
        await process.start()
        return process

    async def _wait_for(self, *urls: str) -> None:
        async with aiohttp.ClientSession() as session:
            for url in urls:
                await self._wait_for_one(session, url)

    async def _wait_for_one(self, session: aiohttp.ClientSession, url: str) -> None:
        try:
            async with asyncio.timeout(READY_SECONDS_MAX):
                while not await _answers(session, url):  # noqa: ASYNC110 - another process has to come up
                    await asyncio.sleep(LOOK_SECONDS)
        except TimeoutError as error:
            words = "; ".join(f"{process.name}: {process.last_words()}" for process in self._processes)
            raise DemoError(f"{url} did not answer in {READY_SECONDS_MAX:.0f} seconds ({words})") from error

    def _addresses(
        self,
        hub_url: str,
        status_url: str,
        addresses: dict[str, str],
        sign_in: SignIn,
        control_token: str,
        config: Path,
    ) -> dict[str, Any]:
        return {
            "hub": hub_url,
            "console": f"{hub_url}/console/",
            "chat": f"{hub_url}/chat/web",
            "api": f"{hub_url}/api/v1",
            "openapi": f"{hub_url}/api/v1/openapi.json",
            "status": status_url,
            "simulators": addresses["control"],
            "webpush": addresses["webpush"],
            "phones": f"{addresses['control']}/?token={control_token}",
            "faults": f"{addresses['control']}/faults?token={control_token}",
            "developers": f"{addresses['control']}/developers?token={control_token}",
            "control": f"{addresses['control']}/control",
            "control_token": control_token,
            "platforms": {name: url for name, url in addresses.items() if name != "control"},
            "api_token": sign_in.token,
            "email": sign_in.email,
            "password": sign_in.password,
            "config": str(config),
            "data_dir": str(self._data_dir),
            "pids": {process.name: process.pid for process in self._processes},
        }

    async def stop(self) -> None:
        for process in reversed(self._processes):
            await process.stop()


@contextmanager
def _data_dir(chosen: Path | None) -> Iterator[Path]:
    """The chosen directory, or a temporary one that goes away with the demo."""
    if chosen is not None:
        make_private_folder(chosen)
        yield chosen.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="holdfast-demo-") as name:
        yield Path(name).resolve()


async def _answers(session: aiohttp.ClientSession, url: str) -> bool:
    with suppress(aiohttp.ClientError, TimeoutError):
        async with session.get(url, timeout=aiohttp.ClientTimeout(total=5)) as response:
            return response.status == HTTPStatus.OK
    return False


def _free_port() -> int:
    """A free port outside of those from which the system takes one for each connection, perhaps a moment later."""
    while True:
        port = secrets.choice(FREE_PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind((HOST, port))
            return port


def _check_free(name: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise DemoError(f"Port {port}, wanted for the {name}, is taken; choose another.") from error
