"""A hub of its own for one measurement: real process, real files, a sink instead of the platform."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from http import HTTPStatus
from pathlib import Path

import aiohttp
from aiohttp import web

SECRET = "bench-app-secret"  # noqa: S105 - of a hub that lives for seconds
ACCOUNT = "17841400000000001"
READY_SECONDS = 30.0
HOST = "127.0.0.1"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def process(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    # Only this interpreter with modules of this project is started.
    child = subprocess.Popen([sys.executable, "-m", *arguments], stderr=subprocess.DEVNULL)  # noqa: S603
    try:
        yield child
    finally:
        child.terminate()
        child.wait(15)


async def until_up(session: aiohttp.ClientSession, url: str) -> None:
    async with asyncio.timeout(READY_SECONDS):
        while True:
            with suppress(aiohttp.ClientError):
                async with session.get(url) as response:
                    if response.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                        return
            await asyncio.sleep(0.05)


def hub_config(folder: Path, *, port: int, sink: str, sends_per_second: int = 10_000) -> Path:
    config = folder / "holdfast.toml"
    config.write_text(
        f"""\
[hub]
data_dir = "{folder}"
port = {port}
log_level = "error"
[radar]
history_seconds = 86400
probe_seconds = 600
[[channel]]
id = "instagram:shop"
base_url = "{sink}"
account_id = "{ACCOUNT}"
token = "bench"
app_secret = "{SECRET}"
verify_token = "bench"
sends_per_second = {sends_per_second}
""",
        "utf-8",
    )
    return config


class Sink:
    """A platform that accepts everything at once and remembers when and in which order."""

    def __init__(self) -> None:
        self.received: list[tuple[float, str, str]] = []
        self.url = ""
        self._runner: web.AppRunner | None = None

    async def _messages(self, request: web.Request) -> web.Response:
        body = await request.json()
        at = asyncio.get_running_loop().time()
        recipient, text = body["recipient"]["id"], body.get("message", {}).get("text", "")
        self.received.append((at, recipient, text))
        return web.json_response({"recipient_id": recipient, "message_id": f"mid.{len(self.received)}"})

    async def _anything(self, request: web.Request) -> web.Response:
        del request
        return web.json_response({"data": [{"subscribed_fields": ["messages"]}], "user_id": ACCOUNT})

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Sink"]:
        app = web.Application()
        app.router.add_post("/{version}/{account}/messages", self._messages)
        app.router.add_route("*", "/{rest:.*}", self._anything)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        port = free_port()
        await web.TCPSite(self._runner, HOST, port).start()
        self.url = f"http://{HOST}:{port}"
        try:
            yield self
        finally:
            await self._runner.cleanup()


def resident_mib(pid: int) -> float:
    """Resident memory of a process, in MiB."""
    fields = Path(f"/proc/{pid}/statm").read_text("ascii").split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def cpu_seconds(pid: int) -> float:
    """Processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
