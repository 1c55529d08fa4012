"""New pages of the messenger while an old tab is open: it goes on working, and the next opening is the new one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import pytest
from aiohttp import web
from playwright.async_api import expect
from tests.scenarios.demo import Demo

if TYPE_CHECKING:
    from tests.browser.conftest import Browsing

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
BUILT = Path(__file__).parents[2] / "src" / "holdfast" / "web" / "built" / "chat"
TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".svg": "image/svg+xml"}
KEPT = "caches.keys().then((names) => names.length)"


class Deployed:
    """The pages of the moment; ``again`` is a deploy after which no file of a script is called as before."""

    def __init__(self) -> None:
        self.files = {path.relative_to(BUILT).as_posix(): path.read_bytes() for path in BUILT.rglob("*.*")}

    def again(self) -> None:
        names = [Path(name).name for name in self.files if name.startswith("assets/")]

        def renamed(text: bytes) -> bytes:
            for name in names:
                text = text.replace(name.encode(), newer(name).encode())
            return text

        self.files = {
            renamed(name.encode()).decode(): renamed(body)
            if name.endswith((".js", ".css", ".html"))
            else body
            for name, body in self.files.items()
        }
        self.files["index.html"] += b"<!-- newer -->"


def newer(name: str) -> str:
    return name.replace("-", "-newer-", 1)


@asynccontextmanager
async def deployed(hub: str) -> AsyncIterator[tuple[Deployed, str]]:
    """The pages at an address of their own, with the hub behind them."""
    pages = Deployed()
    async with aiohttp.ClientSession() as session:

        async def file(request: web.Request) -> web.Response:
            name = request.match_info["name"]
            body = pages.files.get("index.html" if name in {"", "web"} else name)
            kind = TYPES.get(Path(name).suffix, "application/octet-stream" if "." in name else "text/html")
            return web.Response(status=404) if body is None else web.Response(body=body, content_type=kind)

        async def onward(request: web.Request) -> web.Response:
            headers = {
                name: value
                for name, value in request.headers.items()
                if name in {"Authorization", "Content-Type"}
            }
            url = f"{hub}{request.path_qs}"
            async with session.request(
                request.method, url, data=await request.read(), headers=headers
            ) as answer:
                kind = answer.content_type
                return web.Response(status=answer.status, body=await answer.read(), content_type=kind)

        application = web.Application()
        application.router.add_get("/chat/{name:.*}", file)
        application.router.add_route("*", "/direct/{rest:.*}", onward)
        runner = web.AppRunner(application, shutdown_timeout=0)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        yield pages, f"http://127.0.0.1:{port}"
        await runner.cleanup()


async def test_an_old_tab_works_on_after_a_deploy(browsing: "Browsing", shop: Demo) -> None:
    browsing.watch.forgive("WebSocket", r"^\d+ GET /direct/v1/stream")
    async with deployed(shop.addresses["hub"]) as (pages, url):
        old = await browsing.page()
        await old.goto(f"{url}/chat/web")
        await old.get_by_label("Your message").fill("Before the deploy")
        await old.get_by_label("Your message").press("Enter")
        await expect(old.get_by_role("log")).to_contain_text("Before the deploy")
        await old.evaluate("navigator.serviceWorker.ready.then(() => 0)")
        await old.reload()
        await expect(old.locator("#opening")).to_have_count(0)

        pages.again()
        await old.evaluate(
            "navigator.serviceWorker.ready.then((registration) => registration.update()).then(() => 0)"
        )
        await old.wait_for_function(f"{KEPT}.then((count) => count === 2)")
        await old.wait_for_function(
            "navigator.serviceWorker.ready.then(({ waiting, installing }) => !waiting && !installing)"
        )
        # A part that this tab has not asked for yet, and that the hub does not have any more.
        await old.get_by_label("About this conversation").click()
        await expect(old.get_by_role("button", name="Pin to the top")).to_be_visible()
        assert await old.evaluate("![...document.scripts].some((script) => script.src.includes('newer'))")

        await old.reload()
        await expect(old.locator("#opening")).to_have_count(0)
        assert await old.evaluate("[...document.scripts].some((script) => script.src.includes('newer'))")
        await expect(old.get_by_role("button", name="Pin to the top")).to_be_visible()
        await old.get_by_label("Back to the conversation").click()
        await expect(old.get_by_role("log")).to_contain_text("Before the deploy")
        await old.goto("about:blank")
