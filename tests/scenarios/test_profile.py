"""The business's own page as visitors meet it: a hub that mirrors, and the page's process when all else is stopped."""

import asyncio
import re
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
import msgspec
import pytest
from tests.scenarios.databases import database_for
from tests.scenarios.demo import until
from tests.scenarios.serving import Serving, free_port, holdfast, serving

from holdfast.app.demo_world import demo_people, hub_toml, new_keys, simulator_settings
from holdfast_simulators.server import Simulators, running
from holdfast_simulators.settings import Settings as SimulatorSettings

SECONDS_MAX = 60
PICTURE = re.compile(r'src="(/pictures/[0-9a-f]{40}\.png)"')


@pytest.fixture
async def simulators(hub_port: int) -> AsyncIterator[Simulators]:
    people = demo_people(1, Random(7))  # noqa: S311 - the same people each time
    settings = simulator_settings(people, KEYS, hub_url=f"http://127.0.0.1:{hub_port}", port=0)
    async with running(msgspec.convert(settings, SimulatorSettings)) as found:
        yield found


KEYS = new_keys()


@pytest.fixture
def hub_port() -> int:
    return free_port()


@pytest.fixture
async def config(tmp_path: Path, hub_port: int, simulators: Simulators) -> Path:
    path = tmp_path / "holdfast.toml"
    text = hub_toml(
        KEYS,
        simulators.addresses,
        data_dir=str(tmp_path / "data"),
        database=await database_for(tmp_path),
        port=hub_port,
        status_port=free_port(),
    )
    path.write_text(text.replace("mirror_seconds = 5", "mirror_seconds = 0.5"), "utf-8")
    return path


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[aiohttp.ClientSession]:
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "holdfast.web.status_process", "--data-dir", str(tmp_path / "data")),
        *("--port", str(port), "--hub-silent-seconds", "2", "--home", "profile"),
    )
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
        yield session
    process.terminate()
    await process.wait()


async def read(page: aiohttp.ClientSession, path: str) -> str:
    try:
        async with page.get(path) as answer:
            return await answer.text()
    except aiohttp.ClientConnectionError:
        return ""


async def shows(page: aiohttp.ClientSession, words: str, path: str = "/") -> str:
    async def look() -> bool:
        return words in await read(page, path)

    await until(look, SECONDS_MAX, f"{path} showing {words!r}")
    return await read(page, path)


async def whole_and_well(page: aiohttp.ClientSession, words: str) -> None:
    """Every picture that the pages name is there."""
    shown = await read(page, "/")
    assert words in shown
    found = {*PICTURE.findall(shown), *PICTURE.findall(await read(page, "/posts"))}
    assert len(found) >= 5
    for path in found:
        async with page.get(path) as answer:
            assert answer.status == 200
            assert (await answer.read()).startswith(b"\x89PNG")
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_the_page_is_full_before_it_is_needed_and_stays_so(
    config: Path, hub_port: int, simulators: Simulators, page: aiohttp.ClientSession
) -> None:
    async with serving(config, hub_port) as hub:
        post = await hub.api("POST", "/posts", {"title": "We are here", "text": "Always.", "pinned": True})
        await shows(page, "We are here")
        await shows(page, "the sea-green mugs are back")
        assert await shows(page, "Always.", "/posts/we-are-here")
        simulators.world.posts.publish(
            account="17841400000000001",
            kind="image",
            text="Just now",
            pictures=1,
            at_ms=time.time_ns() // 1_000_000,
        )
        await shows(page, "Just now")
        await _chats_show_the_picture_of_the_profile(hub)
        await hub.api("PATCH", f"/posts/{post['id']}", {"text": "Really always."})
        await shows(page, "Really always.", "/posts/we-are-here")

        hub.process.kill()
        await hub.process.wait()
    await shows(page, "has not answered since")
    await whole_and_well(page, "Just now")
    assert "Really always." in await read(page, "/posts/we-are-here")
    assert "How we are" not in await read(page, "/status")

    mirrored = await _mirrored_after_a_restart(config, hub_port)
    assert len(mirrored) == len(set(mirrored))
    await whole_and_well(page, "Just now")


async def _chats_show_the_picture_of_the_profile(hub: Serving) -> None:
    files = [each["file"] for post in (await hub.api("GET", "/posts"))["items"] for each in post["pictures"]]
    await hub.api("PUT", "/profile", {"name": "Kelp & Co", "picture": files[0]})

    async def told() -> str:
        async with hub.session.get(f"{hub.url}/direct/v1/info") as answer:
            return str((await answer.json())["business"]["picture"])

    async def is_told() -> bool:
        return (await told()).endswith(files[0])

    await until(is_told, SECONDS_MAX, "the picture of the profile")
    path = await told()
    async with hub.session.get(f"{hub.url}{path}") as answer:
        assert (answer.status, answer.headers["Content-Type"]) == (200, "image/png")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert (await answer.read()).startswith(b"\x89PNG")
    async with hub.session.get(f"{hub.url}{path.replace(files[0], files[1])}") as answer:
        assert answer.status == 404  # of the business's other pictures none is told here


async def _mirrored_after_a_restart(config: Path, port: int) -> list[str]:
    """What the killed hub has when it runs again: each post once."""
    async with serving(config, port) as hub:

        async def all_there() -> bool:
            return len(await _texts(hub)) >= 7

        await until(all_there, SECONDS_MAX, "every post being there")
        return await _texts(hub)


async def _texts(hub: Serving) -> list[str]:
    found: list[dict[str, Any]] = (await hub.api("GET", "/posts", limit=100))["items"]
    return [each["text"] for each in found if each["source"]]


async def test_posts_are_written_listed_and_deleted_on_the_command_line(
    config: Path, page: aiohttp.ClientSession
) -> None:
    where = ("--config", str(config))
    made = await holdfast("post", "add", "Open on Sunday", "--text", "From ten.", "--pin", *where)
    assert made.code == 0, made
    post_id = made.out.split()[2].rstrip(":")
    listed = await holdfast("post", "list", *where)
    assert "Open on Sunday" in listed.out
    assert "published, pinned" in listed.out

    wrong = await holdfast("post", "add", "x", "--at", "2020-01-01T00:00", *where)
    assert (wrong.code, "must lie ahead" in wrong.err) == (1, True), wrong
    unknown = await holdfast("post", "delete", "pst_none", *where)
    assert (unknown.code, "holdfast post list" in unknown.err) == (1, True), unknown
    assert (await holdfast("post", "delete", post_id, *where)).out == "It is deleted.\n"
    assert "Nothing has been posted" in (await holdfast("post", "list", *where)).out
