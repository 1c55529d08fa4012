"""Every page on a calm day: wide and narrow, light and dark."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import Browser, expect
from tests.browser.chat import Chat, foreign_page
from tests.browser.console import PLACES
from tests.browser.looks import LOOKS, findings
from tests.browser.watching import Watch
from tests.scenarios.demo import Demo

if TYPE_CHECKING:
    from tests.browser.conftest import Browsing

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.parametrize("look", LOOKS)
async def test_the_console(browsing: "Browsing", shop: Demo, pictures: Path, look: str) -> None:
    page = await browsing.page(bypass_csp=True, **LOOKS[look])
    await page.goto(shop.addresses["console"])
    await page.get_by_label("Password").wait_for()
    found = await findings(page, pictures, "sign-in", look)
    console = await browsing.console(shop, bypass_csp=True, **LOOKS[look])
    page = console.page
    for place in PLACES:
        await console.go(place)
        found += await findings(page, pictures, f"console-{place}", look)
    await page.goto(f"{shop.addresses['console']}#/search/the")
    await expect(page.get_by_test_id("hit").first).to_be_visible()
    found += await findings(page, pictures, "console-found", look)
    await console.go("inbox")
    await console.open("Ann Lee")
    await expect(page.get_by_role("button", name="Best way")).to_be_visible()
    found += await findings(page, pictures, "console-thread", look)
    await page.get_by_role("button", name="Best way").click()
    await expect(page.get_by_role("radio").first).to_be_visible()
    found += await findings(page, pictures, "console-routes", look)
    assert found == []


@pytest.mark.parametrize("look", LOOKS)
async def test_the_phones(browsing: "Browsing", shop: Demo, pictures: Path, look: str) -> None:
    phones = await browsing.phones(shop, bypass_csp=True, **LOOKS[look])
    page = phones.page
    await page.goto(shop.addresses["phones"])
    await expect(page.get_by_text("Ann Lee")).to_be_visible()
    found = await findings(page, pictures, "phones", look)
    for platform in ("Instagram", "WhatsApp", "SMS"):
        await phones.of("ann", platform)
        await expect(page.get_by_role("tabpanel")).to_be_visible()
        found += await findings(page, pictures, f"phone-{platform.lower()}", look)
    await phones.of("ines", "Email")
    found += await findings(page, pictures, "phone-email", look)
    await page.goto(shop.addresses["faults"])
    await expect(page.get_by_role("button", name="Start this fault")).to_be_visible()
    found += await findings(page, pictures, "faults", look)
    assert found == []


@pytest.mark.parametrize("look", LOOKS)
async def test_the_chat(browsing: "Browsing", shop: Demo, pictures: Path, look: str) -> None:
    chat = Chat(await browsing.page(bypass_csp=True, **LOOKS[look]))
    await chat.visit(shop)
    found = await findings(chat.page, pictures, "chat-empty", look)
    await chat.write("Do you post to Ghent?")
    await expect(chat.line("Do you post to Ghent?")).to_contain_text("Safe with us")
    found += await findings(chat.page, pictures, "chat", look)
    with foreign_page(shop.addresses["hub"]) as site:
        await chat.page.goto(site)
        await chat.page.get_by_role("button", name="Chat with").click()
        found += await findings(chat.page, pictures, "widget", look)
    assert found == []


@pytest.mark.parametrize("look", LOOKS)
async def test_the_status_page(browsing: "Browsing", shop: Demo, pictures: Path, look: str) -> None:
    browsing.watch.forgive(r"^404 GET /nowhere$")
    page = await browsing.page(bypass_csp=True, **LOOKS[look])
    found = []
    places = (
        ("status", "/"),
        ("status-history", "/history"),
        ("status-subscribe", "/subscribe"),
        ("status-nothing", "/nowhere"),
    )
    for name, path in places:
        await page.goto(shop.addresses["status"] + path)
        found += await findings(page, pictures, name, look)
    assert found == []


async def test_a_picture_that_is_wrong_is_found(chromium: Browser, pictures: Path) -> None:
    """The inspection itself can fail."""
    page = await chromium.new_page(viewport={"width": 375, "height": 740})
    await page.set_content('<main><p style="width:900px">Wide</p><img src="data:,"><input></main>')
    found = " ".join(await findings(page, pictures, "wrong", "narrow"))
    assert "sideways" in found
    assert "image-alt" in found
    await page.close()


async def test_what_a_page_complains_of_is_heard(chromium: Browser, shop: Demo) -> None:
    """The watch over all the other tests can fail them."""
    watch = Watch()
    context = await chromium.new_context()
    watch.listen(context)
    page = await context.new_page()
    await page.goto(shop.addresses["chat"])
    await page.evaluate("() => { setTimeout(() => { throw new Error('broken') }) }")
    await page.evaluate("() => fetch('/direct/v1/nobody/info').then((answer) => answer.status)")
    await page.evaluate(
        "() => { document.body.append(Object.assign(document.createElement('script'), { text: '1' })) }"
    )
    await expect(page.locator("script").last).to_be_attached()
    await context.close()
    heard = "\n".join(watch.complaints)
    assert "script: broken" in heard
    assert "404 GET /direct/v1/nobody/info" in heard
    assert "Content Security Policy" in heard
