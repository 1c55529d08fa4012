"""A hub of its own as a child process, run by `holdfast serve`, and other commands run to their end."""

import asyncio
import os
import random
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

import aiohttp
from tests.scenarios.demo import until

COMMAND_SECONDS_MAX: Final = 60.0
FREE_PORTS: Final = range(20_000, 32_000)
START_SECONDS_MAX: Final = 150.0
STOP_SECONDS_MAX: Final = 15.0


class Ended:
    """What a command said and how it ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err

    def __repr__(self) -> str:
        return f"exit {self.code}\n{self.out}\n{self.err}"


async def holdfast(
    *arguments: str, given: str = "", folder: Path | None = None, environment: Mapping[str, str] | None = None
) -> Ended:
    """Run a command line to its end."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "holdfast", *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=folder,
        env={**os.environ, **(environment or {})},
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(given.encode()), COMMAND_SECONDS_MAX)
    except TimeoutError:
        process.kill()
        await process.communicate()
        raise
    return Ended(process.returncode or 0, out.decode(), err.decode())


def free_port() -> int:
    """A free port outside of those from which the system takes one for each connection, perhaps a moment later."""
    while True:
        port = random.choice(FREE_PORTS)  # noqa: S311 - any will do
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Serving:
    """A hub that runs: its process, its address and a token of every scope."""

    def __init__(self, process: asyncio.subprocess.Process, url: str, token: str) -> None:
        self.process = process
        self.url = url
        self.token = token
        timeout = aiohttp.ClientTimeout(total=30)
        self.session = aiohttp.ClientSession(timeout=timeout)

    async def api(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        url = f"{self.url}/api/v1{path}"
        async with self.session.request(method, url, json=body, params=query, headers=headers) as answer:
            decoded = await answer.json() if answer.content_length != 0 else None
            assert answer.status < 400, (answer.status, decoded)
            return decoded

    async def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to stop; the exit code."""
        if self.process.returncode is None:
            self.process.send_signal(number)
        return await asyncio.wait_for(self.process.wait(), STOP_SECONDS_MAX)


@asynccontextmanager
async def serving(config: Path, port: int, **environment: str) -> AsyncIterator[Serving]:
    """`holdfast serve` with that file, from when it is ready."""
    made = await holdfast(
        *("token", "create", "test", "--scope", "read", "--scope", "write", "--scope", "admin"),
        *("--config", str(config)),
        environment=environment,
    )
    assert made.code == 0, made
    with (config.parent / "hub.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "holdfast", "serve", "--config", str(config)),
            stdout=log,
            stderr=log,
            env={**os.environ, **environment},
        )
    hub = Serving(process, f"http://127.0.0.1:{port}", made.out.strip())
    try:
        await until(lambda: _ready(hub), START_SECONDS_MAX, "the hub ready")
        yield hub
    finally:
        await hub.session.close()
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _ready(hub: Serving) -> bool:
    assert hub.process.returncode is None, "the hub has ended"
    with suppress(aiohttp.ClientError):
        async with hub.session.get(f"{hub.url}/health/ready") as answer:
            return answer.status == 200
    return False
