"""Every page for visitors, read from the right: nothing runs off its side, and words stand as their readers read."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import Page, expect
from tests.browser.chat import Chat, foreign_page
from tests.browser.looks import LOOKS, findings
from tests.browser.messenger import Messenger
from tests.scenarios.demo import Demo

if TYPE_CHECKING:
    from tests.browser.conftest import Browsing

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
TURNED = """document.addEventListener('DOMContentLoaded', () => {
    document.documentElement.dir = 'rtl';
    document.documentElement.lang = 'ar';
})"""
ARABIC = "مرحبا، هل الكوب الأزرق متوفر؟"
HEBREW = "אפשר לשלוח לי את הספל הכחול ל-Ghent עד יום שני?"
ENGLISH = "Yes: 12 euros, with the saucer."
SIDE = """(text) => {
    const words = text.closest('.line').getBoundingClientRect();
    const row = text.closest('li').getBoundingClientRect();
    return words.left - row.left < row.right - words.right ? 'left' : 'right';
}"""


async def turned(page: Page) -> Page:
    await page.add_init_script(TURNED)
    return page


@pytest.mark.parametrize("look", ["wide", "narrow"])
async def test_pages_read_from_the_right(browsing: "Browsing", shop: Demo, pictures: Path, look: str) -> None:
    page = await turned(await browsing.page(bypass_csp=True, **LOOKS[look]))
    guest = Messenger(page, shop)
    await guest.open("web")
    for text in (ARABIC, HEBREW, ENGLISH):
        await guest.write(text)
    await expect(guest.line(ENGLISH)).to_contain_text("Safe with us")
    assert await guest.line(ENGLISH).locator(".text").evaluate(SIDE) == "left"
    assert (
        await guest.line(HEBREW).locator(".text").evaluate("(text) => getComputedStyle(text).direction")
        == "rtl"
    )
    found = await findings(page, pictures, "rtl-thread", look)
    for place in ("list", "settings", "start"):
        await guest.open(f"web#/{place}")
        await page.locator("header:visible").first.wait_for()
        found += await findings(page, pictures, f"rtl-{place}", look)
    for name, path in (
        ("status", "/"),
        ("profile", "/profile"),
        ("posts", "/posts"),
        ("tracker", "/tracker"),
    ):
        await page.goto(shop.addresses["status"] + path)
        found += await findings(page, pictures, f"rtl-{name}", look)
    await page.goto(shop.addresses["status"] + "/report")
    found += await findings(page, pictures, "rtl-report", look)
    with foreign_page(shop.addresses["hub"]) as site:
        await page.goto(site)
        await page.get_by_role("button", name="Chat with").click()
        await Chat(page).write(HEBREW)
        await expect(Chat(page).line(HEBREW)).to_contain_text("Safe with us")
        found += await findings(page, pictures, "rtl-widget", look)
    assert found == []
