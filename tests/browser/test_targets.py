"""Targets in the console: set, refused, shown in the inbox with what is left, kept and missed, and looked at."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from playwright.async_api import expect
from tests.browser.looks import LOOKS, findings
from tests.scenarios.demo import Demo

if TYPE_CHECKING:
    from tests.browser.conftest import Browsing

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MINUTE = 60_000


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def without_targets(shop: Demo) -> AsyncIterator[None]:
    """Others find the shop without a promise, as it was."""
    yield
    for target in await shop.items("/targets"):
        await shop.api("DELETE", f"/targets/{target['id']}")


async def test_a_target_is_set_refused_ordered_and_removed(browsing: "Browsing", shop: Demo) -> None:
    browsing.watch.forgive("409 POST /api/v1/targets$")
    console = await browsing.console(shop)
    page = console.page
    await console.set("targets")
    await expect(page.get_by_text("No target yet")).to_be_visible()
    await page.get_by_role("button", name="Set a target").click()
    await page.get_by_role("textbox", name="Name").fill("Shop")
    await expect(page.get_by_role("button", name="Save")).to_be_disabled()
    await page.get_by_label("First reply", exact=True).fill("2")
    await page.get_by_label("Resolved", exact=True).fill("3")
    await page.get_by_label("Resolved, unit").select_option(label="days")
    await expect(page.get_by_text("ten minutes before you close")).to_be_visible()
    await page.get_by_role("button", name="Save").click()
    shown = page.get_by_test_id("target")
    await expect(shown).to_contain_text("first reply within 2 h · resolved within 3 d")
    await expect(shown).to_contain_text("only while we are open")

    await page.get_by_role("button", name="Set a target").click()
    await page.get_by_role("textbox", name="Name").fill("Shop")
    await page.get_by_label("First reply", exact=True).fill("1.5")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("There is a target “Shop” already")).to_be_visible()
    await page.get_by_role("textbox", name="Name").fill("By mail")
    await page.get_by_role("checkbox", name="Email").check()
    await page.get_by_role("button", name="Save").click()
    await expect(shown.nth(1)).to_contain_text("first reply within 1 h 30 min")
    await page.get_by_role("button", name="Up By mail").click()
    await expect(shown.first).to_contain_text("By mail")
    await page.get_by_role("button", name="Change By mail").click()
    await page.get_by_label("First reply", exact=True).fill("")
    await page.get_by_label("Every next reply", exact=True).fill("4")
    await page.get_by_role("button", name="Save").click()
    await expect(shown.first).to_contain_text("every next reply within 4 h")
    await shown.first.get_by_role("button", name="Remove By mail").click()
    await shown.first.get_by_role("button", name="Remove By mail, really").click()
    await expect(shown).to_have_count(1)
    await console.set("audit")
    await expect(page.get_by_test_id("audit-entry").filter(has_text="target: removed")).to_have_count(1)


async def test_the_inbox_says_what_is_left_what_is_overdue_and_what_was_kept(
    browsing: "Browsing", shop: Demo
) -> None:
    console = await browsing.console(shop)
    page = console.page
    await shop.api(
        "POST",
        "/targets",
        {"name": "Quick", "first_within_ms": 20 * MINUTE, "next_within_ms": 20 * MINUTE},
    )
    await shop.write("goran", "Do you have it in yellow?")
    row = console.row("in yellow")
    await expect(row.get_by_test_id("timer")).to_contain_text("left to reply")
    await console.open("in yellow")
    head = page.get_by_role("banner").or_(page.locator("header")).get_by_test_id("timer")
    await expect(head.first).to_contain_text("left to reply")
    await console.show("Due soon")
    await expect(console.row("in yellow")).to_be_visible()
    await page.get_by_role("textbox", name="Reply").fill("Yes, a few.")
    await page.keyboard.press("Control+Enter")
    await expect(console.row("in yellow")).to_have_count(0)
    await expect(head).to_have_count(0)


@pytest.mark.parametrize("look", LOOKS)
async def test_targets_can_be_read_and_used_by_everyone(
    browsing: "Browsing", shop: Demo, pictures: Path, look: str
) -> None:
    label = await shop.api("POST", "/labels", {"name": f"VIP {look}", "colour": "violet"})
    await shop.api(
        "POST",
        "/targets",
        {"name": "VIP", "label": label["id"], "first_within_ms": 15 * MINUTE, "next_within_ms": 15 * MINUTE},
    )
    await shop.api(
        "POST",
        "/targets",
        {
            "name": "Shop hours",
            "first_within_ms": 45 * MINUTE,
            "next_within_ms": 45 * MINUTE,
            "resolved_within_ms": 2880 * MINUTE,
        },
    )
    await shop.write("emre", f"Can I pay on delivery, {look}?")
    console = await browsing.console(shop, **LOOKS[look])
    page = console.page
    await expect(console.row("on delivery").get_by_test_id("timer")).to_be_visible()
    found = await findings(page, pictures, "targets-inbox", look)
    await console.open("on delivery")
    found += await findings(page, pictures, "targets-thread", look)
    await console.set("targets")
    await expect(page.get_by_test_id("target")).to_have_count(2)
    found += await findings(page, pictures, "targets-settings", look)
    await console.go("figures")
    await page.get_by_role("group", name="What the targets are divided by").scroll_into_view_if_needed()
    await expect(page.get_by_text("How often targets were met")).to_be_visible()
    found += await findings(page, pictures, "targets-reports", look)
    await console.set("targets")
    await page.get_by_role("button", name="Change Shop hours").click()
    found += await findings(page, pictures, "targets-form", look)
    assert found == []
