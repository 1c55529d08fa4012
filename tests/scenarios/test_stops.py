"""Stopping: the demo leaves nothing behind, a hub goes cleanly from under its clients, its absence is told."""

import asyncio
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import aiohttp
import pytest
from tests.scenarios.demo import Demo, measured, running_demo, until
from tests.scenarios.serving import Serving, free_port, serving

STOPPED_SECONDS: Final = 10
SILENCE_SECONDS: Final = 30
BACK_SECONDS: Final = 20
PROCESSES: Final = ("hub", "status", "simulators")
GOING: Final = 1012
"""The close code of a service that restarts: clients come back with their cursor."""
SILENT: Final = "Our message hub has not answered since"


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.on("sqlite")
async def test_the_demo_stops_at_once_and_leaves_no_process(tmp_path: Path, number: signal.Signals) -> None:
    async with running_demo(tmp_path) as demo, demo.session.ws_connect(_stream(demo)):
        pids = [demo.pid(name) for name in PROCESSES]
        assert all(_alive(pid) for pid in pids)
        began = time.monotonic()
        demo.process.send_signal(number)
        code = await asyncio.wait_for(demo.process.wait(), STOPPED_SECONDS)
        measured("the demo stopped within %.1f s", time.monotonic() - began)
        assert code == 0
        assert not [pid for pid in pids if _alive(pid)]
        assert "Traceback" not in _log(demo, "hub")


def _log(demo: Demo, name: str) -> str:
    return (demo.data_dir / "run" / f"{name}.log").read_text("utf-8")


def _stream(demo: Demo) -> str:
    base = demo.addresses["api"].replace("http://", "ws://")
    return f"{base}/stream?cursor=0&token={demo.addresses['api_token']}"


@pytest.mark.on("sqlite")
async def test_a_demo_that_is_stopped_while_it_starts_leaves_no_process(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "holdfast", "demo", "--json", "--port", "0", "--status-port", "0"),
        *("--simulator-port", "0", "--data-dir", str(tmp_path / "data")),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )

    async def begun() -> list[int]:
        return _pids(tmp_path / "data" / "run")

    await until(begun, BACK_SECONDS, "the first child")
    process.send_signal(signal.SIGINT)
    await asyncio.wait_for(process.wait(), STOPPED_SECONDS)
    assert not [pid for pid in _pids(tmp_path / "data" / "run") if _alive(pid)]


def _pids(run_dir: Path) -> list[int]:
    return [int(file.read_text("ascii") or 0) for file in run_dir.glob("*.pid")]


async def test_a_hub_goes_cleanly_from_under_its_clients(tmp_path: Path) -> None:
    port = free_port()
    config = tmp_path / "holdfast.toml"
    config.write_text(
        f'[hub]\nport = {port}\ndata_dir = "{tmp_path / "data"}"\n[[channel]]\nid = "direct:web"\n', "utf-8"
    )
    async with serving(config, port) as hub:
        guest = await _guest(hub)
        cursor = await _cursor(hub, guest)
        async with hub.session.ws_connect(f"ws://127.0.0.1:{port}/api/v1/stream?token={hub.token}") as stream:
            assert (await stream.receive_json())["kind"]
            waiting = [
                asyncio.create_task(_long_poll(hub, "/api/v1/events?cursor=latest&wait=0", hub.token)),
                asyncio.create_task(_long_poll(hub, "/api/v1/events?cursor=1000000&wait=30", hub.token)),
                asyncio.create_task(_long_poll(hub, f"/direct/v1/changes?after={cursor}&wait=25", guest)),
            ]
            await waiting[0]
            began = time.monotonic()
            code = await hub.stop()
            measured("the hub stopped within %.1f s", time.monotonic() - began)
            assert code in {0, -signal.SIGTERM}
            while (frame := await stream.receive(timeout=5)).type is aiohttp.WSMsgType.TEXT:
                pass  # what happened before
            assert (frame.type, frame.data) == (aiohttp.WSMsgType.CLOSE, GOING)
            await asyncio.wait(waiting, timeout=5)
            assert all(task.done() for task in waiting)
    said = (tmp_path / "hub.log").read_text("utf-8")
    assert "Traceback" not in said, said


async def _guest(hub: Serving) -> str:
    async with hub.session.post(f"{hub.url}/direct/v1/guests", json={"name": "V"}) as answer:
        return str((await answer.json())["token"])


async def _cursor(hub: Serving, guest: str) -> str:
    headers = {"Authorization": f"Bearer {guest}"}
    async with hub.session.get(f"{hub.url}/direct/v1/changes", headers=headers) as answer:
        return str((await answer.json())["cursor"])


async def _long_poll(hub: Serving, path: str, token: str) -> Any:
    with suppress(aiohttp.ClientError):
        async with hub.session.get(hub.url + path, headers={"Authorization": f"Bearer {token}"}) as answer:
            return answer.status
    return None


async def test_what_was_acknowledged_before_a_stop_is_there_after_it(tmp_path: Path) -> None:
    async with running_demo(tmp_path) as demo:
        for number in range(20):
            await demo.write("ann", f"before {number:02}")
        os.kill(demo.pid("hub"), signal.SIGTERM)

        async def there() -> bool:
            with suppress(aiohttp.ClientError):
                found = [
                    each["text"] for each in await demo.thread("ann") if each["text"].startswith("before")
                ]
                return found == [f"before {number:02}" for number in range(20)]
            return False

        await until(there, BACK_SECONDS, "all twenty, once, in order")


@pytest.mark.on("sqlite")
async def test_the_status_page_is_true_while_the_hub_is_stopped(tmp_path: Path) -> None:
    """Whoever stopped the hub: an incident that was open stays told, beside the silence."""
    async with running_demo(tmp_path) as demo:
        await until(lambda: _page_says(demo, "All our channels are working"), BACK_SECONDS, "all is well")
        await demo.fault("sms", "refused")
        await demo.incident("sms:shop", 30)
        await until(lambda: _page_says(demo, "SMS is not accepting messages"), BACK_SECONDS, "the outage")
        pid = demo.pid("hub")
        os.kill(pid, signal.SIGSTOP)
        try:
            began = time.monotonic()
            await until(lambda: _page_says(demo, SILENT), SILENCE_SECONDS, "the hub's silence")
            measured("the status page told of the stopped hub after %.1f s", time.monotonic() - began)
            assert "SMS is not accepting messages" in await demo.page()
            state = await demo.ask("GET", f"{demo.addresses['status']}/api/v2/status.json")
            assert state["status"]["indicator"] != "none"
        finally:
            os.kill(pid, signal.SIGCONT)
        await demo.end_faults()
        await demo.all_closed(60)
        await until(
            lambda: _page_says(demo, "All our channels are working"), BACK_SECONDS, "all is well again"
        )
        assert SILENT not in await demo.page()


async def _page_says(demo: Demo, words: str) -> bool:
    return words in await demo.page()


async def test_a_hub_that_dies_comes_back_and_so_does_its_status_page(tmp_path: Path) -> None:
    async with running_demo(tmp_path) as demo:
        began = time.monotonic()
        gone = demo.kill_hub()

        async def another() -> bool:
            return demo.pid("hub") != gone

        await until(another, BACK_SECONDS, "another hub")
        await demo.ready()
        measured("a killed hub answered again after %.1f s", time.monotonic() - began)
        status = demo.pid("status")
        os.kill(status, signal.SIGKILL)

        async def page() -> bool:
            with suppress(aiohttp.ClientError):
                return demo.pid("status") != status and "Kelp" in await demo.page()
            return False

        await until(page, BACK_SECONDS, "the status page back")
