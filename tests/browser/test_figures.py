"""The Reports page: charts that can be looked at, read by keyboard and taken along."""

import asyncio
import csv
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect
from tests.browser.looks import LOOKS, findings
from tests.scenarios.demo import Demo

if TYPE_CHECKING:
    from tests.browser.conftest import Browsing

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
WEEKDAYS = 7


async def test_the_work_is_seen_read_and_taken_along(browsing: "Browsing", shop: Demo) -> None:
    browsing.watch.forgive(r"^422 .*/figures", r"status of 422")
    console = await browsing.console(shop)
    page = console.page
    await console.go("figures")
    await expect(page.get_by_test_id("figures")).to_contain_text("First reply")
    await page.get_by_role("button", name="7 days").click()
    await page.get_by_text("The same as a table").click()
    await expect(page.locator("details tbody tr")).to_have_count(WEEKDAYS)
    await page.get_by_role("img").focus()
    await page.keyboard.press("End")
    said = page.locator("figcaption").get_by_role("status")
    await expect(said).to_contain_text("received")
    last = await said.inner_text()
    await page.keyboard.press("ArrowLeft")
    await expect(said).not_to_have_text(last)
    divided = page.get_by_role("group", name="What the work is divided by")
    await divided.get_by_role("button", name="By channel").click()
    async with page.expect_download() as started:
        await page.get_by_role("link", name="Save for a spreadsheet (CSV)").first.click()
    saved = await (await started.value).path()
    text = await asyncio.to_thread(saved.read_text, "utf-8")
    assert next(csv.reader(text.splitlines())) == ["from", "received", "sent", "automatic"]
    await page.get_by_label("or from").fill("2026-02-02")
    await page.get_by_label("to", exact=True).fill("2026-02-01")
    await expect(page.get_by_role("alert")).to_contain_text("The end must be after the beginning.")


async def test_the_week_by_email_is_read_and_switched_off_and_on(
    browsing: "Browsing", shop: Demo, pictures: Path
) -> None:
    console = await browsing.console(shop)
    await console.go("figures")
    weekly = console.page.get_by_test_id("weekly")
    switch = weekly.get_by_role("checkbox", name="Send me the summary every Monday at 8:00")
    await expect(switch).to_be_checked()
    await expect(weekly.get_by_role("status")).to_contain_text("The next one: Monday")
    await switch.press("Space")
    await expect(weekly.get_by_role("status")).to_have_text("")
    await console.page.reload()
    await expect(switch).not_to_be_checked()
    await switch.press("Space")
    await expect(weekly.get_by_role("status")).to_contain_text("The next one: Monday")
    await weekly.get_by_text("How the last week reads").click()
    await expect(weekly).to_contain_text("Busiest hour:")
    await weekly.screenshot(path=pictures / "weekly.png")


@pytest.mark.parametrize("look", LOOKS)
async def test_it_looks_right(browsing: "Browsing", shop: Demo, pictures: Path, look: str) -> None:
    console = await browsing.console(shop, bypass_csp=True, **LOOKS[look])
    await console.go("figures")
    await expect(console.page.get_by_test_id("figures")).to_be_visible()
    assert await findings(console.page, pictures, "figures", look) == []
