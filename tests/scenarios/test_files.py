"""Files and links through a whole hub: from a member to the business and back, over a kill."""

import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from aiohttp import web
from tests.scenarios.databases import database_for
from tests.scenarios.demo import until
from tests.scenarios.serving import Serving, free_port, serving
from tests.unit.media import samples

from holdfast.client import Client, Message

SECONDS_MAX: Final = 20.0
BUSINESS: Final = "business:web"
PAGE: Final = (
    "<title>The blue mug</title><meta name='description' content='Made by hand.'>"
    "<meta property='og:image' content='/mug.jpg'>"
)


class Site:
    """Somebody's own page, which counts who asks for it."""

    def __init__(self) -> None:
        self.asked = 0
        self.url = ""

    async def page(self, request: web.Request) -> web.Response:
        self.asked += 1
        assert "cookie" not in request.headers
        return web.Response(text=PAGE, content_type="text/html")

    async def picture(self, request: web.Request) -> web.Response:
        del request
        return web.Response(body=samples.picture(size=(800, 600)), content_type="image/jpeg")


@asynccontextmanager
async def site() -> AsyncIterator[Site]:
    made = Site()
    app = web.Application()
    app.add_routes([web.get("/mug", made.page), web.get("/mug.jpg", made.picture)])
    runner = web.AppRunner(app)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    made.url = f"http://127.0.0.1:{port}/mug"
    yield made
    await runner.cleanup()


@pytest.fixture
async def port_and_config(tmp_path: Path) -> tuple[int, Path]:
    port, database = free_port(), await database_for(tmp_path)
    config = tmp_path / "holdfast.toml"
    named = f'database = "{database}"\n' if database else ""
    config.write_text(
        f'[hub]\nname = "Kelp"\nport = {port}\ndata_dir = "{tmp_path / "data"}"\n{named}'
        '[media]\npreviews_inside = true\nfree_mib_min = 1\n[[channel]]\nid = "direct:web"\nname = "Web chat"\n',
        "utf-8",
    )
    return port, config


async def fetched(hub: Serving, path: str) -> tuple[int, str, bytes]:
    async with hub.session.get(f"{hub.url}{path}") as answer:
        return answer.status, answer.content_type, await answer.read()


async def until_said(client: Client, look: Any) -> Message:
    async def newest() -> Message | None:
        messages = (await client.messages(BUSINESS)).messages
        return messages[-1] if messages and look(messages[-1]) else None

    return await until(newest, SECONDS_MAX, "the message as it should be")


async def test_a_picture_and_a_link_to_the_business_and_a_file_back(
    port_and_config: tuple[int, Path],
) -> None:
    port, config = port_and_config
    async with site() as shop, serving(config, port) as hub, Client(hub.url) as client:
        await client.become_guest("Vi")
        sent = await client.upload("mug.jpg", samples.picture(size=(1600, 1200)))
        await client.send(BUSINESS, f"Is it this one? {shop.url}", attachments=[sent.id])
        said = await until_said(client, lambda message: message.preview is not None)
        assert said.preview is not None
        assert (said.preview.title, said.preview.text) == ("The blue mug", "Made by hand.")
        assert [each.id for each in said.attachments] == [sent.id]
        for path in (said.preview.picture, sent.url, sent.thumb):
            status, kind, body = await fetched(hub, path)
            assert (status, kind.partition("/")[0]) == (200, "image"), path
            assert samples.MAKER.encode() not in body
        assert shop.asked == 1

        [read] = (await hub.api("GET", "/messages"))["items"]
        assert (read["attachments"][0]["thumb"], read["preview"]["url"]) == (sent.thumb, shop.url)
        headers = {"Authorization": f"Bearer {hub.token}"}
        address = f"{hub.url}/api/v1/uploads?name=prices.pdf"
        async with hub.session.post(address, data=b"%PDF-1.7 fish", headers=headers) as answer:
            upload = (await answer.json())["id"]
        reply = {"text": "All prices", "files": [upload]}
        await hub.api("POST", f"/conversations/{read['conversation_id']}/messages", reply)
        back = await until_said(client, lambda message: message.author == "business")
        assert [(each.name, each.kind) for each in back.attachments] == [("prices.pdf", "file")]


async def test_what_was_acknowledged_is_there_after_a_kill(port_and_config: tuple[int, Path]) -> None:
    port, config = port_and_config
    async with serving(config, port) as hub, Client(hub.url) as client:
        token = (await client.become_guest("Vi")).token
        sent = await client.upload("mug.jpg", samples.picture())
        written = await client.send(BUSINESS, "", attachments=[sent.id])
        await hub.stop(signal.SIGKILL)
    async with serving(config, port) as hub, Client(hub.url, token) as client:
        said = await until_said(client, lambda message: message.id == written.id)
        assert [each.id for each in said.attachments] == [sent.id]
        status, _, body = await fetched(hub, sent.url)
        assert (status, len(body)) == (200, sent.bytes)
