"""The status page as visitors meet it: the real process on a socket, fed by the hub's file."""

import asyncio
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import aiohttp
import pytest

from holdfast.status import Component, PublicIncident, Snapshot, State, encode_snapshot, snapshot_path

pytestmark = pytest.mark.on("sqlite")

HUB_SILENT_SECONDS = 3.0
START_SECONDS_MAX = 20.0
CHANGE_SECONDS_MAX = 10.0
STOP_SECONDS_MAX = 4.0
"""The page stops within two seconds; a busy test machine is given twice that."""
POLL_SECONDS = 0.05

Publish = Callable[[State], None]


@pytest.fixture
def publish(tmp_path: Path) -> Publish:
    """Write the hub's file as the hub does: a new file, put in place at once."""

    def write(state: State) -> None:
        now = time.time_ns() // 1_000_000
        file = snapshot_path(tmp_path)
        file.parent.mkdir(exist_ok=True)
        fresh = file.with_suffix(".new")
        fresh.write_bytes(encode_snapshot(_snapshot(state, now)))
        fresh.replace(file)

    return write


def _snapshot(state: State, now: int) -> Snapshot:
    incident = PublicIncident(
        id="inc_1",
        component="instagram:shop",
        label="Instagram",
        title="Instagram is not accepting messages",
        state="open",
        cause="platform",
        onset_at=now - 60_000,
        opened_at=now - 50_000,
    )
    instagram = Component(id="instagram:shop", platform="instagram", label="Instagram", state=state)
    return Snapshot(
        business="Kelp & Co",
        written_at=now,
        hub_started_at=now,
        watched_since=now,
        components=(instagram,),
        incidents=(incident,) if state is State.DOWN else (),
    )


@pytest.fixture
async def process(tmp_path: Path, port: int) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "holdfast.web.status_process", "--data-dir", str(tmp_path)),
        *("--port", str(port), "--hub-silent-seconds", str(HUB_SILENT_SECONDS)),
    )
    yield process
    if process.returncode is None:
        process.kill()
        await process.wait()


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
        return number


@pytest.fixture
async def page(process: asyncio.subprocess.Process, port: int) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
        await _until(session, "", START_SECONDS_MAX)
        yield session


async def _until(session: aiohttp.ClientSession, words: str, seconds: float) -> str:
    """The front page once it holds the words."""
    end = time.monotonic() + seconds
    text = "no answer at all"
    while time.monotonic() < end:
        try:
            async with session.get("/") as answer:
                text = await answer.text()
            if words in text:
                return text
        except aiohttp.ClientConnectionError:
            pass
        await asyncio.sleep(POLL_SECONDS)
    raise AssertionError(f"{words!r} was not shown within {seconds} seconds, but: {text}")


async def test_a_visitor_sees_each_change_and_the_silence_of_the_hub(
    page: aiohttp.ClientSession, publish: Publish
) -> None:
    await _until(page, "We do not know yet how our channels are.", CHANGE_SECONDS_MAX)

    publish(State.UP)
    await _until(page, "All our channels are working.", CHANGE_SECONDS_MAX)

    publish(State.DOWN)
    await _until(page, "Instagram is not accepting messages since", CHANGE_SECONDS_MAX)

    silent = await _until(page, "Our message hub has not answered since", CHANGE_SECONDS_MAX)
    assert "Instagram is not accepting messages" in silent

    publish(State.UP)
    await _until(page, "All our channels are working.", CHANGE_SECONDS_MAX)


async def test_a_spoiled_file_leaves_the_last_good_page(
    page: aiohttp.ClientSession, publish: Publish, tmp_path: Path
) -> None:
    publish(State.UP)
    await _until(page, "All our channels are working.", CHANGE_SECONDS_MAX)

    snapshot_path(tmp_path).write_bytes(b'{"business": ')

    silent = await _until(page, "Our message hub has not answered since", CHANGE_SECONDS_MAX)
    assert "Instagram" in silent


async def test_the_page_speaks_http_as_browsers_and_proxies_expect(
    page: aiohttp.ClientSession, publish: Publish
) -> None:
    publish(State.UP)
    await _until(page, "All our channels are working.", CHANGE_SECONDS_MAX)

    async with page.get("/status.css") as answer:
        etag = answer.headers["ETag"]
        length = len(await answer.read())
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    async with page.get("/status.css", headers={"If-None-Match": etag}) as answer:
        assert (answer.status, await answer.read()) == (304, b"")
    async with page.head("/status.css", headers={"Accept-Encoding": "identity"}) as answer:
        assert int(answer.headers["Content-Length"]) == length
        assert await answer.read() == b""
    async with page.get("/no-such-page") as answer:
        assert answer.status == 404
        assert "There is nothing at this address" in await answer.text()
    async with page.post("/", data=b"x") as answer:
        assert answer.status == 405
    async with page.get("/api/v2/status.json?now=1") as answer:
        assert (await answer.json())["status"]["indicator"] == "none"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_stops_at_once_when_told_even_with_visitors_connected(
    page: aiohttp.ClientSession, process: asyncio.subprocess.Process, number: signal.Signals
) -> None:
    async with page.get("/"):
        began = time.monotonic()
        process.send_signal(number)
        code = await asyncio.wait_for(process.wait(), STOP_SECONDS_MAX)

    assert code == 0
    assert time.monotonic() - began < STOP_SECONDS_MAX


async def test_it_does_not_carry_the_hub_with_it() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "import sys, holdfast.web.status_process; print(*sys.modules)"),
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await asyncio.wait_for(process.communicate(), START_SECONDS_MAX)

    carried = set(out.decode().split())
    assert "holdfast.status" in carried
    assert not carried & {"litestar", "aiohttp", "sqlite3", "structlog", "holdfast.storage", "holdfast.radar"}


async def test_a_taken_address_is_told_in_words(port: int, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", port)):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "holdfast.web.status_process"),
            *("--data-dir", str(tmp_path), "--port", str(port)),
            stderr=asyncio.subprocess.PIPE,
        )
        _, said = await asyncio.wait_for(process.communicate(), START_SECONDS_MAX)

    assert process.returncode == 1
    assert said.decode().startswith(f"The status page cannot listen on 127.0.0.1:{port}:")
