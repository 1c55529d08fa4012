"""The widget where a browser blocks what third parties keep, or everything: it opens, writes, and keeps what it may."""

import json
import re
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import BrowserContext, FrameLocator, Page, async_playwright, expect
from tests.browser.chat import foreign_page
from tests.browser.chromium import ARGUMENTS, path
from tests.browser.conftest import WAIT_MS
from tests.browser.watching import Watch
from tests.scenarios.demo import Demo

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

THIRD_PARTIES = {"cookie_controls_mode": 1, "block_third_party_cookies": True}
EVERYTHING = {"default_content_setting_values": {"cookies": 2}}
"""What a browser's settings keep of somebody who blocks it."""
NAMES = "--host-resolver-rules=MAP *.test 127.0.0.1"
KEEPS = "() => { try { localStorage.setItem('probe', '1'); return true; } catch { return false; } }"


@asynccontextmanager
async def blocking(folder: Path, profile: dict[str, Any]) -> AsyncIterator[tuple[BrowserContext, Watch]]:
    """A Chromium of its own whose settings block something."""
    (folder / "Default").mkdir(parents=True)
    (folder / "Default" / "Preferences").write_text(json.dumps({"profile": profile}), "utf-8")
    watch = Watch()
    async with async_playwright() as driver:
        context = await driver.chromium.launch_persistent_context(
            folder, executable_path=path(), args=[*ARGUMENTS, NAMES], locale="en-GB"
        )
        try:
            context.set_default_timeout(WAIT_MS)
            watch.listen(context)
            yield context, watch
        finally:
            await context.close()


@contextmanager
def framing(address: str) -> Iterator[str]:
    """A page of yet another site that shows the given one in a frame, as a builder of websites does."""
    page = f'<!doctype html><html lang="en"><title>Preview</title><iframe src="{address}" title="Shop"></iframe></html>'

    class Builder(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Builder)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://builder.test:{server.server_address[1]}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


async def begin(place: Page | FrameLocator) -> None:
    await place.get_by_role("button", name=re.compile("Chat with")).click()
    await expect(place.get_by_label("Your message")).to_be_focused()


async def write(place: Page | FrameLocator, text: str) -> None:
    await place.get_by_label("Your message").fill(text)
    await place.get_by_label("Your message").press("Enter")
    line = place.get_by_role("log").get_by_role("listitem").filter(has_text=text)
    await expect(line).to_contain_text("Safe with us")


async def test_on_another_site_than_the_hubs_nothing_of_it_is_a_third_partys(
    shop: Demo, tmp_path: Path
) -> None:
    async with blocking(tmp_path / "browser", THIRD_PARTIES) as (context, watch):
        with foreign_page(shop.addresses["hub"]) as site:
            page = await context.new_page()
            await page.goto(site.replace("127.0.0.1", "mugs.test"))
            await begin(page)
            await write(page, "From a site of its own.")
            await page.get_by_role("link", name="More").click()
            await expect(page.get_by_role("log").get_by_role("listitem")).to_contain_text(
                "From a site of its own."
            )
            assert await context.cookies() == []
    assert watch.complaints == []


async def test_in_a_frame_of_another_site_it_writes_and_lasts_as_long_as_the_page(
    shop: Demo, tmp_path: Path
) -> None:
    async with blocking(tmp_path / "browser", THIRD_PARTIES) as (context, watch):
        with (
            foreign_page(shop.addresses["hub"]) as site,
            framing(site.replace("127.0.0.1", "mugs.test")) as builder,
        ):
            page = await context.new_page()
            await page.goto(builder)
            shown = page.frame_locator("iframe")
            await begin(shown)
            assert await page.frames[1].evaluate(KEEPS) is False
            await write(shown, "From a frame in a frame.")
            await write(shown, "And on.")
            await page.reload()
            await begin(shown)
            await expect(shown.get_by_role("log").get_by_role("listitem")).to_have_count(0)
    assert watch.complaints == []


async def test_where_a_browser_keeps_nothing_at_all_the_chat_lasts_as_long_as_the_page(
    shop: Demo, tmp_path: Path
) -> None:
    async with blocking(tmp_path / "browser", EVERYTHING) as (context, watch):
        with foreign_page(shop.addresses["hub"]) as site:
            page = await context.new_page()
            await page.goto(site.replace("127.0.0.1", "mugs.test"))
            assert await page.evaluate(KEEPS) is False
            await begin(page)
            await write(page, "Kept by nobody but you.")
            await write(page, "And this.")
            await expect(page.get_by_role("log").get_by_role("listitem")).to_have_count(2)
            # The messenger itself says so.
            await page.goto(f"{shop.addresses['hub']}/chat/web")
            await page.get_by_label("Your message").fill("Here, too")
            await page.get_by_label("Your message").press("Enter")
            await expect(page.get_by_role("log").get_by_role("listitem")).to_contain_text("Safe with us")
            await expect(page.get_by_text("This browser does not let us keep anything")).to_be_visible()
    assert watch.complaints == []
