"""Two people answer one customer: the second is told before anything is sent, and loses no word."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect
from tests.browser.console import Console
from tests.scenarios.demo import Demo

if TYPE_CHECKING:
    from tests.browser.conftest import Browsing

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_an_answer_that_crosses_another_waits_for_a_word(browsing: "Browsing", shop: Demo) -> None:
    browsing.watch.forgive(r"^409 POST /api/v1/conversations/\S+/messages$")
    await shop.write("dev", "Is the blue one left?")
    console = await browsing.console(shop)
    page = console.page
    await console.open("Is the blue one left?")
    await console.reply.fill("No, it is sold out")
    await shop.reply("dev", "Yes, the last one")
    await expect(console.message("Yes, the last one")).to_be_visible()
    await console.reply.press("Control+Enter")
    warning = page.get_by_role("alert").filter(has_text="Not sent")
    await expect(warning).to_contain_text("Yes, the last one")
    await expect(console.reply).to_have_value("No, it is sold out")
    await expect(console.message("No, it is sold out")).to_have_count(0)
    await warning.get_by_role("button", name="Look").click()
    await expect(console.message("Yes, the last one")).to_be_in_viewport()
    await expect(console.reply).to_have_value("No, it is sold out")

    await shop.reply("dev", "Shall I put it aside?")
    await expect(console.message("Shall I put it aside?")).to_be_visible()
    await console.reply.press("Control+Enter")
    await expect(warning).to_contain_text("Shall I put it aside?")
    await warning.get_by_role("button", name="Send anyway").click()
    await expect(console.message("No, it is sold out")).to_have_count(1)
    await expect(warning).to_have_count(0)
    await expect(console.reply).to_have_value("")


async def test_who_else_looks_and_writes_is_seen_in_thread_and_list(browsing: "Browsing", shop: Demo) -> None:
    browsing.watch.forgive("401 .* /api/v1/")
    let_in = await shop.api("POST", "/agents", {"email": "lin@kelp.example", "name": "Lin"})
    await shop.write("lea", "Do you wrap gifts?")
    console = await browsing.console(shop)
    await console.open("Do you wrap gifts?")
    also = console.page.get_by_test_id("also-here")
    await expect(also).to_have_count(0)

    other = Console(await browsing.page(), shop)
    await other.page.goto(shop.addresses["console"])
    await other.page.get_by_label("Email").fill("lin@kelp.example")
    await other.page.get_by_label("Password").fill(let_in["password"])
    await other.page.get_by_role("button", name="Sign in").click()
    await other.open("Do you wrap gifts?")
    await expect(console.page.get_by_text("Also looking: Lin")).to_have_count(2)  # thread, and list for ears
    await expect(other.page.get_by_text("Also looking: Mara").first).to_be_visible()
    await other.reply.press_sequentially("Yes")
    await expect(console.page.get_by_text("Writing here: Lin").last).to_be_visible()
    await console.page.screenshot(path=Path("screenshots") / "console-also-here.png")
    await other.page.goto(f"{shop.addresses['console']}#/incidents")
    await expect(also).to_have_count(0)
