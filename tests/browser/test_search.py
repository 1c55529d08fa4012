"""Something that was said is found from anywhere, and opened where it was said."""

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect
from tests.scenarios.demo import Demo

if TYPE_CHECKING:
    from tests.browser.conftest import Browsing

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_message_is_found_by_its_words_and_opened_in_its_conversation(
    browsing: "Browsing", shop: Demo
) -> None:
    await shop.write("kofi", "My zébra lamp <b>flickers</b> at night")
    console = await browsing.console(shop)
    page = console.page
    await expect(console.row("zébra")).to_be_visible()
    await console.go("incidents")
    await page.keyboard.press("/")
    field = page.get_by_role("searchbox")
    await expect(field).to_be_focused()
    await page.keyboard.type("lamp zebr")
    hit = page.get_by_test_id("hit").first
    await expect(hit).to_contain_text("My zébra lamp <b>flickers</b> at night")
    await expect(hit.locator("mark")).to_have_text(["zébra", "lamp"])
    await page.get_by_role("button", name="By customers").click()
    await expect(field).to_have_value("from:customer lamp zebr")
    await expect(page.get_by_role("list", name="What is looked for")).to_contain_text("from:customer")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    sought = page.locator(".sought")
    await expect(sought).to_contain_text("flickers")
    await expect(sought).to_be_in_viewport()
    await page.go_back()
    await expect(page.get_by_test_id("hit").first).to_contain_text("zébra")
    await page.get_by_role("button", name="Leave out from:customer").click()
    await expect(field).to_have_value("lamp zebr")


async def test_what_is_not_understood_is_said_and_nothing_typed_is_lost(
    browsing: "Browsing", shop: Demo
) -> None:
    browsing.watch.forgive(r"^422 GET /api/v1/search$")
    console = await browsing.console(shop)
    page = console.page
    await page.keyboard.press("Control+k")
    await page.keyboard.type("chanel:sms parcel")
    await page.get_by_role("option", name="Search for “chanel:sms parcel”").click()
    await expect(page.get_by_role("alert")).to_contain_text("“channel:” was meant")
    await expect(page.get_by_role("searchbox")).to_have_value("chanel:sms parcel")
