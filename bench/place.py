"""A hub of its own for one measurement: real processes, real files, a sink instead of the platform."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http import HTTPStatus
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

SECRET = "bench-app-secret"  # noqa: S105 - of a hub that lives for seconds
ACCOUNT = "17841400000000001"
READY_SECONDS = 30.0
STOP_SECONDS = 15.0
HOST = "127.0.0.1"
CHANNEL = "instagram:shop"


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """How much is measured; the small size shows only that every figure comes."""

    webhooks: int = 12_000
    paced_seconds: float = 5.0
    chat_messages: int = 8_000
    pairs: int = 50
    in_flight: int = 8
    held: int = 20_000
    lanes: int = 200
    clicks: int = 300
    rest_seconds: float = 3.0
    idle: int = 10_000


QUICK = Size(
    webhooks=200,
    paced_seconds=0.5,
    chat_messages=100,
    pairs=5,
    in_flight=2,
    held=200,
    lanes=20,
    clicks=25,
    rest_seconds=0.2,
    idle=20,
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def process(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process of this interpreter; what it says of errors is told when it failed."""
    # Only modules of this project are started.
    child = subprocess.Popen([sys.executable, "-m", *arguments])  # noqa: S603
    try:
        yield child
    finally:
        child.terminate()
        with suppress(subprocess.TimeoutExpired):
            child.wait(STOP_SECONDS)
        child.kill()
        child.wait()


async def load(module: str, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Run a load process to its end; what it tells. Raises RuntimeError where it failed."""
    with tempfile.TemporaryFile() as told:
        arguments = ("-m", f"bench.load.{module}", json.dumps(wanted))
        child = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=told)
        try:
            await child.wait()
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
        if child.returncode:
            raise RuntimeError(f"the load {module} failed")
        told.seek(0)
        answer: dict[str, Any] = msgspec.json.decode(told.read())
        return answer


@contextmanager
def sink() -> Iterator[str]:
    """A platform that accepts everything; its address."""
    port = free_port()
    with process("bench.load.sink", str(port)):
        yield f"http://{HOST}:{port}"


async def until_up(url: str) -> None:
    """Raises TimeoutError where nobody answers."""
    async with asyncio.timeout(READY_SECONDS), aiohttp.ClientSession() as session:
        while True:
            with suppress(aiohttp.ClientError):
                async with session.get(url) as response:
                    if response.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                        return
            await asyncio.sleep(0.02)


async def received(sink_url: str) -> list[tuple[float, str, str]]:
    """(at, recipient, text) of everything that a sink took."""
    async with aiohttp.ClientSession() as session, session.get(f"{sink_url}/_received") as response:
        return msgspec.json.decode(await response.read(), type=list[tuple[float, str, str]])


def write_config(folder: Path, *, port: int, sink_url: str, database: str) -> Path:
    config = folder / "holdfast.toml"
    store = f'database = "{database}"\n' if database else ""
    config.write_text(
        f"""\
[hub]
data_dir = "{folder}"
port = {port}
log_level = "error"
{store}
[radar]
history_seconds = 86400
probe_seconds = 600

[direct]
messages_per_second = 1000000
requests_per_second = 1000000
streams_of_address = 50000

[[channel]]
id = "{CHANNEL}"
base_url = "{sink_url}"
account_id = "{ACCOUNT}"
token = "bench"
app_secret = "{SECRET}"
verify_token = "bench"
sends_per_second = 10000

[[channel]]
id = "direct:web"
""",
        "utf-8",
    )
    return config


def resident_mib(pid: int, *, most: bool = False) -> float:
    """Resident memory of a process in MiB, now or the most that it ever was."""
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    name = "VmHWM:" if most else "VmRSS:"
    line = next(line for line in status.splitlines() if line.startswith(name))
    return int(line.split()[1]) / 1024


def cpu_seconds(pid: int) -> float:
    """Processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
